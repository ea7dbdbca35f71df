"""Facets of labelled CSV files with the embeddings of their texts, for the benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.encoders import DEFAULT_ENCODER, Encoder, gives_views, load_encoder
from core.errors import CorpusError
from core.evidence.benchmark import Facet, check_names, name_vectors, read_facets
from core.utils import content_key, write_atomically

MOST_TEXTS = 5_000
"""Texts of a file, sampled."""
FEWEST_CLASSES = 4
"""Classes of which half can be unseen: two are left to learn, and two to be told apart."""


@dataclass(frozen=True)
class Space:
    """A facet and the embeddings of its texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_texts, n_dims)
        Unit vectors.
    label_vectors : ndarray of float32, shape (n_labels, n_dims)
        Encoded label names.
        A class without one is unseen: its texts get no label either.
    texts : list of n_texts str
    views : list of ndarray of float16, shape (n_texts, n_hidden)
        Hidden layers of the texts; [] where the encoder gives none.
    label_views : list of ndarray of float32, shape (n_labels, n_hidden)
        The same of the label names.
    """

    corpus: str
    facet: Facet
    vectors: np.ndarray
    label_vectors: np.ndarray
    texts: list[str]
    views: Sequence[np.ndarray] = ()
    label_views: Sequence[np.ndarray] = ()


def read_spaces(places: Sequence[Path], cache: Path, most_texts: int = MOST_TEXTS) -> list[Space]:
    """Return the facets of CSV files, and of all CSV files of folders, encoded.

    Raises
    ------
    SystemExit
        When there is no such file, one without a column `text` or without a facet of two labels, or two
        facets are called alike.
    """
    encoder = load_encoder(DEFAULT_ENCODER)
    materials, spaces = [], []
    for file in [file for place in places for file in csv_files(place)]:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        names = [name for name in frame.columns if name != "text" and (frame[name] != "").any()]
        if "text" not in frame or not names:
            raise SystemExit(f"{file.name} needs a column “text” and another one with labels.")
        try:
            material = read_facets(file, text_column="text", facets=names, most_texts=most_texts)
            materials.append(material)
            check_names(materials)
        except CorpusError as error:
            raise SystemExit(str(error)) from error
        vectors, views = encode_with_views(material.texts, encoder, cache)
        for facet in material.facets:
            names, name_views = name_vectors(encoder, facet)
            spaces.append(Space(material.dataset, facet, vectors, names, material.texts, views, name_views))
            n_texts, n_labels = len(facet.labelled), len(facet.labels)
            print(f"{material.dataset}, {facet.name}: {n_texts:,} texts, {n_labels} labels", flush=True)
    return spaces


def csv_files(place: Path) -> list[Path]:
    """Return a file itself, or the CSV files of a folder.

    Raises
    ------
    SystemExit
        When there is none.
    """
    if place.is_file():
        return [place]
    files = sorted(file for file in place.glob("*.csv*") if file.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise SystemExit(f"No CSV file found in {place}; give CSV files with a column “text”, or a folder.")
    return files


def encode_with_views(texts: list[str], encoder: Encoder, cache: Path) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the texts' vectors as `encode` does, and their views; [] where there are none."""
    if not gives_views(encoder):
        return encode(texts, encoder, cache), []
    file = cache / f"{content_key(encoder.key, list(encoder.view_layers), texts)}.views.npy"
    if not file.exists():
        vectors, views = encoder.encode_with_views(texts)
        write_atomically(vectors_file(texts, encoder, cache), lambda opened: np.save(opened, vectors))
        write_atomically(file, lambda opened: np.save(opened, views))
    return encode(texts, encoder, cache), list(np.load(file, allow_pickle=False))


def encode(texts: list[str], encoder: Encoder, cache: Path) -> np.ndarray:
    """Return the texts' vectors, float32 (n_texts, n_dims), computed once and kept in the cache folder."""
    file = vectors_file(texts, encoder, cache)
    if not file.exists():
        vectors = encoder.encode(texts)
        write_atomically(file, lambda opened: np.save(opened, vectors))
    return np.load(file, allow_pickle=False)


def vectors_file(texts: list[str], encoder: Encoder, cache: Path) -> Path:
    """Return the file of the texts' vectors."""
    return cache / f"{content_key(encoder.key, texts)}.npy"


def hide_classes(space: Space, seed: int) -> list[Space]:
    """Return the space with half of its classes, drawn by the seed, unseen; [] where it has too few.

    Seen classes come first.
    """
    n_classes = len(space.facet.labels)
    if n_classes < FEWEST_CLASSES:
        return []
    drawn = np.random.default_rng(seed).permutation(n_classes)
    seen, unseen = np.split(drawn, [n_classes - n_classes // 2])
    order = np.concatenate([np.sort(seen), np.sort(unseen)])
    codes, labels = space.facet.codes, [space.facet.labels[code] for code in order]
    renumbered = np.where(codes >= 0, np.argsort(order)[codes], -1)
    facet = replace(space.facet, codes=renumbered, labels=tuple(labels))
    named = np.sort(seen)
    return [
        replace(
            space,
            facet=facet,
            label_vectors=space.label_vectors[named],
            label_views=[view[named] for view in space.label_views],
        )
    ]


def seen_classes(space: Space) -> Facet:
    """Return the facet without the labels of unseen classes."""
    codes = space.facet.codes
    return replace(space.facet, codes=np.where(codes < len(space.label_vectors), codes, -1))

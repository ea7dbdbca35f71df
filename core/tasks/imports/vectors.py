"""Read uploaded vectors, in a child process with limits of memory and time."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import cast

import numpy as np

from ...corpus import Corpus
from ...corpus.sources import limits_for, run_limited
from ...encoders import PrecomputedVectors, read_precomputed
from ...errors import EncoderUnavailable
from ...utils import Report

MODULE = read_precomputed.__module__
MOST_ARRAY_HERE = 20 * 2**20
"""Bytes of a `.npy` file up to which no child process is started: it takes as much memory as it says."""


def read_vectors(
    name: str,
    content: bytes,
    corpus: Corpus,
    report: Report,
    *,
    ids: Sequence[object] | None = None,
    column: str | None = None,
    id_column: str | None = None,
) -> PrecomputedVectors:
    """Read uploaded vectors of the texts of a corpus as `core.encoders.read_precomputed` does.

    Raises
    ------
    EncoderUnavailable
        As `read_precomputed` does, and where the limits of memory or time are reached.
    """
    n_texts = len(corpus.texts)
    n_places = n_texts + (len(corpus.left_out) if corpus.left_out else 0)
    if PurePath(name).suffix.lower() == ".npy" and len(content) <= MOST_ARRAY_HERE:
        array, places = io.BytesIO(content), corpus.places_in_table()
        try:
            return read_precomputed(name, array, n_texts, places=places, n_places=n_places)
        except MemoryError:
            raise EncoderUnavailable(
                f"“{PurePath(name).name}” says that it holds more numbers than there is memory for, and has "
                f"{len(content):,} bytes: save it again with numpy.save."
            ) from None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        file, placed, target = folder / "content", folder / "places.npy", folder / "vectors.npy"
        file.write_bytes(content)
        np.save(placed, corpus.places_in_table(), allow_pickle=False)
        known = None
        if ids is not None:
            known = folder / "ids.json"
            known.write_text(json.dumps(list(ids), default=str), encoding="utf-8")
        about = run_limited(
            f"{MODULE}:write_vectors",
            report,
            shown=PurePath(name).name,
            limits=limits_for(len(content)),
            failure=EncoderUnavailable,
            target=str(target),
            file=str(file),
            ids=None if known is None else str(known),
            places=str(placed),
            name=name,
            n_texts=n_texts,
            column=column,
            id_column=id_column,
            n_places=n_places,
        )
        vectors = np.load(target, allow_pickle=False)
    return PrecomputedVectors(vectors, **cast("dict[str, str]", about))


def name_parts(name: str, content: bytes, report: Report) -> list[str]:
    """Return the arrays or columns in a file of vectors; none for `.npy`, and for an unreadable file."""
    ending = PurePath(name).suffix.lower()
    if ending not in (".npz", ".parquet"):
        return []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "content"
        file.write_bytes(content)
        try:
            found = run_limited(
                f"{MODULE}:list_parts",
                report,
                shown=name,
                limits=limits_for(len(content)),
                failure=EncoderUnavailable,
                file=str(file),
                ending=ending,
            )
        except EncoderUnavailable:  # the reason is shown when the vectors are read
            return []
    return cast("list[str]", found)

"""Embeddings of a corpus, their views, and the answers of a model that writes them; saved part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from ..encoders import (
    AnsweringEncoder,
    Encoder,
    PrecomputedVectors,
    continue_encoder,
    gives_views,
    precomputed_name,
    split_precomputed,
    writes_answers,
)
from ..errors import StoreError
from ..utils import Progress, content_key
from .arrays import ArtifactStore

EMBEDDINGS_VERSION = 1  # raise it when the same texts would get other vectors
PART_SIZE = 512  # distinct texts: the most that is lost when a run of hours is stopped
LARGE_PART_SIZE = 4_096  # distinct texts: for fast encoders, which need full batches
MOST_MAPPED = 64
"""Parts that are mapped at once while they are joined: each keeps a file open, and systems allow few."""
MOST_ANSWERED = 512
"""Texts, drawn at random, that get an answer where the vectors need none: writing an answer takes several
times as long as encoding, and a part of a cluster shows its commonest answers."""

Part = dict[str, np.ndarray | list[str]]
"""What was made of some texts, by the names under which it is saved."""


def reencode_corpus(
    results: ArtifactStore,
    corpus_key: str,
    texts: Sequence[str],
    encoder: Encoder,
    instruction: str,
    *,
    progress: Progress | None = None,
    answer_progress: Progress | None = None,
) -> str:
    """Encode every text under an instruction; parts saved by an interrupted run are not encoded again.

    Parameters
    ----------
    results : ArtifactStore
        Keeps the float32 unit vectors under "{key}.vectors" and, of an encoder that answers in words, one
        answer a text under "{key}.answers", "" where none was written.
    instruction : str
        "" for none.
    progress, answer_progress : Progress, optional
        Called with (distinct texts done, all); may raise `Cancelled`. The second counts answers that are
        written apart from the vectors.

    Returns
    -------
    str
        The key.

    Raises
    ------
    EncoderUnavailable
        When the encoder does not follow the instruction.
    """

    def key_of(encoder_key: str) -> str:
        return content_key("reading", EMBEDDINGS_VERSION, corpus_key, encoder_key)

    encoder = continue_encoder(
        encoder, instruction or None, lambda encoder_key: is_begun(results, key_of(encoder_key))
    )
    key = key_of(encoder.key_for(instruction or None))
    writer = encoder if writes_answers(encoder) else None
    if results.has_array(f"{key}.vectors") and (writer is None or results.has_document(f"{key}.answers")):
        return key
    at_once = None if writer is None or writer.answers_cost_more else writer
    distinct, positions = _distinct(texts)
    parts, wanted = [], instruction or None

    def encode_part(some: list[str], counted: Progress | None) -> Part:
        if at_once is None:
            return {"vectors": encoder.encode(some, instruction=wanted, progress=counted)}
        vectors, answers = at_once.encode_and_answer(some, instruction=wanted, progress=counted)
        return {"answers": answers, "vectors": vectors}

    # Else only answers are missing, which are written below.
    if at_once is not None or not results.has_array(f"{key}.vectors"):
        names = ["vectors"] if at_once is None else ["answers", "vectors"]
        parts = _encode_parts(results, key, distinct, PART_SIZE, names, encode_part, progress)
    if writer is not None:
        if at_once is not None:
            answers = [answer for part in parts for answer in results.load_document(f"{part}.answers")]
        else:
            answers = _answer_some(distinct, writer, instruction, answer_progress)
        results.save_document(f"{key}.answers", [answers[position] for position in positions])
    if parts:
        _join_parts(results, key, parts, PART_SIZE, ["vectors"], positions)
    return key


def encode_corpus(
    results: ArtifactStore, key: str, texts: Sequence[str], encoder: Encoder, progress: Progress | None = None
) -> None:
    """Encode every text without an instruction, else as `reencode_corpus` does.

    Views are kept where the encoder gives them. Where the vectors of an earlier version have none, the texts
    are encoded again for the views alone: the vectors stay as they are.
    """
    viewer = encoder if gives_views(encoder) else None
    layers = list(viewer.view_layers) if viewer is not None else []
    names = [_views_name(layers), "vectors"] if layers else ["vectors"]
    names = [name for name in names if not results.has_array(f"{key}.{name}")]

    def encode_part(some: list[str], counted: Progress | None) -> Part:
        if viewer is None or names == ["vectors"]:
            return {"vectors": encoder.encode(some, progress=counted)}
        vectors, views = viewer.encode_with_views(some, progress=counted)
        return {_views_name(layers): views, "vectors": vectors}

    if names:
        distinct, positions = _distinct(texts)
        parts = _encode_parts(results, key, distinct, LARGE_PART_SIZE, names, encode_part, progress)
        _join_parts(results, key, parts, LARGE_PART_SIZE, names, positions)
    if _kept_layers(results, key) != layers:
        results.save_document(f"{key}.views", {"layers": layers})


def is_begun(results: ArtifactStore, key: str) -> bool:
    """Whether the embeddings of a key are kept, or parts of them by a run that was interrupted."""
    return results.has_array(f"{key}.vectors") or results.has_array(f"{key}.part0.vectors")


def has_views(results: ArtifactStore, key: str) -> bool:
    """Whether views of hidden layers are kept beside embeddings."""
    layers = _kept_layers(results, key)
    return bool(layers) and results.has_array(f"{key}.{_views_name(layers or ())}")


def lacks_views(results: ArtifactStore, key: str) -> bool:
    """Whether embeddings were made before views were kept, or their views were lost.

    False too where the encoder turned out to give none.
    """
    return _kept_layers(results, key) != [] and not has_views(results, key)


def load_views(results: ArtifactStore, key: str) -> list[np.ndarray]:
    """Return the views of a corpus as `load_array` does: float16 arrays (n_texts, n_hidden), or none."""
    layers = _kept_layers(results, key)
    if not layers or not has_views(results, key):
        return []
    return list(results.load_array(f"{key}.{_views_name(layers)}"))


def load_answers(results: ArtifactStore, key: str) -> list[str] | None:
    """Return the answer of a model about each text, "" where it wrote none; None without answers.

    Parameters
    ----------
    key : str
        Of the embeddings, or of the space that was built from them.
    """
    return results.load_document(f"{key}.answers") if results.has_document(f"{key}.answers") else None


def save_precomputed(
    results: ArtifactStore, corpus_key: str, file_name: str, precomputed: PrecomputedVectors
) -> str:
    """Save precomputed vectors; return the name under which they can be used as an encoder."""
    key = content_key("ready", EMBEDDINGS_VERSION, corpus_key, precomputed.key)
    results.save_array(f"{key}.vectors", precomputed.vectors)
    return precomputed_name(file_name, key)


def find_precomputed(results: ArtifactStore, encoder: str) -> str | None:
    """Return the key of the precomputed vectors that an encoder name stands for; None for a model.

    Raises
    ------
    StoreError
        When they are no longer kept.
    """
    named = split_precomputed(encoder)
    if named is None:
        return None
    file_name, key = named
    if not results.has_array(f"{key}.vectors"):
        raise StoreError(f"The vectors of “{file_name}” are no longer kept here: choose their file again.")
    return key


def _distinct(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Return the distinct texts, and for each text its position among them: int64 (n,)."""
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return list(place), np.array([place[text] for text in texts], dtype=np.int64)


def _views_name(layers: Sequence[int]) -> str:
    """Return the name of the views of these layers: those of others are other arrays, also in parts."""
    return "-".join(["views", *map(str, layers)])


def _kept_layers(results: ArtifactStore, key: str) -> list[int] | None:
    """Return the layers of the views beside embeddings, [] for an encoder without any.

    None where the texts were encoded before views were kept.
    """
    return results.find_document(
        f"{key}.views", lambda document: [int(layer) for layer in document["layers"]]
    )


def _encode_parts(
    results: ArtifactStore,
    key: str,
    texts: Sequence[str],
    size: int,
    names: Sequence[str],
    encode_part: Callable[[list[str], Progress | None], Part],
    progress: Progress | None,
) -> list[str]:
    """Encode the parts of `size` texts that are missing, and save what `names` names of each, in this order.

    Returns the keys of all parts.
    """
    parts = []
    for first in range(0, len(texts), size):
        part = f"{key}.part{first // size}"
        parts.append(part)
        if all(
            results.has_array(f"{part}.{name}") or results.has_document(f"{part}.{name}") for name in names
        ):
            continue
        made = encode_part(list(texts[first : first + size]), _count_from(progress, first, len(texts)))
        for name in names:
            found = made[name]
            if isinstance(found, np.ndarray):
                results.save_array(f"{part}.{name}", found)
            else:
                results.save_document(f"{part}.{name}", found)
    return parts


def _join_parts(
    results: ArtifactStore,
    key: str,
    parts: Sequence[str],
    size: int,
    names: Sequence[str],
    positions: np.ndarray,
) -> None:
    """Join the arrays of all parts under one key, one row a text; memory holds the rows of one part."""
    for name in names:

        @lru_cache(MOST_MAPPED)
        def load(number: int, name: str = name) -> np.ndarray:
            part = results.map_array(f"{parts[number]}.{name}")
            return part.reshape(-1, *part.shape[-2:])

        *n_views, _, n_columns = results.map_array(f"{parts[0]}.{name}").shape
        shape = (*n_views, len(positions), n_columns)
        results.save_pieces(f"{key}.{name}", shape, load(0).dtype, _rows_of(load, size, positions))
        load.cache_clear()  # some systems keep a file that is mapped
    for part in parts:
        results.delete(part)


def _rows_of(load: Callable[[int], np.ndarray], size: int, positions: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the row of each text, `size` at a time; of views, those of one layer after another.

    `load` returns a part by its number, (n_views or 1, n_rows, n_columns).
    """
    n_views, _, n_columns = load(0).shape
    for view in range(n_views):
        for first in range(0, len(positions), size):
            here = positions[first : first + size]
            rows = np.empty((len(here), n_columns), dtype=load(0).dtype)
            for number in np.unique(here // size).tolist():
                inside = np.flatnonzero(here // size == number)
                rows[inside] = load(number)[view, here[inside] - number * size]
            yield rows


def _answer_some(
    texts: Sequence[str], encoder: AnsweringEncoder, instruction: str, progress: Progress | None
) -> list[str]:
    """Return answers about texts drawn at random, "" for the others."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(texts))[:MOST_ANSWERED]).tolist()
    _, written = encoder.encode_and_answer(
        [texts[row] for row in drawn], instruction=instruction or None, progress=progress
    )
    answers = dict(zip(drawn, written, strict=True))
    return [answers.get(row, "") for row in range(len(texts))]


def _count_from(progress: Progress | None, first: int, total: int) -> Progress | None:
    """Turn the progress of a part into the progress of the whole."""
    return None if progress is None else lambda done, _: progress(first + done, total)

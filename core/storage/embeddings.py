"""Embeddings of a corpus, and the answers of a model that writes them; saved part by part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.encoders import (
    AnsweringEncoder,
    Encoder,
    PrecomputedVectors,
    precomputed_name,
    split_precomputed,
    writes_answers,
)
from core.errors import StoreError
from core.storage.arrays import ArtifactStore
from core.utils import Progress, content_key

EMBEDDINGS_VERSION = 1  # raise it when the same texts would get other vectors
PART_SIZE = 512  # distinct texts: the most that is lost when a run of hours is stopped
LARGE_PART_SIZE = 4_096  # distinct texts: for fast encoders, which need full batches
MOST_ANSWERED = 512
"""Texts, drawn at random, that get an answer where the vectors need none: writing an answer takes several
times as long as encoding, and a part of a cluster shows its commonest answers."""


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
    key = content_key("reading", EMBEDDINGS_VERSION, corpus_key, encoder.key_for(instruction or None))
    writer = encoder if writes_answers(encoder) else None
    if results.has_array(f"{key}.vectors") and (writer is None or results.has_document(f"{key}.answers")):
        return key
    at_once = None if writer is None or writer.answers_cost_more else writer
    distinct, positions = _distinct(texts)
    parts = []
    # Else only answers are missing, which are written below.
    if at_once is not None or not results.has_array(f"{key}.vectors"):
        parts = _encode_parts(results, key, distinct, PART_SIZE, encoder, instruction, at_once, progress)
    if writer is not None:
        if at_once is not None:
            answers = [answer for part in parts for answer in results.load_document(f"{part}.answers")]
        else:
            answers = _answer_some(distinct, writer, instruction, answer_progress)
        results.save_document(f"{key}.answers", [answers[position] for position in positions])
    if parts:
        _join_parts(results, key, parts, PART_SIZE, positions)
    return key


def encode_corpus(
    results: ArtifactStore, key: str, texts: Sequence[str], encoder: Encoder, progress: Progress | None = None
) -> None:
    """Encode every text without an instruction, else as `reencode_corpus` does."""
    if not results.has_array(f"{key}.vectors"):
        distinct, positions = _distinct(texts)
        parts = _encode_parts(results, key, distinct, LARGE_PART_SIZE, encoder, "", None, progress)
        _join_parts(results, key, parts, LARGE_PART_SIZE, positions)


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


def _encode_parts(
    results: ArtifactStore,
    key: str,
    texts: Sequence[str],
    size: int,
    encoder: Encoder,
    instruction: str,
    at_once: AnsweringEncoder | None,
    progress: Progress | None,
) -> list[str]:
    """Encode and save the parts of `size` texts that are missing; return the keys of all parts.

    `at_once` is the encoder where it writes answers together with the vectors.
    """
    parts, wanted = [], instruction or None
    for first in range(0, len(texts), size):
        part = f"{key}.part{first // size}"
        parts.append(part)
        answered = at_once is None or results.has_document(f"{part}.answers")
        if answered and results.has_array(f"{part}.vectors"):
            continue
        some, counted = texts[first : first + size], _count_from(progress, first, len(texts))
        if at_once is not None:
            vectors, answers = at_once.encode_and_answer(some, instruction=wanted, progress=counted)
            results.save_document(f"{part}.answers", answers)
        else:
            vectors = encoder.encode(some, instruction=wanted, progress=counted)
        results.save_array(f"{part}.vectors", vectors)  # last: with it the part counts as complete
    return parts


def _join_parts(
    results: ArtifactStore, key: str, parts: Sequence[str], size: int, positions: np.ndarray
) -> None:
    """Join the vectors of all parts under one key, one row a text; memory holds them once."""
    n_dims = results.load_array(f"{parts[0]}.vectors").shape[1]
    vectors = np.empty((len(positions), n_dims), dtype=np.float32)
    for number, part in enumerate(parts):
        found = results.load_array(f"{part}.vectors")
        here = np.flatnonzero(positions // size == number)
        vectors[here] = found[positions[here] - number * size]
    del found  # some systems keep a file that is mapped
    results.save_array(f"{key}.vectors", vectors)
    for part in parts:
        results.delete(part)


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

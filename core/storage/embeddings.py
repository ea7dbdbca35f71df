"""A corpus read by an encoder under an instruction: vectors and answers, kept part by part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.encoders import Encoder, ReadyVectors, ready_name, split_ready
from core.errors import StoreError
from core.storage.arrays import ArtifactStore
from core.utils import Progress, content_key

VERSION = 1  # raise it when the same reading would give other vectors
PART = 512  # different texts: what is lost at most when hours of reading are stopped
LARGE_PART = 4_096  # of encoders that are fast, and in full batches only
MOST_ANSWERED = 512
"""Texts that are answered in words where the vectors need no words, drawn at random: writing takes several
times as long as reading, and the commonest answers of a cluster show in a part of it."""


def read_corpus(
    results: ArtifactStore,
    corpus_key: str,
    texts: Sequence[str],
    encoder: Encoder,
    instruction: str,
    *,
    reading: Progress | None = None,
    answering: Progress | None = None,
) -> str:
    """Read every text under an instruction; what an earlier, interrupted reading left is not read again.

    Parameters
    ----------
    results : ArtifactStore
        Keeps the float32 unit vectors under "{key}.vectors" and, of an encoder that answers in words, one
        answer a text under "{key}.answers", "" where none was written.
    corpus_key : str
    texts : sequence of n str
    encoder : Encoder
    instruction : str
        "" for none.
    reading, answering : callable, optional
        Called with (texts done, all); may raise `Cancelled`.

    Returns
    -------
    str
        The key.

    Raises
    ------
    EncoderUnavailable
        When the encoder does not follow the instruction.
    """
    key = content_key("reading", VERSION, corpus_key, encoder.key_for(instruction or None))
    speaks = hasattr(encoder, "encode_and_answer")
    if results.has_array(f"{key}.vectors") and (not speaks or results.has_document(f"{key}.answers")):
        return key
    at_once = speaks and not encoder.answers_cost_more
    different, rows = _different(texts)
    parts = []
    if at_once or not results.has_array(f"{key}.vectors"):  # lost answers alone are written again alone
        parts = _read_parts(results, key, different, PART, encoder, instruction, at_once, reading)
    if speaks:
        if at_once:
            answers = [answer for part in parts for answer in results.load_document(f"{part}.answers")]
        else:
            answers = _answer_some(different, encoder, instruction, answering)
        results.save_document(f"{key}.answers", [answers[row] for row in rows])
    if parts:
        _join_parts(results, key, parts, PART, rows)
    return key


def encode_corpus(
    results: ArtifactStore, key: str, texts: Sequence[str], encoder: Encoder, progress: Progress | None = None
) -> None:
    """Encode every text without an instruction; what an earlier, interrupted call left is not read again.

    Parameters
    ----------
    results : ArtifactStore
        Keeps the float32 unit vectors under "{key}.vectors".
    key : str
    texts : sequence of n str
    encoder : Encoder
    progress : callable, optional
        Called with (different texts done, all of them); may raise `Cancelled`.

    Raises
    ------
    EncoderUnavailable
        When the encoder reads nothing without an instruction.
    """
    if not results.has_array(f"{key}.vectors"):
        different, rows = _different(texts)
        parts = _read_parts(results, key, different, LARGE_PART, encoder, "", False, progress)
        _join_parts(results, key, parts, LARGE_PART, rows)


def load_answers(results: ArtifactStore, key: str) -> list[str] | None:
    """What a model answered about each text, "" where nothing; None where it gave no answers in words.

    Parameters
    ----------
    key : str
        Of a reading, or of the space that was made of it.

    Raises
    ------
    StoreError
        When they are damaged (they are then removed).
    """
    return results.load_document(f"{key}.answers") if results.has_document(f"{key}.answers") else None


def keep_ready(results: ArtifactStore, corpus_key: str, file_name: str, ready: ReadyVectors) -> str:
    """Keep vectors that were made elsewhere; returns the name under which they can be used as an encoder."""
    key = content_key("ready", VERSION, corpus_key, ready.key)
    results.save_array(f"{key}.vectors", ready.vectors)
    return ready_name(file_name, key)


def find_ready(results: ArtifactStore, encoder: str) -> str | None:
    """Key of the vectors that an encoder's name stands for; None where it is a model.

    Raises
    ------
    StoreError
        When they are no longer kept.
    """
    named = split_ready(encoder)
    if named is None:
        return None
    file_name, key = named
    if not results.has_array(f"{key}.vectors"):
        raise StoreError(f"The vectors of “{file_name}” are no longer kept here: choose their file again.")
    return key


def _different(texts: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Texts without their copies, and for each text its place among them: int64 (n,)."""
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return list(place), np.array([place[text] for text in texts], dtype=np.int64)


def _read_parts(
    results: ArtifactStore,
    key: str,
    texts: Sequence[str],
    size: int,
    encoder: Encoder,
    instruction: str,
    at_once: bool,
    count: Progress | None,
) -> list[str]:
    """Keep the vectors of so many texts at a time, those that are not there yet; returns the parts' keys."""
    parts = []
    for first in range(0, len(texts), size):
        part = f"{key}.part{first // size}"
        parts.append(part)
        answered = not at_once or results.has_document(f"{part}.answers")
        if not (answered and results.has_array(f"{part}.vectors")):
            some, counted = texts[first : first + size], _from(count, first, len(texts))
            _read_part(results, part, some, encoder, instruction, at_once, counted)
    return parts


def _join_parts(results: ArtifactStore, key: str, parts: Sequence[str], size: int, rows: np.ndarray) -> None:
    """Put the vectors of all parts under one key, one row a text; they are held in memory once."""
    vectors = None
    for number, part in enumerate(parts):
        found = results.load_array(f"{part}.vectors")
        if vectors is None:
            vectors = np.empty((len(rows), found.shape[1]), dtype=np.float32)
        here = np.flatnonzero(rows // size == number)
        vectors[here] = found[rows[here] - number * size]
    del found  # some systems keep a file that is mapped
    results.save_array(f"{key}.vectors", vectors)
    for part in parts:
        results.delete(part)


def _read_part(
    results: ArtifactStore,
    part: str,
    texts: Sequence[str],
    encoder: Encoder,
    instruction: str,
    at_once: bool,
    count: Progress | None,
) -> None:
    """Vectors of some texts, with answers where these come along; the vectors last: they are looked for."""
    arguments = {"instruction": instruction or None, "progress": count}
    if at_once:
        vectors, answers = encoder.encode_and_answer(texts, **arguments)
        results.save_document(f"{part}.answers", answers)
    else:
        vectors = encoder.encode(texts, **arguments)
    results.save_array(f"{part}.vectors", vectors)


def _answer_some(
    texts: Sequence[str], encoder: Encoder, instruction: str, count: Progress | None
) -> list[str]:
    """Answers about texts drawn at random, "" for the others."""
    drawn = np.sort(np.random.default_rng(0).permutation(len(texts))[:MOST_ANSWERED])
    _, written = encoder.encode_and_answer(
        [texts[row] for row in drawn], instruction=instruction or None, progress=count
    )
    answers = [""] * len(texts)
    for row, answer in zip(drawn.tolist(), written, strict=True):
        answers[row] = answer
    return answers


def _from(count: Progress | None, first: int, total: int) -> Progress | None:
    """Progress of a part as progress of the whole."""
    return None if count is None else lambda done, _: count(first + done, total)

"""A corpus read by an encoder under an instruction: vectors and answers, kept part by part."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.encoders import Encoder, ReadyVectors, ready_name, split_ready
from core.encoders.names import split_name
from core.encoders.sources import READ_ENDINGS
from core.errors import StoreError
from core.keys import Progress, content_key
from core.results import Results

VERSION = 1  # raise it when the same reading would give other vectors
PART = 512  # different texts: what is lost at most when hours of reading are stopped
MOST_ANSWERED = 512
"""Texts that are answered in words where the vectors need no words, drawn at random: writing takes several
times as long as reading, and the commonest answers of a cluster show in a part of it."""


def read_corpus(
    results: Results,
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
    results : Results
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
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    different = list(place)
    at_once = speaks and not encoder.answers_cost_more
    parts = [f"{key}.part{first // PART}" for first in range(0, len(different), PART)]
    for number, part in enumerate(parts):
        if not results.has_array(f"{part}.vectors"):
            first = number * PART
            count = _from(reading, first, len(different))
            _read_part(results, part, different[first : first + PART], encoder, instruction, at_once, count)
    rows = np.array([place[text] for text in texts], dtype=np.int64)
    if speaks:
        if at_once:
            answers = [answer for part in parts for answer in results.load_document(f"{part}.answers")]
        else:
            answers = _answer_some(different, encoder, instruction, answering)
        results.save_document(f"{key}.answers", [answers[row] for row in rows])
    vectors = np.concatenate([results.load_array(f"{part}.vectors") for part in parts])
    results.save_array(f"{key}.vectors", vectors[rows])
    for part in parts:
        results.delete(part)
    return key


def load_answers(results: Results, key: str) -> list[str] | None:
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


def keep_ready(results: Results, corpus_key: str, file_name: str, ready: ReadyVectors) -> str:
    """Keep vectors that were made elsewhere; returns the name under which they can be used as an encoder."""
    key = content_key("ready", VERSION, corpus_key, ready.key)
    results.save_array(f"{key}.vectors", ready.vectors)
    return ready_name(file_name, key)


def find_ready(results: Results, encoder: str) -> str | None:
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


def files_signature(encoder: str) -> str:
    """Tells whether the files of a model in a folder changed, at a glance: by their sizes and times.

    "" for models of the hub, which do not change, and for what is no folder.
    """
    folder = Path(split_name(encoder).source).expanduser()
    if not folder.is_dir():
        return ""
    files = sorted(path for path in folder.rglob("*") if path.suffix in READ_ENDINGS and path.is_file())
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return content_key("files", found)


def _read_part(
    results: Results,
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

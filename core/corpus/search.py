"""Search texts by words, by a regular expression or by their embeddings."""

from __future__ import annotations

import math
import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from ..errors import RefractError
from .tokenizer import UNSPACED

if TYPE_CHECKING:
    import pyarrow as pa

ACCENTS = "\u0300-\u036f"
"""Accents of Latin, Greek and Cyrillic letters; vowel signs of other scripts are letters, and stay."""

LONGEST_QUERY = 1_000  # characters
BLOCK_BYTES = 1_000_000  # of texts that are searched between two looks at the clock
START, END = "\ue000", "\ue001"  # private characters that mark a match; no text means them
Found = TypeVar("Found")
TERM_PATTERN = re.compile(r'["“„«]([^"”“»]+)["”“»]|(\S+)')


@dataclass(frozen=True, eq=False)
class TextIndex:
    """Texts of a corpus for `find_words` and `find_pattern`; `folded` is in lower case, without accents."""

    texts: pa.LargeStringArray
    folded: pa.LargeStringArray


def build_index(texts: Sequence[str]) -> TextIndex:
    """Build the index of n texts. Cost: linear in their length (about 1 s for 200,000 tweets)."""
    import pyarrow as pa

    array = pa.array(texts, type=pa.large_string())
    return TextIndex(array, _fold(array))


def find_words(index: TextIndex, query: str, *, seconds: float = math.inf) -> np.ndarray:
    """Return the rows of the texts that hold every word of the query; none for an empty query.

    A word matches the start of a word of the text (bag: bags, not handbag), whatever the case and the
    accents; in scripts without spaces it matches anywhere. Words in quotation marks must be adjacent.
    Cost: linear in the length of the texts, and at most in the number of different words.

    Parameters
    ----------
    seconds : float, default=inf
        After which the search is given up.

    Returns
    -------
    ndarray of int64, shape (n_hits,)
        By the share of the words in the characters of the text, descending; of equals, the first.

    Raises
    ------
    RefractError
        For a query of more than `LONGEST_QUERY` characters, or when the time is up.
    """
    import pyarrow as pa

    _check_length(query)
    typed = [phrase or word for phrase, word in TERM_PATTERN.findall(query)]
    terms = _fold(pa.array(typed, type=pa.large_string())).to_pylist()
    terms = [term for term in dict.fromkeys(terms) if term.strip()]
    if not terms:
        return np.empty(0, dtype=np.int64)
    found = _in_blocks(index.folded, lambda texts: _count_words(texts, terms), seconds)
    rows = np.concatenate([start + rows for start, (rows, _) in found])
    share = np.concatenate([share for _, (_, share) in found])
    return rows[np.argsort(-share, kind="stable")]


def find_pattern(index: TextIndex, pattern: str, *, seconds: float = math.inf) -> np.ndarray:
    """Return the rows, ascending, of the texts that a regular expression matches, whatever the case.

    An empty pattern matches none. RE2 takes time linear in the length of the texts, whatever the pattern; of
    a pattern with large counted repetitions, up to some seconds a megabyte.

    Parameters
    ----------
    seconds : float, default=inf
        After which the search is given up.

    Raises
    ------
    RefractError
        When RE2 does not support the pattern, such as one with a back reference; for a pattern of more than
        `LONGEST_QUERY` characters; or when the time is up.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pattern:
        return np.empty(0, dtype=np.int64)
    _check_length(pattern)

    def match(texts: pa.LargeStringArray) -> np.ndarray:
        matched = pc.match_substring_regex(texts, pattern, ignore_case=True)
        return np.flatnonzero(matched.to_numpy(zero_copy_only=False))

    try:
        match(index.texts[:0])  # is it a pattern? A corpus may be empty
        found = _in_blocks(index.texts, match, seconds)
    except pa.ArrowInvalid as error:
        why = str(error).removeprefix("Invalid regular expression: ").removesuffix(f": {pattern}")
        raise RefractError(f"Invalid pattern ({why}): correct it, or search for words.") from error
    return np.concatenate([np.empty(0, dtype=np.int64), *(start + rows for start, rows in found)])


def mark_words(text: str, query: str) -> list[str]:
    """Split a text at the words of a query as `find_words` matches them.

    Returns
    -------
    list of str
        Together the text; those at odd positions match.
    """
    folded, places = [], []
    for place, letter in enumerate(text):
        bare = _fold_letter(letter)
        folded.append(bare)
        places += [place] * len(bare)
    found = [False] * (len(text) + 1)
    for phrase, word in TERM_PATTERN.findall(query):
        term = "".join(_fold_letter(letter) for letter in phrase or word)
        if not term.strip():
            continue
        words = r"\s+".join(re.escape(part) for part in term.split())
        start = "" if re.match(f"[{UNSPACED}\\W]", term) else r"(?<![^\W_])"
        for match in re.finditer(start + words, "".join(folded)):
            for place in places[match.start() : match.end()]:
                found[place] = True
    return _pieces(text, found)


def mark_pattern(texts: Sequence[str], pattern: str) -> list[list[str]]:
    """Split texts at the matches of a regular expression, as `mark_words` does; it has to be a valid one."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bare = [text.replace(START, " ").replace(END, " ") for text in texts]
    marked = pc.replace_substring_regex(
        pa.array(bare, type=pa.large_string()), f"(?i)(?:{pattern})", f"{START}\\0{END}"
    )
    return [re.split(f"[{START}{END}]", text) for text in marked.to_pylist()]


def find_meaning(vectors: np.ndarray, query: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the n texts nearest to a vector by cosine, nearest first.

    Cost O(n_texts x n_dims).

    Parameters
    ----------
    vectors : array of float32, shape (n_texts, n_dims)
        Unit rows.
    query : array of float32, shape (n_dims,)
        Of any length.
    n : int

    Returns
    -------
    rows : ndarray of int64, shape (min(n, n_texts),)
    similarities : ndarray of float32, of the same shape
        Cosines, -1 to 1.
    """
    query = np.asarray(query, dtype=np.float32)
    cosines = vectors @ (query / (np.linalg.norm(query) or 1))
    n = min(max(n, 0), len(cosines))
    # Ties at the end are settled by the order of the corpus.
    least = np.partition(cosines, len(cosines) - n)[len(cosines) - n] if n else np.inf
    rows = np.flatnonzero(cosines >= least)
    rows = rows[np.argsort(-cosines[rows], kind="stable")][:n]
    return rows, np.clip(cosines[rows], -1, 1)


def _fold(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Return the texts in lower case, without accents."""
    import pyarrow.compute as pc

    bare = pc.replace_substring_regex(pc.utf8_normalize(texts, form="NFKD"), f"[{ACCENTS}]", "")
    return pc.replace_substring(pc.utf8_lower(bare), "ς", "σ")  # one letter, with another form at the end


def _fold_letter(letter: str) -> str:
    """Return what `_fold` makes of one letter."""
    bare = re.sub(f"[{ACCENTS}]", "", unicodedata.normalize("NFKD", letter))
    return bare.lower().replace("ς", "σ")


def _pieces(text: str, found: Sequence[bool]) -> list[str]:
    """Split a text where a match begins or ends."""
    pieces, start, inside = [], 0, False
    for place in range(len(text)):
        if found[place] != inside:
            pieces.append(text[start:place])
            start, inside = place, not inside
    return [*pieces, text[start:]]


def _check_length(query: str) -> None:
    if len(query) > LONGEST_QUERY:
        raise RefractError(
            f"{len(query):,} characters to search for, at most {LONGEST_QUERY:,} are read: shorten them."
        )


def _in_blocks(
    texts: pa.LargeStringArray, search: Callable[[pa.LargeStringArray], Found], seconds: float
) -> list[tuple[int, Found]]:
    """Search blocks of about `BLOCK_BYTES`; return the first row of each, and what was found in it."""
    ends = np.frombuffer(texts.buffers()[1], np.int64)[texts.offset :][: len(texts) + 1]
    marks = np.arange(ends[0], ends[-1] + 1, BLOCK_BYTES)  # one at least: all texts may be empty
    starts = np.unique(np.searchsorted(ends[:-1], marks)).tolist()
    found, end = [], time.monotonic() + seconds
    for start, stop in zip(starts, [*starts[1:], len(texts)], strict=True):
        if time.monotonic() > end:
            raise RefractError(
                f"The search was stopped after {seconds:.0f} s, at text {start:,} of {len(texts):,}: "
                "search for fewer words, or for a shorter pattern."
            )
        found.append((start, search(texts[start:stop])))
    return found


def _count_words(texts: pa.LargeStringArray, terms: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of the texts that hold every term, and the share of the terms in each."""
    import pyarrow.compute as pc

    rows, share = np.arange(len(texts)), np.zeros(len(texts))
    for term in terms:
        if not len(rows):
            break
        pattern = _word_pattern(term)
        matched = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
        rows, texts = rows[matched], texts.filter(matched)
        counts = pc.count_substring_regex(texts, pattern).to_numpy()
        share = share[matched] + len(term) * counts / pc.utf8_length(texts).to_numpy()
    return rows, share


def _word_pattern(term: str) -> str:
    """Return the RE2 pattern of a word or phrase."""
    words = r"\s+".join(re.escape(word) for word in term.split())
    starts_within = re.match(f"[{UNSPACED}\\W]", term)
    return words if starts_within else rf"(?:^|[^\pL\pN]){words}"

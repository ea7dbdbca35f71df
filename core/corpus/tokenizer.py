"""Split texts of any language into words, and count them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

READ_CHARACTERS = 2_000
"""Characters of each text that are read; more would take time and find no better words."""

MOST_TERMS = 20_000
"""Different words at most: the most frequent ones."""

MOST_PAIRS = 50_000
"""Different pairs of adjacent words at most: the most frequent ones."""

RETWEET_PATTERN = re.compile(r"\b(?:RT|MT|via)(?=\s*:?\s*[@＠]\w)")
"""Marks of a repeated post, before the name of its author."""

# Han, Hiragana and Katakana: scripts without spaces between words.
UNSPACED = (
    "\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)

_USER = rf"(?:[^\W{UNSPACED}]|[.+-])"
ADDRESS_PATTERN = re.compile(rf"(?:[a-zA-Z]+://|www\.)\S+|(?:(?<!{_USER}){_USER}++)?[@＠][\w.-]+")
"""Links, mail addresses and @mentions, without the characters of `UNSPACED` before them."""

MENTION_PATTERN = re.compile(r"(?<![\w.+-])[@＠](\w{3,})(?![\w.-]*@)")
"""Names of users, without the sign before them."""

HASHTAG_PATTERN = re.compile(r"(?<!\w)[#＃](?=\w*[^\W\d_])\w+")
JOINT_PATTERN = re.compile(r"(?<=[^\W\d_A-Z]{2})(?=[A-Z])|_")
"""Where one word of a hashtag ends and the next begins, as in #LostLuggage."""


def split_words(text: str) -> list[str]:
    """Return the words of a text, and character pairs (bigrams) where a script has no spaces.

    Addresses, @mentions, the RT before one, numbers, single letters and all beyond `READ_CHARACTERS` are left
    out. HTML entities are read as their characters, and hashtags as the words that their capitals begin.
    """
    text = text[:READ_CHARACTERS]
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "@" in text or "＠" in text or "www." in text or "://" in text:
        text = RETWEET_PATTERN.sub(" ", text)
        text = ADDRESS_PATTERN.sub(" ", text)
    if "#" in text or "＃" in text:
        text = HASHTAG_PATTERN.sub(lambda tag: JOINT_PATTERN.sub(" ", tag[0]), text)
    found = _word_pattern(text.isascii()).findall(text)
    if text.isascii():
        return found
    for run in re.findall(f"[{UNSPACED}]+", text):
        found.extend(run[start : start + 2] for start in range(max(1, len(run) - 1)))
    return found


@cache
def _word_pattern(ascii_only: bool) -> re.Pattern[str]:
    if ascii_only:
        letter, before = "[a-zA-Z]", "(?<![a-zA-Z0-9])"
    else:
        # Python's `\w` matches letters, but not the vowel signs that Indian scripts write after them.
        signs = (
            chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
        )
        letter, before = rf"(?:[^\W\d_{UNSPACED}][{''.join(signs)}]*)", rf"(?<![^\W_{UNSPACED}])"
    # Beside an apostrophe, one or two letters are an elided word (l'avion, it's) and left out; three or more
    # belong to the word (don't).
    return re.compile(
        rf"{before}(?:{letter}{{3,}}(?:['’\u200c-]{letter}+)*|(?<!['’]){letter}{{2}}(?!['’]{letter}))"
    )


@dataclass(frozen=True)
class Words:
    """Words of a corpus, text by text.

    Attributes
    ----------
    terms : ndarray of int64, shape (n_words,)
        Number of each word, the same whatever its case; -1 for words beyond the `MOST_TERMS` most frequent.
    rows : ndarray of int64, shape (n_words,)
        Text of each word.
    shown : list of str, length n_terms
        Most frequent spelling of each term.
    """

    terms: np.ndarray
    rows: np.ndarray
    shown: list[str]


_read_last: tuple[Sequence[str], Words] | None = None


def read_words(texts: Sequence[str]) -> Words:
    """Return the words of the texts; the last result is cached for the same texts.

    Names of users are left out also where they stand without the @, unless that is more frequent.

    Cost: linear in the length of the texts.
    """
    global _read_last
    if _read_last is None or _read_last[0] is not texts:
        _read_last = (texts, _read(texts))
    return _read_last[1]


def _read(texts: Sequence[str]) -> Words:
    spellings: dict[str, int] = {}
    found: list[int] = []
    lengths = []
    for text in texts:
        before = len(found)
        found.extend([spellings.setdefault(word, len(spellings)) for word in split_words(str(text))])
        lengths.append(len(found) - before)
    spelt = np.asarray(found, dtype=np.int64)
    frequency = np.bincount(spelt, minlength=len(spellings))
    left_out = _are_mentions(spellings, frequency, texts)
    kept = ~left_out[spelt]
    spelt, rows = spelt[kept], np.repeat(np.arange(len(texts)), lengths)[kept]
    # Sorted by frequency, so that the first spelling of a term is the most frequent one.
    order = sorted(spellings.items(), key=lambda item: (-frequency[item[1]], item[0]))
    terms: dict[str, int] = {}
    shown: list[str] = []
    term_of = np.empty(len(spellings), dtype=np.int64)
    for spelling, position in order:
        if left_out[position]:
            continue
        term_of[position] = terms.setdefault(spelling.casefold(), len(terms))
        if len(terms) > len(shown):
            shown.append(spelling)
    term_of[term_of >= MOST_TERMS] = -1
    return Words(term_of[spelt], rows, shown[:MOST_TERMS])


def _are_mentions(spellings: dict[str, int], frequency: np.ndarray, texts: Sequence[str]) -> np.ndarray:
    """Return which spellings are names of users, mentioned by @ more often than they stand alone (n,)."""
    mentions: Counter[str] = Counter()
    for text in texts:
        if "@" in (read := str(text)[:READ_CHARACTERS]) or "＠" in read:
            mentions.update(name.casefold() for name in MENTION_PATTERN.findall(read))
    alone: Counter[str] = Counter()
    for spelling, position in spellings.items():
        if (name := spelling.casefold()) in mentions:
            alone[name] += int(frequency[position])
    found = [mentions[name] > alone[name] > 0 for name in map(str.casefold, spellings)]
    return np.array(found, dtype=bool)


def distinct_words(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """Return each term of each text once: rows of texts, ascending, and the terms in them."""
    n_terms = max(len(words.shown), 1)
    known = words.terms >= 0
    once = np.sort(words.rows[known] * n_terms + words.terms[known])  # much faster than np.unique
    once = once[np.diff(once, prepend=-1) > 0]
    return once // n_terms, once % n_terms


@dataclass(frozen=True, eq=False)
class WordTable:
    """Words and pairs of adjacent words in each of n texts, each counted once per text.

    Attributes
    ----------
    starts : int64 array (n + 1,)
        The entries of text i are those from starts[i] to starts[i + 1].
    entries : int32 array (n_entries,)
        Numbers below the number of words are words, the others pairs.
    pairs : int32 array (n_pairs, 2)
        The two words of each pair, in their order; most frequent pairs first.
    shown : list of str
        Most frequent spelling of each word.
    """

    starts: np.ndarray
    entries: np.ndarray
    pairs: np.ndarray
    shown: list[str]

    def counts(self, groups: np.ndarray, n_groups: int) -> csr_matrix:
        """Count the texts in each group with each word and pair: (n_groups, n_words + n_pairs).

        `groups` holds the group of each text, 0 to n_groups - 1.
        """
        from scipy.sparse import csr_matrix

        shape = (len(self.starts) - 1, len(self.shown) + len(self.pairs))
        ones = np.ones(len(self.entries), dtype=np.int32)
        texts = csr_matrix((ones, self.entries, self.starts), shape=shape)
        ones = np.ones(len(groups), dtype=np.int32)
        members = csr_matrix((ones, (groups, np.arange(len(groups)))), shape=(n_groups, len(groups)))
        counts = members @ texts
        counts.sort_indices()
        return counts


def table_words(words: Words, n_texts: int) -> WordTable:
    """Count each word and pair of words once per text; pairs that occur once in the corpus are left out."""
    n_words = max(len(words.shown), 1)
    rows, terms = distinct_words(words)
    beside = (words.rows[:-1] == words.rows[1:]) & (words.terms[:-1] >= 0) & (words.terms[1:] >= 0)
    beside &= words.terms[:-1] != words.terms[1:]
    first, second = words.terms[:-1][beside], words.terms[1:][beside]
    kinds, kind, count = np.unique(first * n_words + second, return_inverse=True, return_counts=True)
    kept = np.argsort(-count, kind="stable")[:MOST_PAIRS]
    kept = kept[count[kept] >= 2]
    number = np.full(len(kinds), -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    known = number[kind] >= 0
    width = n_words + max(len(kept), 1)
    cells = np.concatenate(
        [rows * width + terms, words.rows[:-1][beside][known] * width + n_words + number[kind[known]]]
    )
    cells.sort()
    cells = cells[np.diff(cells, prepend=-1) > 0]
    starts = np.searchsorted(cells, np.arange(n_texts + 1) * width)
    pairs = np.column_stack([kinds[kept] // n_words, kinds[kept] % n_words])
    return WordTable(starts, (cells % width).astype(np.int32), pairs.astype(np.int32), words.shown)


def is_unspaced(word: str) -> bool:
    """Return whether a word is a character pair of a script without spaces."""
    return not word.isascii() and re.fullmatch(f"[{UNSPACED}]+", word) is not None


def echo_each_other(word: str, other: str) -> bool:
    """Return whether two words are likely inflections of one word (bag and bags, Buch and Bücher)."""
    if is_unspaced(word) or is_unspaced(other):
        return bool(set(word) & set(other))
    short, long = sorted((_bare(word), _bare(other)), key=len)
    common = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if common == len(short):
        return common >= 3 and len(long) - common <= 4
    return common >= 4 and 3 * common >= 2 * len(short) and len(long) - common <= 3


@lru_cache(maxsize=100_000)
def _bare(word: str) -> str:
    """Return a word in lower case without accents."""
    return "".join(
        sign for sign in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(sign)
    )

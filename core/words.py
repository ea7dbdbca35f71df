"""The words of texts, in whatever language they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

READ_CHARACTERS = 2_000
"""Characters of each text that count; the rest of a long text adds time and no better words."""

MOST_TERMS = 20_000
"""Different words that are weighed: the most frequent ones."""

ADDRESS = re.compile(r"(?:\w+://|www\.)\S+|[\w.+-]*@[\w.-]+")
"""Links, mail addresses and @mentions."""

# Han, Hiragana and Katakana: scripts without spaces between words.
UNSPACED = (
    "\u3005\u3041-\u3096\u30a1-\u30fa\u30fc\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)


def split_words(text: str) -> list[str]:
    """Return the words of a text as they are spelt, and pairs of characters where a script has no spaces.

    Addresses, @mentions, numbers and single letters are left out, as is all beyond `READ_CHARACTERS`.
    """
    text = text[:READ_CHARACTERS]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if "@" in text or "www." in text or "://" in text:
        text = ADDRESS.sub(" ", text)
    words, unspaced = _word_pattern(text.isascii()), re.compile(f"[{UNSPACED}]+")
    found = words.findall(text)
    if text.isascii():
        return found
    for run in unspaced.findall(text):
        found.extend(run[start : start + 2] for start in range(max(1, len(run) - 1)))
    return found


@cache
def _word_pattern(ascii_only: bool) -> re.Pattern[str]:
    if ascii_only:
        letter, before = "[a-zA-Z]", "(?<![a-zA-Z0-9])"
    else:
        # Python's `\w` knows letters, but not the vowel signs that Indian scripts write after them.
        signs = (
            chr(code) for code in range(0x300, 0x10000) if unicodedata.category(chr(code)) in ("Mn", "Mc")
        )
        letter, before = rf"(?:[^\W\d_{UNSPACED}][{''.join(signs)}]*)", rf"(?<![^\W_{UNSPACED}])"
    # Beside an apostrophe, one or two letters are an elided word (l'avion, it's, we'll), more belong to
    # the word (don't).
    return re.compile(
        rf"{before}(?:{letter}{{3,}}(?:['’\u200c-]{letter}+)*|(?<!['’]){letter}{{2}}(?!['’]{letter}))"
    )


@dataclass(frozen=True)
class Words:
    """The words of a corpus, text by text.

    Attributes
    ----------
    terms : ndarray of int64, shape (n_words,)
        Number of each word, the same whatever its case; -1 for words beyond the `MOST_TERMS` most frequent.
    rows : ndarray of int64, shape (n_words,)
        Text that it stands in.
    shown : list of str, length n_terms
        Most frequent spelling of each term.
    """

    terms: np.ndarray
    rows: np.ndarray
    shown: list[str]

    def ordered(self, place: np.ndarray) -> Words:
        """Return the same words, the texts ordered by their place."""
        order = np.argsort(place[self.rows], kind="stable")
        return Words(self.terms[order], self.rows[order], self.shown)


_read_last: tuple[Sequence[str], Words] | None = None


def read_words(texts: Sequence[str]) -> Words:
    """Return the words of the texts; kept until others are read, for the same texts' next clusters or labels.

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
    # The most frequent spelling of a term comes first, and so do the most frequent terms.
    order = sorted(spellings.items(), key=lambda item: (-frequency[item[1]], item[0]))
    terms: dict[str, int] = {}
    shown: list[str] = []
    term_of = np.empty(len(spellings), dtype=np.int64)
    for spelling, position in order:
        term_of[position] = terms.setdefault(spelling.casefold(), len(terms))
        if len(terms) > len(shown):
            shown.append(spelling)
    term_of[term_of >= MOST_TERMS] = -1
    return Words(term_of[spelt], np.repeat(np.arange(len(texts)), lengths), shown[:MOST_TERMS])


def distinct_words(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """Return each known word of each text once: the texts' rows, ascending, and the terms in them."""
    n_terms = max(len(words.shown), 1)
    known = words.terms >= 0
    once = np.sort(words.rows[known] * n_terms + words.terms[known])  # much faster than np.unique
    once = once[np.diff(once, prepend=-1) > 0]
    return once // n_terms, once % n_terms


def count_texts(words: Words, place: np.ndarray, n_places: int) -> np.ndarray:
    """Return how many texts in each place hold each term: (n_places, n_terms)."""
    n_terms = len(words.shown)
    rows, terms = distinct_words(words)
    cells = place[rows] * n_terms + terms
    return np.bincount(cells, minlength=n_places * n_terms).reshape(n_places, n_terms)


def is_unspaced(word: str) -> bool:
    """Whether a word is of a script without spaces, so that it is a pair of characters."""
    return re.fullmatch(f"[{UNSPACED}]+", word) is not None


def echo_each_other(word: str, other: str) -> bool:
    """Whether two words are likely forms of one (bag and bags, story and stories, Buch and Bücher)."""
    if is_unspaced(word) or is_unspaced(other):
        return bool(set(word) & set(other))
    short, long = sorted((_bare(word), _bare(other)), key=len)
    common = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if common == len(short):
        return common >= 3 and len(long) - common <= 4
    return common >= 4 and 3 * common >= 2 * len(short) and len(long) - common <= 3


def _bare(word: str) -> str:
    """Word in lower case without accents."""
    return "".join(
        sign for sign in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(sign)
    )

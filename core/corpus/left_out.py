"""Rows that stay beside the map: copies of other texts, and texts that answer nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from ..utils import normal_text

SET_ASIDE = -1
"""In `LeftOut.copy_of`: a text that was set aside."""

LONGEST_BARE = 60
"""Characters up to which a text can be one that is set aside."""


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Rows of a table that have a text but are not on the map, in the order of the table.

    Attributes
    ----------
    texts : object array (m,) of str
    metadata : DataFrame of m rows
        The columns of `Corpus.metadata`; index 0 to m - 1.
    source_rows : int64 array (m,)
        As in `Corpus`.
    copy_of : int64 array (m,)
        Index in the corpus of the text that this one equals by `normal_text`, whose label and place it
        shares; -1 for a text that was set aside.
    """

    texts: np.ndarray
    metadata: pd.DataFrame
    source_rows: np.ndarray
    copy_of: np.ndarray

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.texts)

    @property
    def n_copies(self) -> int:
        """Rows whose text is on the map."""
        return int((self.copy_of >= 0).sum())

    @property
    def n_set_aside(self) -> int:
        """Rows whose text is not on the map."""
        return len(self) - self.n_copies


def bare_text(text: str) -> str:
    """Return a text by which answers are compared: without letter case, punctuation and blanks.

    Of a text that is punctuation only, each sign once in a row is left: "--" gives "-".
    """
    text = normal_text(text).casefold()
    bare = "".join(letter for letter in text if not is_mark(letter))
    return bare or re.sub(r"(.)\1+", r"\1", text.replace(" ", ""))


def mark_left_out(
    texts: Sequence[str] | np.ndarray, *, leave_out_copies: bool, set_aside: frozenset[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return which texts stay on the map, and of which one each other text is a copy.

    Parameters
    ----------
    set_aside : frozenset of str
        Texts that are left out with all that have the same `bare_text`; up to `LONGEST_BARE` characters.

    Returns
    -------
    kept : bool array (n,)
    copy_of : int64 array (n,)
        Of a copy, the place of its original among the kept texts; -1 for all others.
    """
    bare = {bare_text(text) for text in set_aside}
    kept, copy_of = np.ones(len(texts), dtype=bool), np.full(len(texts), SET_ASIDE, dtype=np.int64)
    first: dict[str, int] = {}
    n_kept = 0
    for row, text in enumerate(texts):
        if bare and len(text) <= LONGEST_BARE and bare_text(text) in bare:
            kept[row] = False
            continue
        if leave_out_copies:
            original = first.setdefault(normal_text(text), n_kept)
            if original < n_kept:
                kept[row], copy_of[row] = False, original
                continue
        n_kept += 1
    return kept, copy_of


@lru_cache(maxsize=4_096)
def is_mark(letter: str) -> bool:
    """Whether a character is a blank or punctuation, not a sign such as "+" or an emoji."""
    return letter == " " or unicodedata.category(letter).startswith("P") or letter in "~^`|=<>"

"""What a reader gives: a table before its columns are tidied, and the other ways to read the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

FIRST_ROWS = 15
"""Rows of a file that are shown for the choice of the header row."""


@dataclass(frozen=True)
class ReadOptions:
    """How to read a file, where a person chose it; None leaves the choice to the reader.

    Attributes
    ----------
    encoding : str or None
        Python's name of the character encoding.
    delimiter : str or None
        Character between two values; "" where each row is one value.
    header_row : int or None
        Row of the file with the column names, counted from 1; 0 where the file has no names.
    sheet : str or None
        Sheet of a workbook, or the keys of a list of a JSON document, such as "result.reviews".
    day_first : bool or None
        Whether 3/1/2024 is the third of January.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    day_first: bool | None = None


@dataclass(frozen=True)
class Choices:
    """What a person may choose in place of what the reader found; empty where there is no choice.

    Attributes
    ----------
    encodings : tuple of str
        Python's names, the likeliest first.
    delimiters : tuple of str
        The one in use, the others from the best on, and "" for one value a row.
    sheets : tuple of str
        In the order of the workbook, hidden ones too; lists of a JSON document, the longest first.
    first_rows : tuple of (int, tuple of str)
        The first rows of the file as they stand, each with its number, for the choice of the header row.
    """

    encodings: tuple[str, ...] = ()
    delimiters: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    first_rows: tuple[tuple[int, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, eq=False)
class RawTable:
    """Table as a reader found it.

    Attributes
    ----------
    frame : DataFrame of n rows
        Column names may repeat or be missing; values have the types of the format.
    encoding : str or None
        Common name of the character encoding; None for formats that define it.
    notes : list of str
        One sentence for each change to the content.
    source_rows : int64 array (n,) or None
        Row of the file that each row was in, counted from 1 with the header; None for 1 to n.
    descriptions : dict of int to str
        What a column is about, by its position, for columns that say so.
    used : ReadOptions
        How the file was read.
    choices : Choices
    vectors : dict of str to float32 array (n, d)
        Columns of vectors, which `frame` lacks; rows without one are NaN.
    text_columns : frozenset of str
        Columns of strings that stay strings, also where they look like numbers or dates.
    guarded : bool
        Whether texts that Refract exported can have an apostrophe that guards them from spreadsheets.
    """

    frame: pd.DataFrame
    encoding: str | None = None
    notes: list[str] = field(default_factory=list)
    source_rows: np.ndarray | None = None
    descriptions: dict[int, str] = field(default_factory=dict)
    used: ReadOptions = field(default_factory=ReadOptions)
    choices: Choices = field(default_factory=Choices)
    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    text_columns: frozenset[str] = frozenset()
    guarded: bool = False


Reader = Callable[[str, bytes, ReadOptions], RawTable]
"""Takes the name of a file, its content, and what a person chose."""

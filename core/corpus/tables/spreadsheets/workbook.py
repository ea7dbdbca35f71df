"""Workbooks of all formats as sheets of rows of values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Row = tuple[object, ...]


@dataclass(frozen=True)
class SheetFacts:
    """What a sheet holds beside its values.

    Attributes
    ----------
    merged : list of (int, int, int, int)
        First row, first column, last row and last column of merged cells, counted from 0.
    unsolved : list of (int, int)
        Row and column, counted from 0, of formulas whose result is not stored.
    zeros_only : bool
        Whether the stored result of every formula is 0, as programs write it that do not calculate.
    n_hidden_rows : int
    n_unsolved, n_errors : int
        Formulas whose result is not stored, and cells with an error, where only their number is known.
    """

    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    unsolved: list[tuple[int, int]] = field(default_factory=list)
    zeros_only: bool = False
    n_hidden_rows: int = 0
    n_unsolved: int = 0
    n_errors: int = 0


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes
    ----------
    name : str
    is_visible : bool
    rows : callable
        Yields every row of the sheet from the first on, also the empty ones; None for an empty cell, rows of
        any length.
    facts : callable
    """

    name: str
    is_visible: bool
    rows: Callable[[], Iterator[Row]]
    facts: Callable[[], SheetFacts] = SheetFacts

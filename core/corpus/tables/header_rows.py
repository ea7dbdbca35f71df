"""Find the rows of a table that name its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Header:
    """Where a table begins, and what its columns are called.

    Attributes
    ----------
    names : list
        Name of each column; None or "" for a column without one.
    start : int
        Position of the first row of values among the rows.
    header_row : int
        Number of the row with the names; 0 where no row has them.
    descriptions : dict of int to str
        What a column is about, by its position, where a further row says so.
    notes : list of str
        One sentence for each row that was left out.
    """

    names: list[object]
    start: int
    header_row: int
    descriptions: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def find_header(
    rows: Sequence[Sequence[object]], numbers: Sequence[int], header_row: int | None = None
) -> Header:
    """Find the header of the rows of a file.

    Parameters
    ----------
    rows : sequence of sequences
        Values as the format gives them, None or "" for an empty one; rows may differ in length.
    numbers : sequence of int
        Number of each row in the file, counted from 1, ascending.
    header_row : int, optional
        Number of the row with the names, where a person chose it; 0 where no row has them.
    """
    position = 0 if header_row is None else next(i for i, n in enumerate(numbers) if n >= header_row)
    return Header(list(rows[position]), position + 1, numbers[position])

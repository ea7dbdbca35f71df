"""Choose the sheet of a workbook that holds the texts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from ....errors import CorpusError
from ..value_kinds import filled_positions
from .workbook import Sheet

SAMPLE_ROWS = 200
FEW_ROWS, MANY_ROWS = 10, 100
LEAST_ROWS, LEAST_TEXTS, LEAST_WORDS = 3, 3, 3
"""Rows of a table of one column; cells of words in a table of texts; words of such a cell."""

EMPTY, CELLS, LIST, TABLE, TEXTS = range(5)
"""What a sheet holds: nothing, a few cells, one column, several, several with texts."""


def choose_sheet(name: str, sheets: Sequence[Sheet], chosen: str | None) -> Sheet | None:
    """Return the chosen sheet, else the first visible one with the most of a table; None where all are empty.

    A sheet of a few rows beside one of many is a cover. Hidden sheets are taken where all others are empty.

    Raises
    ------
    CorpusError
        When the workbook has no sheet of the chosen name.
    """
    if chosen is not None:
        found = next((sheet for sheet in sheets if sheet.name == chosen), None)
        if found is None:
            raise CorpusError(
                f"“{name}” has no sheet “{chosen}” (found {', '.join(sheet.name for sheet in sheets)}): "
                "choose one of its sheets."
            )
        return found
    if len(sheets) == 1:
        return sheets[0]
    for is_visible in (True, False):
        candidates = [sheet for sheet in sheets if sheet.is_visible == is_visible]
        grades = _grades(candidates)
        if max(grades, default=EMPTY) > EMPTY:
            return candidates[grades.index(max(grades))]
    return None


def _grades(sheets: Sequence[Sheet]) -> list[int]:
    samples = [
        [row for row in islice(sheet.rows(), SAMPLE_ROWS) if filled_positions(row)] for sheet in sheets
    ]
    most = max(map(len, samples), default=0)
    return [
        min(CELLS, len(rows)) if most >= MANY_ROWS and len(rows) <= FEW_ROWS else _grade(rows)
        for rows in samples
    ]


def _grade(rows: Sequence[Sequence[object]]) -> int:
    if not rows:
        return EMPTY
    n_wide = sum(len(filled_positions(row)) > 1 for row in rows)
    if n_wide < 2 or n_wide < len(rows) / 2:
        return LIST if len(rows) >= LEAST_ROWS else CELLS
    values = (value for row in rows[1:] for value in row if isinstance(value, str))
    n_texts = sum(len(value.split()) >= LEAST_WORDS for value in values)
    return TEXTS if n_texts >= LEAST_TEXTS else TABLE

"""Make a table of the rows of a sheet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from ....errors import CorpusError
from ..header_rows import find_footer, find_header
from ..raw_table import FIRST_ROWS, Choices, RawTable, ReadOptions
from ..tidy_columns import unique_names
from ..value_kinds import filled_positions
from .choose_sheet import choose_sheet
from .workbook import Sheet, SheetFacts

_ERRORS = """
#N/A #DIV/0! #VALUE! #REF! #NAME? #NUM! #NULL! #GETTING_DATA #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT!
#UNKNOWN! #BUSY! #PYTHON!
"""
ERROR_VALUES = frozenset(_ERRORS.split())
MOST_EXACT = 10**15
"""Spreadsheet programs keep 15 digits of a number."""

CALCULATE = "open the file in a spreadsheet program, save it, and upload it again"


def table_of_sheets(name: str, sheets: Sequence[Sheet], options: ReadOptions) -> RawTable:
    """Return the table of the chosen sheet, else of the first visible one with a table.

    Raises
    ------
    CorpusError
        When the sheet is missing or empty, or holds formulas only.
    """
    sheet = choose_sheet(name, sheets, options.sheet)
    facts = sheet.facts() if sheet else SheetFacts()
    rows = [list(row) for row in sheet.rows()] if sheet else []
    filled_down = _fill_merged(rows, facts)
    numbers = [number for number, row in enumerate(rows, start=1) if filled_positions(row)]
    values = [rows[number - 1] for number in numbers]
    if sheet is None or not values:
        raise _empty(name, facts)
    header = find_header(values, numbers, options.header_row)
    end, notes_on_footer = find_footer(values[header.start :], numbers[header.start :], len(header.names))
    body, numbers_of_body = values[header.start :][:end], numbers[header.start :][:end]
    if not body and (facts.unsolved or facts.n_unsolved):
        raise _empty(name, facts)
    positions = _filled_columns(header.names, body)
    columns = {p: [_value(row[p]) if p < len(row) else None for row in body] for p in positions}
    names = {p: _name(header.names[p]) if p < len(header.names) else None for p in positions}
    frame = pd.DataFrame(
        dict(enumerate(map(_of_one_kind, columns.values()))), index=range(len(body)), dtype=object
    )
    frame.columns = pd.Index(list(names.values()), dtype=object)
    known = dict(zip(positions, unique_names(list(names.values()))[0], strict=True))
    notes = [
        *_notes_on_sheet(sheet, sheets),
        *header.notes,
        *notes_on_footer,
        *_notes_on_formulas(facts, known, set(numbers_of_body)),
        *_notes_on_cells(body, known, facts.n_errors),
        *_notes_on_rows(facts, filled_down & set(numbers_of_body)),
    ]
    return RawTable(
        frame,
        None,
        notes,
        source_rows=np.array(numbers_of_body, dtype=np.int64),
        descriptions={positions.index(p): text for p, text in header.descriptions.items() if p in columns},
        used=ReadOptions(sheet=sheet.name, header_row=header.header_row),
        choices=Choices(
            sheets=tuple(sheet.name for sheet in sheets),
            first_rows=tuple(
                (number, tuple("" if v is None else _shown(v) for v in row[: filled_positions(row)[-1] + 1]))
                for number, row in zip(numbers[:FIRST_ROWS], values, strict=False)
            ),
        ),
    )


def _empty(name: str, facts: SheetFacts) -> CorpusError:
    n_unsolved = len(facts.unsolved) + facts.n_unsolved
    if n_unsolved:
        return CorpusError(
            f"“{name}” holds only formulas ({n_unsolved:,}) without stored results: {CALCULATE}."
        )
    return CorpusError(f"“{name}” is empty: choose a file with one text a row.")


def _fill_merged(rows: list[list[object]], facts: SheetFacts) -> set[int]:
    """Write the value of cells merged over several rows into each; return the numbers of these rows."""
    changed = set()
    for top, left, bottom, _ in facts.merged:
        value = rows[top][left] if top < len(rows) and left < len(rows[top]) else None
        if value is None:
            continue
        for position in range(top + 1, min(bottom + 1, len(rows))):
            row = rows[position]
            row += [None] * (left + 1 - len(row))
            if row[left] is None:
                row[left] = value
                changed.add(position + 1)
    return changed


def _filled_columns(names: Sequence[object], body: Sequence[Sequence[object]]) -> list[int]:
    """Return the positions of the columns that have a name or a value."""
    filled = set(filled_positions(names))
    for row in body:
        filled.update(position for position, value in enumerate(row) if value is not None)
    return sorted(filled)


def _value(value: object) -> object:
    """Return a value of a cell as a table has it; None for an error, a duration as hours."""
    if isinstance(value, str):
        return None if value in ERROR_VALUES else value
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, time) else value


def _of_one_kind(column: list[object]) -> list[object]:
    """Return the dates of a column as such where it holds nothing else, as strings where it does."""
    kinds = {type(value) for value in column if value is not None}
    if not kinds & {date, datetime}:
        return column
    if kinds <= {date, datetime}:
        return [
            datetime(value.year, value.month, value.day) if type(value) is date else value for value in column
        ]
    return [_shown(value) if isinstance(value, date) else value for value in column]


def _name(value: object) -> object:
    return _shown(value) if isinstance(value, date | time | timedelta) else value


def _shown(value: object) -> str:
    """Return a value as a spreadsheet shows it: a date without a time of midnight."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(_value(value) if isinstance(value, timedelta | time) else value)


def _notes_on_sheet(sheet: Sheet, sheets: Sequence[Sheet]) -> list[str]:
    if len(sheets) == 1:
        return []
    hidden = "" if sheet.is_visible else ", which is hidden,"
    return [
        f"Only the sheet “{sheet.name}”{hidden} is read, of {len(sheets)}: choose another if it is wrong."
    ]


def _notes_on_formulas(facts: SheetFacts, names: dict[int, str], rows: set[int]) -> list[str]:
    # A row of formulas only has no values, so that it is not among the rows that are read.
    first = min(rows, default=0)
    unsolved = Counter(column for row, column in facts.unsolved if row + 1 >= first)
    n_unsolved = unsolved.total() + facts.n_unsolved
    notes = []
    if n_unsolved:
        where = ", ".join(f"“{names[p]}” {n:,}" for p, n in sorted(unsolved.items()) if p in names)
        where = f" ({where})" if where else ""
        notes.append(
            f"Formulas without stored results: {n_unsolved:,}{where}; they were read as missing: {CALCULATE}."
        )
    if facts.zeros_only:
        notes.append(
            "The stored result of every formula is 0, as programs write it that do not calculate: if this is "
            f"wrong, {CALCULATE}."
        )
    return notes


def _notes_on_cells(body: Sequence[Sequence[object]], names: dict[int, str], n_errors: int) -> list[str]:
    errors: Counter[int] = Counter()
    long_numbers: Counter[int] = Counter()
    kinds: Counter[str] = Counter()
    for row in body:
        for position, value in enumerate(row):
            if isinstance(value, str):
                if value in ERROR_VALUES:
                    errors[position] += 1
                    kinds[value] += 1
            elif isinstance(value, int | float) and abs(value) >= MOST_EXACT:
                long_numbers[position] += 1
    notes = [f"Cells with an error were read as missing: {n_errors:,}."] if n_errors else []
    if errors:
        where = ", ".join(f"“{names[p]}” {n:,}" for p, n in sorted(errors.items()))
        notes.append(f"Cells with an error ({', '.join(sorted(kinds))}) were read as missing: {where}.")
    if long_numbers:
        where = ", ".join(f"“{names[p]}” {n:,}" for p, n in sorted(long_numbers.items()))
        notes.append(
            f"Numbers of more than 15 digits: {where}; spreadsheet programs round them, so if they are ids, "
            "write them as text or export the table as CSV."
        )
    return notes


def _notes_on_rows(facts: SheetFacts, filled_down: set[int]) -> list[str]:
    notes = []
    if filled_down:
        notes.append(
            f"Values of cells that are merged over several rows were repeated in {len(filled_down):,} more."
        )
    if facts.n_hidden_rows:
        notes.append(f"Hidden rows are read too: {facts.n_hidden_rows:,}.")
    return notes

"""Write tables as JSON Lines, and as XLSX for spreadsheets."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from .write import CHUNK_ROWS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""Of a sheet below the names, by the format."""

MOST_CELL_CHARACTERS = 32_767
"""Of a cell, by the format; the rest is left out, and the mark below stands at the end."""

CUT = " … (cut)"


def write_jsonl(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write a table as JSON Lines in UTF-8: an object a row, null for missing values, dates in ISO 8601."""
    for start in range(0, len(table), CHUNK_ROWS):
        lines = table.iloc[start : start + CHUNK_ROWS].to_json(
            orient="records", lines=True, force_ascii=False, date_format="iso"
        )
        file.write(lines.encode("utf-8", "replace"))


def count_long_texts(table: pd.DataFrame) -> int:
    """Return the number of cells that XLSX cannot hold whole."""
    texts = (column for _, column in table.items() if _is_text(column))
    return sum(int((column.str.len() > MOST_CELL_CHARACTERS).sum()) for column in texts)


def write_xlsx(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write a table of at most a sheet's rows as XLSX, row by row.

    Texts stay texts: none becomes a formula, a link or a number. Longer ones than `MOST_CELL_CHARACTERS` are
    cut, and end with a mark. Dates are dates; those with a time zone are texts in ISO 8601.

    Raises
    ------
    ValueError
        When the table has more rows than a sheet.
    """
    import xlsxwriter

    if len(table) > MOST_ROWS:
        raise ValueError(f"{len(table):,} rows; a sheet holds {MOST_ROWS:,}.")
    options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("texts")
        for place, name in enumerate(table.columns):
            sheet.write_string(0, place, _cut(str(name)))
        sheet.freeze_panes(1, 0)
        columns = [column.to_numpy(dtype=object, na_value=None) for _, column in table.items()]
        for row, values in enumerate(zip(*columns, strict=True), start=1):
            for place, value in enumerate(values):
                _write_cell(sheet, row, place, value)


def _write_cell(sheet: Worksheet, row: int, place: int, value: object) -> None:
    if value is None or value is pd.NaT:
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, place, bool(value))
    elif isinstance(value, Real) and pd.notna(value) and abs(float(value)) < float("inf"):
        sheet.write_number(row, place, float(value))
    elif isinstance(value, pd.Timestamp) and value.tzinfo is None:
        sheet.write_datetime(row, place, value.to_pydatetime())
    elif not isinstance(value, Real):
        shown = value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
        sheet.write_string(row, place, _cut(shown))


def _cut(text: str) -> str:
    if len(text) <= MOST_CELL_CHARACTERS:
        return text
    return text[: MOST_CELL_CHARACTERS - len(CUT)] + CUT


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)

"""Write tables as JSON Lines, and as XLSX for spreadsheets."""

from __future__ import annotations

import math
import tempfile
from numbers import Integral, Real
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from .write import CHUNK_ROWS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS = 1_048_575, 16_384
"""Of a sheet, the rows below the names, by the format."""

MOST_DIGITS_KEPT = 10**15
"""Whole numbers from here on lose digits in a spreadsheet, which are those of an id: they become texts."""

FIRST_YEAR = 1900  # of a spreadsheet's calendar; earlier dates become texts

MOST_CELL_CHARACTERS = 32_767
"""Of a cell, by the format; the rest is left out, and the mark below stands at the end."""

CUT = " … (cut)"


def write_jsonl(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write a table as JSON Lines in UTF-8: an object a row, null for missing values, dates in ISO 8601."""
    for start in range(0, len(table), CHUNK_ROWS):
        lines = table.iloc[start : start + CHUNK_ROWS].to_json(
            orient="records", lines=True, force_ascii=False, date_format="iso"
        )
        file.write(lines.encode())


def count_long_texts(table: pd.DataFrame) -> int:
    """Return the number of cells that XLSX cannot hold whole."""
    texts = (column for _, column in table.items() if _is_text(column))
    return sum(int((column.str.len() > MOST_CELL_CHARACTERS).sum()) for column in texts)


def fits_a_sheet(table: pd.DataFrame) -> bool:
    """Return whether a sheet has as many rows and columns as a table."""
    return len(table) <= MOST_ROWS and len(table.columns) <= MOST_COLUMNS


def write_xlsx(table: pd.DataFrame, file: BinaryIO) -> None:
    """Write a table of at most a sheet's rows as XLSX, row by row.

    Texts stay texts: none becomes a formula, a link or a number. Longer ones than `MOST_CELL_CHARACTERS` are
    cut, and end with a mark. Dates are dates; those with a time zone or before 1900 are texts in ISO 8601.
    Whole numbers of more than 15 digits are texts.

    Raises
    ------
    ValueError
        When the table has more rows or columns than a sheet.
    OSError
        When the disk is full, such as that of temporary files.
    """
    from xlsxwriter.exceptions import FileCreateError

    if not fits_a_sheet(table):
        rows, columns = table.shape
        raise ValueError(
            f"{rows:,} rows and {columns:,} columns; a sheet holds {MOST_ROWS:,} and {MOST_COLUMNS:,}."
        )
    # In a folder of its own: on a full disk, the library leaves its temporary files, which hold texts.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            _write_sheet(table, file, folder)
        except FileCreateError as error:  # the library's cover of an OSError, as of a full disk
            raise OSError(*error.args[0].args) from error


def _write_sheet(table: pd.DataFrame, file: BinaryIO, folder: str) -> None:
    import xlsxwriter

    dates = "yyyy-mm-dd hh:mm:ss"
    options = {"constant_memory": True, "default_date_format": dates, "tmpdir": folder}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet("texts")
        for place, name in enumerate(table.columns):
            sheet.write_string(0, place, _cut(str(name)))
        sheet.freeze_panes(1, 0)
        for start in range(0, len(table), CHUNK_ROWS):  # as Python's objects, all would take a gigabyte
            chunk = table.iloc[start : start + CHUNK_ROWS]
            columns = [column.to_numpy(dtype=object, na_value=None) for _, column in chunk.items()]
            for row, values in enumerate(zip(*columns, strict=True), start=start + 1):
                for place, value in enumerate(values):
                    _write_cell(sheet, row, place, value)


def _write_cell(sheet: Worksheet, row: int, place: int, value: object) -> None:
    if value is None or value is pd.NaT:
        return
    if isinstance(value, bool | np.bool_):
        sheet.write_boolean(row, place, bool(value))
    elif isinstance(value, Integral) and abs(int(value)) >= MOST_DIGITS_KEPT:
        sheet.write_string(row, place, str(value))
    elif isinstance(value, Real):
        if math.isfinite(value):
            sheet.write_number(row, place, float(value))
    elif isinstance(value, pd.Timestamp) and value.tzinfo is None and value.year >= FIRST_YEAR:
        sheet.write_datetime(row, place, value.to_pydatetime(warn=False))
    else:
        shown = value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
        sheet.write_string(row, place, _cut(shown))


def _cut(text: str) -> str:
    if len(text) <= MOST_CELL_CHARACTERS:
        return text
    return text[: MOST_CELL_CHARACTERS - len(CUT)] + CUT


def _is_text(column: pd.Series) -> bool:
    return isinstance(column.dtype, pd.StringDtype)

"""Read workbooks, which store the types of values."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from core.corpus.tables.raw_table import RawTable, ReadOptions
from core.errors import CorpusError

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_UNPACKED_BYTES = 2 * 2**30
"""Of a workbook: it is a ZIP archive, and a small one may unpack to any size."""


def read_xlsx(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read the first filled sheet of a workbook; its first filled row names the columns.

    Raises
    ------
    CorpusError
        When the file is damaged, protected, of another kind, or empty.
    """
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise CorpusError(f"“{name}” is too large once unpacked: save the sheet as CSV.")
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheets = workbook.worksheets
        title, rows = next(
            ((sheet.title, rows) for sheet in sheets if (rows := _filled_rows(sheet))), ("", [])
        )
    except CorpusError:
        raise
    except Exception as error:  # the reader's errors for damaged files are of many types
        raise CorpusError(
            f"“{name}” is not a readable XLSX file (damaged, or protected by a password): save it again, or "
            "as CSV."
        ) from error
    if not rows:
        raise CorpusError(f"“{name}” is empty: choose a file with one text a row.")
    notes = [f"Only the sheet “{title}” is read, of {len(sheets)}."] if len(sheets) > 1 else []
    width = max(position + 1 for row in rows for position, value in enumerate(row) if value is not None)
    rows = [(row + (None,) * width)[:width] for row in rows]
    frame = pd.DataFrame(dict(enumerate(map(list, zip(*rows[1:], strict=True)))), dtype=object)
    if len(rows) > 1:
        frame.columns = list(rows[0])
    return RawTable(frame, None, notes)


def _filled_rows(sheet: ReadOnlyWorksheet) -> list[tuple]:
    sheet.reset_dimensions()  # some programs write wrong ones, which would hide rows
    return [row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)]

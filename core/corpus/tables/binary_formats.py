"""Read Parquet and XLSX, which store the types of values."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pandas as pd

from core.errors import CorpusError

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_UNPACKED_BYTES = 2 * 2**30
"""Of a workbook: it is a ZIP archive, and a small one may unpack to any size."""


def read_parquet(name: str, content: bytes) -> tuple[pd.DataFrame, str | None, list[str]]:
    """Read the table of a Parquet file.

    Raises
    ------
    CorpusError
        When the file is damaged or of another kind.
    """
    import pyarrow as pa
    import pyarrow.parquet

    # Whole numbers stay whole beside missing values.
    whole = {
        getattr(pa, kind.lower())(): getattr(pd, f"{kind}Dtype")()
        for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    }
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        columns = [column.to_pandas(types_mapper=whole.get) for column in table.columns]
        frame = pd.DataFrame(dict(enumerate(columns)))
        frame.columns = table.column_names
    except Exception as error:  # the reader's errors for damaged files are of many types
        raise CorpusError(
            f"“{name}” is not a readable Parquet file: write it again, or save it as CSV."
        ) from error
    return frame, None, []


def read_xlsx(name: str, content: bytes) -> tuple[pd.DataFrame, str | None, list[str]]:
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
    return frame, None, notes


def _filled_rows(sheet: ReadOnlyWorksheet) -> list[tuple]:
    sheet.reset_dimensions()  # some programs write wrong ones, which would hide rows
    return [row for row in sheet.iter_rows(values_only=True) if any(value is not None for value in row)]

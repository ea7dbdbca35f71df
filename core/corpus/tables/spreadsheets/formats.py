"""Open the workbooks of each format."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from ....errors import CorpusError
from ..raw_table import RawTable, ReadOptions
from .ods_parts import with_ods_cells
from .table import table_of_sheets
from .workbook import Row, Sheet, SheetFacts
from .xlsx_parts import facts_of_sheet, sheet_paths, unescape

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from python_calamine import CalamineWorkbook

MOST_UNPACKED_BYTES = 2 * 2**30
"""Of a workbook: it is a ZIP archive, and a small one may unpack to any size."""

ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
"""Name of the part of an Office document that a password protects."""


def read_xlsx(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a sheet of an XLSX or XLSM workbook; macros are not run.

    Raises
    ------
    CorpusError
        When the file is damaged, protected, of another kind, or empty.
    """
    check_unpacked(name, content, "XLSX")
    try:
        sheets = _xlsx_sheets(content)
        # openpyxl finds no sheets in "Strict Open XML", which calamine reads.
        return table_of_sheets(name, sheets, options) if sheets else _read_by_calamine(name, content, options)
    except (CorpusError, MemoryError):
        raise
    except Exception:  # openpyxl's errors are of many types
        return _read_by_calamine(name, content, options)


def read_xlsb(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a sheet of an XLSB workbook; raises like `read_xlsx`."""
    check_unpacked(name, content, "XLSB")
    return _read_by_calamine(name, content, options, "XLSB")


def read_ods(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a sheet of an OpenDocument workbook; raises like `read_xlsx`."""
    check_unpacked(name, content, "ODS")
    return _read_by_calamine(name, content, options, "ODS")


def read_xls(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a sheet of an XLS workbook; raises like `read_xlsx`.

    calamine gives cells with an error as empty ones, so that they are not counted; in XLSB likewise.
    """
    return _read_by_calamine(name, content, options, "XLS")


def check_unpacked(name: str, content: bytes, kind: str) -> None:
    """Raise CorpusError for a workbook that is no archive, is protected, or is too large once unpacked."""
    if ENCRYPTED_PART in content:
        raise _protected(name)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except Exception as error:  # of many types for a damaged archive
        raise _unreadable(name, kind) from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise CorpusError(f"“{name}” is too large once unpacked: save the sheet as CSV.")


def _unreadable(name: str, kind: str) -> CorpusError:
    return CorpusError(
        f"“{name}” is not a readable {kind} file (it may be damaged): save it again, or as CSV."
    )


def _protected(name: str) -> CorpusError:
    return CorpusError(f"“{name}” is protected by a password: save it without one, or as CSV.")


def _xlsx_sheets(content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on parts that are not read, such as pictures
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    facts = _xlsx_facts(content)
    return [
        Sheet(
            sheet.title,
            sheet.sheet_state == "visible",
            partial(_rows_of_openpyxl, sheet),
            facts.get(sheet.title, SheetFacts),
        )
        for sheet in book.worksheets
    ]


def _xlsx_facts(content: bytes) -> dict[str, Callable[[], SheetFacts]]:
    """Return what gives the facts of each sheet, by its name; nothing where the archive has another order."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        paths = sheet_paths(archive)
    except Exception:  # of many types: parts are missing or damaged
        return {}
    return {title: partial(facts_of_sheet, archive, path) for title, path in paths.items()}


def _rows_of_openpyxl(sheet: ReadOnlyWorksheet) -> Iterator[Row]:
    sheet.reset_dimensions()  # some programs write wrong ones, which would hide rows
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on dates outside the calendar, which become error cells
        for row in sheet.iter_rows(values_only=True):
            yield tuple(unescape(value) if isinstance(value, str) else value for value in row)


def _read_by_calamine(name: str, content: bytes, options: ReadOptions, kind: str = "XLSX") -> RawTable:
    from python_calamine import PasswordError, load_workbook

    if ENCRYPTED_PART in content:
        raise _protected(name)
    facts = _xlsx_facts(content) if kind == "XLSX" else {}
    try:
        book = load_workbook(io.BytesIO(content))
        sheets = [
            Sheet(
                sheet.name,
                str(sheet.visible).endswith(".Visible"),
                partial(_rows_of_calamine, book, sheet.name),
                facts.get(sheet.name, partial(_facts_of_calamine, book, sheet.name, content, kind)),
            )
            for sheet in book.sheets_metadata
            if str(sheet.typ).endswith(".WorkSheet")
        ]
        return table_of_sheets(name, sheets, options)
    except (CorpusError, MemoryError):
        raise
    except PasswordError as error:
        raise _protected(name) from error
    except Exception as error:  # the readers' errors for damaged files are of many types
        raise _unreadable(name, kind) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of calamine's Rust code, and no Exception
            raise
        raise _unreadable(name, kind) from error


def _rows_of_calamine(book: CalamineWorkbook, sheet_name: str) -> Iterator[Row]:
    rows = book.get_sheet_by_name(sheet_name).to_python(skip_empty_area=False)
    for row in rows:
        yield tuple(map(_plain, row))


def _plain(value: object) -> object:
    """Return a value as openpyxl would: no empty texts, and whole numbers as such."""
    if value == "":
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _facts_of_calamine(book: CalamineWorkbook, sheet_name: str, content: bytes, kind: str) -> SheetFacts:
    ranges = book.get_sheet_by_name(sheet_name).merged_cell_ranges or []
    facts = SheetFacts(merged=[(top, left, bottom, right) for (top, left), (bottom, right) in ranges])
    return with_ods_cells(facts, content, sheet_name) if kind == "ODS" else facts

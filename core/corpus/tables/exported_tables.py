"""Tables that Refract exported as CSV: read exactly, and without the apostrophes that guard spreadsheets."""

from __future__ import annotations

import codecs
import csv
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .raw_table import RawTable, ReadOptions

EXPORT_COLUMNS = ("row", "source_row")
"""The first columns of every table that is exported: by them it is known again."""

FIRST_BYTES = codecs.BOM_UTF8 + b"row,source_row,"
FIRST_BYTES_AS_THEY_ARE = codecs.BOM_UTF8 + b'"row","source_row",'
"""Begins a CSV in which no text was guarded. Spreadsheets that save it leave the quotation marks out."""

FORMULA_PATTERN = r"^'*[\t\r\n ]*[=+\-@]"
GUARDED_PATTERN = r"^'+[\t\r\n ]*[=+\-@]"


def guard_formulas(texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Write an apostrophe before each text that begins with =, +, - or @: a spreadsheet then shows the text.

    Blanks, tabs and line breaks before the sign count as nothing, and so do apostrophes. So a text that
    already begins with an apostrophe and a sign gets one more, and no text is lost.

    Parameters
    ----------
    texts : Arrow array of n strings, null for none
    """
    guarded = pc.binary_join_element_wise(pa.scalar("'", texts.type), texts, pa.scalar("", texts.type))
    return pc.if_else(pc.match_substring_regex(texts, FORMULA_PATTERN), guarded, texts)


def unguard_table(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Take the apostrophes of `guard_formulas` away from a table that Refract exported.

    Such a table has the columns `EXPORT_COLUMNS`, wherever they stand now. Other tables stay as they are.

    Parameters
    ----------
    frame : DataFrame
        Column names are strings. Of a format without types, or one that a spreadsheet saved, but not one
        that begins with `FIRST_BYTES_AS_THEY_ARE`.

    Returns
    -------
    DataFrame, list of str
        The table, and a note when a text changed.
    """
    if not set(EXPORT_COLUMNS) <= set(frame.columns):
        return frame, []
    names = _unguard(pa.array(map(str, frame.columns), type=pa.string()))[0].to_pylist()
    columns, n_changed = {}, 0
    for name, (_, column) in zip(names, frame.items(), strict=True):
        if isinstance(column.dtype, pd.StringDtype):
            texts, n = _unguard(pa.array(column, from_pandas=True))
            n_changed += n
            column = pd.Series(texts.to_pandas(), index=column.index, dtype=column.dtype) if n else column
        columns[name] = column
    note = (
        f"Texts that Refract had guarded from spreadsheets by an apostrophe: {n_changed:,}; they are as they "
        "were before."
    )
    return pd.DataFrame(columns), [note] if n_changed else []


def _unguard(texts: pa.Array | pa.ChunkedArray) -> tuple[pa.Array | pa.ChunkedArray, int]:
    """Return the texts without the apostrophe, and how many had one."""
    is_guarded = pc.match_substring_regex(texts, GUARDED_PATTERN)
    return pc.if_else(is_guarded, pc.utf8_slice_codeunits(texts, 1), texts), pc.sum(is_guarded).as_py() or 0


def read_exported(content: bytes, options: ReadOptions) -> RawTable | None:
    """Read a CSV as Refract exported it, where nothing needs to be guessed; None for any other file.

    A text in quotation marks is never taken for a missing value, a number, a footer or a further header.
    """
    if options != ReadOptions() or not content.startswith((FIRST_BYTES, FIRST_BYTES_AS_THEY_ARE)):
        return None
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace", newline="")
    names = next(csv.reader(lines))
    try:
        table = _read_strings(content, names, missing=[""])
        # Read once more, the first value of each column is missing where it has no quotation marks.
        first = {name: _first_value(table[name]) for name in names}
        again = _read_strings(content, names, missing=["", *{value for _, value in first.values()}])
    except (pa.ArrowInvalid, KeyError):  # changed by hand since
        return None
    frame = pd.DataFrame({name: table[name].to_pandas().astype("str") for name in names})
    return RawTable(
        frame,
        "UTF-8",
        source_rows=np.arange(2, len(table) + 2),
        used=ReadOptions(encoding="utf-8-sig", delimiter=",", header_row=1),
        text_columns=frozenset(
            name for name, (row, value) in first.items() if value and again[name][row].is_valid
        ),
    )


def _read_strings(content: bytes, names: list[str], missing: list[str]) -> pa.Table:
    """Read all columns as strings; values without quotation marks that are in `missing` are null."""
    import pyarrow.csv

    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        # One block, as a text that goes on in the next one is an error.
        read_options=pyarrow.csv.ReadOptions(block_size=len(content), use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            null_values=missing,
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _first_value(column: pa.ChunkedArray) -> tuple[int, str]:
    """Return the first value that is not empty, with its row; (0, "") where there is none."""
    filled = pc.fill_null(pc.not_equal(column, ""), False)
    row = pc.index(filled, True).as_py()
    return (row, column[row].as_py()) if row >= 0 else (0, "")

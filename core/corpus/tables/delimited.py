"""Read CSV and TSV strictly; an error names the line of the first mistake."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from itertools import islice

import pandas as pd

from core.corpus.tables.raw_table import RawTable, ReadOptions
from core.corpus.tables.text_encoding import TextEncoding, find_encoding
from core.corpus.tables.tidy_columns import column_of_strings
from core.errors import CorpusError

DELIMITERS = ",;\t|"
NO_DELIMITER = "\ufdd0"
"""No character of any text: for files of one column, whose texts may hold any delimiter."""

SAMPLE_ROWS = 200
LEAST_AGREEMENT = 0.5
"""Share of the rows that have as many values as the first, below which a character is no delimiter."""

LONGEST_COLUMN_NAME = 60  # characters: a longer one is more likely a text


def read_delimited(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a CSV or TSV file; its first line names the columns, and whole columns of numbers are numbers.

    Raises
    ------
    CorpusError
        For a line with a wrong quotation mark, or with more values than there are column names.
    """
    # The default limit, against hostile input, would refuse long texts.
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    encoding = find_encoding(name, content)
    delimiter = find_delimiter(encoding, content)
    notes = list(encoding.notes)
    try:
        header, rows = _read(name, encoding, content, delimiter)
    except BrokenQuotes:
        # In many tab-separated files a quotation mark does not enclose a value.
        if delimiter != "\t":
            raise
        header, rows = _read(name, encoding, content, delimiter, quoted=False)
        notes.append("Quotation marks are kept as they are: they do not enclose whole values here.")
    if not any(header) and not rows:
        raise CorpusError(f"“{name}” is empty: choose a file with one text a row.")
    notes += _notes_on_shape(header, rows)
    width = len(header)
    for row in rows:
        if len(row) != width:
            row[width:] = [] if len(row) > width else [""] * (width - len(row))
    columns = ([row[position] or None for row in rows] for position in range(width))
    frame = pd.DataFrame({position: column_of_strings(column) for position, column in enumerate(columns)})
    frame.columns = header
    return RawTable(frame, encoding.label, notes)


class BrokenQuotes(CorpusError):
    """A quotation mark at a place where CSV does not allow it."""


def find_delimiter(encoding: TextEncoding, content: bytes) -> str:
    """Return the delimiter that splits the first rows most evenly; `NO_DELIMITER` for a single column."""
    best, found = (0.0, 0), NO_DELIMITER
    for delimiter in DELIMITERS:
        rows = list(islice(_rows(encoding, content, delimiter), SAMPLE_ROWS))
        width = len(rows[0]) if rows else 0
        if width < 2:
            continue
        agreement = sum(len(row) == width for row in rows) / len(rows)
        if agreement >= LEAST_AGREEMENT and (agreement, width) > best:
            best, found = (agreement, width), delimiter
    return found


def _rows(encoding: TextEncoding, content: bytes, delimiter: str) -> Iterator[list[str]]:
    with encoding.open(content) as file:
        yield from (row for row in csv.reader(file, delimiter=delimiter) if row)


def _read(
    name: str, encoding: TextEncoding, content: bytes, delimiter: str, *, quoted: bool = True
) -> tuple[list[str], list[list[str]]]:
    """Return the column names, and rows of any length up to theirs."""
    rows: list[list[str]] = []
    width = line = 0  # the last line of the row before
    with encoding.open(content) as file:
        reader = csv.reader(
            file,
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
            strict=True,
        )
        try:
            for row in reader:
                if row:
                    if len(row) > width:
                        width = _check_width(name, row, width, line + 1)
                    rows.append(row)
                line = reader.line_num
        except csv.Error as error:
            raise BrokenQuotes(
                f"“{name}” has a wrong quotation mark in the row that begins in line {line + 1:,}: close it, "
                'and write a quotation mark inside a text twice ("").'
            ) from error
    return (rows[0], rows[1:]) if rows else ([], [])


def _check_width(name: str, row: list[str], width: int, line: int) -> int:
    """Return the number of columns: that of the first row. Raise CorpusError for a value beyond it."""
    if width == 0:
        return len(row)
    if any(value.strip() for value in row[width:]):
        raise CorpusError(
            f"“{name}” has {len(row)} values in line {line:,} but {width} column names in its first line: "
            "put texts that hold the delimiter between quotation marks."
        )
    return width


def _notes_on_shape(header: list[str], rows: list[list[str]]) -> list[str]:
    notes = []
    n_short = sum(len(row) < len(header) for row in rows)
    if n_short:
        notes.append(
            f"Rows with fewer values than there are columns: {n_short:,}; their last ones are left empty."
        )
    numbers = pd.to_numeric(pd.Series(header, dtype=object), errors="coerce").notna()
    if numbers.any() or max(map(len, header)) > LONGEST_COLUMN_NAME:
        notes.append(
            "The first line was read as the names of the columns: if it is a text, put a line with names "
            "above it."
        )
    return notes

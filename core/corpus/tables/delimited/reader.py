"""Read CSV, TSV and the like strictly; an error names the line of the first mistake."""

from __future__ import annotations

import csv
from array import array
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import pandas as pd

from ....errors import CorpusError
from ..header_rows import Header, find_footer, find_header
from ..raw_table import FIRST_ROWS, Choices, RawTable, ReadOptions
from ..text_encoding import find_encoding
from ..tidy_columns import column_of_strings, unique_names
from .dialect import (
    Dialect,
    FoundDialect,
    find_dialect,
    is_quoted_by_line,
    split_sep_line,
)
from .missing_texts import (
    BARE_MARK,
    MARKS,
    mark_bare_na,
    quotes_all_texts,
    without_marks,
)
from .row_shapes import (
    ROW_NAME,
    OneName,
    check_widths,
    has_row_names,
    note_on_short_rows,
)
from .text_lines import LONE_RETURN, TextLines

LEAST_DELIMITED = 0.2
"""Share of the lines that hold a delimiter, from which a reading as one column is mentioned."""

DELIMITER_NAMES = {"\t": "tab", " ": "blank", ";": "semicolon", ",": "comma", "|": "vertical bar"}


def read_delimited(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a delimited file: its dialect, its header and its footer are found, or as `options` say.

    Raises
    ------
    CorpusError
        For a wrong quotation mark, or a row with more values than there are column names.
    """
    encoding = find_encoding(name, content, options.encoding)
    text = TextLines.open(encoding, content)
    sep, _ = split_sep_line(text.sample)
    chosen = options.delimiter if options.delimiter is not None else sep
    found = find_dialect(text.sample_below_sep, whole=text.whole, delimiter=chosen)
    if chosen is None and found.dialect.delimiter == "" and is_quoted_by_line(text.sample_lines()):
        unquoted = "\n".join(row[0] for row in _read(name, text, found.dialect)[1].values)
        raw = read_delimited(name, unquoted.encode(), replace(options, encoding=None))
        note = "Each line of the file is between quotation marks as a whole; they were taken off."
        used = replace(raw.used, encoding=encoding.codec)
        return replace(raw, encoding=encoding.label, notes=[*encoding.notes, note, *raw.notes], used=used)
    try:
        return _table_of(name, text, found, found.dialect, options)
    except OneName:
        if chosen is not None:
            raise
        return _table_of(name, text, found, found.one_column, options)


def _table_of(
    name: str, text: TextLines, found: FoundDialect, dialect: Dialect, options: ReadOptions
) -> RawTable:
    dialect, rows = _read(name, text, dialect)
    if not any(map(any, rows.values)):
        raise CorpusError(f"“{name}” is empty: choose a file with one text a row.")
    header = find_header(rows.values, rows.numbers, options.header_row)
    notes = [*text.encoding.notes, *_notes_on_dialect(found, dialect, rows), *header.notes]
    first_rows = tuple(
        (number, tuple(row))
        for number, row in islice(zip(rows.numbers, rows.values, strict=True), FIRST_ROWS)
    )
    is_quoted = all(line.startswith('"') for line in text.sample_below_sep.splitlines()[:2])
    frame, numbers, more = _frame_of(name, rows.below(header.start), header, is_quoted=is_quoted)
    shift = frame.shape[1] > 0 and frame.columns[0] == ROW_NAME and ROW_NAME not in header.names
    return RawTable(
        frame,
        text.encoding.label,
        notes + more,
        source_rows=np.array(numbers, dtype=np.int64),
        descriptions={position + shift: about for position, about in header.descriptions.items()},
        used=ReadOptions(
            encoding=text.encoding.codec, delimiter=dialect.delimiter, header_row=header.header_row
        ),
        choices=Choices(
            encodings=text.encoding.choices,
            delimiters=tuple(dict.fromkeys([dialect.delimiter, *found.delimiters, ""])),
            first_rows=first_rows,
        ),
    )


class BrokenQuotes(CorpusError):
    """A quotation mark at a place where CSV does not allow it."""


@dataclass(frozen=True)
class _Rows:
    """Rows that are not blank lines, with their numbers in the file and the lines in which they begin.

    A row with line breaks inside quotation marks has one number, as in a spreadsheet; blank lines count.
    """

    values: list[list[str]]
    numbers: array
    lines: array
    n_bare: int = 0
    """Values that are NA outside quotation marks, where all texts are inside."""

    def below(self, start: int) -> _Rows:
        return replace(
            self, values=self.values[start:], numbers=self.numbers[start:], lines=self.lines[start:]
        )


def _read(name: str, text: TextLines, dialect: Dialect) -> tuple[Dialect, _Rows]:
    """Read all rows; where a quotation mark is wrong, in the other ways in which it may be meant."""
    ways = [dialect]
    if dialect.quote and b"\\" in text.content and not dialect.escaped:
        ways += [replace(dialect, escaped=True, doubled=False), replace(dialect, escaped=True)]
    # In many tab-separated files, and in lines of text, a quotation mark does not enclose a value.
    if dialect.delimiter not in (",", ";") and dialect.quote:
        ways.append(replace(dialect, quote=""))
    broken: BrokenQuotes | None = None
    for way in ways:
        try:
            return way, _read_rows(name, text, way)
        except BrokenQuotes as error:
            broken = broken or error
    assert broken is not None
    raise broken


def _read_rows(name: str, text: TextLines, dialect: Dialect) -> _Rows:
    values: list[list[str]] = []
    numbers, starts = array("q"), array("q")
    n_bare = line = 0  # the last line of the row before
    lines = text.lines()
    has_bare = b"NA" in text.content and quotes_all_texts(text.sample_lines(), dialect)
    if has_bare:
        lines = mark_bare_na(lines, dialect.delimiter)
    reader = dialect.reader(lines)
    try:
        for number, row in enumerate(reader, start=1):
            if row:
                if text.has_lone_returns:
                    row = [value.replace(LONE_RETURN, "\r") for value in row]
                if has_bare:
                    n_bare += row.count(BARE_MARK)
                    row = ["" if v == BARE_MARK else v.replace(BARE_MARK, "NA") for v in row]
                values.append(row)
                numbers.append(number)
                starts.append(line + text.first_line)
            line = reader.line_num
    except csv.Error as error:
        raise BrokenQuotes(
            f"“{name}” has a wrong quotation mark in the row that begins in line {line + text.first_line:,}: "
            'close it, and write a quotation mark inside a text twice ("").'
        ) from error
    return _Rows(values, numbers, starts, n_bare)


def _frame_of(
    name: str, rows: _Rows, header: Header, *, is_quoted: bool
) -> tuple[pd.DataFrame, list[int], list[str]]:
    """Return the table below a header, the number of each row, and notes on what was changed."""
    names = list(header.names)
    end, notes = find_footer(rows.values, rows.numbers, len(names))
    values, numbers = rows.values[:end], list(rows.numbers[:end])
    repeated = [i for i, row in enumerate(values) if len(row) > 1 and row == names]
    if repeated:
        notes.append(
            f"Rows that repeat the column names: {len(repeated):,} (the first is row "
            f"{numbers[repeated[0]]:,}); they were left out."
        )
        gone = set(repeated)
        values = [row for i, row in enumerate(values) if i not in gone]
        numbers = [number for i, number in enumerate(numbers) if i not in gone]
    if header.header_row and has_row_names(names, values, is_quoted=is_quoted):
        names.insert(0, ROW_NAME)
        notes.append(
            f"The rows have one value more than there are column names: their first one is read as "
            f"“{ROW_NAME}”, as R writes it."
        )
    if header.header_row:
        check_widths(name, names, rows.values[:end], rows.lines, header.header_row)
    else:
        names += [None] * (max(map(len, values), default=0) - len(names))
    notes += note_on_short_rows(values, len(names))
    width = len(names)
    for row in values:
        if len(row) != width:
            row[width:] = [] if len(row) > width else [""] * (width - len(row))
    columns = [[row[position] or None for row in values] for position in range(width)]
    if rows.n_bare:
        notes.append(
            f"NA outside quotation marks was read as a missing value: {rows.n_bare:,}; between quotation "
            "marks it is a text."
        )
    columns, more = _without_marks(columns, names, MARKS - {"NA"} if rows.n_bare else MARKS)
    frame = pd.DataFrame({position: column_of_strings(column) for position, column in enumerate(columns)})
    frame.columns = pd.Index(names, dtype=object)
    return frame, numbers, notes + more


def _without_marks(
    columns: list[list[str | None]], names: list[object], marks: frozenset[str]
) -> tuple[list[list[str | None]], list[str]]:
    found, kept = [], []
    for position, called in enumerate(unique_names(names)[0]):
        columns[position], n, n_kept = without_marks(columns[position], marks)
        if n:
            found.append(f"“{called}” {n:,}")
        if n_kept:
            kept.append(f"“{called}” {n_kept:,}")
    notes = []
    if found:
        notes.append(
            f"Marks such as NA were read as missing texts: {', '.join(found)}; give them another spelling in "
            "the file where they are meant as words."
        )
    if kept:
        notes.append(
            f"NA was kept as a code beside others of two letters: {', '.join(kept)}; leave it empty in the "
            "file where it means that a value is missing."
        )
    return columns, notes


def _notes_on_dialect(found: FoundDialect, dialect: Dialect, rows: _Rows) -> list[str]:
    notes = []
    if dialect.quote == "" and dialect != found.dialect:
        notes.append("Quotation marks are kept as they are: they do not enclose whole values here.")
    if dialect.delimiter == "":
        for delimiter in found.delimiters:
            n = sum(delimiter in row[0] for row in rows.values)
            if delimiter.strip(" ") and n >= LEAST_DELIMITED * len(rows.values):
                called = DELIMITER_NAMES.get(delimiter, repr(delimiter))
                notes.append(
                    f"Each line was read as one value, though {n:,} of {len(rows.values):,} hold a {called}: "
                    "choose a delimiter if the lines have several values."
                )
                break
    elif dialect.delimiter not in DELIMITER_NAMES:
        notes.append(f"Values were cut at {dialect.delimiter!r}: choose another delimiter if this is wrong.")
    return notes

"""Read plain text: one text a line, or the table that a program wrote as `.txt`."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ...errors import CorpusError
from .delimited import DELIMITER_NAMES, read_delimited
from .raw_table import Choices, RawTable, ReadOptions
from .text_encoding import find_encoding
from .value_kinds import is_empty, is_typed

SAMPLE_LINES = 500
LEAST_ROWS, LEAST_DELIMITED = 3, 0.2
"""Rows of a table; share of the lines that hold a delimiter, from which this is mentioned."""


def read_plain_text(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read one text a line; a table where the lines have tabs or a column of numbers, as in CSV.

    Blank lines are empty texts.

    Raises
    ------
    CorpusError
        When the file is not text.
    """
    if options.delimiter:
        return read_delimited(name, content, options)
    encoding = find_encoding(name, content, options.encoding)
    lines = re.sub("\r\n?", "\n", encoding.decode(content)).rstrip("\n").split("\n")
    sample = _try_as_table(name, "\n".join(lines[:SAMPLE_LINES]).encode(), ReadOptions())
    if sample is not None and options.delimiter is None and _is_table(sample):
        table = _try_as_table(name, content, options)
        if table is not None:
            note = "The lines hold several values each: choose no delimiter if each line is one text."
            return replace(table, notes=[*table.notes, note])
    delimiters = tuple(filter(None, sample.choices.delimiters)) if sample is not None else ()
    notes = list(encoding.notes)
    if options.delimiter is None:
        notes += _note_on_delimiters(lines, delimiters)
    return RawTable(
        pd.DataFrame({"text": lines}, dtype=object),
        encoding.label,
        notes,
        used=ReadOptions(encoding=encoding.codec, delimiter="" if delimiters else None),
        choices=Choices(encodings=encoding.choices, delimiters=("", *delimiters) if delimiters else ()),
    )


def _try_as_table(name: str, content: bytes, options: ReadOptions) -> RawTable | None:
    try:
        return read_delimited(name, content, options) if content.strip() else None
    except CorpusError:
        return None


def _is_table(table: RawTable) -> bool:
    """Return whether lines are surely rows: cut at tabs, or with a column of numbers or dates."""
    width = table.frame.shape[1]
    if not table.used.delimiter or width < 2 or len(table.frame) < LEAST_ROWS:
        return False
    columns = [
        [value for value in table.frame.iloc[:, position].tolist() if not (value != value or is_empty(value))]
        for position in range(width)
    ]
    return table.used.delimiter == "\t" or any(column and all(map(is_typed, column)) for column in columns)


def _note_on_delimiters(lines: list[str], delimiters: tuple[str, ...]) -> list[str]:
    for delimiter in delimiters:
        n = sum(delimiter in line for line in lines)
        if n >= max(2, LEAST_DELIMITED * len(lines)):
            kind = DELIMITER_NAMES.get(delimiter, delimiter)
            return [
                f"Each line was read as one text, though {n:,} of {len(lines):,} hold a {kind}: choose a "
                "delimiter if the lines have several values."
            ]
    return []

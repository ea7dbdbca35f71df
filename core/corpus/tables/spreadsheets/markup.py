"""Read the tables that web sites write in HTML, or Excel 2003 in XML, and name `.xls`."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from html.parser import HTMLParser

from ....errors import CorpusError
from ..raw_table import RawTable, ReadOptions
from ..text_encoding import encoding_name, find_encoding
from .table import table_of_sheets
from .workbook import Row, Sheet, SheetFacts

MOST_SPANNED = 1_000
"""Cells that one cell may span."""

_DECLARED = re.compile(rb'(?i)(?:charset|encoding)\s*=\s*["\']?([\w-]+)')
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?", re.ASCII)
_BLANKS = re.compile(r"[ \t\r\n]+")


def read_markup(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read the tables of an HTML page or of Excel's XML of 2003 as the sheets of a workbook.

    Raises
    ------
    CorpusError
        When there is no table, or when the text cannot be decoded.
    """
    encoding = find_encoding(name, content, options.encoding or _declared_encoding(content))
    parser = _TableParser()
    parser.feed(encoding.decode(content))
    parser.close()
    if not parser.sheets:
        raise CorpusError(f"“{name}” is a page without a table: save the texts as CSV or XLSX.")
    sheets = [
        Sheet(title, True, partial(_rows, rows), partial(SheetFacts, merged))
        for title, rows, merged in parser.sheets
    ]
    table = table_of_sheets(name, sheets, options)
    return replace(
        table,
        encoding=encoding_name(encoding.codec),
        notes=[*encoding.notes, *table.notes],
        used=replace(table.used, encoding=encoding.codec),
        choices=replace(table.choices, encodings=encoding.choices),
    )


def _declared_encoding(content: bytes) -> str | None:
    """Return the encoding that a page says it is in, where it can be read so."""
    declared = _DECLARED.search(content[:4_096])
    if declared is None or content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    try:
        codec = codecs.lookup(declared[1].decode()).name
        # Web browsers read Latin-1 as its superset.
        codec = "cp1252" if codec in ("iso8859-1", "ascii") else codec
        content.decode(codec)
    except (LookupError, UnicodeDecodeError):
        return None
    return None if codec == "utf-8" else codec


def _rows(rows: list[list[object]]) -> Iterator[Row]:
    yield from map(tuple, rows)


class _TableParser(HTMLParser):
    """Collects the rows of each table; a table inside a cell is part of the cell's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sheets: list[tuple[str, list[list[object]], list[tuple[int, int, int, int]]]] = []
        self._depth = 0
        self._title: str | None = None
        self._last_rows: dict[int, int] = {}
        """Last row of the cell that takes a column, for cells over several rows."""
        self._cell: list[str] | None = None
        self._attributes: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        attributes = {key.rpartition(":")[2]: value or "" for key, value in attrs}
        if tag == "worksheet":
            self._title = attributes.get("name")
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.sheets.append((self._title or f"table {len(self.sheets) + 1}", [], []))
                self._last_rows = {}
        elif self._depth == 1 and tag in ("tr", "row"):
            self._end_cell()
            rows = self.sheets[-1][1]
            rows += [[] for _ in range(_count(attributes.get("index")) - 1 - len(rows))]
            rows.append([])
        elif self._depth == 1 and tag in ("td", "th", "cell") and self.sheets[-1][1]:
            self._end_cell()
            self._cell, self._attributes = [], {**attributes, "tag": tag}
        if tag in ("br", "p", "div", "li") and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("td", "th", "cell", "tr", "row", "table") and self._depth == 1:
            self._end_cell()
        if tag == "table":
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            # Line breaks of the source are blanks in HTML.
            self._cell.append(data if self._attributes["tag"] == "cell" else _BLANKS.sub(" ", data))

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        _, rows, merged = self.sheets[-1]
        row, attributes = rows[-1], self._attributes
        top = len(rows) - 1
        row += [None] * (_count(attributes.get("index")) - 1 - len(row))
        while self._last_rows.get(len(row), -1) >= top:
            row.append(None)
        left = len(row)
        n_columns = _count(attributes.get("colspan")) or _count(attributes.get("mergeacross")) + 1
        n_rows = _count(attributes.get("rowspan")) or _count(attributes.get("mergedown")) + 1
        if n_rows > 1:
            merged.append((top, left, top + n_rows - 1, left + n_columns - 1))
            self._last_rows.update(dict.fromkeys(range(left, left + n_columns), top + n_rows - 1))
        row += [_value("".join(self._cell)), *[None] * (n_columns - 1)]
        self._cell = None


def _value(text: str) -> object:
    """Return a number, where it is spelled as Python spells it; else the text, None for an empty one."""
    lines = (line.strip() for line in text.replace("\xa0", " ").split("\n"))
    text = "\n".join(lines).strip()
    if _NUMBER.fullmatch(text):
        number = float(text) if "." in text else int(text)
        return number if str(number) == text else text
    return text or None


def _count(text: str | None) -> int:
    return min(int(text), MOST_SPANNED) if text and text.isdigit() else 0

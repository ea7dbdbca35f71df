"""What calamine does not tell of the sheets of an OpenDocument workbook."""

from __future__ import annotations

import html
import io
import re
import zipfile
from dataclasses import replace

from .workbook import SheetFacts

_SHEET = re.compile(
    rb"<table:table\b[^>]*?\btable:name=(\"[^\"]*\"|'[^']*')[^>]*>(.*?)</table:table>", re.DOTALL
)
_CELL = re.compile(rb"<table:table-cell\b[^>]*>")


def with_ods_cells(facts: SheetFacts, content: bytes, sheet_name: str) -> SheetFacts:
    """Return the facts of a sheet with the numbers of its errors and of its formulas without a result."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("content.xml")
    for name, cells in _SHEET.findall(xml):
        if html.unescape(name.decode()[1:-1]) == sheet_name:
            starts = _CELL.findall(cells)
            return replace(
                facts,
                n_errors=sum(b'calcext:value-type="error"' in cell for cell in starts),
                n_unsolved=sum(b"table:formula=" in cell and b"office:value" not in cell for cell in starts),
            )
    return facts

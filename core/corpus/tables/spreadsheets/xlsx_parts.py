"""What openpyxl does not tell of the sheets of an XLSX file while it streams their values."""

from __future__ import annotations

import posixpath
import re
import zipfile
from xml.etree import ElementTree

from .workbook import SheetFacts

_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
_CELL = rb"<(?:\w+:)?c\b([^>]*)>\s*"
_FORMULA = rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
_NO_VALUE = re.compile(_CELL + _FORMULA + rb"(?:<(?:\w+:)?v\b[^>]*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>")
_SOLVED = re.compile(_CELL + _FORMULA + rb"<(?:\w+:)?v\b[^>]*>([^<]+)</")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b[^>]*\bhidden="(?:1|true)"')
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')


def unescape(text: str) -> str:
    """Return a text with `_x000D_` and the like as characters; `_x005F_` protects such a text itself."""
    if "_x" not in text:
        return text
    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    # Characters beyond 16 bits are written as two halves.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the path in the archive of each sheet, by its name."""
    book_path = "xl/workbook.xml"
    targets = {
        relation.get("Id"): posixpath.normpath(posixpath.join("/xl", relation.get("Target", ""))).lstrip("/")
        for relation in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    paths = {}
    for element in ElementTree.fromstring(archive.read(book_path)).iter():
        if element.tag.rpartition("}")[2] == "sheet":
            relation = next((value for key, value in element.items() if key.endswith("}id")), None)
            if relation in targets:
                paths[element.get("name", "")] = targets[relation]
    return paths


def facts_of_sheet(archive: zipfile.ZipFile, path: str) -> SheetFacts:
    """Return the merged cells of a sheet, its formulas without a result, and the number of hidden rows."""
    xml = archive.read(path)
    merged = [
        (int(top) - 1, _column(left), int(bottom) - 1, _column(right))
        for left, top, right, bottom in _MERGED.findall(xml)
    ]
    unsolved, zeros_only = [], False
    if re.search(rb"<(?:\w+:)?f\b", xml):
        for match in _NO_VALUE.finditer(xml):
            place = _PLACE.search(match[1])
            # A formula of type "str" without a value has an empty text as its result.
            if place and b't="str"' not in match[1]:
                unsolved.append((int(place[2]) - 1, _column(place[1])))
        solved = [value for _, value in _SOLVED.findall(xml)]
        is_written_by_program = b"fullCalcOnLoad=" in archive.read("xl/workbook.xml")
        zeros_only = is_written_by_program and bool(solved) and set(solved) == {b"0"}
    return SheetFacts(merged, unsolved, zeros_only, len(_HIDDEN.findall(xml)))


def _column(letters: bytes) -> int:
    """Return the position of the column "A", "AB" and so on."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - ord("A") + 1
    return position - 1

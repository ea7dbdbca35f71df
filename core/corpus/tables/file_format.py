"""Find the format of a file by its content, where its name says another."""

from __future__ import annotations

import codecs
import io
import re
import zipfile

from ...errors import CorpusError
from .text_encoding import BINARY_STARTS

MARKUP = ".html"
NAMES = {
    ".xlsx": "an XLSX workbook",
    ".xls": "an XLS workbook",
    ".xlsb": "an XLSB workbook",
    ".ods": "an OpenDocument workbook",
    ".parquet": "Parquet data",
    ".json": "JSON",
    ".csv": "text with delimiters",
    MARKUP: "a table in HTML or XML",
}
BINARY = frozenset([".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet"])
DELIMITED = frozenset([".csv", ".tsv"])
PARTS = {
    "xl/workbook.xml": ".xlsx",
    "xl/workbook.bin": ".xlsb",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a PowerPoint file",
}
"""What an archive is that has a part: an ending, or words for what is not read."""

OLE_PARTS = {"EncryptedPackage": "", "WordDocument": "a Word document", "Workbook": ".xls", "Book": ".xls"}
"""The same for Office documents before 2007; "" for one that a password protects."""
DAMAGED, DAMAGED_OFFICE = "a damaged archive", "an Office document that is no workbook, or a damaged one"

_MARKUP_START = re.compile(
    r"(<\?xml[^>]*>|<\?mso[^>]*>|<!--.*?-->|<!doctype[^>]*>|\s)*<(html|table|head|body|meta|style|(ss:)?workbook)\b",
    re.IGNORECASE | re.DOTALL,
)


def find_format(name: str, ending: str, content: bytes) -> tuple[str, list[str]]:
    """Return the ending by which a file is read, and a note where its name has another.

    Parameters
    ----------
    name : str
        For messages.
    ending : str
        Of the name, in lower case, with the dot.
    content : bytes

    Raises
    ------
    CorpusError
        For a binary file that is no table, and for a workbook that a password protects.
    """
    found = _binary_format(content)
    if found == "":
        raise CorpusError(f"“{name}” is protected by a password: save it without one, or as CSV.")
    if found is None:
        found = _text_format(ending, content)
    if found in (DAMAGED, DAMAGED_OFFICE) and ending in BINARY:  # the reader of the format says what is wrong
        return ending, []
    if found == ending or (found == ".xlsx" and ending == ".xlsm"):
        return ending, []
    if found not in NAMES:
        raise CorpusError(f"“{name}” holds {found}, not {_wanted(ending)}: save the texts as CSV or XLSX.")
    return found, [f"The file holds {NAMES[found]}, though its name ends in {ending}; it was read as that."]


def _wanted(ending: str) -> str:
    return NAMES.get(ending, "a workbook") if ending in BINARY else "plain text"


def _binary_format(content: bytes) -> str | None:
    """Return an ending, words for a file that is not read, "" for a protected one; None for text."""
    if content.startswith(b"PK\x03\x04"):
        return _archive_format(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        parts = (kind for part, kind in OLE_PARTS.items() if part.encode("utf-16-le") in content)
        return next(parts, DAMAGED_OFFICE)
    if content.startswith(b"PAR1"):
        return ".parquet"
    return next((kind for start, kind in BINARY_STARTS.items() if content.startswith(start)), None)


def _archive_format(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.namelist()
            if "mimetype" in parts and b"opendocument.spreadsheet" in archive.read("mimetype"):
                return ".ods"
    except Exception:  # of many types for a damaged archive; its reader says so
        return DAMAGED
    return next((kind for part, kind in PARTS.items() if part in parts), "a ZIP archive")


def _text_format(ending: str, content: bytes) -> str:
    """Return the ending that fits a file of text."""
    if ending not in BINARY | DELIMITED:
        return ending
    start = content[:4_096]
    codec = "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = start.decode(codec, "replace").lstrip()
    if _MARKUP_START.match(text):
        return MARKUP
    if text.startswith(('[{"', "[\n", "[\r\n", '{"')) and content.rstrip()[-1:] in (b"]", b"}"):
        return ".json"
    return ending if ending in DELIMITED else ".csv"

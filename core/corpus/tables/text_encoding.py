"""How the characters of a text file are stored."""

from __future__ import annotations

import codecs
import io
from dataclasses import dataclass, field

from core.errors import CorpusError

BINARY_STARTS = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old or protected Office document",
    b"PAR1": "Parquet data",
    b"\x1f\x8b": "gzip data",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
}
# Longer marks first: UTF-32's begins with UTF-16's.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}
CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")
MOST_CONTROLS = 0.01  # share of control bytes above which a file is no text; stray NULs stay far below
# A file is damaged UTF-8, rather than Latin-1, when so many characters are well formed for each that is not.
WELL_FORMED_PER_DAMAGED = 10
DAMAGED = "\ufffd"


@dataclass(frozen=True)
class TextEncoding:
    """How to decode a file.

    Attributes
    ----------
    codec : str, Python's name
    label : str, the name people know
    errors : str, "strict" or "replace"
    notes : list of str, sentences for the person
    """

    codec: str
    label: str
    errors: str = "strict"
    notes: list[str] = field(default_factory=list)

    def decode(self, content: bytes) -> str:
        """Characters of a file, without NULs."""
        return content.decode(self.codec, self.errors).replace("\0", "")

    def open(self, content: bytes) -> io.TextIOWrapper:
        """Read a file line by line, its line ends as they are, in little memory; without NULs."""
        codec = self.codec
        if b"\0" in content:
            codec, content = "utf-8", self.decode(content).encode()
        return io.TextIOWrapper(io.BytesIO(content), encoding=codec, errors=self.errors, newline="")


def find_encoding(name: str, content: bytes) -> TextEncoding:
    """Find how a text file is stored: by its byte order mark, else UTF-8, else Windows-1252 or Latin-1.

    Raises
    ------
    CorpusError
        When it is no text, or breaks the encoding that its mark announces.
    """
    for mark, (codec, label) in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return _check_marked(name, content, TextEncoding(codec, label))
    if len(content) - len(content.translate(None, CONTROLS)) > MOST_CONTROLS * len(content):
        raise CorpusError(
            f"“{name}” is not plain text, or is stored in an unusual encoding: save it as CSV in UTF-8."
        )
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _without_utf8(content, error.start)
    return TextEncoding("utf-8-sig", "UTF-8")


def _check_marked(name: str, content: bytes, encoding: TextEncoding) -> TextEncoding:
    try:
        content.decode(encoding.codec)
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"“{name}” begins as {encoding.label} but breaks it at byte {error.start + 1:,}: "
            "save it again, best as UTF-8."
        ) from error
    return encoding


def _without_utf8(content: bytes, first_damage: int) -> TextEncoding:
    text = content.decode("utf-8", "replace")
    n_damaged = text.count(DAMAGED)
    n_well_formed = len(text) - n_damaged - _count_ascii(content)
    if n_well_formed >= WELL_FORMED_PER_DAMAGED * n_damaged:
        line = content.count(b"\n", 0, first_damage) + 1
        note = (
            f"Characters that are not valid UTF-8: {n_damaged:,} (the first in line {line:,}); they show as "
            f"{DAMAGED}: save the file again as UTF-8 if they matter."
        )
        return TextEncoding("utf-8-sig", "UTF-8, damaged", "replace", [note])
    note = "Not UTF-8, so read as Western European: if letters look wrong, save the file as UTF-8."
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:
        return TextEncoding("latin-1", "Latin-1", notes=[note])
    return TextEncoding("cp1252", "Windows-1252", notes=[note])


def _count_ascii(content: bytes) -> int:
    return len(content.translate(None, bytes(range(128, 256))))

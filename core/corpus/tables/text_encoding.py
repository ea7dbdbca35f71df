"""Find the character encoding of a text file."""

from __future__ import annotations

import codecs
import io
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

import numpy as np

from ...errors import CorpusError
from .legacy_encodings import LABELS, LATIN_1, WESTERN, rank_encodings

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
# Longer marks first: that of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}
CONTROL_BYTES = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")
MOST_CONTROL_BYTES = 0.01
"""Share above which a file is not text; stray NULs stay far below."""

LEAST_BLANKS, MOST_STRAY = 0.02, 0.01
"""Shares of the 16-bit units of UTF-16: of those with a high byte of 0, as blanks, delimiters and line ends
have it, and of characters that no text has."""

WELL_FORMED_PER_DAMAGED = 10
"""Valid non-ASCII characters for each invalid one, from which a file counts as damaged UTF-8."""

REPLACEMENT_CHARACTER = "\ufffd"
UTF8 = "utf-8-sig"
ESCAPES = {b"\x1b$B": "iso2022_jp_2", b"\x1b$@": "iso2022_jp_2", b"\x1b$)C": "iso2022_kr"}
"""What changes the characters in encodings that use only the bytes of ASCII."""

NAMES = {
    UTF8: "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16 (big-endian)",
    "iso2022_jp_2": "ISO-2022-JP",
    "iso2022_kr": "ISO-2022-KR",
    **LABELS,
}
SAMPLE_BYTES = 2**14
WINDOWS, WINDOW_BYTES = 64, 2**16
"""Parts of a large file from which the sample is taken."""

VALUE_ENDS = re.compile(b'[\r\n",]+')
"""No East Asian encoding has these bytes inside a character."""

MOST_OFFERED = 8


@dataclass(frozen=True)
class TextEncoding:
    """Encoding of a file.

    Attributes
    ----------
    codec, errors : str
        Python's name of the encoding, and how it treats invalid bytes.
    label : str
        Common name.
    notes : list of str
        One sentence about a guess or about damage.
    choices : tuple of str
        Python's names of the encodings that may be meant, the likeliest first; empty where the encoding is
        certain.
    """

    codec: str
    label: str
    errors: str = "strict"
    notes: list[str] = field(default_factory=list)
    choices: tuple[str, ...] = ()

    def decode(self, content: bytes) -> str:
        """Decode a file, without NULs."""
        return content.decode(self.codec, self.errors).replace("\0", "")

    def open(self, content: bytes) -> io.TextIOWrapper:
        """Open a file as a stream of lines, without NULs; line ends stay as they are."""
        codec = self.codec
        if b"\0" in content:
            codec, content = "utf-8", self.decode(content).encode()
        return io.TextIOWrapper(io.BytesIO(content), encoding=codec, errors=self.errors, newline="")


def encoding_name(codec: str) -> str:
    """Return the common name of an encoding: "Windows-1252" for "cp1252"."""
    return NAMES.get(codec, codec)


def find_encoding(name: str, content: bytes, chosen: str | None = None) -> TextEncoding:
    """Find the encoding: by the byte order mark, else UTF-8, else UTF-16, else the likeliest older one.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    content : bytes
    chosen : str, optional
        Python's name of the encoding that a person chose; it is obeyed.

    Raises
    ------
    CorpusError
        When the file is not text, or is invalid in the encoding of its byte order mark or in the chosen one.
    """
    if chosen is not None:
        return _obey(name, content, chosen)
    marked = next((mark for mark in BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if marked is not None:
        codec, label = BYTE_ORDER_MARKS[marked]
        try:
            content.decode(codec)
        except UnicodeDecodeError as error:
            raise CorpusError(
                f"“{name}” begins as {label} but breaks it at byte {error.start + 1:,}: save it again, "
                "best as UTF-8."
            ) from error
        return TextEncoding(codec, label)
    if len(content) - len(content.translate(None, CONTROL_BYTES)) > MOST_CONTROL_BYTES * len(content):
        return _utf16_without_mark(name, content)
    try:
        content.decode(UTF8)
    except UnicodeDecodeError as error:
        return _without_utf8(content, error.start)
    for escape, codec in ESCAPES.items():
        if escape in content and content.isascii() and _can_read(content, codec):
            return _guessed(codec, (codec, UTF8))
    return TextEncoding(UTF8, encoding_name(UTF8))


def _obey(name: str, content: bytes, chosen: str) -> TextEncoding:
    """Return the encoding that a person chose."""
    try:
        codec = codecs.lookup(chosen).name
    except LookupError as error:
        raise CorpusError(f"“{chosen}” is no known encoding: choose another one for “{name}”.") from error
    codec = {"utf-8": UTF8, "iso8859-1": LATIN_1}.get(codec, chosen)
    found: TextEncoding | None = None
    with suppress(CorpusError):  # a file that no guess fits may still be read as chosen
        found = find_encoding(name, content)
        if found.codec == codec:
            return TextEncoding(codec, found.label, found.errors, _on_damage(found), found.choices)
    choices = tuple(dict.fromkeys((*(found.choices or (found.codec,) if found else ()), codec)))
    try:
        content.decode(codec)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if codec == UTF8:
            return _damaged_utf8(content, error.start, choices)
        raise CorpusError(
            f"“{name}” is not {encoding_name(codec)}, which has no character for a byte in line {line:,}: "
            "choose another encoding."
        ) from error
    return TextEncoding(codec, encoding_name(codec), choices=choices)


def _on_damage(encoding: TextEncoding) -> list[str]:
    """Return the notes that hold for an encoding that is no guess."""
    return encoding.notes if encoding.errors == "replace" else []


def _utf16_without_mark(name: str, content: bytes) -> TextEncoding:
    for codec in ("utf-16-le", "utf-16-be"):
        if _is_utf16(content, codec):
            return TextEncoding(codec, encoding_name(codec))
    raise CorpusError(
        f"“{name}” is not plain text, or is stored in an unusual encoding: save it as CSV in UTF-8."
    )


def _is_utf16(content: bytes, codec: str) -> bool:
    """Return whether a file without a byte order mark is UTF-16.

    ASCII read as UTF-16 gives Chinese characters, so that characters with a high byte of 0 are needed.
    """
    high = 1 if codec == "utf-16-le" else 0
    nul = np.frombuffer(content[: len(content) // 2 * 2], dtype=np.uint8).reshape(-1, 2) == 0
    if nul[:, high].mean() < max(LEAST_BLANKS, 2 * nul[:, 1 - high].mean()):
        return False
    try:
        sample = content.decode(codec)[:SAMPLE_BYTES]
    except UnicodeDecodeError:
        return False
    stray = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\r\n" for c in sample)
    return stray <= MOST_STRAY * len(sample)


def _without_utf8(content: bytes, first_damage: int) -> TextEncoding:
    text = content.decode("utf-8", "replace")
    n_damaged = text.count(REPLACEMENT_CHARACTER)
    n_well_formed = len(text) - n_damaged - len(content.translate(None, bytes(range(128, 256))))
    ranked = (codec for codec in rank_encodings(_sample(content)) if _can_read(content, codec))
    choices = tuple(islice(ranked, MOST_OFFERED)) or (LATIN_1,)
    if n_well_formed >= WELL_FORMED_PER_DAMAGED * n_damaged:
        return _damaged_utf8(content, first_damage, (UTF8, *choices))
    return _guessed(choices[0], choices)


def _damaged_utf8(content: bytes, first_damage: int, choices: tuple[str, ...]) -> TextEncoding:
    n_damaged = content.decode("utf-8", "replace").count(REPLACEMENT_CHARACTER)
    line = content.count(b"\n", 0, first_damage) + 1
    note = (
        f"Characters that are not valid UTF-8: {n_damaged:,} (the first in line {line:,}); they show as "
        f"{REPLACEMENT_CHARACTER}: save the file again as UTF-8 if they matter."
    )
    return TextEncoding(UTF8, "UTF-8, damaged", "replace", [note], choices)


def _guessed(codec: str, choices: tuple[str, ...]) -> TextEncoding:
    kind = "Western European" if codec in (WESTERN, LATIN_1) else encoding_name(codec)
    note = f"Not UTF-8, so read as {kind}, the likeliest: if letters look wrong, choose another encoding."
    return TextEncoding(codec, encoding_name(codec), notes=[note], choices=choices)


def _sample(content: bytes) -> bytes:
    """Return different values that are not valid UTF-8, from the whole file, each with a line end."""
    if len(content) > WINDOWS * WINDOW_BYTES:
        starts = range(0, len(content) - WINDOW_BYTES, len(content) // WINDOWS)
        # The first and the last value of a part may begin or end inside a character.
        parts = [VALUE_ENDS.split(content[start : start + WINDOW_BYTES])[1:-1] for start in starts]
        values = [value for part in parts for value in part]
    else:
        values = VALUE_ENDS.split(content)
    values = [value for value in dict.fromkeys(values) if not _can_read(value, "utf-8")]
    values = values or [line for line in content.splitlines() if not _can_read(line, "utf-8")]
    step = 1 + sum(map(len, values)) // SAMPLE_BYTES
    return b"".join(value + b"\n" for value in values[::step])[: 2 * SAMPLE_BYTES]


def _can_read(content: bytes, codec: str) -> bool:
    try:
        content.decode(codec)
    except UnicodeDecodeError:
        return False
    return True

"""Find the character encoding of a text file."""

from __future__ import annotations

import codecs
import io
from contextlib import suppress
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

WELL_FORMED_PER_DAMAGED = 10
"""Valid non-ASCII characters for each invalid one, from which a file counts as damaged UTF-8."""

REPLACEMENT_CHARACTER = "\ufffd"
WESTERN = "cp1252"
LEGACY_ENCODINGS = {
    WESTERN: "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "koi8_r": "KOI8-R",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
}
"""Encodings in use before UTF-8, by Python's name, with their common names."""

WESTERN_MARGIN = 0.05
"""Disorder, 0 to 1, by which Western European may exceed the best guess and still be chosen. For Latin
letters charset_normalizer often finds Windows-1250 in its place."""

LEAST_EVIDENCE = 8
"""Bytes other than ASCII below which only a Western European encoding is guessed."""

GUESS_BYTES = 2**16
"""Of lines with bytes other than ASCII; the guess from them takes a fraction of a second."""


@dataclass(frozen=True)
class TextEncoding:
    """Encoding of a file: Python's codec and error handler, the common name, notes for the person."""

    codec: str
    label: str
    errors: str = "strict"
    notes: list[str] = field(default_factory=list)

    def decode(self, content: bytes) -> str:
        """Decode a file, without NULs."""
        return content.decode(self.codec, self.errors).replace("\0", "")

    def open(self, content: bytes) -> io.TextIOWrapper:
        """Open a file as a stream of lines, without NULs; line ends stay as they are."""
        codec = self.codec
        if b"\0" in content:
            codec, content = "utf-8", self.decode(content).encode()
        return io.TextIOWrapper(io.BytesIO(content), encoding=codec, errors=self.errors, newline="")


def find_encoding(name: str, content: bytes) -> TextEncoding:
    """Find the encoding: by the byte order mark, else UTF-8, else a legacy encoding (charset_normalizer).

    Raises
    ------
    CorpusError
        When the file is not text, or invalid in the encoding of its byte order mark.
    """
    for mark, (codec, label) in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            try:
                content.decode(codec)
            except UnicodeDecodeError as error:
                raise CorpusError(
                    f"“{name}” begins as {label} but breaks it at byte {error.start + 1:,}: save it again, "
                    "best as UTF-8."
                ) from error
            return TextEncoding(codec, label)
    if len(content) - len(content.translate(None, CONTROL_BYTES)) > MOST_CONTROL_BYTES * len(content):
        raise CorpusError(
            f"“{name}” is not plain text, or is stored in an unusual encoding: save it as CSV in UTF-8."
        )
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _without_utf8(content, error.start)
    return TextEncoding("utf-8-sig", "UTF-8")


def _without_utf8(content: bytes, first_damage: int) -> TextEncoding:
    text = content.decode("utf-8", "replace")
    n_damaged = text.count(REPLACEMENT_CHARACTER)
    n_well_formed = len(text) - n_damaged - _count_ascii(content)
    if n_well_formed >= WELL_FORMED_PER_DAMAGED * n_damaged:
        line = content.count(b"\n", 0, first_damage) + 1
        note = (
            f"Characters that are not valid UTF-8: {n_damaged:,} (the first in line {line:,}); they show as "
            f"{REPLACEMENT_CHARACTER}: save the file again as UTF-8 if they matter."
        )
        return TextEncoding("utf-8-sig", "UTF-8, damaged", "replace", [note])
    codec = _guess_legacy(content)
    label = LEGACY_ENCODINGS.get(codec, "Latin-1")
    kind = "Western European" if codec in (WESTERN, "latin-1") else label
    note = f"Not UTF-8, so decoded as {kind}: if letters look wrong, save the file as UTF-8."
    return TextEncoding(codec, label, notes=[note])


def _guess_legacy(content: bytes) -> str:
    """Return the likeliest codec that decodes the whole file; else Latin-1, which decodes anything."""
    from charset_normalizer import from_bytes

    sample = b"\n".join(line for line in content.split(b"\n") if not line.isascii())[:GUESS_BYTES]
    sample = sample[: sample.rfind(b"\n")] if len(sample) == GUESS_BYTES and b"\n" in sample else sample
    enough = len(sample) - _count_ascii(sample) >= LEAST_EVIDENCE
    matches = from_bytes(sample, cp_isolation=list(LEGACY_ENCODINGS) if enough else [WESTERN], threshold=1.0)
    disorder = {codec: match.chaos for match in matches for codec in match.could_be_from_charset}
    best = matches.best()
    codecs = [best.encoding] if best is not None else []
    if best is None or disorder.get(WESTERN, 1.0) <= best.chaos + WESTERN_MARGIN:
        codecs.insert(0, WESTERN)
    for codec in codecs:
        with suppress(UnicodeDecodeError):
            content.decode(codec)
            return codec
    return "latin-1"


def _count_ascii(content: bytes) -> int:
    return len(content.translate(None, bytes(range(128, 256))))

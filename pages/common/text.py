"""Texts, durations and sizes as the pages show them."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

from core.corpus import Corpus
from core.corpus.tables import as_text
from core.utils import one_line

OPEN_LINE = (
    "The line is not encrypted: others on the way can read texts and key. Use an address that begins with "
    "https://."
)

ROW_LENGTH = 160  # characters of a text in a row
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
ADDRESS = re.compile(r"((?<=:/)/|@|(?<=\bwww)\.)", re.IGNORECASE)
"""One character at the beginning of an address, or of its host."""
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
"""Control characters of the direction of writing; letters need none of them."""
RIGHT_TO_LEFT = ("R", "AL", "AN")
"""Directions of letters and digits that are written from right to left."""
MARKDOWN_SYNTAX = set("\\`*_{}[]()#+-!$:|<>~&.")


def markdown(text: str) -> str:
    """Escape a text so that markdown shows it as it is: no link, image or formula, no turned sentence.

    Controls of writing direction are left out, since they would turn the words around the text. A text with
    letters from right to left has an element of its own, which `styles.css` isolates: it moves no number
    beside it. Another element around one character keeps an address from becoming a link. Nothing is added
    that would be copied.
    """
    shown = text.translate(TURNING)
    parts = [_escaped(part) for part in ADDRESS.split(shown)]
    parts[1::2] = [_element(part) for part in parts[1::2]]
    whole = "".join(parts)
    turns = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in shown)
    return _element(whole) if turns and "\n" not in shown else whole


def _escaped(text: str) -> str:
    return "".join("\\" + letter if letter in MARKDOWN_SYNTAX else letter for letter in text)


def _element(escaped: str) -> str:
    """Return markdown of an element that looks like the text around it: a colour without a value."""
    return f":color[{escaped}]"


def duration(seconds: float) -> str:
    """Write seconds for people: "4 s", "3 min", "2 h", "3 days"."""
    if seconds < 1.5 * MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 1.5 * HOUR:
        return f"{round(seconds / MINUTE)} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"


def ordinal(number: int) -> str:
    """Write a place in a line: "1st", "2nd", "3rd", "11th"."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else endings.get(number % 10, 'th')}"


def gigabytes(size: float) -> str:
    """Write a size in gigabytes for people: "0.4 GB", "12 MB"."""
    return f"{size:.1f} GB" if size >= 0.1 else f"{max(1, round(size * 1_000))} MB"


def capitalised(sentence: str) -> str:
    """Return a sentence that begins with a capital letter."""
    return sentence[:1].upper() + sentence[1:]


def shorten(text: str) -> str:
    """Return the beginning of a text, on one line, for a row of a list."""
    return one_line(text, ROW_LENGTH)


def _value_words(value: object) -> str:
    """Write a value; a date without a time of day, and no time zone but UTC."""
    if not isinstance(value, pd.Timestamp):
        return as_text(value)
    if value.tz is None and value == value.normalize():
        return str(value.date())
    return value.isoformat(sep=" ", timespec="auto").replace("+00:00", " UTC")


def metadata_of(corpus: Corpus, row: int) -> list[tuple[str, str]]:
    """Names and values of a text's metadata, each on one line; empty values are left out."""
    values = corpus.metadata.iloc[[row]]  # a table, since a row alone loses the columns' types
    known = [
        (shorten(str(name)), shorten(_value_words(value.iat[0])))
        for name, value in values.items()
        if value.notna().iat[0]
    ]
    return [(name, value) for name, value in known if value]

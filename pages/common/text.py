"""Write texts, durations and sizes for people."""

from __future__ import annotations

from core.corpus import Corpus
from core.corpus.tables import as_text

LONGEST = 160  # characters of a text in a row
MINUTE, HOUR, DAY = 60, 3_600, 86_400
SPECIAL = set("\\`*_{}[]()#+-!$:|<>~&.")


def markdown(text: str) -> str:
    """Escape a text so that markdown shows it as it is."""
    return "".join("\\" + letter if letter in SPECIAL else letter for letter in text)


def duration(seconds: float) -> str:
    """Seconds in words: "4 s", "3 min", "2 h", "3 days"."""
    if seconds < 1.5 * MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 1.5 * HOUR:
        return f"{round(seconds / MINUTE)} min"
    return f"{seconds / HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} days"


def gigabytes(size: float) -> str:
    """Size of files: "0.4 GB", "12 MB"."""
    return f"{size:.1f} GB" if size >= 0.1 else f"{max(1, round(size * 1_000))} MB"


def shorten(text: str) -> str:
    """First characters of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def metadata_of(corpus: Corpus, row: int) -> list[tuple[str, str]]:
    """Names and values of what is known of a text, each cut to one line; without what is empty."""
    values = corpus.metadata.iloc[[row]]  # as a table: a row alone would lose the columns' types
    known = [
        (shorten(str(name)), shorten(as_text(value.iat[0])))
        for name, value in values.items()
        if value.notna().iat[0]
    ]
    return [(name, value) for name, value in known if value]

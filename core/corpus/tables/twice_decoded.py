"""Tell texts that were UTF-8, were decoded as Windows-1252 and stored so: “cafÃ©” for “café”."""

from __future__ import annotations

import re

import pandas as pd

SAMPLE_ROWS = 2_000
READ_CHARACTERS = 2_000  # of a text
LEAST_WORDS, LEAST_SHARE = 3, 0.3
"""Words, and share of the words with characters other than ASCII, from which this is mentioned."""

_WORD = re.compile(r"[^\s,;\"]*+(?:[^\S\x00-\x7f][^\s,;\"]*+)?")
"""Up to a blank or a delimiter, and over one no-break space, which is what is left of “Ã ” for “à”."""


def note_on_twice_decoded(frame: pd.DataFrame) -> list[str]:
    """Return a note where words of a table become shorter words when the second decoding is undone."""
    columns = (column.head(SAMPLE_ROWS).dropna() for _, column in frame.items())
    texts = [text for column in columns if isinstance(column.dtype, pd.StringDtype) for text in column]
    found = (word for text in texts if not text.isascii() for word in _WORD.findall(text[:READ_CHARACTERS]))
    words = [word for word in found if not word.isascii()]
    undone = [(word, once) for word in words if (once := _undo(word)) is not None]
    if len(undone) < max(LEAST_WORDS, LEAST_SHARE * len(words)):
        return []
    word, once = undone[0]
    return [
        f"Letters look as if they had been decoded twice (“{word}” for “{once}” and {len(undone) - 1:,} "
        "more): export the table again as UTF-8 if they are wrong."
    ]


def _undo(word: str) -> str | None:
    """Return the word before its second decoding; None for a word that was decoded once."""
    # Python's cp1252 lacks five bytes, which other programs give the code of the byte.
    try:
        stored = b"".join(
            character.encode("latin-1" if "\x80" <= character <= "\x9f" else "cp1252") for character in word
        )
        return stored.decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None

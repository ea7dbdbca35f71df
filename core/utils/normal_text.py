"""The form of a text in which it is compared: what cannot be seen makes no difference."""

from __future__ import annotations

import re
import unicodedata

UNSEEN_PATTERN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f"  # control characters that are no blanks, which spreadsheets drop
    "\xad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"  # soft hyphen, zero width, direction
    "\ud800-\udfff]"  # halves of characters, which cannot be stored
)

ACCENT_PATTERN = re.compile("[\u0300-\u036f]")  # of letters; the vowel signs of other scripts are no accents


def normal_text(text: str) -> str:
    """Return the form of a text in which it is compared.

    Texts that look alike become equal: Unicode's NFC; each run of blanks, tabs, no-break blanks and line
    breaks of any kind is one blank, and none at the ends; control characters, soft hyphens, halves of
    characters, and characters without width or only for the direction of writing are dropped. Letter case
    stays. So do the joiners (U+200C, U+200D), which change how their neighbours look.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", UNSEEN_PATTERN.sub("", text))
    elif not text.isprintable():
        text = UNSEEN_PATTERN.sub("", text)
    return " ".join(text.split())


def folded_text(text: str) -> str:
    """Return `normal_text` without letter case and accents, which many encoders do not read."""
    text = normal_text(text).casefold()
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", ACCENT_PATTERN.sub("", unicodedata.normalize("NFD", text)))

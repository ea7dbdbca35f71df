"""Fonts of this machine that have the characters of a figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

BASE = "DejaVu Sans"
"""Comes with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew, many signs."""

PLACEHOLDERS = "lastresort"
"""In names of families that draw a box for every character; one comes with matplotlib."""

BOLD = frozenset({"bold", 700})

UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})
"""Categories of characters without a shape of their own: variation selectors, joiners, accents."""


class Fonts(NamedTuple):
    """Font families that together have the characters of some texts.

    Attributes
    ----------
    families : list of str, the first choice first
    missing : set of str, characters that no family of this machine has
    has_bold : bool, whether each family has a bold weight
    """

    families: list[str]
    missing: set[str]
    has_bold: bool


def fonts_for(texts: Iterable[str]) -> Fonts:
    """Return the fonts for some texts.

    The families of the machine are opened only where `BASE` lacks a character: a millisecond each.
    """
    from matplotlib import font_manager

    wanted = {letter for text in texts for letter in text if unicodedata.category(letter) not in UNSEEN}
    base = _characters(font_manager.findfont(BASE))
    missing = {letter for letter in wanted if not letter.isspace() and ord(letter) not in base}
    families, has_bold = [BASE], True
    # By name, so that the same fonts give the same figure.
    for entry in sorted(font_manager.fontManager.ttflist, key=lambda each: (each.name, each.fname)):
        if not missing:
            break
        if entry.style != "normal" or entry.name in families or PLACEHOLDERS in _plain(entry.name):
            continue
        found = {letter for letter in missing if ord(letter) in _characters(entry.fname)}
        if found:
            families.append(entry.name)
            missing -= found
            weights = {each.weight for each in font_manager.fontManager.ttflist if each.name == entry.name}
            has_bold &= not BOLD.isdisjoint(weights)
    return Fonts(families, missing, has_bold)


def _plain(name: str) -> str:
    return name.casefold().replace(" ", "")


@cache
def _characters(path: str) -> frozenset[int]:
    """Return the code points of a font file; of one of bitmaps, or that cannot be read, none."""
    from matplotlib.ft2font import FT2Font

    try:
        font = FT2Font(path)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()

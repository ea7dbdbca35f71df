"""Widths of texts in a figure, and lines that fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

from .fonts import Fonts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 1.35
"""Height of a line, where that of its type is 1."""


NAME_LINE = 1.2
"""The same for names of two lines."""


class Style(TypedDict):
    """Keyword arguments of matplotlib's texts."""

    family: Sequence[str]
    fontsize: float
    fontweight: str
    parse_math: bool


class Typesetter:
    """Measures texts with the fonts of a figure; sizes are in points."""

    def __init__(self, figure: Figure, fonts: Fonts) -> None:
        self._figure, self._fonts = figure, fonts
        self._known: dict[tuple[str, float, bool], tuple[float, float]] = {}

    def style(self, size: float, *, bold: bool = False) -> Style:
        """Return how matplotlib is told of a type; a `$` in a text is no formula."""
        weight = "bold" if bold and self._fonts.has_bold else "normal"
        return Style(family=self._fonts.families, fontsize=size, fontweight=weight, parse_math=False)

    def size(self, text: str, size: float, *, bold: bool = False) -> tuple[float, float]:
        """Return width and height of one or more lines."""
        key = (text, size, bold)
        if key not in self._known:
            drawn = self._figure.text(0, 0, text, linespacing=NAME_LINE, **self.style(size, bold=bold))
            box = drawn.get_window_extent()
            drawn.remove()
            scale = 72 / self._figure.dpi
            self._known[key] = (box.width * scale, box.height * scale)
        return self._known[key]

    def cut(self, text: str, size: float, width: float, *, bold: bool = False) -> str:
        """Return a text that fits into a width; a longer one ends with an ellipsis."""
        if self.size(text, size, bold=bold)[0] <= width:
            return text
        low, high = 0, len(text)
        while low < high:  # most characters that fit
            middle = (low + high + 1) // 2
            fits = self.size(f"{text[:middle].rstrip()}…", size, bold=bold)[0] <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return f"{text[:low].rstrip()}…"

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """Return the lines of a paragraph; a word that is wider than a line is broken."""
        lines: list[str] = []
        for word in text.split():
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and self.size(joined, size)[0] <= width:
                lines[-1] = joined
                continue
            while self.size(word, size)[0] > width:
                part = self.cut(word, size, width)[:-1] or word[0]
                lines.append(part)
                word = word[len(part) :]
            lines.append(word)
        return lines

    def two_lines(self, text: str, longest: int) -> str:
        """Break a name of more than `longest` characters in two lines, and cut what is longer still."""
        if len(text) <= longest:
            return text
        text = text if len(text) <= 2 * longest else f"{text[: 2 * longest - 1].rstrip()}…"
        spaces = [at for at, letter in enumerate(text) if letter == " "]
        # After “label:”, its words stay together where they fit a line.
        after_colon = [at for at in spaces if text[at - 1] == ":" and max(at, len(text) - at - 1) <= longest]
        at = min(after_colon or spaces, key=lambda place: abs(place - len(text) / 2), default=-1)
        if at < 0:
            return text
        first, second = text[:at], text[at + 1 :]
        if second.startswith("· "):  # the dot stays at the end of the first line
            first, second = f"{first} ·", second[2:]
        return f"{first}\n{second}"

"""The maps as a figure for print: SVG, PDF and PNG, drawn by matplotlib."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np

from ... import __version__
from ...maps.drawing import GREY, Colouring, Pane, home_view
from .fonts import fonts_for
from .name_boxes import Wanted, place_boxes
from .shown import ShownMaps
from .typesetting import LINE, NAME_LINE, Typesetter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Kind = Literal["svg", "pdf", "png"]

INCH = 72.0
"""Points; everything here is in points unless it says otherwise."""
WIDTH = 180 / 25.4 * INCH
"""180 mm: both columns of a page."""
DPI = 300
GUTTER, EDGE = 10.0, 1.0
FLATTEST = 0.7
"""Least height of a map, where its width is 1."""
TITLE, LEGEND, CAPTION = 8.5, 7.0, 7.0
"""Sizes of type."""
NAME_SIZES = (5.8, 7.4)
"""Of the smallest and of the largest cluster."""
LONGEST_NAME = 26
"""Characters of a cluster's name in one line."""
MOST_NAMES = 40
MOST_LEGEND_ROWS = 9
BEFORE_ENTRY = 11.0
INK, QUIET, LINE_COLOUR = "#1f2328", "#57606a", "#d0d4da"
HALO = 2.2
RASTER = 2.2
"""What is drawn below this order becomes one image: the points, and the halos of names over them."""
UNDRAWN = "□"
"""Stands for a character that no font of the machine has."""

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text as text
    "svg.hashsalt": "refract",  # else ids are random
    "pdf.fonttype": 42,  # TrueType: Type 3 cannot be edited, and journals refuse it
    "text.usetex": False,
    "text.parse_math": False,
}
_DRAWING = threading.Lock()
"""Held while a figure is drawn: matplotlib reads its settings from one table for all threads."""


def write_figure(
    file: BinaryIO, shown: ShownMaps, caption: Sequence[str], kind: Kind, *, about: str = "", dpi: int = DPI
) -> None:
    """Draw the maps side by side with names, legend and caption, and write them.

    Texts stay text, points become an image of 300 dots an inch. Equal arguments give equal bytes on one
    machine; on another its fonts may differ. Takes some seconds, most of them to measure and place names.

    Parameters
    ----------
    caption : sequence of str
        Sentences.
    kind : "svg", "pdf" or "png"
    about : str
        Kept in the file, not drawn.
    dpi : int, default=300
        Dots an inch of the points, and of all in a PNG.
    """
    import matplotlib

    with _DRAWING, matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
        # Characters without a glyph are dealt with here, and said.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = _Drawing(shown, caption, as_text=kind == "svg", dpi=dpi).figure
        made = f"Refract {__version__}"
        metadata: dict[str, dict[str, str | None]] = {
            "svg": {"Date": None, "Creator": made, "Description": about},
            "pdf": {"CreationDate": None, "Creator": made, "Subject": about},
            "png": {"Software": made, "Description": about},
        }
        figure.savefig(file, format=kind, dpi=dpi, metadata=metadata[kind])


@dataclass(frozen=True)
class _Entry:
    name: str
    count: str
    colour: str


class _Drawing:
    """A figure that is built from top to bottom.

    Attributes
    ----------
    as_text : bool
        Whether characters that no font here has are kept: who opens the file may have one.
    """

    def __init__(self, shown: ShownMaps, caption: Sequence[str], *, as_text: bool, dpi: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.figure: Figure = Figure(figsize=(WIDTH / INCH, 1), dpi=dpi, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.as_text = as_text
        colouring = shown.colourings[0]
        titles = [pane.title for pane in shown.panes]
        names = [name.text for pane in shown.panes for name in pane.names[:MOST_NAMES]]
        fonts = fonts_for([*titles, *names, *colouring.labels, *caption])
        self.missing = fonts.missing
        self.type = Typesetter(self.figure, fonts)
        two = len(shown.panes) > 1
        width = (WIDTH - GUTTER) / 2 if two else WIDTH
        least, most = (FLATTEST, 1.0) if two else (FLATTEST / 2, FLATTEST)
        shape = max(_shape(pane) for pane in shown.panes)
        self.side = (width - 2 * EDGE, (width - 2 * EDGE) * float(np.clip(shape, least, most)))
        sentences = [*caption, *self._outside(shown.panes), *self._unknown()]
        rows = self._legend_rows(colouring)
        # Readers of PDF and SVG draw a line up to half a per cent wider than it is measured here.
        room = 0.99 * WIDTH - 2 * EDGE
        lines = self.type.wrap(" ".join(map(self._drawn, sentences)), CAPTION, room)
        top = LINE * TITLE + 3
        below = 9 + len(rows) * LINE * LEGEND + 7 + len(lines) * LINE * CAPTION + 3
        self.height = top + self.side[1] + below
        self.figure.set_size_inches(WIDTH / INCH, self.height / INCH)
        for number, pane in enumerate(shown.panes):
            self._draw_pane(pane, colouring, EDGE + number * (width + GUTTER), top)
        y = top + self.side[1] + 9
        y = self._draw_legend(colouring, rows, y) + 7
        for line in lines:
            self._text(EDGE, y, line, CAPTION, QUIET)
            y += LINE * CAPTION

    def _outside(self, panes: Sequence[Pane]) -> list[str]:
        """Return how many texts lie outside the part of each map that is drawn, as in the app."""
        counts = [int((~_inside(pane.points, _limits(pane, self.side))).sum()) for pane in panes]
        if not any(counts):
            return []
        places = ("left map", "right map") if len(panes) > 1 else ("map",)
        parts = [
            f"{count:,} outside the {place}" for count, place in zip(counts, places, strict=True) if count
        ]
        return [f"Not drawn are texts far from the others: {' and '.join(parts)}."]

    def _unknown(self) -> list[str]:
        if not self.missing or self.as_text:
            return []
        return [f"{UNDRAWN} stands for a character that no font of this machine has; the SVG file holds it."]

    def _drawn(self, text: str) -> str:
        """Return a text in one line, without characters that no font has."""
        text = " ".join(text.split())
        if self.as_text:
            return text
        return "".join(UNDRAWN if letter in self.missing else letter for letter in text)

    # --- maps

    def _draw_pane(self, pane: Pane, colouring: Colouring, left: float, top: float) -> None:
        title = self.type.cut(self._drawn(pane.title), TITLE, self.side[0], bold=True)
        self._text(left, 0, title, TITLE, INK, bold=True)
        place = (left / WIDTH, 1 - (top + self.side[1]) / self.height)
        axes = self.figure.add_axes((*place, self.side[0] / WIDTH, self.side[1] / self.height))
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set(color=LINE_COLOUR, linewidth=0.6)
        low, high = _limits(pane, self.side)
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        axes.set_rasterization_zorder(RASTER)
        _draw_points(axes, pane, colouring)
        self._draw_names(axes, pane, low, high)

    def _draw_names(self, axes: Axes, pane: Pane, low: np.ndarray, high: np.ndarray) -> None:
        from matplotlib.patheffects import Stroke

        side = np.array(self.side)
        places = (np.asarray(pane.points, dtype=np.float64) - low) / (high - low) * side
        codes = pane.groups[0]
        largest = max((name.size for name in pane.names), default=1)
        lines: list[tuple[str, float]] = []
        wanted: list[Wanted] = []
        for name in pane.names[:MOST_NAMES]:
            members = places[codes == name.code]
            middle = (np.array([name.x, name.y]) - low) / (high - low) * side
            if not ((middle >= 0) & (middle <= side)).all():
                continue
            size = NAME_SIZES[0] + (NAME_SIZES[1] - NAME_SIZES[0]) * float(np.sqrt(name.size / largest))
            text = self.type.two_lines(self._drawn(name.text), LONGEST_NAME)
            width, height = self.type.size(text, size, bold=True)
            reach = float(np.median(np.hypot(*(members - middle).T)))
            lines.append((text, size))
            wanted.append(Wanted(width, height, float(middle[0]), float(middle[1]), reach))
        for (text, size), box in zip(lines, place_boxes(wanted, places, self.side), strict=True):
            if box is None:
                continue
            x, y = (box.left + box.right) / 2 / side[0], (box.low + box.high) / 2 / side[1]
            for colour, order in (("white", 2.1), (INK, 3.0)):
                drawn = axes.text(
                    x, y, text, color=colour, zorder=order, transform=axes.transAxes,
                    ha="center", va="center", multialignment="center", linespacing=NAME_LINE,
                    **self.type.style(size, bold=True),
                )  # fmt: skip
                if order < RASTER:
                    drawn.set_path_effects([Stroke(linewidth=HALO, foreground="white")])

    # --- legend

    def _legend_rows(self, colouring: Colouring) -> list[list[_Entry]]:
        """Return the entries of the legend in rows: each class with its number of texts."""
        codes = np.asarray(colouring.codes)
        counts = np.bincount(codes + 1, minlength=len(colouring.labels) + 1)
        entries = [
            (int(count), name, colour)
            for count, name, colour in zip(counts[1:], colouring.labels, colouring.colours, strict=True)
            if count
        ]
        drawn = [self._entry(name, count, colour) for count, name, colour in entries]
        columns = self._columns(drawn)
        room = MOST_LEGEND_ROWS * columns - 2  # one for those left out, one for grey
        if len(entries) > room:
            least = sorted((count for count, *_ in entries), reverse=True)[room - 1]
            kept = [number for number, (count, *_) in enumerate(entries) if count >= least][:room]
            left_out = sum(count for count, *_ in entries) - sum(entries[number][0] for number in kept)
            n_more = len(entries) - len(kept)
            drawn = [drawn[number] for number in kept]
            drawn.append(_Entry(f"{n_more:,} smaller", f"{left_out:,}", ""))
        if counts[0]:
            drawn.append(self._entry(colouring.grey_label, int(counts[0]), GREY))
        columns = self._columns(drawn)
        n_rows = -(-len(drawn) // columns)
        return [drawn[row::n_rows] for row in range(n_rows)]  # read down the columns

    def _entry(self, name: str, count: int, colour: str) -> _Entry:
        return _Entry(self.type.cut(self._drawn(name), LEGEND, WIDTH / 3 - 40), f"{count:,}", colour)

    def _width(self, entry: _Entry) -> float:
        return BEFORE_ENTRY + sum(self.type.size(part, LEGEND)[0] for part in (entry.name, entry.count)) + 5

    def _columns(self, entries: Sequence[_Entry]) -> int:
        widest = max(map(self._width, entries), default=WIDTH)
        return max(1, int(WIDTH // (widest + GUTTER)))

    def _draw_legend(self, colouring: Colouring, rows: Sequence[Sequence[_Entry]], y: float) -> float:
        from matplotlib.lines import Line2D

        step = WIDTH / max(map(len, rows), default=1)
        for row in rows:
            for column, entry in enumerate(row):
                x = column * step
                if entry.colour:
                    dot = Line2D(
                        [(x + 4) / WIDTH], [1 - (y + 0.62 * LEGEND) / self.height], marker="o",
                        markersize=5, markeredgewidth=0, color=entry.colour, linestyle="",
                    )  # fmt: skip
                    self.figure.add_artist(dot)
                # Apart, since a name from right to left would take its number to its other side.
                self._text(x + BEFORE_ENTRY, y, entry.name, LEGEND, INK)
                width = self._width(entry) - self.type.size(entry.count, LEGEND)[0]
                self._text(x + width, y, entry.count, LEGEND, QUIET)
            y += LINE * LEGEND
        return y

    def _text(self, x: float, y: float, text: str, size: float, colour: str, *, bold: bool = False) -> None:
        """Write a line whose top is y points below that of the figure."""
        baseline = 1 - (y + 0.95 * size) / self.height
        style = self.type.style(size, bold=bold)
        self.figure.text(x / WIDTH, baseline, text, color=colour, va="baseline", ha="left", **style)


def _shape(pane: Pane) -> float:
    """Return the height of a map, where its width is 1."""
    *_, half_width, half_height = home_view(pane.points)
    return half_height / half_width if half_width else 1.0


def _limits(pane: Pane, side: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of the part of a map that is drawn: the first view of the app."""
    x, y, half_width, half_height = home_view(pane.points)
    scale = 1.05 * max(half_width / side[0], half_height / side[1]) or 1.0
    half = scale * np.array(side)
    return np.array([x, y]) - half, np.array([x, y]) + half


def _inside(points: np.ndarray, limits: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    low, high = limits
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _draw_points(axes: Axes, pane: Pane, colouring: Colouring) -> None:
    """Draw the texts in a mixed order, so that no class covers another; grey below."""
    from matplotlib.colors import to_rgba_array

    codes = np.asarray(colouring.codes)
    n = len(codes)
    # As the app's `pointSizes`, for a map of a third of its width.
    diameter = 0.42 * float(np.clip(23 * n**-0.21, 1.6, 9))
    opacity = float(np.clip(1.5 - 0.21 * np.log10(n), 0.3, 0.95))
    colours = to_rgba_array([*colouring.colours, GREY])
    order = np.random.default_rng(0).permutation(n)
    for is_grey, alpha in ((True, 0.6 * opacity), (False, opacity)):
        rows = order[(codes[order] < 0) == is_grey]
        x, y = pane.points[rows, 0], pane.points[rows, 1]
        axes.scatter(x, y, s=diameter**2, c=colours[codes[rows]], alpha=alpha, linewidths=0, zorder=1)

"""Flows between two groupings: a Sankey diagram and a matrix, each with points to click.

Plotly reports clicks on points only. Both figures therefore have a trace of invisible points, with the
positions of the left and the right group as `customdata`; -1 stands for all groups of that side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.utils import percent
from pages.charts.style import (
    GAIN,
    LONGEST_NAME,
    UNSEEN,
    bare_figure,
    faint,
    n_texts,
    plain,
    rgba,
    short,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

GAP = 0.018  # between two groups of a side, as a share of the height
BAR = 0.02  # width of a group's bar, as a share of the width
FLOW_NAME_LENGTH = 25  # characters of a name beside a bar
CELLS = {
    False: ("#dfeefa", GAIN),
    True: ("#1d3246", "#56b4e9"),
}  # small share, whole; by dark
INK = {False: "#1b2530", True: "#eef2f6"}  # of names on ribbons; by dark
ALONG = np.linspace(0, 1, 14)  # where a ribbon can be clicked; with 14 the pointer is always near one


def flow_ribbons(
    counts: np.ndarray,
    left_names: Sequence[str],
    right_names: Sequence[str],
    left_colours: Sequence[str],
    right_colours: Sequence[str],
    *,
    drawn: np.ndarray | None = None,
    height: int,
    dark: bool = False,
) -> go.Figure:
    """Draw each group as a bar, and what two groups share as a ribbon between them (a Sankey diagram).

    The groups stand from the top down in the order given; a ribbon has the colour of its right group.

    Parameters
    ----------
    counts : int array (n_left, n_right)
    left_colours, right_colours : "#rrggbb" each
    drawn : bool array (n_left, n_right), optional
        Pairs that get a ribbon; all when left out. The numbers count all texts in any case.
    height : pixels at which it will be shown
    dark : whether the page is dark
    """
    shown = counts if drawn is None else np.where(drawn, counts, 0)
    total = max(int(shown.sum()), 1)
    left, right = (_bars(shown.sum(axis=axis) / total, max(counts.shape)) for axis in (1, 0))
    unit = (1 - GAP * (max(counts.shape) - 1)) / total  # height of one text
    # The edges are cubic Bézier curves with both handles halfway: these are their points.
    across = ALONG * (1 - ALONG) * 1.5 + ALONG**3
    ease = ALONG**2 * (3 - 2 * ALONG)
    left_used, right_used = left[:, 0].copy(), right[:, 0].copy()
    shapes, points = [], []
    for i, j in zip(*np.nonzero(shown), strict=True):
        thick = counts[i, j] * unit
        begin, end = left_used[i], right_used[j]
        left_used[i] += thick
        right_used[j] += thick
        shapes.append({"path": _ribbon(begin, end, thick), "fillcolor": rgba(right_colours[j], 0.4)})
        words = _pair_words(counts, i, j, left_names, right_names)
        pair = (int(i), int(j))
        x, y = BAR + across * (1 - 2 * BAR), begin + thick / 2 + (end - begin) * ease
        points += [(px, py, thick, pair, words) for px, py in zip(x, y, strict=True)]
    sides = ((0, left, left_names, left_colours), (1, right, right_names, right_colours))
    for side, bars, names, _ in sides:
        for position, (top, bottom) in enumerate(bars):
            words = f"{plain(names[position])}<br>{n_texts(counts.sum(axis=1 - side)[position])}"
            pair = (position, -1) if side == 0 else (-1, position)
            for y in np.linspace(top, bottom, max(2, round((bottom - top) * 40))):
                points.append((side, y, 0.03, pair, words))
    figure = bare_figure([_targets(points, height)])
    for side, bars, names, colours in sides:
        sizes = counts.sum(axis=1 - side)
        for (top, bottom), name, colour, size in zip(bars, names, colours, sizes, strict=True):
            x0, x1 = (0, BAR) if side == 0 else (1 - BAR, 1)
            shapes.append({"x0": x0, "x1": x1, "y0": top, "y1": bottom, "fillcolor": colour})
            figure.add_annotation(
                x=side,
                y=(top + bottom) / 2,
                text=f"{plain(short(name, FLOW_NAME_LENGTH))} <b>{size:,}</b>",
                font={"color": INK[dark]},
                xanchor=("left", "right")[side],
                xshift=(10, -10)[side],
                showarrow=False,
            )
    figure.update_layout(shapes=[{"line_width": 0, **shape} for shape in shapes])
    figure.update_xaxes(visible=False, range=[0, 1])
    figure.update_yaxes(visible=False, range=[1.01, -0.01])
    # The names stand on the ribbons: beside them they would leave a narrow panel no room.
    figure.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4})
    return figure


def flow_matrix(
    counts: np.ndarray,
    left_names: Sequence[str],
    right_names: Sequence[str],
    *,
    cell: tuple[float, float],
    dark: bool = False,
) -> go.Figure:
    """Draw the counts (n_left, n_right) as a table; a cell is stronger the larger its share of the row.

    The cells are opaque, and their numbers black or white, so that these can be read on any ground.

    Parameters
    ----------
    counts : int array (n_left, n_right)
    cell : about how many pixels wide and high a cell will be shown
    dark : whether the page is dark
    """
    import plotly.graph_objects as go

    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    strength = np.sqrt(shares)  # square root: a share of a tenth stays visible
    least, most = CELLS[dark]
    heat = go.Heatmap(
        z=strength,
        zmin=0,
        zmax=1,
        xgap=1,
        ygap=1,
        showscale=False,
        hoverinfo="skip",
        colorscale=[[0, faint(0.08)], [1e-6, least], [1, most]],
    )
    points = [
        (j, i, max(6.0, min(cell)), (int(i), int(j)), _pair_words(counts, i, j, left_names, right_names))
        for i, j in zip(*np.nonzero(counts), strict=True)
    ]
    words = []
    if cell[0] >= 34 and cell[1] >= 16:
        white = _reads_white(strength, least, most)
        words = [_counts(counts, white, {"color": "white"}), _counts(counts, ~white, {"color": "black"})]
    figure = bare_figure([heat, *words, _targets(points, 1)])
    few = len(right_names) <= 12  # slanting names then do not overlap
    figure.update_xaxes(
        tickvals=list(range(len(right_names))),
        ticktext=[plain(short(name, LONGEST_NAME if few else 18)) for name in right_names],
        side="top",
        tickangle=-40 if few else -90,
        range=[-0.5, len(right_names) - 0.5],
    )
    figure.update_yaxes(
        tickvals=list(range(len(left_names))),
        ticktext=[plain(short(name)) for name in left_names],
        range=[len(left_names) - 0.5, -0.5],
    )
    return figure


def _reads_white(strength: np.ndarray, least: str, most: str) -> np.ndarray:
    """Whether white has more contrast than black on each colour from `least` to `most`."""
    ends = np.array([[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)] for colour in (least, most)])
    colours = ends[0] + strength[..., np.newaxis] * (ends[1] - ends[0])
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [
        0.2126,
        0.7152,
        0.0722,
    ]
    # Contrast of WCAG 2.2: that of white is 1.05 / (L + 0.05), that of black (L + 0.05) / 0.05.
    return (luminance + 0.05) ** 2 < 1.05 * 0.05


def _counts(counts: np.ndarray, where: np.ndarray, font: dict) -> go.Scatter:
    """Write some of the counts into their cells."""
    import plotly.graph_objects as go

    rows, columns = np.nonzero(where & (counts > 0))
    return go.Scatter(
        x=columns.tolist(),
        y=rows.tolist(),
        mode="text",
        text=[f"{count:,}" for count in counts[rows, columns]],
        textfont={"size": 12, **font},
        hoverinfo="skip",
        selected={"textfont": font},
        unselected={"textfont": font},
    )


def _bars(shares: np.ndarray, most: int) -> np.ndarray:
    """Top and bottom of each group's bar: (n, 2). Both sides have the same gaps in all, so the same scale."""
    inner = 1 - GAP * (most - 1)
    gap = GAP * (most - 1) / (len(shares) - 1) if len(shares) > 1 else 0.0
    heights = shares * inner
    start = (1 - inner) / 2 if len(shares) == 1 else 0.0
    tops = start + np.concatenate([[0], np.cumsum(heights)[:-1]]) + gap * np.arange(len(shares))
    return np.stack([tops, tops + heights], axis=1)


def _ribbon(begin: float, end: float, thick: float) -> str:
    """Outline of a ribbon from the left to the right bars, as an SVG path."""
    x0, x1 = BAR, 1 - BAR
    y0, y1, y2, y3 = (f"{y:.5f}" for y in (begin, end, end + thick, begin + thick))
    return f"M{x0},{y0} C0.5,{y0} 0.5,{y1} {x1},{y1} L{x1},{y2} C0.5,{y2} 0.5,{y3} {x0},{y3} Z"


def _targets(points: list[tuple], height: int) -> go.Scatter:
    """Invisible points to hover and click: (x, y, size as a share of the height, pair, words)."""
    import plotly.graph_objects as go

    return go.Scatter(
        x=[round(float(point[0]), 4) for point in points],
        y=[round(float(point[1]), 4) for point in points],
        mode="markers",
        marker={"size": [round(min(60.0, max(7.0, point[2] * height)), 1) for point in points], "opacity": 0},
        selected=UNSEEN,
        unselected=UNSEEN,
        customdata=[point[3] for point in points],
        text=[point[4] for point in points],
        hovertemplate="%{text}<extra></extra>",
    )


def _pair_words(
    counts: np.ndarray, i: int, j: int, left_names: Sequence[str], right_names: Sequence[str]
) -> str:
    """Hover text of what two groups share."""
    count = int(counts[i, j])
    of_left, of_right = count / counts[i].sum(), count / counts[:, j].sum()
    left, right = plain(left_names[i]), plain(right_names[j])
    return (
        f"{left} → {right}<br><b>{n_texts(count)}</b>: {percent(of_left)} of {left}, "
        f"{percent(of_right)} of {right}<br>Click to select them"
    )

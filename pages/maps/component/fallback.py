"""Fallback for browsers without WebGL: maps drawn by Plotly as SVG, up to 20,000 points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.maps.drawing import GREY, Colouring, Name, NumericColouring, Pane, checked_rows, home_view
from pages.charts import plain
from pages.common import on_ground, state_of, widget_value

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST_POINTS = 20_000
HEIGHT = 560  # pixels, where the maps would fill the window
NAME_SHARE = np.array([0.28, 0.06])  # of a map's width and height that a name takes
MARGIN = 1.07
VIVID, PALE, GREYED = 0.8, 0.15, 0.06  # opacities


@dataclass
class PlainSelection:
    """Rows selected in the plain chart, with the token of the selection last taken from Python."""

    latest: tuple[str | None, np.ndarray] | None = None


def plain_maps(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    *,
    key: str,
    height: int | None = None,
    select: tuple[str, np.ndarray] | None = None,
    shown: np.ndarray | None = None,
    lit: np.ndarray | None = None,
) -> np.ndarray:
    """Draw maps without WebGL; for parameters and result see `linked_maps`.

    Both maps are one chart with lasso and box; a selection resets its zoom. Above 20,000 texts only a message
    is drawn; a selection made in Python is still returned.
    """
    n = len(panes[0].points)
    kept = state_of(PlainSelection, key)
    kept.latest = newest_selection(kept.latest, select, n)
    if n > MOST_POINTS:
        st.info(
            f"Maps of {n:,} texts need WebGL, which this browser does not offer; without it at most "
            f"{MOST_POINTS:,} can be drawn. Turn on hardware acceleration or use another browser. "
            "The search and the panel beside the maps work as they are."
        )
        return kept.latest[1]
    st.info(
        "This browser offers no WebGL, so the maps are drawn in a plainer form, without hover texts, "
        "contours and morph. Turn on hardware acceleration or use another browser for the full maps."
    )
    chart = f"{key}_plain"
    selected = kept.latest[1]
    if isinstance(colouring, Colouring):
        colouring = replace(colouring, colours=list(map(on_ground, colouring.colours)))
    st.plotly_chart(
        plain_figure(panes, colouring, selected, shown=shown, lit=lit, height=height or HEIGHT),
        key=chart,
        on_select=lambda: _remember(chart, kept, shown),
        selection_mode=("points", "box", "lasso"),
        config={"displaylogo": False, "scrollZoom": True},
    )
    return selected


def newest_selection(
    known: tuple[str | None, np.ndarray] | None, select: tuple[str, np.ndarray] | None, n: int
) -> tuple[str | None, np.ndarray]:
    """Return the token last taken from Python and the selected rows; those of a new token replace others."""
    token, rows = known or (None, np.empty(0, dtype=np.int64))
    if select is not None and select[0] != token:
        token, rows = select[0], checked_rows(select[1], n)
    return token, rows[rows < n]


def plain_figure(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    selected: np.ndarray,
    *,
    shown: np.ndarray | None,
    lit: np.ndarray | None,
    height: int,
) -> go.Figure:
    """Draw one or two maps side by side; the `customdata` of a point is the row of its text."""
    from plotly.subplots import make_subplots

    titles = [plain(pane.title) for pane in panes]
    figure = make_subplots(cols=len(panes), subplot_titles=titles, horizontal_spacing=0.02)
    for column, title in enumerate(figure.layout.annotations):
        title.update(x=column / len(panes), xanchor="left")  # centred, the toolbar would cover them
    n = len(panes[0].points)
    size = float(np.clip(23 * n**-0.21, 2, 8))
    opacity = _opacity(n, selected, shown, lit)
    for column, pane in enumerate(panes, start=1):
        x, y = pane.points[:, 0], pane.points[:, 1]
        marker = {"size": size, "opacity": opacity, **_colours(colouring, bar=column == len(panes))}
        rows = np.arange(n)
        figure.add_scatter(x=x, y=y, customdata=rows, marker=marker, row=1, col=column, **_POINTS)
        if lit is not None and len(lit):
            ring = {"size": size + 6, "color": "rgba(0,0,0,0)", "line": {"width": 1.5, "color": "#888888"}}
            figure.add_scatter(
                x=x[lit], y=y[lit], customdata=rows[lit], marker=ring, row=1, col=column, **_POINTS
            )
        for name in _free_names(pane):
            figure.add_annotation(
                x=name.x, y=name.y, text=f"<b>{plain(name.text)}</b>", showarrow=False, row=1, col=column
            )
        for mark in pane.marks:
            figure.add_annotation(x=mark.x, y=mark.y, text=plain(mark.text), row=1, col=column)
        middle_x, middle_y, width, tall = np.multiply(home_view(pane.points), [1, 1, MARGIN, MARGIN])
        across, upward = [middle_x - width, middle_x + width], [middle_y - tall, middle_y + tall]
        figure.update_xaxes(visible=False, range=across if width else None, row=1, col=column)
        anchor = "x" if column == 1 else f"x{column}"
        figure.update_yaxes(
            visible=False, scaleanchor=anchor, range=upward if tall else None, row=1, col=column
        )
    if isinstance(colouring, Colouring):
        for label, colour in zip(colouring.labels, colouring.colours, strict=True):
            figure.add_scatter(
                x=[None], y=[None], mode="markers", name=plain(label), marker={"size": 9, "color": colour}
            )
    margin = {"l": 4, "r": 4, "t": 30, "b": 4}
    figure.update_layout(height=height, dragmode="lasso", margin=margin, legend={"orientation": "h"})
    return figure


_POINTS = {
    "mode": "markers",
    "hoverinfo": "skip",
    "showlegend": False,
    "unselected": {"marker": {"opacity": PALE}},  # while a line is drawn
}


def rows_of(event: Mapping[str, Any]) -> np.ndarray:
    """Return the rows (int64, ascending) selected in either map of `plain_figure`."""
    rows = [np.ravel(point["customdata"])[0] for point in event["selection"]["points"]]
    return np.unique(np.array(rows, dtype=np.int64))


def _remember(chart: str, kept: PlainSelection, shown: np.ndarray | None) -> None:
    rows = rows_of(widget_value(chart))
    if shown is not None:
        rows = rows[np.asarray(shown, dtype=bool)[rows]]
    kept.latest = (kept.latest[0], rows)


def _colours(colouring: Colouring | NumericColouring, *, bar: bool) -> dict[str, Any]:
    if isinstance(colouring, NumericColouring):
        values = np.asarray(colouring.values, dtype=np.float64)
        found: dict[str, Any] = {"color": values, "colorscale": "Viridis", "showscale": bar}
        if colouring.scale is not None:
            found["cmin"], found["cmax"] = colouring.scale
            if colouring.ends is not None:
                low, high = zip(colouring.scale, colouring.ends, strict=True)
                ticks = [low, *colouring.ticks, high]
                found["colorbar"] = {
                    "tickvals": [value for value, _ in ticks],
                    "ticktext": [plain(label) for _, label in ticks],
                }
        return found
    # -1 takes the last: grey.
    return {"color": np.array([*colouring.colours, GREY], dtype=object)[np.asarray(colouring.codes)]}


def _opacity(n: int, selected: np.ndarray, shown: np.ndarray | None, lit: np.ndarray | None) -> np.ndarray:
    vivid = [rows for rows in (selected, lit) if rows is not None and len(rows)]
    opacity = np.full(n, PALE if vivid else VIVID)
    if shown is not None:
        opacity[~np.asarray(shown, dtype=bool)] = GREYED
    for rows in vivid:
        opacity[rows] = 1.0
    return opacity


def _free_names(pane: Pane) -> list[Name]:
    """Return the first names that do not overlap, by an estimate of the size of a name."""
    width, height = np.ptp(pane.points, axis=0) * NAME_SHARE
    chosen: list[Name] = []
    for name in pane.names:
        free = all(abs(name.x - other.x) > width or abs(name.y - other.y) > height for other in chosen)
        if name.zoom <= 1 and free:
            chosen.append(name)
    return chosen

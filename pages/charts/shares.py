"""Chart of estimated shares with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.utils import percent
from pages.charts.style import LONGEST_NAME, bare_figure, faint, plain, short

if TYPE_CHECKING:
    import plotly.graph_objects as go


@dataclass(frozen=True)
class ShareRow:
    """One estimated share.

    Attributes
    ----------
    name : str
    value, low, high : float, 0 to 1, with the ends of the interval
    predicted : float or None
        The same share by predictions alone; None where there is none.
    colour : str
    """

    name: str
    value: float
    low: float
    high: float
    predicted: float | None
    colour: str


def share_intervals(rows: Sequence[ShareRow]) -> go.Figure:
    """Draw shares one below the other: a dot in its interval, and a thin grey mark for the predicted share.

    The first row stands at the top; the value follows its name.
    """
    import plotly.graph_objects as go

    place = list(range(len(rows)))[::-1]
    hover = [share_text(row) for row in rows]
    intervals = [
        go.Scatter(
            x=[row.low, row.high],
            y=[at, at],
            mode="lines",
            line={"color": row.colour, "width": 4},
            opacity=0.45,
            hoverinfo="skip",
        )
        for row, at in zip(rows, place, strict=True)
    ]
    marked = [at for at, row in enumerate(rows) if row.predicted is not None]
    marks = go.Scatter(
        x=[rows[at].predicted for at in marked],
        y=[place[at] for at in marked],
        mode="markers",
        marker={"symbol": "line-ns", "size": 16, "line": {"color": faint(1), "width": 2}},
        customdata=[hover[at] for at in marked],
        hovertemplate="%{customdata}<extra></extra>",
    )
    dots = go.Scatter(
        x=[row.value for row in rows],
        y=place,
        mode="markers",
        marker={"size": 11, "color": [row.colour for row in rows]},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = bare_figure([*intervals, marks, dots])
    ends = [max(row.high, row.predicted or 0) for row in rows]
    longest = max(ends, default=0) or 1.0
    figure.update_xaxes(range=[-0.03 * longest, 1.05 * longest], tickformat=".0%", side="top", nticks=6)
    figure.update_xaxes(showgrid=True, gridcolor=faint(0.25), rangemode="tozero", minallowed=0)
    ticks = [f"{plain(short(row.name, LONGEST_NAME))} · {percent(row.value)}" for row in rows]
    figure.update_yaxes(tickvals=place, ticktext=ticks)
    figure.update_yaxes(range=[-0.6, len(rows) - 0.4])
    return figure


def share_text(row: ShareRow) -> str:
    """Return a share in words, as Plotly shows them."""
    said = f"{plain(row.name)}: {percent(row.value)}, between {percent(row.low)} and {percent(row.high)}"
    return said if row.predicted is None else f"{said}; {percent(row.predicted)} by predictions alone"

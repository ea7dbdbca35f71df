"""Charts of the evidence: accuracies beside the control, and by the number of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.utils import percent
from pages.charts.style import GAIN, bare_figure, faint

if TYPE_CHECKING:
    import plotly.graph_objects as go


class AccuracyBar(NamedTuple):
    """One bar.

    Attributes
    ----------
    accuracy : float or None
        0 to 1; None where it is not known yet, NaN where it cannot be measured.
    margin : float
        Half the width of its 95 % interval; 0 for none.
    meaning : str
        Shown on hover.
    """

    name: str
    accuracy: float | None
    margin: float
    meaning: str


def accuracy_bars(bars: Sequence[AccuracyBar]) -> go.Figure:
    """Draw accuracies one below the other, the first in colour, each with its interval and its figure."""
    import plotly.graph_objects as go

    place = list(range(len(bars)))[::-1]  # the first at the top
    known = [bar.accuracy is not None and not np.isnan(bar.accuracy) for bar in bars]
    lengths = [bar.accuracy if is_known else 0.0 for bar, is_known in zip(bars, known, strict=True)]
    drawn = go.Bar(
        x=lengths,
        y=place,
        orientation="h",
        width=0.5,
        marker={"color": [GAIN, *[faint(0.55)] * (len(bars) - 1)], "line": {"width": 0}},
        customdata=[bar.meaning for bar in bars],
        hovertemplate="%{customdata}<extra></extra>",
    )
    strokes = []
    for at, bar, length, is_known in zip(place, bars, lengths, known, strict=True):
        if is_known and bar.margin > 0:
            ends = [max(0.0, length - bar.margin), min(1.0, length + bar.margin)]
            # Below the bar, so that it does not cross the figure at the bar's end.
            line = {"color": faint(1), "width": 2}
            strokes.append(go.Scatter(x=ends, y=[at - 0.36] * 2, mode="lines", line=line, hoverinfo="skip"))
    figure = bare_figure([drawn, *strokes])
    for at, bar, length, is_known in zip(place, bars, lengths, known, strict=True):
        words = percent(length) if is_known else "…" if bar.accuracy is None else "–"
        figure.add_annotation(x=length, y=at, text=words, showarrow=False, xanchor="left", xshift=6)
    figure.update_xaxes(range=[0, 1.15], showticklabels=False)
    figure.update_yaxes(tickvals=place, ticktext=[bar.name for bar in bars])
    return figure


def learning_lines(counts: Sequence[int], generic: Sequence[float], reshaped: Sequence[float]) -> go.Figure:
    """Draw the learning curve: accuracy (0 to 1) on held-out labels by the number of labels, ascending."""
    import plotly.graph_objects as go

    lines = [
        go.Scatter(
            x=list(counts),
            y=list(values),
            name=name,
            mode="lines+markers",
            line={"color": colour, "width": 2.5},
            marker={"size": 8},
            hovertemplate=f"%{{x}} labels: %{{y:.0%}} in the {name} space<extra></extra>",
        )
        for name, values, colour in (("reshaped", reshaped, GAIN), ("generic", generic, faint(1)))
    ]
    figure = bare_figure(lines)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title="labels", rangemode="tozero", nticks=6)
    figure.update_yaxes(tickformat=".0%", showgrid=True, gridcolor=faint(0.25), nticks=5)
    return figure

"""Charts of the evidence: accuracies by label, beside baselines, and by the number of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.utils import percent
from pages.charts.style import GAIN, LONGEST_NAME, LOSS, bare_figure, faint, short

if TYPE_CHECKING:
    import plotly.graph_objects as go


def label_dumbbells(
    names: Sequence[str], counts: Sequence[int], generic: Sequence[float], reshaped: Sequence[float]
) -> go.Figure:
    """Draw the accuracy of each label: a ring for the generic space, a dot for the reshaped one.

    The label with the lowest accuracy in the reshaped space stands at the top. Losses are drawn in `LOSS`.

    Parameters
    ----------
    names, counts : each label, and how many texts were given it
    generic, reshaped : accuracies, 0 to 1
    """
    import plotly.graph_objects as go

    order = sorted(range(len(names)), key=lambda label: (-reshaped[label], names[label]))
    place = list(range(len(order)))  # from the bottom
    colours = [LOSS if reshaped[label] < generic[label] else GAIN for label in order]
    hover = [
        f"{names[label]}, {counts[label]} labels: {percent(generic[label])} in the generic space, "
        f"{percent(reshaped[label])} in the reshaped space"
        for label in order
    ]
    lines = []
    for colour in (GAIN, LOSS):  # one trace a colour, with gaps between labels
        rows = [at for at in place if colours[at] == colour]
        lines.append(
            go.Scatter(
                x=[x for at in rows for x in (generic[order[at]], reshaped[order[at]], None)],
                y=[y for at in rows for y in (at, at, None)],
                mode="lines",
                line={"color": colour, "width": 3},
                hoverinfo="skip",
            )
        )
    ring = {"symbol": "circle-open", "size": 11, "color": faint(1), "line": {"width": 2}}
    dots = [
        go.Scatter(
            x=[values[label] for label in order],
            y=place,
            mode="markers",
            marker=marker,
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
        )
        for values, marker in ((generic, ring), (reshaped, {"size": 12, "color": colours}))
    ]
    figure = bare_figure([*lines, *dots])
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", side="top", nticks=6)
    figure.update_xaxes(showgrid=True, gridcolor=faint(0.25))
    ticks = [f"{short(names[label], 2 * LONGEST_NAME)} · {counts[label]}" for label in order]
    figure.update_yaxes(tickvals=place, ticktext=ticks)
    figure.update_yaxes(range=[-0.6, len(order) - 0.4])
    return figure


def accuracy_bars(bars: Sequence[tuple[str, float | None, str]], *, low: float, high: float) -> go.Figure:
    """Draw accuracies one below the other; the first one, of the reshaped space, with its interval.

    Parameters
    ----------
    bars : (name, accuracy 0 to 1, what it means) of each
        The accuracy is None where it is not known yet, NaN where it cannot be measured.
    low, high : ends of the first one's interval
    """
    import plotly.graph_objects as go

    place = list(range(len(bars)))[::-1]  # the first at the top
    lengths = [0.0 if value is None or np.isnan(value) else value for _, value, _ in bars]
    drawn = go.Bar(
        x=lengths,
        y=place,
        orientation="h",
        width=0.58,
        marker={"color": [GAIN, *[faint(0.55)] * (len(bars) - 1)], "line": {"width": 0}},
        customdata=[meaning for *_, meaning in bars],
        hovertemplate="%{customdata}<extra></extra>",
    )
    interval = go.Scatter(
        x=[low, high], y=[place[0]] * 2, mode="lines", line={"color": faint(1), "width": 2}, hoverinfo="skip"
    )
    figure = bare_figure([drawn, interval])
    for at, (_, value, _), length in zip(place, bars, [max(lengths[0], high), *lengths[1:]], strict=True):
        words = "…" if value is None else "–" if np.isnan(value) else percent(value)
        figure.add_annotation(x=length, y=at, text=words, showarrow=False, xanchor="left", xshift=6)
    figure.update_xaxes(range=[0, 1.15], showticklabels=False)
    figure.update_yaxes(tickvals=place, ticktext=[name for name, *_ in bars])
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

"""Small charts: arrays in, Plotly figure out. They take their text colour from the page's theme."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.palette import CATEGORIES, GREY

if TYPE_CHECKING:
    import plotly.graph_objects as go

BINS = 40
BARS = 8
"""Categories with a bar of their own; the least frequent ones of the selection are left out."""

GAIN, LOSS = CATEGORIES[0], CATEGORIES[4]
"""Colours of what the reshaped space does better, and worse."""

LONGEST_NAME = 24
"""Characters of a category's name beside its bar; hovering shows the rest."""


def text_length_histogram(lengths: Sequence[int] | np.ndarray) -> go.Figure:
    """Draw how many texts have which length.

    The axis ends at the 99th percentile, and what is longer counts in the last bar: one huge text would leave
    nothing to see of the others.

    Parameters
    ----------
    lengths : sequence of int, length n_texts
        Characters of each text.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    import plotly.graph_objects as go

    lengths = np.asarray(lengths)
    longest = int(np.ceil(np.percentile(lengths, 99))) if len(lengths) else 0
    width = max(1, -(-(longest + 1) // BINS))  # rounded up: whole characters
    edges = np.arange(0, longest + width + 1, width)
    counts, _ = np.histogram(np.minimum(lengths, longest), edges)
    spans = [f"{start:,} to {start + width - 1:,}" for start in edges[:-1]]
    if len(lengths) and lengths.max() > longest:
        spans[-1] = f"{edges[-2]:,} or more"
    bars = go.Bar(
        x=(edges[:-1] + width / 2).tolist(),
        y=counts.tolist(),
        width=width,
        customdata=spans,
        marker={"color": CATEGORIES[0], "line": {"width": 0}},
        hovertemplate="%{y:,} texts of %{customdata} characters<extra></extra>",
    )
    figure = _figure([bars])
    figure.update_layout(bargap=0.08)
    figure.update_xaxes(title="characters", rangemode="tozero")
    figure.update_yaxes(title="texts", showgrid=True, gridcolor=_faint(0.3), nticks=4)
    return figure


def composition_bars(
    codes: np.ndarray, selected: np.ndarray, labels: Sequence[str], colours: Sequence[str]
) -> go.Figure:
    """Draw what a selection is made of: each category's share of it, against its share of the corpus.

    Categories stand from the largest share of the selection down, at most `BARS` of them.

    Parameters
    ----------
    codes : array of int, shape (n_texts,)
        Category of each text, position in `labels`; -1 for none.
    selected : array of int or bool
        Rows of the selected texts, or a mask of shape (n_texts,).
    labels : sequence of str
        Names of the categories.
    colours : sequence of str
        Their colours, "#rrggbb".

    Returns
    -------
    plotly.graph_objects.Figure
    """
    import plotly.graph_objects as go

    shares = np.stack(
        [_shares(codes[selected], len(labels)), _shares(codes, len(labels))]
    )  # (2, n_labels + 1)
    names, paint = [*labels, "none"], [*colours, GREY]
    order = [int(i) for i in np.argsort(-shares[0], kind="stable") if shares[0, i] > 0][:BARS][::-1]
    place = list(range(len(order)))
    hover = [
        f"{names[i]}: {shares[0, i]:.0%} of the selection, {shares[1, i]:.0%} of the corpus" for i in order
    ]
    selection = go.Bar(
        x=shares[0, order].tolist(),
        y=place,
        orientation="h",
        marker={"color": [paint[i] for i in order], "line": {"width": 0}},
        width=0.62,
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    corpus = go.Scatter(
        x=shares[1, order].tolist(),
        y=place,
        mode="markers",
        # A stroke across the bar, in a grey that shows on white, on dark and on every bar.
        marker={"symbol": "line-ns", "size": 16, "line": {"width": 3, "color": _faint(1.0)}},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = _figure([selection, corpus])
    figure.update_xaxes(title="share here (stroke: of all)", tickformat=".0%", rangemode="tozero", nticks=5)
    figure.update_yaxes(tickvals=place, ticktext=[_short(names[i]) for i in order])
    return figure


def label_dumbbells(
    names: Sequence[str], counts: Sequence[int], generic: Sequence[float], reshaped: Sequence[float]
) -> go.Figure:
    """Draw for each label how often it is found again: a ring for the generic space, a dot for the reshaped.

    What is found again least in the reshaped space stands at the top. Losses have a colour of their own.

    Parameters
    ----------
    names : sequence of str, length n_labels
    counts : sequence of int
        Texts given each label.
    generic, reshaped : sequence of float, 0 to 1

    Returns
    -------
    plotly.graph_objects.Figure
    """
    import plotly.graph_objects as go

    order = sorted(range(len(names)), key=lambda label: (-reshaped[label], names[label]))
    place = list(range(len(order)))  # from the bottom
    colours = [LOSS if reshaped[label] < generic[label] else GAIN for label in order]
    hover = [
        f"{names[label]}, {counts[label]} labels: {_percent(generic[label])} in the generic space, "
        f"{_percent(reshaped[label])} in the reshaped space"
        for label in order
    ]
    lines = []
    for colour in (GAIN, LOSS):  # one trace a colour, the labels parted by gaps
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
    ring = {"symbol": "circle-open", "size": 11, "color": _faint(1), "line": {"width": 2}}
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
    figure = _figure([*lines, *dots])
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", side="top", nticks=6)
    figure.update_xaxes(showgrid=True, gridcolor=_faint(0.25))
    ticks = [f"{_short(names[label], 2 * LONGEST_NAME)} · {counts[label]}" for label in order]
    figure.update_yaxes(tickvals=place, ticktext=ticks)
    figure.update_yaxes(range=[-0.6, len(order) - 0.4])
    return figure


def accuracy_bars(bars: Sequence[tuple[str, float | None, str]], *, low: float, high: float) -> go.Figure:
    """Draw accuracies below one another; the first, the reshaped space's, with its interval.

    Parameters
    ----------
    bars : sequence of (name, accuracy 0 to 1, what it means)
        None for an accuracy that is not known yet, not a number for one that cannot be had.
    low, high : float
        Ends of the first one's interval.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    import plotly.graph_objects as go

    place = list(range(len(bars)))[::-1]  # the first at the top
    lengths = [0.0 if value is None or np.isnan(value) else value for _, value, _ in bars]
    drawn = go.Bar(
        x=lengths,
        y=place,
        orientation="h",
        width=0.58,
        marker={"color": [GAIN, *[_faint(0.55)] * (len(bars) - 1)], "line": {"width": 0}},
        customdata=[meaning for *_, meaning in bars],
        hovertemplate="%{customdata}<extra></extra>",
    )
    interval = go.Scatter(
        x=[low, high],
        y=[place[0]] * 2,
        mode="lines",
        line={"color": _faint(1), "width": 2},
        hoverinfo="skip",
    )
    figure = _figure([drawn, interval])
    for at, (_, value, _), length in zip(place, bars, [max(lengths[0], high), *lengths[1:]], strict=True):
        words = "…" if value is None else "–" if np.isnan(value) else _percent(value)
        figure.add_annotation(x=length, y=at, text=words, showarrow=False, xanchor="left", xshift=6)
    figure.update_xaxes(range=[0, 1.15], showticklabels=False)
    figure.update_yaxes(tickvals=place, ticktext=[name for name, *_ in bars])
    return figure


def learning_lines(counts: Sequence[int], generic: Sequence[float], reshaped: Sequence[float]) -> go.Figure:
    """Draw how often held-out labels are found again, by how many labels were known.

    Parameters
    ----------
    counts : sequence of int, ascending
    generic, reshaped : sequence of float, 0 to 1

    Returns
    -------
    plotly.graph_objects.Figure
    """
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
        for name, values, colour in (("reshaped", reshaped, GAIN), ("generic", generic, _faint(1)))
    ]
    figure = _figure(lines)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    figure.update_xaxes(title="labels", rangemode="tozero", nticks=6)
    figure.update_yaxes(tickformat=".0%", showgrid=True, gridcolor=_faint(0.25), nticks=5)
    return figure


def change_histogram(change: np.ndarray) -> go.Figure:
    """Draw for how many texts which share of the nearest neighbours was replaced.

    Parameters
    ----------
    change : float array (n_texts,), 0 to 1

    Returns
    -------
    plotly.graph_objects.Figure
    """
    import plotly.graph_objects as go

    counts, edges = np.histogram(change, bins=10, range=(0, 1))
    spans = [f"{100 * start:.0f} to {_percent(end)}" for start, end in pairwise(edges)]
    bars = go.Bar(
        x=(edges[:-1] + 0.05).tolist(),
        y=counts.tolist(),
        width=0.1,
        customdata=spans,
        marker={"color": GAIN, "line": {"width": 0}},
        hovertemplate="%{y:,} texts with %{customdata} of their neighbours replaced<extra></extra>",
    )
    figure = _figure([bars])
    figure.update_layout(bargap=0.08)
    figure.update_xaxes(title="share replaced", tickformat=".0%", range=[0, 1])
    figure.update_yaxes(title="texts", showgrid=True, gridcolor=_faint(0.25), nticks=4)
    return figure


def _shares(codes: np.ndarray, n_labels: int) -> np.ndarray:
    """Share of each category, and at the end of none: (n_labels + 1,)."""
    codes = np.where(np.asarray(codes) < 0, n_labels, codes)
    return np.bincount(codes, minlength=n_labels + 1) / max(len(codes), 1)


def _figure(traces: list) -> go.Figure:
    """Bare figure without ground, legend or frame, so that it suits any theme."""
    import plotly.graph_objects as go

    figure = go.Figure(traces)
    figure.update_layout(
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        showlegend=False,
        dragmode=False,
    )
    figure.update_xaxes(automargin=True, showgrid=False, zeroline=False, fixedrange=True, title_standoff=4)
    figure.update_yaxes(automargin=True, showgrid=False, zeroline=False, fixedrange=True, title_standoff=4)
    return figure


def _faint(opacity: float) -> str:
    return f"rgba(128,136,144,{opacity})"


def _short(name: str, longest: int = LONGEST_NAME) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

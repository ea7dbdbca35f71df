"""Histograms: lengths of texts, replaced neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.utils import percent
from pages.charts.style import GAIN, bare_figure, click_bars, count_axis, faint, n_texts

if TYPE_CHECKING:
    import plotly.graph_objects as go

LENGTH_BINS = 40
LEAST_BAR = 0.02
"""Least height of a bar of selected texts, as a share of the highest bar: lower ones are invisible."""


def text_length_histogram(lengths: Sequence[int] | np.ndarray) -> go.Figure:
    """Draw the histogram of text lengths in characters.

    The axis ends at the 99th percentile; longer texts count in the last bar. One huge text would otherwise
    flatten all other bars.
    """
    lengths = np.asarray(lengths)
    longest = int(np.ceil(np.percentile(lengths, 99))) if len(lengths) else 0
    width = max(1, -(-(longest + 1) // LENGTH_BINS))  # rounded up: whole characters
    edges = np.arange(0, longest + width + 1, width)
    counts, _ = np.histogram(np.minimum(lengths, longest), edges)
    spans = [f"{start:,} to {start + width - 1:,}" for start in edges[:-1]]
    if len(lengths) and lengths.max() > longest:
        spans[-1] = f"{edges[-2]:,} or more"
    figure = _histogram(counts, edges, spans, "texts of %{customdata} characters")
    figure.update_xaxes(title="characters", rangemode="tozero")
    return figure


def change_histogram(change: np.ndarray) -> go.Figure:
    """Draw the histogram of the share of replaced neighbours, 0 to 1."""
    counts, edges = np.histogram(change, bins=10, range=(0, 1))
    spans = [f"{100 * start:.0f} to {percent(end)}" for start, end in pairwise(edges)]
    figure = _histogram(counts, edges, spans, "texts with %{customdata} of their neighbours replaced")
    figure.update_xaxes(title="share replaced", tickformat=".0%", range=[0, 1])
    return figure


def _histogram(counts: np.ndarray, edges: np.ndarray, spans: list[str], words: str) -> go.Figure:
    """Histogram of equal bins, with the name of each bin and the words that follow its count on hover."""
    import plotly.graph_objects as go

    bars = go.Bar(
        x=((edges[:-1] + edges[1:]) / 2).tolist(),
        y=counts.tolist(),
        width=edges[1] - edges[0],
        customdata=spans,
        marker={"color": GAIN, "line": {"width": 0}},
        hovertemplate=f"%{{y:,}} {words}<extra></extra>",
    )
    figure = bare_figure([bars])
    figure.update_layout(bargap=0.08)
    count_axis(figure)
    return figure


def replaced_bars(every: np.ndarray, some: np.ndarray | None) -> go.Figure:
    """Draw how many texts have 0 to k of their k neighbours replaced: of all, and of some texts.

    A click reports the number of replaced neighbours as `customdata`.

    Parameters
    ----------
    every : int array (k + 1,), texts with 0 to k replaced neighbours
    some : int array (k + 1,), the selected ones among them, or None
        A bar of few texts is drawn as high as `LEAST_BAR`.
    """
    import plotly.graph_objects as go

    place, k = list(range(len(every))), len(every) - 1
    highest = max(int(every.max()), 1)
    traces = [go.Bar(y=every.tolist(), marker={"color": faint(0.55)}, hoverinfo="skip")]
    words = [f"<b>{at} of {k} replaced</b><br>{n_texts(every[at])}" for at in place]
    if some is not None:
        seen = np.minimum(np.maximum(some, LEAST_BAR * highest * (some > 0)), every)
        traces.append(go.Bar(y=seen.tolist(), marker={"color": GAIN}, hoverinfo="skip"))
        words = [f"{line}, {some[at]:,} selected" for at, line in enumerate(words)]
    words = [f"{line}<br>Click to select" for line in words]
    traces.append(click_bars(y=[highest] * len(every), customdata=place, text=words))
    for trace in traces:
        trace.update(x=place, marker_line_width=0)
    figure = bare_figure(traces)
    figure.update_layout(barmode="overlay", bargap=0.1, margin={"l": 4, "r": 4, "t": 4, "b": 4})
    ticks = sorted({round(share * k) for share in (0, 0.25, 0.5, 0.75, 1)})
    figure.update_xaxes(tickvals=ticks, ticktext=[percent(at / max(k, 1)) for at in ticks], tickangle=0)
    figure.update_xaxes(title="neighbours replaced", range=[-0.6, k + 0.6])
    count_axis(figure)
    return figure

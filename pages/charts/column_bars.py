"""Bar chart of a metadata column: all texts, and some of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from pages.charts.style import GAIN, bare_figure, faint, plain, rgba, short

if TYPE_CHECKING:
    import plotly.graph_objects as go

AXIS_LABELS = 5  # at most


def column_bars(
    bins: Sequence[str],
    every: np.ndarray,
    some: np.ndarray | None,
    *,
    shown: Sequence[int] | None = None,
    chosen: Collection[int] = (),
    starts: Sequence[str] | None = None,
    one_value: bool = True,
    some_words: str = "of the selected",
) -> go.Figure:
    """Draw the share of each bin: among all texts with a value, and among some of them.

    Bars stand upright side by side when there are `starts`, else they lie below one another with their names.
    A click reports the position of the bin as `customdata`.

    Parameters
    ----------
    bins : sequence of str
    every : int array (n bins,), texts in each
    some : int array (n bins,) or None, those of the selected texts
    shown : sequence of int, optional
        Positions of the bins to draw, in this order; all of them when left out.
    chosen : positions of the bins that a filter keeps; none when there is no filter
    starts : sequence of str, optional
        Words at the axis for each bin.
    one_value : bool
        Whether these stand under the middle of a bin, or under its start.
    some_words : str
        What the shares of `some` are of, for the hover text.

    Returns
    -------
    plotly.graph_objects.Figure
    """
    shown = list(range(len(bins)) if shown is None else shown)
    shares = [counts[shown] / max(int(counts.sum()), 1) for counts in (every, some) if counts is not None]
    highest = max((float(share.max(initial=0)) for share in shares), default=0) or 1.0
    kept = [not chosen or bin in chosen for bin in shown]
    upright = starts is not None
    wide = (0.9, 0.5) if upright else (0.74, 0.4)
    grey = [faint(0.55 if full else 0.2) for full in kept]
    accent = [rgba(GAIN, 1 if full else 0.35) for full in kept]
    traces = [
        _bars(share, upright, width=width, marker={"color": colours, "line": {"width": 0}}, hoverinfo="skip")
        for share, width, colours in zip(shares, wide, (grey, accent), strict=False)
    ]
    # The whole height takes the click: short bars are hard to hit.
    unseen = {"marker": {"opacity": 0}}
    target = _bars(np.full(len(shown), highest), upright, width=1, marker={"color": "rgba(0,0,0,0)"})
    target.update(
        selected=unseen,
        unselected=unseen,
        customdata=shown,
        text=[_words(bins, every, some, bin, some_words) for bin in shown],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )
    figure = bare_figure([*traces, target])
    figure.update_layout(barmode="overlay", margin={"l": 4, "r": 4, "t": 4, "b": 4})
    if upright:
        at = list(range(0, len(shown), max(1, -(-len(shown) // AXIS_LABELS))))
        figure.update_xaxes(
            tickvals=[place if one_value else place - 0.5 for place in at],
            ticktext=[plain(starts[shown[place]]) for place in at],
            tickangle=0,
            range=[-0.6, len(shown) - 0.4],
        )
        figure.update_yaxes(visible=False, range=[0, highest * 1.04])
    else:
        names = [plain(short(bins[bin], 20)) for bin in shown]
        names = [f"<b>{name}</b>" if bin in chosen else name for bin, name in zip(shown, names, strict=True)]
        figure.update_xaxes(visible=False, range=[0, highest * 1.02])
        figure.update_yaxes(tickvals=list(range(len(shown))), ticktext=names, range=[len(shown) - 0.4, -0.6])
    return figure


def _bars(lengths: np.ndarray, upright: bool, **options: object) -> go.Bar:
    import plotly.graph_objects as go

    place, lengths = list(range(len(lengths))), lengths.tolist()
    if upright:
        return go.Bar(x=place, y=lengths, **options)
    return go.Bar(x=lengths, y=place, orientation="h", **options)


def _words(bins: Sequence[str], every: np.ndarray, some: np.ndarray | None, bin: int, of: str) -> str:
    total = max(int(every.sum()), 1)
    words = f"<b>{plain(bins[bin])}</b><br>{every[bin]:,} of all ({every[bin] / total:.1%})"
    if some is not None:
        words += f"<br>{some[bin]:,} {of} ({some[bin] / max(int(some.sum()), 1):.1%})"
    return words + "<br>Click to filter"

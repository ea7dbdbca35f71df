"""Bar chart of a metadata column: all texts, and some of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.utils import percent
from pages.charts.style import GAIN, bare_figure, click_bars, faint, plain, rgba, short

if TYPE_CHECKING:
    import plotly.graph_objects as go

AXIS_LABELS = 5  # at most
LONGEST_BIN = 20  # characters of a bin's name beside its bar


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
    colours: Sequence[str] | None = None,
) -> go.Figure:
    """Draw the share of each bin among all texts with a value, and among some of them.

    Bars are vertical when there are `starts`; else they are horizontal, with the names of the bins and the
    number of texts, or of some texts their share. A click reports the position of the bin as `customdata`.

    Parameters
    ----------
    every, some : int array (n bins,), texts in each
    shown : positions of the bins to draw, in this order; all of them when left out
    chosen : positions of the bins that a filter keeps; none when there is no filter
    starts : axis label of each bin
    one_value : whether these labels stand under the middle of a bin, or under its start
    some_words : which texts `some` counts, for the hover text
    colours : "#rrggbb" of each bin; one for all when left out
    """
    import plotly.graph_objects as go

    shown = list(range(len(bins)) if shown is None else shown)
    shares = [counts[shown] / max(int(counts.sum()), 1) for counts in (every, some) if counts is not None]
    highest = max((float(share.max(initial=0)) for share in shares), default=0) or 1.0
    kept = [not chosen or bin in chosen for bin in shown]
    place = list(range(len(shown)))

    def ends(lengths: np.ndarray) -> dict:
        along = lengths.tolist()
        return {"x": along, "y": place, "orientation": "h"} if starts is None else {"x": place, "y": along}

    widths = (0.74, 0.4) if starts is None else (0.9, 0.5)
    grey = [faint(0.55 if full else 0.2) for full in kept]
    paint = [GAIN if colours is None else colours[bin] for bin in shown]
    accent = [rgba(colour, 1 if full else 0.35) for colour, full in zip(paint, kept, strict=True)]
    if some is None and colours is not None:
        grey = accent
    traces = [
        go.Bar(width=width, marker={"color": colours, "line": {"width": 0}}, hoverinfo="skip", **ends(share))
        for share, width, colours in zip(shares, widths, (grey, accent), strict=False)
    ]
    words = [_bin_words(bins, every, some, bin, some_words) for bin in shown]
    target = click_bars(customdata=shown, text=words, **ends(np.full(len(shown), highest)))
    figure = bare_figure([*traces, target])
    figure.update_layout(barmode="overlay", margin={"l": 4, "r": 4, "t": 4, "b": 4})
    if starts is not None:
        at = place[:: max(1, -(-len(shown) // AXIS_LABELS))]
        figure.update_xaxes(
            tickvals=[position if one_value else position - 0.5 for position in at],
            ticktext=[plain(starts[shown[position]]) for position in at],
            tickangle=0,
            range=[-0.6, len(shown) - 0.4],
        )
        figure.update_yaxes(visible=False, range=[0, highest * 1.04])
    else:
        names = [plain(short(bins[bin], LONGEST_BIN)) for bin in shown]
        names = [f"<b>{name}</b>" if bin in chosen else name for bin, name in zip(shown, names, strict=True)]
        numbers = (
            [f"{count:,}" for count in every[shown]]
            if some is None
            else [percent(share) for share in shares[1].tolist()]
        )
        names = [f"{name}  {number}" for name, number in zip(names, numbers, strict=True)]
        figure.update_xaxes(visible=False, range=[0, highest * 1.02])
        figure.update_yaxes(tickvals=place, ticktext=names, range=[len(shown) - 0.4, -0.6])
    return figure


def _bin_words(bins: Sequence[str], every: np.ndarray, some: np.ndarray | None, bin: int, of: str) -> str:
    """Hover text of a bin."""
    words = (
        f"<b>{plain(bins[bin])}</b><br>{every[bin]:,} of all ({every[bin] / max(int(every.sum()), 1):.1%})"
    )
    if some is not None:
        words += f"<br>{some[bin]:,} {of} ({some[bin] / max(int(some.sum()), 1):.1%})"
    return words + "<br>Click to filter"

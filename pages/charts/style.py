"""Style of all figures: a transparent background, and a grey visible on any background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.maps.drawing import CATEGORIES
from core.utils import cut

if TYPE_CHECKING:
    import plotly.graph_objects as go

GAIN, LOSS = CATEGORIES[0], CATEGORIES[4]
"""Colours of gains and losses of the reshaped space."""

LONGEST_NAME = 24
"""Characters of a category's name beside its bar; hovering shows the rest."""

UNSEEN = {"marker": {"opacity": 0}}
"""A trace that only takes clicks: invisible also after a click, which Plotly would show."""


def bare_figure(traces: list) -> go.Figure:
    """Return a figure without background, legend or frame, so that it suits any theme."""
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


def click_bars(**options: object) -> go.Bar:
    """Return invisible bars that take hovering and clicks: short visible bars are hard to hit."""
    import plotly.graph_objects as go

    return go.Bar(
        width=1, marker={"color": "rgba(0,0,0,0)"}, selected=UNSEEN, unselected=UNSEEN, textposition="none",
        hovertemplate="%{text}<extra></extra>", **options,
    )  # fmt: skip


def count_axis(figure: go.Figure) -> None:
    """Make the upright axis count texts."""
    figure.update_yaxes(title="texts", showgrid=True, gridcolor=faint(0.25), nticks=4)


def faint(opacity: float) -> str:
    """Return a grey that is visible on white, on dark and on colours."""
    return f"rgba(128,136,144,{opacity})"


def n_texts(count: int) -> str:
    """Return a number of texts in words."""
    return "1 text" if count == 1 else f"{count:,} texts"


def short(name: str, longest: int = LONGEST_NAME) -> str:
    """Return a name that fits beside a bar."""
    return cut(name, longest)


def plain(text: str) -> str:
    """Escape a text so that Plotly shows it as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def rgba(colour: str, opacity: float) -> str:
    """Return a colour "#rrggbb" with an opacity."""
    return f"rgba({','.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))},{opacity})"

"""How good and how fast systems are that follow an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.figures.base import GAIN, LONGEST_NAME, bare_figure, faint, percent, plain, short

if TYPE_CHECKING:
    import plotly.graph_objects as go

TICKS = {
    0.001: "0.001 s", 0.01: "0.01 s", 0.1: "0.1 s", 1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min",
    3_600: "1 h", 36_000: "10 h", 86_400: "1 day", 864_000: "10 days",
}  # fmt: skip
ROOM = 1.9  # of the axis, beside the fastest and the slowest, as a factor
LEAST_SPAN = 30.0  # from the left end of the axis to its right end, as a factor
BESIDE = 0.55  # of the axis: points further right have their name at their left
NAME_HEIGHT = 0.055  # of the axis


@dataclass(frozen=True)
class SystemPoint:
    """One system on the chart.

    Attributes
    ----------
    name : str
    seconds : float
        To one more instruction, above 0.
    accuracy, low, high : float
        0 to 1, with the ends of its interval.
    meaning : str
        What is told where the pointer is.
    own : bool
        Whether it is drawn in the accent colour.
    """

    name: str
    seconds: float
    accuracy: float
    low: float
    high: float
    meaning: str
    own: bool = False


def accuracy_by_seconds(points: Sequence[SystemPoint], *, generic: float) -> go.Figure:
    """Draw accuracies with their intervals against the seconds that one more instruction takes.

    Parameters
    ----------
    points : sequence of SystemPoint
        At least one.
    generic : float, 0 to 1
        Accuracy without any instruction, drawn as a line across; not a number for none.

    Returns
    -------
    plotly.graph_objects.Figure
        Seconds on a logarithmic axis.
    """
    import plotly.graph_objects as go

    colours = [GAIN if point.own else faint(1) for point in points]
    drawn = go.Scatter(
        x=[point.seconds for point in points],
        y=[point.accuracy for point in points],
        mode="markers",
        marker={"size": 13, "color": colours},
        error_y={
            "symmetric": False,
            "array": [point.high - point.accuracy for point in points],
            "arrayminus": [point.accuracy - point.low for point in points],
            "color": faint(0.9),
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[plain(point.meaning) for point in points],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = bare_figure([drawn])
    left, right = _span([point.seconds for point in points])
    figure.update_xaxes(
        type="log",
        range=[np.log10(left), np.log10(right)],
        tickvals=list(TICKS),
        ticktext=list(TICKS.values()),
        title="until the vectors of one more instruction are there",
        showgrid=True,
        gridcolor=faint(0.15),
    )
    low, high = _reach(points, generic)
    figure.update_yaxes(
        range=[low, high],
        tickformat=".0%",
        nticks=6,
        title="hidden labels found again",
        showgrid=True,
        gridcolor=faint(0.25),
    )
    if not np.isnan(generic):
        figure.add_hline(y=generic, line={"color": faint(1), "width": 1.5, "dash": "dot"})
        figure.add_annotation(
            x=1, xref="paper", y=generic, text=f"generic {percent(generic)}", showarrow=False,
            xanchor="right", yanchor="bottom",
        )  # fmt: skip
    _name_points(figure, points, left, right, high - low)
    return figure


def _span(seconds: Sequence[float]) -> tuple[float, float]:
    """Ends of the axis of seconds: room beside the points, and not a tenth of a second across the chart."""
    left, right = min(seconds) / ROOM, max(seconds) * ROOM
    widen = max(1.0, LEAST_SPAN / (right / left)) ** 0.5
    return left / widen, right * widen


def _reach(points: Sequence[SystemPoint], generic: float) -> tuple[float, float]:
    """Ends of the axis of accuracies, with a little room."""
    lows = [point.low for point in points] + ([] if np.isnan(generic) else [generic])
    highs = [point.high for point in points] + ([] if np.isnan(generic) else [generic])
    return max(-0.02, min(lows) - 0.06), min(1.06, max(highs) + 0.06)


def _name_points(
    figure: go.Figure, points: Sequence[SystemPoint], left: float, right: float, reach: float
) -> None:
    """Names beside the points, towards the middle of the chart, those of one side not upon each other."""
    taken: dict[str, list[float]] = {"left": [], "right": []}
    for point in sorted(points, key=lambda point: -point.accuracy):
        place = np.log(point.seconds / left) / np.log(right / left)
        anchor = "right" if place > BESIDE else "left"
        height = point.accuracy
        while any(abs(height - other) < NAME_HEIGHT * reach for other in taken[anchor]):
            height -= NAME_HEIGHT * reach / 4
        taken[anchor].append(height)
        name = plain(f"{short(point.name, LONGEST_NAME)} {percent(point.accuracy)}")
        figure.add_annotation(
            x=np.log10(point.seconds),
            y=height,
            text=f"<b>{name}</b>" if point.own else name,
            showarrow=False,
            xanchor=anchor,
            xshift=-12 if anchor == "right" else 12,
        )

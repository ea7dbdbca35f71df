"""Chart of the comparison: accuracy against time of systems that follow an instruction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.utils import percent
from pages.charts.name_placement import GAP, Box, Spot, place_names, place_on_line
from pages.charts.style import GAIN, LONGEST_NAME, bare_figure, faint, plain, short

if TYPE_CHECKING:
    import plotly.graph_objects as go

TICKS = {
    0.001: "0.001 s", 0.01: "0.01 s", 0.1: "0.1 s", 1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min",
    3_600: "1 h", 36_000: "10 h", 86_400: "1 day", 864_000: "10 days",
}  # fmt: skip
AXIS_ROOM = 1.9  # factor of seconds left free beside the fastest and the slowest
LEAST_SPAN = 30.0  # least factor from the left end of the axis to its right end
NAME_HEIGHT = 0.065  # share of the chart
LETTER = 0.0185  # share of the chart: width of a letter in a window of usual size


class Span(NamedTuple):
    """Ends of an axis."""

    low: float
    high: float

    def share(self, value: float) -> float:
        """Place of a value, 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def at(self, share: float) -> float:
        """Value at a place."""
        return self.low + share * (self.high - self.low)


@dataclass(frozen=True)
class SystemPoint:
    """One system on the chart.

    Attributes
    ----------
    seconds : time for one more instruction, above 0
    accuracy, low, high : 0 to 1, with the ends of its interval
    meaning : shown on hover
    own : whether it is drawn in the accent colour
    """

    name: str
    seconds: float
    accuracy: float
    low: float
    high: float
    meaning: str
    own: bool = False


def accuracy_by_seconds(points: Sequence[SystemPoint], *, generic: float) -> go.Figure:
    """Draw accuracies with their intervals against the seconds that one more instruction takes (log axis).

    Parameters
    ----------
    points : at least one
    generic : accuracy without any instruction, 0 to 1, drawn as a line across; NaN for none
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
    across, up = _seconds_span(points), _accuracy_span(points, generic)
    figure.update_xaxes(
        type="log",
        range=list(across),
        tickvals=list(TICKS),
        ticktext=list(TICKS.values()),
        title="time for one more instruction",
        showgrid=True,
        gridcolor=faint(0.15),
    )
    figure.update_yaxes(
        range=list(up),
        tickformat=".0%",
        nticks=6,
        title="accuracy on hidden labels",
        showgrid=True,
        gridcolor=faint(0.25),
    )
    if not np.isnan(generic):
        figure.add_hline(y=generic, line={"color": faint(1), "width": 1.5, "dash": "dot"})
    _name_points(figure, points, generic, across, up)
    return figure


def _seconds_span(points: Sequence[SystemPoint]) -> Span:
    """Ends of the axis of seconds, as powers of ten, with room beside the points."""
    seconds = [point.seconds for point in points]
    left, right = min(seconds) / AXIS_ROOM, max(seconds) * AXIS_ROOM
    widen = max(1.0, LEAST_SPAN / (right / left)) ** 0.5
    return Span(float(np.log10(left / widen)), float(np.log10(right * widen)))


def _accuracy_span(points: Sequence[SystemPoint], generic: float) -> Span:
    """Ends of the axis of accuracies, with a little room."""
    low = np.nanmin([generic, *(point.low for point in points)])
    high = np.nanmax([generic, *(point.high for point in points)])
    return Span(max(-0.02, float(low) - 0.06), min(1.06, float(high) + 0.06))


def _name_points(
    figure: go.Figure, points: Sequence[SystemPoint], generic: float, across: Span, up: Span
) -> None:
    """Write names beside the points, with a line to a name that had to be moved."""
    names = [f"{short(point.name, LONGEST_NAME)} {percent(point.accuracy)}" for point in points]
    spots = [
        Spot(across.share(np.log10(point.seconds)), *map(up.share, (point.accuracy, point.low, point.high)),
             LETTER * len(name))
        for point, name in zip(points, names, strict=True)
    ]  # fmt: skip
    taken = [] if np.isnan(generic) else [_name_line(figure, generic, up, spots)]
    places = place_names(spots, NAME_HEIGHT, taken)
    for point, spot, name, place in zip(points, spots, names, places, strict=True):
        end = across.at(spot.x + (GAP if place.anchor == "left" else -GAP))
        if abs(place.height - spot.y) > NAME_HEIGHT / 2:
            figure.add_shape(
                type="line", x0=point.seconds, y0=point.accuracy, x1=10**end, y1=up.at(place.height),
                line={"color": faint(0.9), "width": 1}, layer="below",
            )  # fmt: skip
        figure.add_annotation(
            x=end,
            y=up.at(place.height),
            text=f"<b>{plain(name)}</b>" if point.own else plain(name),
            showarrow=False,
            xanchor=place.anchor,
        )


def _name_line(figure: go.Figure, generic: float, up: Span, spots: Sequence[Spot]) -> Box:
    """Write the name of the line across; return its place."""
    name = f"generic {percent(generic)}"
    box = place_on_line(up.share(generic), LETTER * len(name), NAME_HEIGHT, spots)
    figure.add_annotation(
        x=box.left,
        xref="paper",
        xanchor="left",
        y=up.at((box.low + box.high) / 2),
        text=name,
        showarrow=False,
    )
    return box

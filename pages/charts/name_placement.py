"""Greedy placement of names beside the points of a chart, so that they do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from core.maps.drawing import Box

Anchor = Literal["left", "right"]  # the end of a name that is at its point

MIDDLE = 0.55  # points further right have their name at their left, at equal cost
GAP = 0.035  # between a point and its name
POINT_RADIUS = 0.02  # share of the chart
STEP = 0.25  # of a name's height: how finely places are tried
MAX_STEPS = 36  # how far a name may be moved: nine times its height
# Costs of a place:
ON_NAME = 100.0  # it overlaps a name
OUTSIDE = 100.0  # it leaves the chart by the chart's whole width
ON_POINT = 12.0  # it covers a point
ON_BAR = 1.0  # it covers an interval
FAR = 0.4  # it is moved by a name's height
OTHER_SIDE = 0.6  # it stands on the side of the nearer edge


class Spot(NamedTuple):
    """A point with an interval, and how wide its name is; all as shares of the chart."""

    x: float
    y: float
    low: float
    high: float
    width: float


class NamePlace(NamedTuple):
    """Which end of a name is at its point, and how high its middle is."""

    anchor: Anchor
    height: float


def place_names(spots: Sequence[Spot], name_height: float, taken: Sequence[Box] = ()) -> list[NamePlace]:
    """Place the name of each point greedily, highest points first, off the boxes that are `taken`.

    `name_height` is a share of the chart, with a little room. Cost O(n_points²).
    """
    places: dict[int, NamePlace] = {}
    names = list(taken)
    for number in sorted(range(len(spots)), key=lambda number: -spots[number].y):
        others = [spot for other, spot in enumerate(spots) if other != number]
        tried = _places(spots[number], name_height)
        costs = [_cost(spots[number], place, name_height, others, names) for place in tried]
        places[number] = tried[costs.index(min(costs))]
        names.append(_box(spots[number], places[number], name_height))
    return [places[number] for number in range(len(spots))]


def place_on_line(y: float, width: float, name_height: float, spots: Sequence[Spot]) -> Box:
    """Place the name of a line across the chart: above or below it, at either end, where it covers least."""
    tried = [
        Box(left, low, left + width, low + name_height)
        for left in (1 - width, 0.0)
        for low in (y, y - name_height)
    ]
    costs = [_covered(box, spots, ()) for box in tried]
    return tried[costs.index(min(costs))]


def _places(spot: Spot, name_height: float) -> list[NamePlace]:
    """Candidate places, the nearest first."""
    sides: tuple[Anchor, Anchor] = ("right", "left") if spot.x > MIDDLE else ("left", "right")
    steps = sorted(range(-MAX_STEPS, MAX_STEPS + 1), key=abs)
    return [NamePlace(side, spot.y + step * STEP * name_height) for step in steps for side in sides]


def _box(spot: Spot, place: NamePlace, name_height: float) -> Box:
    left = spot.x + GAP if place.anchor == "left" else spot.x - GAP - spot.width
    return Box(left, place.height - name_height / 2, left + spot.width, place.height + name_height / 2)


def _cost(
    spot: Spot, place: NamePlace, name_height: float, others: Sequence[Spot], names: Sequence[Box]
) -> float:
    moved = abs(place.height - spot.y) / name_height
    first_side = _places(spot, name_height)[0].anchor
    covered = _covered(_box(spot, place, name_height), others, names)
    return covered + FAR * moved + OTHER_SIDE * (place.anchor != first_side)


def _covered(box: Box, others: Sequence[Spot], names: Sequence[Box]) -> float:
    """Cost of a name in a box."""
    r = POINT_RADIUS
    points = [Box(other.x - r, other.y - r, other.x + r, other.y + r) for other in others]
    bars = [Box(other.x - r / 4, other.low, other.x + r / 4, other.high) for other in others]
    beyond = sum(max(0.0, part) for part in (-box.left, box.right - 1, -box.low, box.high - 1))
    return (
        ON_NAME * sum(map(box.meets, names))
        + OUTSIDE * beyond
        + ON_POINT * sum(map(box.meets, points))
        + ON_BAR * sum(map(box.meets, bars))
    )

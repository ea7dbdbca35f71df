"""Places of cluster names over a map: near their texts, beside dense points, over no other name.

The rule of the app's maps (`name_places.js`), for a picture that nobody zooms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...maps.drawing import Box

GAP = 1.5
"""Points of type around each name."""

STEPS = (0.0, 4.0, 9.0, 15.0, 22.0, 30.0)
"""Points between the texts' middle and a name, beyond half its size."""

DIRECTIONS = (
    (0, -1), (0, 1), (1, 0), (-1, 0), (1, -1), (-1, -1), (1, 1), (-1, 1),
    (0.5, -1), (-0.5, -1), (0.5, 1), (-0.5, 1), (1, -0.5), (-1, -0.5), (1, 0.5), (-1, 0.5),
)  # fmt: skip

CELL = 4.0
"""Points: side of the cells in which texts are counted."""

CROWDED = 3.0
"""Cost of covering points of mean density."""

FAR = 18.0
"""Points beyond the texts of a cluster that are as bad as covering points of mean density."""

FARTHEST = 14.0
"""Points beyond the texts of a cluster where its name may not stand any more."""


class Wanted(NamedTuple):
    """A name that wants a place: its size, the middle of its texts, and how far most of them are from it."""

    width: float
    height: float
    x: float
    y: float
    reach: float


def place_boxes(wanted: Sequence[Wanted], points: np.ndarray, side: tuple[float, float]) -> list[Box | None]:
    """Give each name a box without overlap, the first names first; None where there is no room.

    Parameters
    ----------
    points : float array (n, 2)
        Places of the texts, in points from the lower left corner.
    side : width and height of the map

    Returns
    -------
    list of Box or None
        Cost O(n_names² · n_places + n).
    """
    crowd = _Crowd(points, side)
    middles = [(each.x, each.y) for each in wanted]
    placed: list[Box | None] = []
    for each in wanted:
        tried = [_box(each, dx, dy, side) for dx, dy in _offsets(each)]
        taken = [box for box in placed if box is not None]
        costs = [
            math.inf if any(map(box.meets, taken)) else _cost(box, each, middles, crowd) for box in tried
        ]
        least = min(costs)
        placed.append(None if math.isinf(least) else tried[costs.index(least)])
    return placed


class _Crowd:
    """How dense the points are in a box, 1 for the mean of the cells that have points."""

    def __init__(self, points: np.ndarray, side: tuple[float, float]) -> None:
        edges = [np.arange(0, length + CELL, CELL) for length in side]
        counts, *_ = np.histogram2d(points[:, 0], points[:, 1], bins=edges)
        self.mean = counts[counts > 0].mean() if (counts > 0).any() else 1.0
        self.sums = np.pad(counts.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))

    def density(self, box: Box) -> float:
        """Return the points of a cell of the box."""
        n_columns, n_rows = (size - 1 for size in self.sums.shape)
        left, right = (min(n_columns, max(0, round(value / CELL))) for value in (box.left, box.right))
        low, high = (min(n_rows, max(0, round(value / CELL))) for value in (box.low, box.high))
        n_cells = max(1, right - left) * max(1, high - low)
        inside = self.sums[right, high] - self.sums[left, high] - self.sums[right, low] + self.sums[left, low]
        return float(inside / n_cells / self.mean)


def _offsets(each: Wanted) -> list[tuple[float, float]]:
    around = [
        (x * (each.width / 2 + step), y * (each.height / 2 + step)) for step in STEPS for x, y in DIRECTIONS
    ]
    return [(0.0, 0.0), *around]


def _box(each: Wanted, dx: float, dy: float, side: tuple[float, float]) -> Box:
    """Return the box around a place, moved inwards where the edge would cut it."""
    left = max(GAP, min(each.x + dx - each.width / 2, side[0] - each.width - GAP))
    low = max(GAP, min(each.y + dy - each.height / 2, side[1] - each.height - GAP))
    return Box(left - GAP, low - GAP, left + each.width + GAP, low + each.height + GAP)


def _cost(box: Box, each: Wanted, middles: Sequence[tuple[float, float]], crowd: _Crowd) -> float:
    """Return how bad a place is; infinite where the name would seem to belong to another cluster."""
    away = box.distance(each.x, each.y)
    if away - each.reach > FARTHEST or any(box.distance(*other) < away - 1 for other in middles):
        return math.inf
    own = math.hypot((box.left + box.right) / 2 - each.x, (box.low + box.high) / 2 - each.y)
    return CROWDED * min(4.0, crowd.density(box)) + max(0.0, away - each.reach) / FAR + own / (8 * FAR)

"""A box on a drawing, in which a name stands."""

from __future__ import annotations

import math
from typing import NamedTuple


class Box(NamedTuple):
    """A part of a drawing, measured from its lower left corner; up is more."""

    left: float
    low: float
    right: float
    high: float

    def meets(self, other: Box) -> bool:
        """Whether two boxes overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.low < other.high and other.low < self.high

    def distance(self, x: float, y: float) -> float:
        """Distance of a place from the nearest edge; 0 inside."""
        return math.hypot(max(0.0, self.left - x, x - self.right), max(0.0, self.low - y, y - self.high))

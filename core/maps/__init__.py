"""Spaces and their 2-D maps: projection, map quality, and the place of a new text."""

from core.maps.fit import Fit
from core.maps.placement import Landing, Refitted, land_in, land_reshaped, refit
from core.maps.projection import project, warm_up
from core.maps.quality import MapQuality, measure_map, near_neighbours
from core.maps.space import Space

__all__ = [
    "Fit",
    "Landing",
    "MapQuality",
    "Refitted",
    "Space",
    "land_in",
    "land_reshaped",
    "measure_map",
    "near_neighbours",
    "project",
    "refit",
    "warm_up",
]

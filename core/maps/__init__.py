"""Spaces and their 2-D maps: projection, map quality, and placement of a new text."""

from core.maps.cells import join_in_cells
from core.maps.distinct_vectors import DistinctVectors, count_distinct_vectors
from core.maps.fit import Fit
from core.maps.large import SAMPLE_SIZE, project_sample
from core.maps.placement import Placement, place_text
from core.maps.projection import first_picture, project, warm_up
from core.maps.quality import MapQuality, measure_map, near_neighbours
from core.maps.space import Space

__all__ = [
    "SAMPLE_SIZE",
    "DistinctVectors",
    "Fit",
    "MapQuality",
    "Placement",
    "Space",
    "count_distinct_vectors",
    "first_picture",
    "join_in_cells",
    "measure_map",
    "near_neighbours",
    "place_text",
    "project",
    "project_sample",
    "warm_up",
]

"""Spaces and their 2-D maps: projection, map quality, and placement of a new text."""

from .cells import join_in_cells
from .distinct_vectors import DistinctVectors, count_distinct_vectors
from .fit import Fit
from .large import SAMPLE_SIZE, project_sample
from .placement import Placement, place_text
from .projection import first_picture, project, warm_up
from .quality import MapQuality, measure_map, near_neighbours
from .space import Space

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

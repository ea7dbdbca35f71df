"""The k-nearest-neighbour graph of a corpus, label propagation on it, and threads for compiled loops."""

from .descent import compile_search, refine_graph
from .graph import (
    DUPLICATE_COSINE,
    EXACT_LIMIT,
    Graph,
    blend_neighbours,
    build_graph,
    nearest_rows,
    neighbour_weights,
    propagate,
    unit_rows,
)
from .threads import cut_evenly, run_on_blocks, run_on_parts

__all__ = [
    "DUPLICATE_COSINE",
    "EXACT_LIMIT",
    "Graph",
    "blend_neighbours",
    "build_graph",
    "compile_search",
    "cut_evenly",
    "nearest_rows",
    "neighbour_weights",
    "propagate",
    "refine_graph",
    "run_on_blocks",
    "run_on_parts",
    "unit_rows",
]

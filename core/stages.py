"""Stages that several tasks share: neighbours, map and clusters of a space."""

from __future__ import annotations

import numpy as np

from core.clusterings import keep_hierarchy
from core.neighbours import Graph, build_graph
from core.progress import Report, stage
from core.projection import project
from core.results import Results
from core.spaces import Space, has_graph, load_graph, save_graph
from core.warm import NUMBA


def keep_graph(report: Report, results: Results, key: str, vectors: np.ndarray) -> Graph:
    """Neighbour graph of vectors; the one kept under the key where there is one."""
    if not has_graph(results, key):
        report("Finding neighbours", 0, 1)
        with NUMBA:
            save_graph(results, key, build_graph(vectors))
    return load_graph(results, key)


def draw_space(
    report: Report, results: Results, key: str, vectors: np.ndarray, graph: Graph, *, init: np.ndarray | None
) -> Space:
    """Map of a space, and the hierarchy that its clusters are cut from.

    Parameters
    ----------
    key : str
        Under which the hierarchy is kept.
    vectors : float32 array (n, d)
    graph : Graph
    init : float32 array (n, 2) or None
        The generic map, from which the new one starts; None for the generic map itself.
    """
    drawing = "Drawing the generic map" if init is None else "Drawing the reshaped map"
    report(drawing, 0, 1)
    with NUMBA:
        points = project(vectors, graph, init=init, progress=stage(report, drawing))
    report("Finding clusters", 0, 1)
    keep_hierarchy(results, key, points)
    return Space(vectors, graph, points)

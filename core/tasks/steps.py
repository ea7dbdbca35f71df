"""Stages that several tasks share: neighbours, map and clusters of a space."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.corpus import WordTable, read_words, table_words
from core.maps import Space, project
from core.maps.clusters import (
    ClusterSource,
    Hierarchy,
    cluster_levels,
    find_k_clusters,
    map_hierarchy,
    spread_evenly,
)
from core.neighbours import Graph, build_graph
from core.storage import (
    ArtifactStore,
    has_graph,
    has_hierarchy,
    has_word_table,
    load_graph,
    load_hierarchy,
    load_word_table,
    save_graph,
    save_hierarchy,
    save_word_table,
)
from core.tasks.model_cache import NUMBA
from core.utils import Report, progress_of


def keep_graph(report: Report, results: ArtifactStore, key: str, vectors: np.ndarray) -> Graph:
    """Neighbour graph of vectors; the one kept under the key where there is one."""
    if not has_graph(results, key):
        report("Finding neighbours", 0, 1)
        with NUMBA:
            save_graph(results, key, build_graph(vectors))
    return load_graph(results, key)


def draw_space(
    report: Report,
    results: ArtifactStore,
    key: str,
    vectors: np.ndarray,
    graph: Graph,
    *,
    init: np.ndarray | None,
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
        points = project(vectors, graph, init=init, progress=progress_of(report, drawing))
    report("Finding clusters", 0, 1)
    keep_hierarchy(results, key, points)
    return Space(vectors, graph, points)


def keep_hierarchy(results: ArtifactStore, space_key: str, points: np.ndarray) -> Hierarchy:
    """Hierarchy of a space's map, from its results; built and kept where it is not there yet."""
    if not has_hierarchy(results, space_key):
        save_hierarchy(results, space_key, map_hierarchy(np.asarray(points)))
    return load_hierarchy(results, space_key)


def open_source(
    results: ArtifactStore,
    corpus_key: str,
    texts: Sequence[str],
    space_key: str,
    points: np.ndarray,
    vectors: np.ndarray,
) -> ClusterSource:
    """Read what clusters of a map are made of; what was not kept yet is made, which can take seconds."""
    hierarchy = keep_hierarchy(results, space_key, points)
    table = keep_word_table(results, corpus_key, texts)
    return ClusterSource(
        points=np.asarray(points),
        vectors=vectors,
        hierarchy=hierarchy,
        levels=cluster_levels(hierarchy),
        table=table,
        evenness=spread_evenly(table, hierarchy.leaves),
        k_clusters=lambda k: keep_k_clusters(results, space_key, vectors, k),
    )


def keep_k_clusters(results: ArtifactStore, space_key: str, vectors: np.ndarray, k: int) -> np.ndarray:
    """K-means clusters of a space, from its results; found and kept where they are not there yet."""
    key = f"{space_key}.k-means-{k}"
    if not results.has_array(key):
        results.save_array(key, find_k_clusters(vectors, k))
    return results.load_array(key)


def keep_word_table(results: ArtifactStore, corpus_key: str, texts: Sequence[str]) -> WordTable:
    """Word table of a corpus, from its results; made and kept where it is not there yet."""
    if not has_word_table(results, corpus_key):
        save_word_table(results, corpus_key, table_words(read_words(texts), len(texts)))
    return load_word_table(results, corpus_key)

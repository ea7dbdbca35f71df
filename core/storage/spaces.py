"""Store a space: embeddings with their graph and map, and the hierarchy of the map."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict

import numpy as np

from ..maps import DistinctVectors, Space
from ..maps.clusters import MERGE, Hierarchy
from ..neighbours import Graph, unit_rows
from .arrays import ArtifactStore, is_within
from .embeddings import load_views

LENGTHS_CHECKED = 16  # vectors of a space whose length is checked when it is read
PARTS = ("vectors", "neighbours", "similarities", "map")


def save_space(results: ArtifactStore, key: str, space: Space) -> None:
    """Save a space; `has_space` is true only when all its parts are saved."""
    if not results.has_array(f"{key}.vectors"):
        results.save_array(f"{key}.vectors", space.vectors)
    if not has_graph(results, key):
        save_graph(results, key, space.graph)
    results.save_array(f"{key}.map", space.map)


def has_space(results: ArtifactStore, key: str) -> bool:
    """Whether a whole space is saved under this key."""
    return all(results.has_array(f"{key}.{part}") for part in PARTS)


def load_space(results: ArtifactStore, key: str) -> Space:
    """Read a space; its large arrays stay on disk until they are accessed."""
    return Space(
        vectors=_load_unit(results, f"{key}.vectors"),
        graph=load_graph(results, key),
        map=results.load_array(f"{key}.map"),
        views=load_views(results, key),
    )


def _load_unit(results: ArtifactStore, key: str) -> np.ndarray:
    """Read unit vectors. Those of a Fit of an earlier version had other lengths; they are replaced once."""
    vectors = results.load_array(key)
    lengths = np.linalg.norm(vectors[:LENGTHS_CHECKED], axis=1)
    if np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0)):
        return vectors
    unit = unit_rows(vectors)
    with suppress(OSError):  # some systems do not replace a mapped file
        results.save_array(key, unit)
    return unit


def save_graph(results: ArtifactStore, key: str, graph: Graph) -> None:
    """Save a neighbour graph."""
    results.save_array(f"{key}.neighbours", graph.indices)
    results.save_array(f"{key}.similarities", graph.similarities)


def has_graph(results: ArtifactStore, key: str) -> bool:
    """Whether a whole neighbour graph is saved under this key."""
    return results.has_array(f"{key}.neighbours") and results.has_array(f"{key}.similarities")


def load_graph(results: ArtifactStore, key: str) -> Graph:
    """Read a neighbour graph. Raises StoreError also when it names texts that do not exist."""
    graph = Graph(results.load_array(f"{key}.neighbours"), results.load_array(f"{key}.similarities"))
    indices, shape = graph.indices, graph.similarities.shape
    if indices.ndim != 2 or indices.shape != shape or not is_within(indices, len(indices)):
        raise results.refuse(f"{key}.neighbours", f"{key}.similarities")
    return graph


def save_hierarchy(results: ArtifactStore, key: str, hierarchy: Hierarchy) -> None:
    """Save the hierarchy of a space's map."""
    results.save_array(f"{key}.leaves", hierarchy.leaves)
    results.save_array(f"{key}.merges", hierarchy.merges)


def has_hierarchy(results: ArtifactStore, key: str) -> bool:
    """Whether the hierarchy of a space's map is saved."""
    return results.has_array(f"{key}.leaves") and results.has_array(f"{key}.merges")


def load_hierarchy(results: ArtifactStore, key: str) -> Hierarchy:
    """Read the hierarchy of a space's map. Raises StoreError also when its runs leave the map."""
    hierarchy = Hierarchy(results.load_array(f"{key}.leaves"), results.load_array(f"{key}.merges"))
    if not _is_consistent(hierarchy):
        raise results.refuse(f"{key}.leaves", f"{key}.merges")
    return hierarchy


def _is_consistent(hierarchy: Hierarchy) -> bool:
    n, merges = len(hierarchy.leaves), hierarchy.merges
    if merges.dtype != MERGE or len(merges) != max(n - 1, 0) or not is_within(hierarchy.leaves, n):
        return False
    first, size, light = (merges[name].astype(np.int64) for name in ("first", "size", "light"))
    return bool(np.all((first >= 0) & (first + size <= n) & (light >= 1) & (light < size)))


def save_distinct_vectors(results: ArtifactStore, key: str, found: DistinctVectors) -> None:
    """Save how many different vectors the texts of a space have."""
    results.save_document(f"{key}.distinct", asdict(found))


def find_distinct_vectors(results: ArtifactStore, key: str) -> DistinctVectors | None:
    """Return how many different vectors the texts of a space have; None where it was not counted."""
    return results.find_document(f"{key}.distinct", lambda document: DistinctVectors(**document))


def save_sample_size(results: ArtifactStore, key: str, n_sampled: int) -> None:
    """Save how many texts the map of a space was laid out from; the others were placed beside them."""
    results.save_document(f"{key}.layout", {"n_sampled": n_sampled})


def find_sample_size(results: ArtifactStore, key: str) -> int | None:
    """Return how many texts the map of a space was laid out from; None where all were."""
    return results.find_document(f"{key}.layout", lambda document: int(document["n_sampled"]))

"""A space as people see it: embeddings with their graph, map, clusters, names; kept and read as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.neighbours import Graph
from core.results import Results

PARTS = ("vectors", "neighbours", "similarities", "map", "clusters")


@dataclass(frozen=True)
class Space:
    """The generic or a reshaped space of a corpus of n texts.

    Attributes
    ----------
    vectors : float32 array (n, d)
    graph : Graph
    map : float32 array (n, 2)
    clusters : int32 array (n,), -1 for noise
    cluster_names : dict of int to str, one per cluster
    typical_texts : dict of int to list of int, text rows nearest to each cluster's middle
    """

    vectors: np.ndarray
    graph: Graph
    map: np.ndarray
    clusters: np.ndarray
    cluster_names: dict[int, str]
    typical_texts: dict[int, list[int]]


def save_space(results: Results, key: str, space: Space) -> None:
    """Keep a space; it counts as there only when all its parts are."""
    if not results.has_array(f"{key}.vectors"):
        results.save_array(f"{key}.vectors", space.vectors)
    if not has_graph(results, key):
        save_graph(results, key, space.graph)
    results.save_array(f"{key}.map", space.map)
    results.save_array(f"{key}.clusters", space.clusters)
    clusters = [
        {"cluster": cluster, "name": name, "typical": space.typical_texts.get(cluster, [])}
        for cluster, name in space.cluster_names.items()
    ]
    results.save_document(f"{key}.space", clusters)


def has_space(results: Results, key: str) -> bool:
    """Whether a whole space is kept under this key."""
    return results.has_document(f"{key}.space") and all(results.has_array(f"{key}.{part}") for part in PARTS)


def load_space(results: Results, key: str) -> Space:
    """Read a space; its arrays stay on disk until they are touched.

    Raises
    ------
    StoreError
        When a part is missing or damaged.
    """
    clusters = results.load_document(f"{key}.space")
    return Space(
        vectors=results.load_array(f"{key}.vectors"),
        graph=load_graph(results, key),
        map=results.load_array(f"{key}.map"),
        clusters=results.load_array(f"{key}.clusters"),
        cluster_names={entry["cluster"]: entry["name"] for entry in clusters},
        typical_texts={entry["cluster"]: entry["typical"] for entry in clusters},
    )


def save_graph(results: Results, key: str, graph: Graph) -> None:
    """Keep a neighbour graph."""
    results.save_array(f"{key}.neighbours", graph.indices)
    results.save_array(f"{key}.similarities", graph.similarities)


def has_graph(results: Results, key: str) -> bool:
    """Whether a whole neighbour graph is kept under this key."""
    return results.has_array(f"{key}.neighbours") and results.has_array(f"{key}.similarities")


def load_graph(results: Results, key: str) -> Graph:
    """Read a neighbour graph."""
    return Graph(results.load_array(f"{key}.neighbours"), results.load_array(f"{key}.similarities"))

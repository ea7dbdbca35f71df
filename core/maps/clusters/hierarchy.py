"""The cluster hierarchy of a map (HDBSCAN): built once, cut at many levels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

MERGE = np.dtype([("first", "<i4"), ("size", "<i4"), ("light", "<i4"), ("distance", "<f8")])
"""One merge of two groups, see `Hierarchy`; distance in units of the map."""

MOST_SEARCHED = 100_000
"""Points up to which hdbscan searches the minimum spanning tree. It takes 3 s for so many, 13 s for 300,000
and 183 s for a million."""


@dataclass(frozen=True, eq=False)
class Hierarchy:
    """Single linkage tree of n points, from single points to one group.

    Attributes
    ----------
    leaves : int32 array (n,)
        The points in an order in which each group of the tree is one run.
    merges : structured array (n - 1,) of `MERGE`
        For each merge of two groups: the start of its run in `leaves`, its number of points, the number in
        the smaller part (which ends the run), and the distance of the parts. Sorted by start, then from large
        to small: merges with one start are a path down the larger parts.
    """

    leaves: np.ndarray
    merges: np.ndarray


def build_hierarchy(points: np.ndarray, min_samples: int) -> Hierarchy:
    """Build HDBSCAN's single linkage tree of mutual reachability distances of finite points (n, n_dims).

    The core distance of a point is that to `min_samples` neighbours, itself counted. Beyond `MOST_SEARCHED`
    points of a map, the minimum spanning tree is that of the edges of `_candidate_edges`.

    References
    ----------
    Campello, Moulavi, Sander (2013). Density-based clustering based on hierarchical density estimates.
    """
    n = len(points)
    if n < 2:
        return Hierarchy(np.arange(n, dtype=np.int32), np.empty(0, dtype=MERGE))
    min_samples = min(min_samples, n - 1)
    if n > MOST_SEARCHED and points.shape[1] == 2:
        from scipy.spatial import QhullError

        with suppress(QhullError):  # all points are on one line
            return order_tree(_sparse_tree(np.asarray(points, dtype=np.float64), min_samples))
    from hdbscan import HDBSCAN

    model = HDBSCAN(
        min_cluster_size=max(2, n // 2),  # it does not change the tree
        min_samples=min_samples,
        approx_min_span_tree=False,
        core_dist_n_jobs=1,  # starting processes costs more than they save
    ).fit(np.asarray(points, dtype=np.float64))
    return order_tree(model.single_linkage_tree_.to_numpy())


def _sparse_tree(points: np.ndarray, min_samples: int) -> np.ndarray:
    """Return the single linkage tree of a map as hdbscan gives it, (n - 1, 4). Cost O(n log n)."""
    from hdbscan._hdbscan_linkage import (
        label,
    )  # the loop of its own tree; the same in Python takes 5 times as long
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    first, second, core = _candidate_edges(points, min_samples)
    lengths = np.linalg.norm(points[first] - points[second], axis=1)
    lengths = np.maximum(lengths, np.maximum(core[first], core[second]))
    order = np.argsort(lengths, kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)  # the tree of lengths would leave out those of 0
    tree = minimum_spanning_tree(csr_matrix((ranks, (first, second)), shape=(len(points),) * 2))
    chosen = order[np.sort(tree.data).astype(np.int64) - 1]
    return label(np.column_stack([first[chosen], second[chosen], lengths[chosen]]))


def _candidate_edges(points: np.ndarray, min_samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both ends (m,) of edges that hold the minimum spanning tree, and the core distances (n,).

    The edges are those of the Delaunay triangulation and to the nearest neighbours. The tree lies in the
    Delaunay graph of order `min_samples` (de Berg, Gunawan, Roeloffzen 2019, Faster DBSCAN and HDBSCAN in
    low-dimensional Euclidean spaces), of which these are nearly all edges that matter.
    """
    from scipy.spatial import Delaunay, KDTree

    with ThreadPoolExecutor(1) as beside:
        triangulating = beside.submit(Delaunay, points)
        distances, near = KDTree(points).query(points, k=min_samples + 1)
        triangulation = triangulating.result()
    corners = triangulation.simplices.astype(np.int64)
    equal = triangulation.coplanar.astype(np.int64)  # points left out, each with the nearest that is not
    itself = np.repeat(np.arange(len(points)), near.shape[1])
    sides = [corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]], equal[:, [0, 2]]]
    ends = np.vstack([*sides, np.column_stack([itself, near.ravel()])])
    ends.sort(axis=1)
    keys = np.sort(ends[:, 0] * len(points) + ends[:, 1])
    keys = keys[np.append(True, keys[1:] != keys[:-1])]  # `np.unique` takes eight times as long
    first, second = np.divmod(keys, len(points))
    apart = first != second
    return first[apart], second[apart], distances[:, -1]


def order_tree(tree: np.ndarray) -> Hierarchy:
    """Convert a single linkage tree (n - 1, 4), as from SciPy's linkage, to a `Hierarchy`.

    Each row holds the two groups of a merge (below n a point, else n + the number of an earlier merge), their
    distance, ascending, and the number of points together.
    """
    n = len(tree) + 1
    left, right = tree[:, 0].astype(np.int64), tree[:, 1].astype(np.int64)
    sizes = np.concatenate([np.ones(n, dtype=np.int64), tree[:, 3].astype(np.int64)])
    heavy = np.where(sizes[left] >= sizes[right], left, right)
    light = left + right - heavy
    first = [0] * (2 * n - 1)
    parts = (heavy, light, sizes[heavy])
    steps = zip(range(2 * n - 2, n - 1, -1), *(part[::-1].tolist() for part in parts), strict=True)
    for node, large, small, size in steps:  # from all to single points
        first[large] = first[node]
        first[small] = first[node] + size
    starts = np.asarray(first, dtype=np.int32)
    leaves = np.empty(n, dtype=np.int32)
    leaves[starts[:n]] = np.arange(n)
    merges = np.empty(n - 1, dtype=MERGE)
    merges["first"], merges["size"] = starts[n:], sizes[n:]
    merges["light"], merges["distance"] = sizes[light], tree[:, 2]
    return Hierarchy(leaves, merges[np.lexsort((-merges["size"], merges["first"]))])


def cut(
    hierarchy: Hierarchy, min_size: int, *, max_size: int | None = None, parent_weight: float = 1.0
) -> np.ndarray:
    """Return the clusters that HDBSCAN finds with this least cluster size.

    The tree is condensed to groups of at least `min_size` points, and the most stable of these are the
    clusters. Equal points count as at the smallest distance found, not as infinitely dense. Cost O(n); 20 ms
    for 200,000 points.

    Parameters
    ----------
    min_size : int, at least 2
        Fewest points of a cluster.
    max_size : int, optional
        Most points of a cluster.
    parent_weight : float, default=1
        Weight of the stability of a group against that of its parts, 0 to 1: 1 is HDBSCAN's "excess of mass",
        0 its "leaf" clusters, which have no parts.

    Returns
    -------
    int32 array (n,)
        -1 for noise. Clusters are numbered in the order of the leaves.

    Raises
    ------
    ValueError
        When min_size is below 2.
    """
    if min_size < 2:
        raise ValueError(f"A least cluster size of {min_size} found; at least 2 points make a cluster.")
    codes = np.full(len(hierarchy.leaves), -1, dtype=np.int32)
    merges = hierarchy.merges[hierarchy.merges["size"] >= min_size]
    if not len(merges):
        return codes
    opens, parents, stability = _condense(merges, min_size)
    first, size = merges["first"][opens], merges["size"][opens]
    allowed = np.ones(len(opens), bool) if max_size is None else size <= max_size
    clusters = _most_stable(parents.tolist(), stability.tolist(), allowed.tolist(), parent_weight)
    for code, group in enumerate(clusters):
        codes[hierarchy.leaves[first[group] : first[group] + size[group]]] = code
    return codes


def _condense(merges: np.ndarray, min_size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the first merge of each group of at least `min_size` points, its parent and its stability.

    A group follows a path, losing fewer than `min_size` points at a time. It ends where it is split into two
    parts that are large enough, or where none is. Parents come first.
    """
    first, size, light = (merges[name].astype(np.int64) for name in ("first", "size", "light"))
    distance = merges["distance"]
    nearest = distance[distance > 0].min(initial=np.inf)
    density = 1 / np.maximum(distance, nearest if np.isfinite(nearest) else 1.0)
    splits = light >= min_size
    opening = np.ones(len(merges), dtype=bool)
    opening[1:] = splits[:-1] | (first[1:] != first[:-1])
    opens, group = np.flatnonzero(opening), np.cumsum(opening) - 1
    # The merge above a group: the one before on its path, or the one with the group as its smaller part.
    above = opens - 1
    split_at = np.flatnonzero(splits)
    begins_path = np.ones(len(opens), dtype=bool)
    begins_path[1:] = first[opens[1:]] != first[opens[1:] - 1]
    begins_path[0] = False
    light_starts = first[split_at] + size[split_at] - light[split_at]
    order = np.argsort(light_starts)
    above[begins_path] = split_at[order][np.searchsorted(light_starts[order], first[opens[begins_path]])]
    parents = group[above]
    birth_density = density[above]
    parents[0], birth_density[0] = -1, 0.0  # the group of all points, which is never a cluster
    leaving = np.where(splits | (size - light < min_size), size, light)
    lifetime = density - birth_density[group]
    stability = np.bincount(group, weights=leaving * lifetime, minlength=len(opens))
    return opens, parents, stability


def _most_stable(
    parents: list[int], stability: list[float], allowed: list[bool], parent_weight: float
) -> list[int]:
    """Return the groups that are more stable than all below them together, none below another."""
    below = [0.0] * len(parents)
    has_parts = set(parents)
    better = [False] * len(parents)
    for group in range(len(parents) - 1, 0, -1):
        weighted = parent_weight * stability[group]
        is_stable = weighted >= below[group] if parent_weight else group not in has_parts
        better[group] = allowed[group] and is_stable
        below[parents[group]] += stability[group] if better[group] else below[group]
    covered = [False] * len(parents)
    chosen = []
    for group in range(1, len(parents)):
        covered[group] = covered[parents[group]]
        if better[group] and not covered[group]:
            chosen.append(group)
            covered[group] = True
    return chosen

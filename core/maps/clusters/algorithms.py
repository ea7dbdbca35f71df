"""Cluster algorithms: HDBSCAN at several levels, k-means, and the typical texts of a cluster."""

from __future__ import annotations

import numpy as np

from ...neighbours import DUPLICATE_COSINE
from .hierarchy import Hierarchy, build_hierarchy, cut

FEWEST_CLUSTER_TEXTS = 5
"""Fewest texts of a cluster at the default level, however small the corpus."""

FINEST_LEVEL = 8
"""The coarsest level is 0."""

DEFAULT_LEVEL = 4
"""Level with the cluster size of `min_cluster_size`."""

PARENT_WEIGHTS = (1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2)
"""Weight of the stability of a cluster against that of its parts, by level. Below 1, a small round cluster is
split that the least size alone leaves whole."""

FEWEST_TEXTS_WITH_NOISE = 100
"""Texts from which noise stays apart by default."""

MAX_CLUSTER_SHARE = 0.75
"""Share of the texts, 0 to 1, from which a cluster is split, where it has parts."""

MAX_NOISE_SHARE = 0.5
"""Share of noise, 0 to 1, up to which noise stays apart by default."""

TYPICAL_SAMPLE = 1_000
"""Most texts of a cluster that are searched for the typical ones, evenly over it."""

MOST_EXACT_TEXTS = 20_000
"""Texts up to which k-means uses all of them at each step; beyond, mini-batches."""


def min_cluster_size(n_texts: int) -> int:
    """Return the least cluster size at the default level: 0.75 √n_texts, and at least `FEWEST_CLUSTER_TEXTS`.

    It is 18 for 576 texts, 53 for 5,000 and 91 for 14,640, which gives 5 to 65 clusters on the corpora
    measured.
    """
    return max(FEWEST_CLUSTER_TEXTS, round(0.75 * n_texts**0.5))


def min_cluster_sizes(n_texts: int) -> list[int]:
    """Return the least cluster size at each level, from coarse to fine, in equal ratios.

    Level 0 has ten times that of the default level, at most a quarter of all texts; the finest level has a
    tenth, at least 3.
    """
    default = min_cluster_size(n_texts)
    coarse, fine = max(default, min(10 * default, n_texts // 4)), max(3, default // 10)
    sizes = [
        np.geomspace(coarse, default, DEFAULT_LEVEL, endpoint=False),
        np.geomspace(default, fine, FINEST_LEVEL - DEFAULT_LEVEL + 1),
    ]
    return np.concatenate(sizes).round().astype(int).tolist()


def map_hierarchy(points: np.ndarray) -> Hierarchy:
    """Build the hierarchy that all levels are cut from."""
    return build_hierarchy(points, min_samples=min(10, min_cluster_size(len(points))))


def cluster_levels(hierarchy: Hierarchy) -> list[np.ndarray]:
    """Return the clusters at each level, from coarse to fine: HDBSCAN with the sizes of `min_cluster_sizes`.

    The hierarchy is meant to be that of the 2-D map. By V-measure against known labels, the default level
    finds the same groups there as in a layout of five dimensions: 0.78 and 0.78 on banking77's intents, 0.84
    and 0.83 on clinc150's. That layout costs 1.7 s more for 5,000 texts. Ten principal components give 0.40
    to 0.45 with half the texts as noise.

    No level has fewer clusters than the one before: where HDBSCAN finds fewer, that one is repeated. Cost
    O(n_texts); 0.2 s for 200,000 texts.

    Returns
    -------
    list of `FINEST_LEVEL` + 1 int32 arrays (n_texts,)
        0 for the largest cluster and so on, -1 for noise. Where none is found, all texts are in cluster 0.
    """
    levels: list[np.ndarray] = []
    for size, weight in zip(min_cluster_sizes(len(hierarchy.leaves)), PARENT_WEIGHTS, strict=True):
        codes = _level(hierarchy, size, weight)
        levels.append(levels[-1] if levels and codes.max(initial=-1) <= levels[-1].max(initial=-1) else codes)
    return levels


def noise_joins(clusters: np.ndarray) -> bool:
    """Return whether noise joins the nearest cluster by default: among few texts, and where most is noise."""
    return len(clusters) < FEWEST_TEXTS_WITH_NOISE or float(np.mean(clusters < 0)) > MAX_NOISE_SHARE


def find_k_clusters(X: np.ndarray, k: int) -> np.ndarray:
    """Return k clusters of a space by k-means; the same for the same embeddings.

    Beyond `MOST_EXACT_TEXTS` texts, mini-batch k-means (Sculley 2010, Web-scale k-means clustering).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Unit vectors, so that clusters are of directions.
    k : int, at least 1

    Returns
    -------
    ndarray of int32, shape (n_texts,)
        0 for the largest cluster and so on; fewer than k where there are fewer different texts.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans

    k = max(1, min(k, len(X)))
    # One start each, so there is nothing to report between starts.
    if len(X) > MOST_EXACT_TEXTS:
        model = MiniBatchKMeans(k, random_state=0, n_init=1, batch_size=4096, max_iter=20)
    else:
        model = KMeans(k, random_state=0, n_init=1)
    return number_by_size(model.fit_predict(np.asarray(X, dtype=np.float32)))


def split_cluster(points: np.ndarray, rows: np.ndarray, levels: list[np.ndarray]) -> list[np.ndarray]:
    """Split a cluster into its parts at the first level with several, else by 2-means on the map.

    Parameters
    ----------
    points : array of shape (n_texts, 2)
        The map.
    rows : int array
        Texts of the cluster.
    levels : list of int arrays (n_texts,)
        From `cluster_levels`.

    Returns
    -------
    list of int64 arrays, the largest first
        Each text of the cluster is in one; a single part where all points are equal.
    """
    points = np.asarray(points, dtype=np.float64)[rows]
    for level in levels:
        codes = number_by_size(level[rows])
        sizes = np.bincount(codes[codes >= 0], minlength=1)
        # Small groups are outlying texts of a neighbouring cluster, not parts.
        large = np.flatnonzero(sizes >= max(2, len(rows) / 50))
        if len(large) >= 2 and sizes[large].sum() > len(rows) / 2:
            codes = join_nearest(points, np.where(np.isin(codes, large), codes, -1))
            break
    else:
        if not np.ptp(points, axis=0).any():
            return [np.asarray(rows)]
        from sklearn.cluster import KMeans

        codes = KMeans(2, random_state=0, n_init=3).fit_predict(points)
    codes = number_by_size(codes)
    return [np.asarray(rows)[codes == code] for code in range(codes.max() + 1)]


def join_nearest(points: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return the clusters (n_texts,) with each noise point, -1, in the cluster of the nearest other point.

    int32, without noise, unless all was noise.
    """
    from scipy.spatial import KDTree

    joined = np.array(clusters, dtype=np.int32)
    inside = np.flatnonzero(joined >= 0)
    noise = np.flatnonzero(joined < 0)
    if len(inside) and len(noise):
        nearest = KDTree(np.asarray(points)[inside]).query(np.asarray(points)[noise])[1]
        joined[noise] = joined[inside[nearest]]
    return joined


def number_by_size(clusters: np.ndarray) -> np.ndarray:
    """Return clusters of any numbers as 0, 1, … from the largest, equal ones by their first text.

    int32 (n_texts,); numbers below 0 are noise and become -1.
    """
    clusters = np.asarray(clusters)
    numbered = np.full(clusters.shape, -1, dtype=np.int32)
    inside = clusters >= 0
    _, first, position, size = np.unique(
        clusters[inside], return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.lexsort((first, -size))] = np.arange(len(size))
    numbered[inside] = rank[position]
    return numbered


def typical_rows(X: np.ndarray, rows: np.ndarray, count: int = 3) -> list[int]:
    """Return those of some rows that are nearest to their mean direction, nearest first, without duplicates.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Unit vectors; of a large group, `TYPICAL_SAMPLE` are read.
    rows : int array
        Texts of the group, ascending.
    count : int, default=3
        Fewer are returned where there are fewer different ones.
    """
    rows = np.asarray(rows)
    if len(rows) > TYPICAL_SAMPLE:
        rows = rows[np.linspace(0, len(rows) - 1, TYPICAL_SAMPLE).astype(int)]
    members = np.asarray(X[rows])
    nearness = members @ members.mean(axis=0)
    # Rounded, so that duplicates tie and the first of them is taken.
    order = np.argsort(-nearness.round(5), kind="stable")
    chosen: list[int] = []
    while len(order) and len(chosen) < count:
        best = order[0]
        chosen.append(int(rows[best]))
        order = order[1:][members[order[1:]] @ members[best] < DUPLICATE_COSINE]
    return chosen


def _level(hierarchy: Hierarchy, min_size: int, parent_weight: float) -> np.ndarray:
    n_texts = len(hierarchy.leaves)
    if n_texts < 2 * FEWEST_CLUSTER_TEXTS or not hierarchy.merges["distance"].any():
        return np.zeros(n_texts, dtype=np.int32)
    clusters = cut(hierarchy, min_size, parent_weight=parent_weight)
    if np.bincount(clusters[clusters >= 0], minlength=1).max() > MAX_CLUSTER_SHARE * n_texts:
        # HDBSCAN often finds one huge cluster and a tiny one: parts are more useful, unless many are noise.
        parts = cut(hierarchy, min_size, max_size=n_texts // 2, parent_weight=parent_weight)
        if np.mean(parts < 0) < 1 / 3:
            clusters = parts
    if (clusters < 0).all():
        return np.zeros(n_texts, dtype=np.int32)
    return number_by_size(clusters)

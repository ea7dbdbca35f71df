"""Cluster algorithms: HDBSCAN at several levels, k-means, and the typical texts of a cluster."""

from __future__ import annotations

import numpy as np

from core.maps.clusters.hierarchy import Hierarchy, build_hierarchy, cut
from core.neighbours import DUPLICATE_COSINE, unit_rows

SMALLEST_CLUSTER = 5
"""Fewest texts of a cluster at the middle level, however small the corpus."""

FINENESS = 8
"""Finest level; the coarsest is 0."""

MIDDLE = 4
"""Default level."""

WHOLENESS = (1, 1, 1, 1, 1, 0.8, 0.6, 0.4, 0.2)
"""Weight of the stability of a cluster against that of its parts, by level. Below 1, a small round cluster is
split that the smallest size alone leaves whole."""

FEW_TEXTS = 100
"""With fewer texts than this, noise joins the nearest cluster by default."""

MAX_CLUSTER_SHARE = 0.75
"""A cluster with more of the texts than this is split, where it has parts."""

MAX_NOISE_SHARE = 0.5
"""With a larger share of noise than this, noise joins the nearest cluster by default."""

TYPICAL_SAMPLE = 1_000
"""Most texts of a cluster that are searched for the typical ones."""

MINI_BATCH_TEXTS = 20_000
"""With more texts than this, k-means is fitted on mini-batches."""


def smallest_cluster(n_texts: int) -> int:
    """Return the smallest cluster size: three quarters of √n_texts, and at least `SMALLEST_CLUSTER`.

    So 576 texts need 18 for a cluster, 5,000 need 53 and 14,640 need 91; that gives 5 to 65 clusters
    on the corpora measured.
    """
    return max(SMALLEST_CLUSTER, round(0.75 * n_texts**0.5))


def cluster_sizes(n_texts: int) -> list[int]:
    """Return the smallest cluster size at each level, from coarse to fine.

    `smallest_cluster` in the middle; ten times as many at the coarse end (at most a quarter of all texts) and
    a tenth at the fine end (at least 3), in equal ratios between.
    """
    middle = smallest_cluster(n_texts)
    coarse = max(middle, min(10 * middle, n_texts // 4))
    fine = max(3, middle // 10)
    ends = [coarse] * MIDDLE + [fine] * (FINENESS + 1 - MIDDLE)
    shares = [abs(step - MIDDLE) / (MIDDLE if step < MIDDLE else FINENESS - MIDDLE) for step in range(9)]
    return [round(middle * (end / middle) ** share) for end, share in zip(ends, shares, strict=True)]


def map_hierarchy(points: np.ndarray) -> Hierarchy:
    """Build the hierarchy that all levels are cut from."""
    return build_hierarchy(points, min_samples=min(10, smallest_cluster(len(points))))


def cluster_levels(hierarchy: Hierarchy) -> list[np.ndarray]:
    """Return the clusters at each level, from coarse to fine: HDBSCAN with the sizes of `cluster_sizes`.

    Meant for the hierarchy of the 2-D map itself. By V-measure against known labels, the middle level finds
    the same groups there as in a layout of five dimensions (0.78 and 0.78 on banking77's intents, 0.84
    and 0.83 on clinc150's), which costs 1.7 s more for 5,000 texts; ten principal components give 0.40 to
    0.45 with half the texts as noise.

    No level has fewer clusters than the one before: where HDBSCAN finds fewer, that one is repeated.
    O(n); 0.2 s for 200,000 texts.

    Returns
    -------
    list of `FINENESS` + 1 int32 arrays (n,)
        0 for the largest cluster and so on, -1 for noise. Where none is found, all texts are in cluster 0.
    """
    levels: list[np.ndarray] = []
    for size, wholeness in zip(cluster_sizes(len(hierarchy.leaves)), WHOLENESS, strict=True):
        codes = _level(hierarchy, size, wholeness)
        levels.append(levels[-1] if levels and codes.max(initial=-1) <= levels[-1].max(initial=-1) else codes)
    return levels


def wants_no_noise(clusters: np.ndarray) -> bool:
    """Return whether noise joins the nearest cluster by default: among few texts, and where most is noise."""
    return len(clusters) < FEW_TEXTS or float(np.mean(clusters < 0)) > MAX_NOISE_SHARE


def find_k_clusters(X: np.ndarray, k: int) -> np.ndarray:
    """Return k clusters of a space by k-means on directions; the same for the same embeddings.

    Above `MINI_BATCH_TEXTS` texts, mini-batch k-means (Sculley 2010, Web-scale k-means clustering).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings.
    k : int, at least 1

    Returns
    -------
    ndarray of int32, shape (n_texts,)
        0 for the largest cluster and so on; fewer than k where there are fewer different texts.
    """
    from sklearn.cluster import KMeans, MiniBatchKMeans

    unit = unit_rows(np.asarray(X, dtype=np.float32))
    k = max(1, min(k, len(unit)))
    if len(unit) > MINI_BATCH_TEXTS:
        model = MiniBatchKMeans(k, random_state=0, n_init=1, batch_size=4096, max_iter=20)
    else:
        model = KMeans(k, random_state=0, n_init=1)
    return number_by_size(model.fit_predict(unit))


def split_cluster(points: np.ndarray, rows: np.ndarray, levels: list[np.ndarray]) -> list[np.ndarray]:
    """Split a cluster: into its parts at the first finer level that has several, else by 2-means on the map.

    Parameters
    ----------
    points : array of shape (n_texts, 2)
        The map.
    rows : int array
        Texts of the cluster.
    levels : list of int arrays (n_texts,)
        `cluster_levels` of the map.

    Returns
    -------
    list of int64 arrays, the largest first
        Each text of the cluster is in one; a single part where all points are equal.
    """
    points = np.asarray(points, dtype=np.float64)[rows]
    for level in levels:
        codes = number_by_size(level[rows])
        sizes = np.bincount(codes[codes >= 0], minlength=1)
        # Small groups are strays of a neighbouring cluster, not parts.
        large = np.flatnonzero(sizes >= max(2, len(rows) / 50))
        if len(large) >= 2 and sizes[large].sum() > len(rows) / 2:
            codes = number_by_size(join_nearest(points, np.where(np.isin(codes, large), codes, -1)))
            return [np.asarray(rows)[codes == code] for code in range(codes.max() + 1)]
    if not np.ptp(points, axis=0).any():
        return [np.asarray(rows)]
    from sklearn.cluster import KMeans

    codes = number_by_size(KMeans(2, random_state=0, n_init=3).fit_predict(points))
    return [np.asarray(rows)[codes == code] for code in range(codes.max() + 1)]


def join_nearest(points: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    """Return the clusters with every noise point in the cluster of the nearest point that has one.

    Parameters
    ----------
    points : array of shape (n_texts, n_dims)
    clusters : array of int, shape (n_texts,)
        -1 for noise.

    Returns
    -------
    ndarray of int32, shape (n_texts,)
        Without noise, unless all was noise.
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
    """Return the clusters numbered 0, 1, … from the largest; of two equal ones that which starts first.

    Parameters
    ----------
    clusters : array of int, shape (n_texts,)
        Any numbers; below 0 for noise.

    Returns
    -------
    ndarray of int32, shape (n_texts,)
        -1 for noise.
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
        Embeddings; of a large group, `TYPICAL_SAMPLE` evenly picked rows are read.
    rows : int array
        Texts of the group, ascending.
    count : int, default=3
        Fewer are returned where there are fewer different ones.
    """
    rows = np.asarray(rows)
    if len(rows) > TYPICAL_SAMPLE:
        rows = rows[np.linspace(0, len(rows) - 1, TYPICAL_SAMPLE).astype(int)]
    members = unit_rows(np.asarray(X[rows]))
    nearness = members @ members.mean(axis=0)
    # Rounded, so that duplicates tie exactly and the first of them is taken.
    order = np.argsort(-nearness.round(5), kind="stable")
    chosen: list[int] = []
    while len(order) and len(chosen) < count:
        best = order[0]
        chosen.append(int(rows[best]))
        order = order[1:][members[order[1:]] @ members[best] < DUPLICATE_COSINE]
    return chosen


def _level(hierarchy: Hierarchy, size: int, wholeness: float) -> np.ndarray:
    n_texts = len(hierarchy.leaves)
    if n_texts < 2 * SMALLEST_CLUSTER or not hierarchy.merges["distance"].any():
        return np.zeros(n_texts, dtype=np.int32)
    clusters = cut(hierarchy, size, wholeness=wholeness)
    if _largest(clusters) > MAX_CLUSTER_SHARE * n_texts:
        # HDBSCAN often finds one huge cluster and a tiny one; its parts say more, unless most is noise.
        parts = cut(hierarchy, size, largest=n_texts // 2, wholeness=wholeness)
        if np.mean(parts < 0) < 1 / 3:
            clusters = parts
    if (clusters < 0).all():
        return np.zeros(n_texts, dtype=np.int32)
    return number_by_size(clusters)


def _largest(clusters: np.ndarray) -> int:
    return int(np.bincount(clusters[clusters >= 0], minlength=1).max())

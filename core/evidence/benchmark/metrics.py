"""Scores: V-measure, neighbour purity, Spearman's correlation, triplet accuracy.

Shares between 0 and 1 of vectors (n_texts, n_dims) and class codes (n_texts,); reports show them times 100.
The benchmarks, the command line and the tests use these functions and no others. They follow the published
program of InBedder, with two differences in the clustering: vectors are scaled to length 1, and k-means is
full instead of mini-batch, the best of `KMEANS_STARTS` seeded starts.

References
----------
Rosenberg, Hirschberg: "V-measure: a conditional entropy-based external cluster evaluation measure",
EMNLP-CoNLL 2007.
Spearman: "The proof and measurement of association between two things", American Journal of Psychology 15,
1904.
Peng, Zhang, Wang, Srinivasa, Liu, Wang, Shang: "Answer is All You Need: Instruction-following Text Embedding
via Answering the Question", ACL 2024, arXiv:2402.09642 (triplets, harmonic means).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...neighbours import unit_rows

KMEANS_STARTS = 4
"""Starts of k-means, of which the one with the lowest inertia counts."""
PURITY_TEXTS = 1_000
"""Most texts whose neighbours count: their similarities to all others are in memory at once."""
HARMONIC_OFFSET = 1e-8  # added before scores are inverted, as published


def clustering_score(vectors: np.ndarray, codes: np.ndarray, seed: int) -> float:
    """Return the V-measure of a k-means of unit vectors, with as many clusters as labels.

    The harmonic mean, 0 to 1, of the homogeneity, 1 - H(label | cluster) / H(label), and of the completeness,
    1 - H(cluster | label) / H(cluster). Cost O(n_texts x n_dims x n_labels) an iteration.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import v_measure_score

    k_means = KMeans(len(np.unique(codes)), n_init=KMEANS_STARTS, random_state=seed)
    return float(v_measure_score(codes, k_means.fit_predict(unit_rows(vectors))))


def purity_score(
    vectors: np.ndarray, codes: np.ndarray, seed: int, *, n_neighbors: int = 10, n_queries: int = PURITY_TEXTS
) -> float:
    """Return the share of a text's nearest other texts, by cosine, that have its label.

    The mean over a random sample of `n_queries` texts, or over all where there are no more. Cost
    O(n_queries x n_texts x n_dims).
    """
    unit, n_neighbors = unit_rows(vectors), min(n_neighbors, len(vectors) - 1)
    rows = np.random.default_rng(seed).choice(len(unit), min(n_queries, len(unit)), replace=False)
    similarities = unit[rows] @ unit.T
    similarities[np.arange(len(rows)), rows] = -np.inf
    nearest = np.argpartition(-similarities, n_neighbors - 1, axis=1)[:, :n_neighbors]
    return float((codes[nearest] == codes[rows][:, None]).mean())


def cosines(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the cosine of each row of `first` with the same row of `second`, float64 (n,)."""
    pairs = unit_rows(first).astype(np.float64), unit_rows(second).astype(np.float64)
    return np.einsum("ij,ij->i", *pairs)


def similarity_score(first: np.ndarray, second: np.ndarray, scores: np.ndarray) -> float:
    """Return Spearman's rank correlation between the cosines of pairs and their scores.

    Takes two arrays of shape (n_pairs, n_dims), and scores (n_pairs,). From -1 to 1; equal values share the
    mean of their ranks. 0 where all cosines or all scores are equal, and nothing is ranked.
    """
    from scipy.stats import spearmanr

    found = cosines(first, second)
    if len(np.unique(found)) < 2 or len(np.unique(scores)) < 2:
        return 0.0
    return float(spearmanr(found, scores).statistic)


def triplet_score(anchor: np.ndarray, positive: np.ndarray, negative: np.ndarray) -> float:
    """Return the share of anchors that are nearer, by cosine, to their positive than to their negative.

    Takes three arrays of shape (n_triplets, n_dims). A tie is a failure.
    """
    return float((cosines(anchor, positive) > cosines(anchor, negative)).mean())


def harmonic_mean(scores: Sequence[float]) -> float:
    """Return the harmonic mean over aspects: high only where all are, n / Σ 1 / (score + 1e-8)."""
    return len(scores) / sum(1 / (score + HARMONIC_OFFSET) for score in scores)

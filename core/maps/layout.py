"""UMAP's layout of a neighbour graph, in threads, with the same result on any number of them."""

from __future__ import annotations

import contextlib
import functools
from functools import partial

import numpy as np
from scipy.sparse import csr_matrix

from ..neighbours import Graph, cut_evenly, run_on_parts
from ..utils import Progress

MIN_DISTANCE = 0.1
"""UMAP's `min_dist`, its default."""

SPREAD = 1.0
"""UMAP's `spread`, its default."""

NEGATIVE_SAMPLES = 5
"""Random texts that a text moves away from, for each edge that it follows: UMAP's default."""

BOTH_ENDS = 2.0
"""Factor of the attraction: UMAP follows an edge from either end, and moves both each time. A text that moved
towards where its neighbours are by now would move a group as a whole, and mix groups: V-measure 0.82."""

LONGEST_PULL = 0.2
"""Share of the distance to a neighbour that a text moves towards it at most in an epoch. Without a limit, the
pulls of all its neighbours carry it beyond them: 0.38 of the neighbours are kept."""


def lay_out(
    graph: Graph,
    start: np.ndarray,
    epochs: int,
    rate: float,
    random_state: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Return the layout of a neighbour graph: float32 (n_texts, 2), in UMAP's units.

    UMAP's own optimiser moves both ends of one edge after another, in one thread: in several, the same seed
    gives another map each time. Here all texts move at once, each along its own edges, with the others where
    they were before the epoch. Forces come from a table of squared distances. That takes a quarter of the
    processor time, in as many threads as there are processors. For 22,495 requests the map is as good:
    0.419 of the neighbours kept (0.422 by UMAP's), trustworthiness 0.992 (0.993), k-means on the map finds
    the intents with a V-measure of 0.89 (0.90).

    Parameters
    ----------
    start : ndarray of shape (n_texts, 2)
        In UMAP's units.
    rate : float
        Step size of the first epoch, in that of UMAP; it falls to 0.
    progress : Progress, optional
        Called with (epochs done, all epochs); may raise `Cancelled`.

    References
    ----------
    McInnes, Healy, Melville (2018). UMAP: Uniform Manifold Approximation and Projection. arXiv:1802.03426.
    """
    from umap.umap_ import find_ab_params

    from .layout_kernels import move_texts, tabulate

    edges = fuzzy_edges(graph)
    rates = (edges.data / edges.data.max(initial=1e-30)).astype(np.float32)
    followed = rates >= 1 / epochs  # the others would only cost time
    starts = np.concatenate([[0], np.cumsum(followed)])[edges.indptr]
    ends, rates = edges.indices[followed], rates[followed]
    a, b = find_ab_params(SPREAD, MIN_DISTANCE)
    attraction = BOTH_ENDS * tabulate(lambda d2: -2 * a * b * d2 ** (b - 1) / (1 + a * d2**b))
    repulsion = tabulate(lambda d2: 2 * b / ((0.001 + d2) * (1 + a * d2**b)))
    # Equal texts must not start at one point: the layout has no direction to separate them.
    noise = np.random.default_rng(random_state).normal(scale=1e-3, size=start.shape)
    old = np.ascontiguousarray(start + noise, dtype=np.float32)
    new = np.empty_like(old)
    cuts = cut_evenly(np.diff(starts) + 1)
    for epoch in range(epochs):
        step = np.float32(rate * (1 - epoch / epochs))
        strongest = -LONGEST_PULL / step
        move = partial(
            move_texts, old, new, starts, ends, rates, attraction, repulsion, step, strongest, epoch,
            random_state, NEGATIVE_SAMPLES,
        )  # fmt: skip
        run_on_parts(move, cuts)
        old, new = new, old
        if progress is not None:
            progress(epoch + 1, epochs)
    return old


def fuzzy_edges(graph: Graph) -> csr_matrix:
    """Return UMAP's fuzzy graph: a symmetric weight, 0 to 1, for each pair of neighbours, float32."""
    from umap.umap_ import fuzzy_simplicial_set

    _cache_compiled()
    n_texts, k = graph.indices.shape
    # UMAP counts each text as its own first neighbour, at distance 0.
    itself = np.arange(n_texts, dtype=np.int32)[:, None]
    indices = np.hstack([itself, graph.indices])
    distances = np.hstack([np.zeros((n_texts, 1)), np.maximum(1 - graph.similarities, 0)]).astype(np.float32)
    nearest = {"knn_indices": indices, "knn_dists": distances}
    edges = fuzzy_simplicial_set(itself, k + 1, np.random.RandomState(0), "cosine", **nearest)[0].tocsr()
    edges.sum_duplicates()
    return edges


@functools.cache
def _cache_compiled() -> None:
    """Cache UMAP's compiled functions on disk, also those that UMAP itself does not cache."""
    from umap import umap_

    for name in ("smooth_knn_dist", "compute_membership_strengths"):
        # In another version of UMAP, or without a writable folder, they are compiled in each process.
        with contextlib.suppress(AttributeError, RuntimeError):
            getattr(umap_, name).enable_caching()

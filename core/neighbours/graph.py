"""The k-nearest-neighbour graph of a corpus, and label propagation on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from ..utils import bfloat16_is_faster
from .threads import run_on_blocks

DUPLICATE_COSINE = 0.9999
"""Cosine from which two texts are duplicates."""

EXACT_LIMIT = 30_000
"""Texts up to which the graph is exact. For 22,500 x 384 on two cores the exact search takes 3.7 s. The
approximate one takes 0.6 s, and 22 s to compile in each process, and misses neighbours."""

FEWEST_FOR_BFLOAT16 = 8_000
"""Texts from which candidates are searched in bfloat16, where that is faster: with AMX 0.7 s instead of 1.7 s
for 14,640 x 384, with the same graph; with AVX-512 alone it takes twice as long as float32."""

SPARE_CANDIDATES = 16
"""Candidates beyond k in the bfloat16 search: it rounds by 0.4 %, and float32 then ranks them."""

BLOCK_CELLS = 1_000_000
"""Similarities in memory at once in the exact search: 4 MB, which fits the processor's cache."""

CELLS_SPREAD = 800_000
"""Values that label propagation spreads at once, in each thread: fewer cost more than they save."""

UNIT_TOLERANCE = 1e-5
"""Deviation of a squared length from 1 up to which a row counts as a unit vector: float32 sums over 4,096
dimensions stay below it."""


@dataclass(frozen=True)
class Graph:
    """The k nearest neighbours of every text by cosine similarity, nearest first.

    A text is never its own neighbour; an equal text may be.

    Attributes
    ----------
    indices : ndarray of int32, shape (n_texts, k)
        Rows of the neighbours.
    similarities : ndarray of float32, shape (n_texts, k)
        Cosines to them, -1 to 1.
    """

    indices: np.ndarray
    similarities: np.ndarray

    def weights(self) -> csr_matrix:
        """Return the `neighbour_weights` as a sparse matrix of float32, shape (n_texts, n_texts)."""
        n_texts, k = self.indices.shape
        rows = np.arange(0, n_texts * k + 1, k) if k else np.zeros(n_texts + 1, dtype=np.int64)
        weights = neighbour_weights(self.similarities)
        return csr_matrix((weights.ravel(), self.indices.ravel(), rows), shape=(n_texts, n_texts))


def build_graph(X: np.ndarray, k: int = 15, *, random_state: int = 0) -> Graph:
    """Build the k-nearest-neighbour graph of the rows of X by cosine similarity.

    Up to `EXACT_LIMIT` rows the graph is exact but for near ties (see `SPARE_CANDIDATES`), at a cost of
    O(n_texts² x n_dims). Beyond, it is approximate (nearest-neighbour descent), at about
    O(n_texts^1.1 x n_dims). The same input and seed give the same graph.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings of any length. A row of zeros has cosine 0 to every other.
    k : int, default=15
        Neighbours per text; fewer where there are fewer other texts.
    random_state : int, default=0
        Seed of the approximate search.

    Raises
    ------
    ValueError
        When X is not a table of finite numbers with at least one row, or k is negative.
    """
    unit = unit_rows(X)
    if k < 0:
        raise ValueError(f"k is {k}; a number of neighbours is 0 or more.")
    k = min(k, len(unit) - 1)
    if len(unit) <= EXACT_LIMIT or k == 0:
        if len(unit) >= FEWEST_FOR_BFLOAT16 and k and bfloat16_is_faster():
            return _bfloat16_graph(unit, k)
        return Graph(*nearest_rows(unit, unit, k, skip=np.arange(len(unit))))
    return _approximate_graph(unit, k, random_state)


def unit_rows(X: np.ndarray) -> np.ndarray:
    """Scale every row of X to length 1 in float32; rows of zeros and unit vectors do not change.

    X itself is returned where it holds nothing but float32 unit vectors.

    Raises
    ------
    ValueError
        When X is not a table of finite numbers with at least one row.
    """
    X = np.asarray(X)
    if X.ndim != 2 or len(X) == 0:
        raise ValueError(f"Embeddings of shape {X.shape} found; a table with one row per text is needed.")
    with np.errstate(over="ignore"):
        rows = X.astype(np.float32, copy=False)
        squares = np.einsum("ij,ij->i", rows, rows)
    squares[np.abs(squares - 1) <= UNIT_TOLERANCE] = 1
    if (squares == 1).all():
        return rows
    # Squares outside float32's range, or not a number, need a second pass in the type of X.
    extreme = np.flatnonzero(~((squares > 1e-20) & (squares < 1e20)))
    if len(extreme):
        infinite = extreme[~np.isfinite(X[extreme]).all(axis=1)]
        if len(infinite):
            raise ValueError(
                f"{len(infinite)} of {len(X)} embeddings hold numbers that are not finite (first: row "
                f"{infinite[0]}); encode these texts again."
            )
        rows = rows.copy()
        largest = np.abs(X[extreme]).max(axis=1, keepdims=True, initial=0.0)
        rows[extreme] = X[extreme] / np.where(largest > 0, largest, 1)
        squares[extreme] = np.einsum("ij,ij->i", rows[extreme], rows[extreme])
    return rows / np.sqrt(np.where(squares > 0, squares, 1))[:, None]


def nearest_rows(
    queries: np.ndarray, unit: np.ndarray, k: int, *, skip: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k rows of `unit` nearest to each query by exhaustive search, nearest first.

    Cost O(n_queries x n_rows x n_dims), with at most `BLOCK_CELLS` similarities in memory.

    Parameters
    ----------
    queries : ndarray of float32, shape (n_queries, n_dims)
        Unit rows.
    unit : ndarray of float32, shape (n_rows, n_dims)
        Unit rows to search.
    k : int
        Neighbours per query, at most n_rows, or n_rows - 1 with `skip`.
    skip : ndarray of int, shape (n_queries,), optional
        Row that each query leaves out, usually the query itself.

    Returns
    -------
    indices : ndarray of int32, shape (n_queries, k)
    similarities : ndarray of float32, shape (n_queries, k)
    """
    indices = np.empty((len(queries), k), dtype=np.int32)
    similarities = np.empty((len(queries), k), dtype=np.float32)
    for block in _blocks(len(queries), max(1, BLOCK_CELLS // len(unit))) if k else ():
        near = queries[block] @ unit.T
        if skip is not None:
            near[np.arange(len(near)), skip[block]] = -np.inf
        found = np.argpartition(near, near.shape[1] - k, axis=1)[:, near.shape[1] - k :]
        found.sort(axis=1)  # so that the stable sort below settles ties by row number
        values = np.take_along_axis(near, found, axis=1)
        order = np.argsort(-values, axis=1, kind="stable")
        indices[block] = np.take_along_axis(found, order, axis=1)
        similarities[block] = np.take_along_axis(values, order, axis=1)
    return indices, np.clip(similarities, -1, 1)


def neighbour_weights(similarities: np.ndarray) -> np.ndarray:
    """Return the weights (n, k) of neighbours: squares of the positive cosines (n, k), summing to 1 per row.

    The row of a text without a positive cosine sums to 0.
    """
    weights = np.square(np.maximum(similarities, 0), dtype=np.float32)
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1)


def propagate(values: np.ndarray, graph: Graph, *, mixing: float = 0.6, rounds: int = 5) -> np.ndarray:
    """Spread values along the neighbour graph by label propagation.

    F(0) = values and F(t + 1) = (1 - mixing) F(0) + mixing W F(t), with W as in `Graph.weights`. A text
    without neighbours keeps its own values. Cost O(rounds x n_texts x k x n_columns).

    Parameters
    ----------
    values : array of shape (n_texts, n_columns)
    mixing : float, default=0.6
        Share taken from the neighbours, 0 to 1.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_columns)
        Rows that sum to 1 still do.

    References
    ----------
    Zhou, Bousquet, Lal, Weston, Schölkopf: "Learning with local and global consistency", NeurIPS 2003.
    """
    values = np.asarray(values, dtype=np.float32)
    if mixing == 0:
        return values.copy()
    weights = graph.weights()
    isolated = np.asarray(weights.sum(axis=1)) == 0
    kept = np.where(isolated, 1, np.float32(1 - mixing)).reshape(-1, 1)
    weights *= np.float32(mixing)
    propagated = values
    for _ in range(rounds):
        before, propagated = propagated, np.empty_like(values)

        def spread(block: slice, before: np.ndarray = before, after: np.ndarray = propagated) -> None:
            after[block] = weights[block] @ before
            after[block] += kept[block] * values[block]

        run_on_blocks(spread, len(values), max(1, CELLS_SPREAD // max(values.shape[1], 1)))
    return propagated


def blend_neighbours(
    own: np.ndarray, around: np.ndarray, indices: np.ndarray, weights: np.ndarray, share: float
) -> np.ndarray:
    """Mix (1 - share) of own with share of the weighted rows of `around`; own alone without weights."""
    total = weights.sum(axis=1, keepdims=True)
    mean = np.zeros_like(own)
    for column in range(indices.shape[1]):  # neighbour by neighbour: no array of (n, k, n_columns)
        mean += weights[:, column, None] * around[indices[:, column]]
    return np.where(total > 0, (1 - np.float32(share)) * own + np.float32(share) * mean, own)


def _bfloat16_graph(unit: np.ndarray, k: int) -> Graph:
    """Build the graph from candidates of a search in bfloat16, ranked in float32."""
    import torch

    rows = torch.from_numpy(np.require(unit, requirements="W"))  # a mapped file is read-only
    rounded = rows.to(torch.bfloat16)
    n_candidates = min(k + 1 + SPARE_CANDIDATES, len(unit))
    indices = np.empty((len(unit), k), dtype=np.int32)
    similarities = np.empty((len(unit), k), dtype=np.float32)
    for block in _blocks(len(unit), 1024):
        near = (rounded[block] @ rounded.T).topk(n_candidates, dim=1, sorted=False).indices
        near = near.sort(dim=1).values  # so that the stable sort below settles ties by row number
        values = torch.bmm(rows[near], rows[block].unsqueeze(2)).squeeze(2)
        values[near == torch.arange(block.start, block.stop)[:, None]] = -2  # a text is not its own neighbour
        best = values.sort(dim=1, descending=True, stable=True).indices[:, :k]
        indices[block] = near.gather(1, best).numpy()
        similarities[block] = values.gather(1, best).numpy()
    return Graph(indices, np.clip(similarities, -1, 1))


def _approximate_graph(unit: np.ndarray, k: int, random_state: int) -> Graph:
    from pynndescent import NNDescent

    # One neighbour more than needed: the search usually finds the text itself, but not always.
    index = NNDescent(unit, n_neighbors=k + 1, metric="cosine", random_state=random_state)
    found = index.neighbor_graph[0]
    # The text itself and missing neighbours (-1) move to the end, where the last column is dropped.
    unwanted = (found == np.arange(len(unit))[:, None]) | (found < 0)
    keep = np.argsort(unwanted, axis=1, kind="stable")[:, :k]
    indices = np.take_along_axis(found, keep, axis=1)
    # The search rounds its distances: the cosines are recomputed.
    similarities = np.empty(indices.shape, dtype=np.float32)
    for block in _blocks(len(unit), max(1, BLOCK_CELLS // (k * unit.shape[1]))):
        similarities[block] = np.einsum("id,ikd->ik", unit[block], unit[indices[block]])
    np.clip(similarities, -1, 1, out=similarities)
    nearest = np.argsort(-similarities, axis=1, kind="stable")
    return Graph(
        np.take_along_axis(indices, nearest, axis=1).astype(np.int32),
        np.take_along_axis(similarities, nearest, axis=1),
    )


def _blocks(n_rows: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))

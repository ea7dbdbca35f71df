"""The neighbour graph of a corpus, and what flows along it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from core.utils import processor_has_bfloat16

COPY = 0.9999
"""Cosine from which two texts count as the same."""

EXACT_LIMIT = 30_000
"""Up to this many texts the graph is exact: 3.7 s for 22,500 x 384 on two cores, where the approximate search
takes 0.6 s, but 22 s more to compile in each process, and misses neighbours."""

FEWEST_FOR_BFLOAT16 = 8_000
"""From this many texts on, candidates are found in bfloat16 where the processor multiplies it: 0.7 s in
place of 1.7 s for 14,640 x 384, and the same graph."""

SPARE_CANDIDATES = 16
"""Candidates beyond k that bfloat16 names: it rounds by 0.4 %, float32 settles the order."""

BLOCK_CELLS = 1_000_000
"""Similarities held at a time by the exact search: 4 MB, so that they stay in the processor's cache."""


@dataclass(frozen=True)
class Graph:
    """The k nearest neighbours of every text by cosine similarity, nearest first.

    A text is never its own neighbour; a copy of it may be.

    Attributes
    ----------
    indices : ndarray of int32, shape (n_texts, k)
        Row numbers of the neighbours.
    similarities : ndarray of float32, shape (n_texts, k)
        Cosine similarities to them, -1 to 1.
    """

    indices: np.ndarray
    similarities: np.ndarray

    def weights(self) -> csr_matrix:
        """Return how much each text listens to each neighbour: squared cosines whose rows sum to 1.

        Neighbours at a right angle or beyond get no weight; a text that has only such gets an empty row.

        Returns
        -------
        scipy.sparse.csr_matrix of float32, shape (n_texts, n_texts)
        """
        n_texts, k = self.indices.shape
        rows = np.arange(0, n_texts * k + 1, k) if k else np.zeros(n_texts + 1, dtype=np.int64)
        weights = listening(self.similarities)
        return csr_matrix((weights.ravel(), self.indices.ravel(), rows), shape=(n_texts, n_texts))


def build_graph(X: np.ndarray, k: int = 15, *, random_state: int = 0) -> Graph:
    """Return the k-nearest-neighbour graph of the rows of X by cosine similarity.

    Exact up to `EXACT_LIMIT` rows (near ties aside, see `SPARE_CANDIDATES`), at a cost of
    O(n_texts² x n_dims); beyond that approximate (nearest neighbour descent, seeded), at about
    O(n_texts^1.1 x n_dims).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings, of any length. A row of zeros is similar to nothing (cosine 0).
    k : int, default=15
        Neighbours per text; fewer where there are fewer other texts.
    random_state : int, default=0
        Seed of the approximate search. Same input and seed, same graph.

    Returns
    -------
    Graph

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
        if len(unit) >= FEWEST_FOR_BFLOAT16 and k and processor_has_bfloat16():
            return _bfloat16_graph(unit, k)
        return _exact_graph(unit, k)
    return _approximate_graph(unit, k, random_state)


def unit_rows(X: np.ndarray) -> np.ndarray:
    """Return X in float32 with every row scaled to length 1; rows of zeros stay as they are.

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
    # One pass settles ordinary rows; squares that left the range of float32, or hold no number, need a look.
    odd = np.flatnonzero(~((squares > 1e-20) & (squares < 1e20)))
    if len(odd):
        _refuse_infinite(X, odd)
        rows, squares = rows.copy(), squares.copy()
        largest = np.abs(X[odd]).max(axis=1, keepdims=True, initial=0.0)
        rows[odd] = X[odd] / np.where(largest > 0, largest, 1)
        squares[odd] = np.einsum("ij,ij->i", rows[odd], rows[odd])
    return rows / np.sqrt(np.where(squares > 0, squares, 1))[:, None]


def _refuse_infinite(X: np.ndarray, rows: np.ndarray) -> None:
    bad = rows[~np.isfinite(X[rows]).all(axis=1)]
    if len(bad):
        raise ValueError(
            f"{len(bad)} of {len(X)} embeddings hold numbers that are not finite (first: row {bad[0]}); "
            "encode these texts again."
        )


def nearest_rows(
    queries: np.ndarray, unit: np.ndarray, k: int, *, skip: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the k rows of `unit` nearest to each query, nearest first, by exhaustive search.

    Cost O(n_queries x n_rows x n_dims); memory stays at `BLOCK_CELLS` similarities.

    Parameters
    ----------
    queries : ndarray of float32, shape (n_queries, n_dims)
        Unit rows.
    unit : ndarray of float32, shape (n_rows, n_dims)
        Unit rows to search.
    k : int
        Neighbours per query, at most n_rows (less one when `skip` is given).
    skip : ndarray of int, shape (n_queries,), optional
        One row that each query must not find (itself).

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


def listening(similarities: np.ndarray) -> np.ndarray:
    """Return weights from cosine similarities (n, k): squared where positive, each row summing to 1 or 0."""
    weights = np.square(np.maximum(similarities, 0), dtype=np.float32)
    total = weights.sum(axis=1, keepdims=True)
    return weights / np.where(total > 0, total, 1)


def smooth(values: np.ndarray, graph: Graph, *, mixing: float = 0.6, rounds: int = 5) -> np.ndarray:
    """Return values mixed along the graph: in each round every text hears its neighbours.

    F(0) = values and F(t + 1) = (1 - mixing) F(0) + mixing W F(t), W as in `Graph.weights`. A text without
    neighbours keeps its own values. Cost O(rounds x n_texts x k x n_columns).

    Parameters
    ----------
    values : ndarray of shape (n_texts, n_columns)
    graph : Graph
        Of the same texts.
    mixing : float, default=0.6
        Share taken from the neighbours, 0 to 1.
    rounds : int, default=5

    Returns
    -------
    ndarray of float32, shape (n_texts, n_columns)
        Rows that sum to 1 still do.
    """
    values = np.asarray(values, dtype=np.float32)
    if mixing == 0:
        return values.copy()
    weights = graph.weights()
    lonely = np.asarray(weights.sum(axis=1)).ravel() == 0
    own = np.float32(1 - mixing) * values
    own[lonely] = values[lonely]
    weights *= np.float32(mixing)
    smoothed = values
    for _ in range(rounds):
        smoothed = weights @ smoothed
        smoothed += own
    return smoothed


def _exact_graph(unit: np.ndarray, k: int) -> Graph:
    return Graph(*nearest_rows(unit, unit, k, skip=np.arange(len(unit))))


def _bfloat16_graph(unit: np.ndarray, k: int) -> Graph:
    """Exact search among the candidates that the same search in bfloat16 finds."""
    import torch

    rows = torch.from_numpy(unit)
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

    # One neighbour more than asked for: the search usually finds the text itself, but not always.
    index = NNDescent(unit, n_neighbors=k + 1, metric="cosine", random_state=random_state)
    found = index.neighbor_graph[0]
    order = np.arange(len(unit))[:, None]
    # Self and holes (-1) go to the end, everything else keeps its order; then the last column is dropped.
    unwanted = (found == order) | (found < 0)
    keep = np.argsort(unwanted, axis=1, kind="stable")[:, :k]
    indices = np.take_along_axis(found, keep, axis=1)
    similarities = _similarities(unit, indices)
    nearest = np.argsort(-similarities, axis=1, kind="stable")
    return Graph(
        np.take_along_axis(indices, nearest, axis=1).astype(np.int32),
        np.take_along_axis(similarities, nearest, axis=1),
    )


def _similarities(unit: np.ndarray, indices: np.ndarray) -> np.ndarray:
    """Cosines to the given neighbours (n_texts, k), recomputed: the search reports rounded distances."""
    similarities = np.empty(indices.shape, dtype=np.float32)
    for block in _blocks(len(unit), max(1, BLOCK_CELLS // (indices.shape[1] * unit.shape[1]))):
        similarities[block] = np.einsum("id,ikd->ik", unit[block], unit[indices[block]])
    return np.clip(similarities, -1, 1)


def _blocks(n_rows: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))

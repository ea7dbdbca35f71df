"""Looking again at guide labels: more texts of one label, and copies that are labelled differently."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from core.neighbours import COPY, Graph, unit_rows

AT_A_TIME = 256
"""Texts looked at together when copies are skipped."""


def find_more(
    y: np.ndarray, probabilities: np.ndarray, column: int, n: int, *, X: np.ndarray | None = None
) -> np.ndarray:
    """Return the unlabelled rows that most probably belong to one label, most probable first.

    Cost O(n_texts log n_texts), and with X O((n_looked_at) x (n_labelled + n) x n_dims).

    Parameters
    ----------
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    probabilities : array of shape (n_texts, n_classes)
        Class probabilities of the fit.
    column : int
        The label, as a column of probabilities.
    n : int
        How many rows.
    X : array of shape (n_texts, n_dims), optional
        Generic embeddings: copies of labelled texts, and of rows already found, are then skipped.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Distinct unlabelled rows; of equally probable ones, the first.

    Raises
    ------
    ValueError
        When y, probabilities and X are not of the same texts, or there is no such column.
    """
    y, probabilities = np.asarray(y), np.asarray(probabilities)
    if len(y) != len(probabilities) or (X is not None and len(X) != len(y)):
        found = f"{len(y)} labels and {len(probabilities)} rows of probabilities"
        found += "" if X is None else f" and {len(X)} embeddings"
        raise ValueError(f"{found} found; give one of each per text.")
    if not 0 <= column < probabilities.shape[1]:
        raise ValueError(f"Column {column} asked for; there are {probabilities.shape[1]}, counted from 0.")
    free = np.flatnonzero(y < 0)
    order = free[np.argsort(-probabilities[free, column], kind="stable")].astype(np.int64)
    if X is None or n <= 0:
        return order[: max(n, 0)]
    seen = _unit(X, np.flatnonzero(y >= 0))
    found = np.empty(0, dtype=np.int64)
    for start in range(0, len(order), AT_A_TIME):
        rows = order[start : start + AT_A_TIME]
        unit = _unit(X, rows)
        new = _without_copies(unit, seen)
        found = np.append(found, rows[new])
        if len(found) >= n:
            break
        seen = np.vstack([seen, unit[new]])
    return found[:n]


def find_conflicts(y: np.ndarray, graph: Graph, texts: np.ndarray) -> list[np.ndarray]:
    """Return the labelled texts that are copies of each other and carry different labels.

    Copies are equal texts and neighbours of cosine at least `COPY`; copies of copies, labelled or not, are
    copies too. Cost O(n_texts x k).

    Parameters
    ----------
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    graph : Graph
        Neighbour graph of the generic embeddings.
    texts : array of str, shape (n_texts,)

    Returns
    -------
    list of int64 arrays
        The labelled rows of each group, ascending; the largest group first.
    """
    n_texts = len(graph.indices)
    near, place = np.nonzero(np.asarray(graph.similarities) >= COPY)
    equal = pd.factorize(np.asarray(texts, dtype=object))[0]
    first = np.unique(equal, return_index=True)[1][equal]  # every text is tied to the first that equals it
    ends = np.append(near, np.arange(n_texts)), np.append(graph.indices[near, place], first)
    links = csr_matrix((np.ones(len(ends[0]), dtype=bool), ends), shape=(n_texts, n_texts))
    group = connected_components(links, directed=False)[1]
    rows = np.flatnonzero(np.asarray(y) >= 0)
    rows = rows[np.argsort(group[rows], kind="stable")]
    groups = np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1)
    return sorted((rows for rows in groups if len(np.unique(y[rows])) > 1), key=len, reverse=True)


def _unit(X: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return unit_rows(X[rows]) if len(rows) else np.empty((0, X.shape[1]), dtype=np.float32)


def _without_copies(unit: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Positions of the rows of `unit` that copy neither a row of `seen` nor one before them."""
    alike = unit @ unit.T >= COPY
    kept: list[int] = []
    for place in np.flatnonzero((unit @ seen.T).max(axis=1, initial=-1) < COPY):
        if not alike[place, kept].any():
            kept.append(int(place))
    return np.array(kept, dtype=np.int64)

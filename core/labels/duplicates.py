"""Duplicate texts: groups of them, conflicts between their labels, and those that hold-out tests leave out.

Two texts are duplicates when the cosine of their embeddings is at least `core.neighbours.COPY`, and so are
duplicates of duplicates. Hold-out tests widen the limit by the density of the corpus (`drop_duplicates`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from core.neighbours import COPY, Graph, nearest_rows

BLOCK_ROWS = 256
"""Rows that are compared with all others at once."""

HOLD_OUT_SHARE = 0.25
"""Distance within which hold-out tests take two texts for duplicates, as a share of the distance to the
`NEIGHBOUR`-th neighbour of either. Of 80 labelled texts of four real corpora, 1 in 200 had a duplicate by
it."""

NEIGHBOUR = 15
"""Neighbour whose distance measures the density; a nearer one in a corpus of less than 300 texts."""


def group_duplicates(unit: np.ndarray) -> np.ndarray:
    """Return a group number for each row; duplicates share one.

    Cost O(n_rows² x n_dims).

    Parameters
    ----------
    unit : ndarray of float32, shape (n_rows, n_dims)
        Unit rows.

    Returns
    -------
    ndarray of int, shape (n_rows,)
    """
    pairs = [
        np.argwhere(unit[start : start + BLOCK_ROWS] @ unit.T >= COPY) + np.array([start, 0])
        for start in range(0, len(unit), BLOCK_ROWS)
    ]
    rows, others = np.concatenate(pairs).T
    return _connect(rows, others, len(unit))


def first_of_duplicates(unit: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the positions of the rows that duplicate neither a row of `seen` nor an earlier one.

    Parameters
    ----------
    unit : ndarray of float32, shape (n_rows, n_dims)
        Unit rows.
    seen : ndarray of float32, shape (n_seen, n_dims)
        Unit rows.

    Returns
    -------
    ndarray of int64, shape (at most n_rows,), ascending
    """
    duplicates = unit @ unit.T >= COPY
    kept: list[int] = []
    for position in np.flatnonzero((unit @ seen.T).max(axis=1, initial=-1) < COPY):
        if not duplicates[position, kept].any():
            kept.append(int(position))
    return np.array(kept, dtype=np.int64)


def find_conflicts(y: np.ndarray, graph: Graph, texts: np.ndarray) -> list[np.ndarray]:
    """Return the labelled duplicates that carry different labels.

    Equal texts and neighbours of cosine at least `COPY` are duplicates; so are duplicates of duplicates,
    labelled or not. Cost O(n_texts x k).

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
    rows, columns = np.nonzero(np.asarray(graph.similarities) >= COPY)
    equal = pd.factorize(np.asarray(texts, dtype=object))[0]
    first = np.unique(equal, return_index=True)[1][equal]  # each text is linked to the first that equals it
    links = np.append(rows, np.arange(n_texts)), np.append(graph.indices[rows, columns], first)
    group = _connect(*links, n_texts)
    labelled = np.flatnonzero(np.asarray(y) >= 0)
    labelled = labelled[np.argsort(group[labelled], kind="stable")]
    groups = np.split(labelled, np.flatnonzero(np.diff(group[labelled])) + 1)
    return sorted((rows for rows in groups if len(np.unique(y[rows])) > 1), key=len, reverse=True)


def drop_duplicates(unit: np.ndarray, all_unit: np.ndarray) -> np.ndarray:
    """Return which labelled texts a hold-out test uses: one of each group of near duplicates.

    A hidden label is no test of a method when a near duplicate shows it. Distance is 1 - cosine; its limit is
    `HOLD_OUT_SHARE` of the distance to the `NEIGHBOUR`-th neighbour, and at least that of `COPY`. Labels play
    no part: a choice by label would make texts of equal labels rarer than they are.

    Cost O(n_labelled x n_texts x n_dims).

    Parameters
    ----------
    unit : ndarray of float32, shape (n_labelled, n_dims)
        Unit rows of the labelled texts.
    all_unit : ndarray of float32, shape (n_texts, n_dims)
        Unit rows of all texts, the labelled ones among them.

    Returns
    -------
    ndarray of bool, shape (n_labelled,)
    """
    similarities = unit @ unit.T
    neighbour = min(NEIGHBOUR, len(all_unit) // 20)
    near = 1 - nearest_rows(unit, all_unit, neighbour + 1)[1][:, -1]  # the nearest of a text is itself
    limits = np.maximum(1 - COPY, HOLD_OUT_SHARE * np.minimum(near[:, None], near[None, :]))
    duplicates = 1 - similarities <= limits
    kept = np.zeros(len(unit), dtype=bool)
    for row in np.argsort(similarities.sum(axis=1), kind="stable"):
        kept[row] = not kept[duplicates[row]].any()
    return kept


def _connect(first: np.ndarray, second: np.ndarray, n: int) -> np.ndarray:
    """Number of the connected component of each of n nodes."""
    links = csr_matrix((np.ones(len(first), dtype=bool), (first, second)), shape=(n, n))
    return connected_components(links, directed=False)[1]

"""Duplicate texts: groups of them, conflicts between their labels, and those that hold-out tests leave out.

Two texts are duplicates when the cosine of their embeddings is at least `core.neighbours.DUPLICATE_COSINE`,
and so are duplicates of duplicates. Hold-out tests widen the limit by the density of the corpus
(`drop_duplicates`).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ..neighbours import DUPLICATE_COSINE, Graph, nearest_rows

BLOCK_ROWS = 256
"""Rows compared with all others at once."""

HOLD_OUT_SHARE = 0.25
"""Distance within which hold-out tests take two texts for duplicates, as a share of the distance to the
`DENSITY_NEIGHBOUR`-th neighbour of either. Of 80 labelled texts of four real corpora, 1 in 200 had a
duplicate by it."""

DENSITY_NEIGHBOUR = 15
"""Neighbour whose distance measures the density; a nearer one in a corpus of less than 300 texts."""


def group_duplicates(unit: np.ndarray) -> np.ndarray:
    """Return a group number for each of the unit rows, shape (n_rows,); duplicates share one.

    Cost O(n_rows² x n_dims).
    """
    pairs = [
        np.argwhere(unit[start : start + BLOCK_ROWS] @ unit.T >= DUPLICATE_COSINE) + np.array([start, 0])
        for start in range(0, len(unit), BLOCK_ROWS)
    ]
    rows, others = np.concatenate(pairs).T
    return _connected_components(rows, others, len(unit))


def first_of_duplicates(unit: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the positions, ascending, of the rows that duplicate neither a row of `seen` nor an earlier one.

    Both arrays hold unit rows.
    """
    duplicates = unit @ unit.T >= DUPLICATE_COSINE
    kept: list[int] = []
    for position in np.flatnonzero((unit @ seen.T).max(axis=1, initial=-1) < DUPLICATE_COSINE):
        if not duplicates[position, kept].any():
            kept.append(int(position))
    return np.array(kept, dtype=np.int64)


def find_conflicts(y: np.ndarray, graph: Graph, texts: np.ndarray) -> list[np.ndarray]:
    """Return the labelled duplicates that carry different labels.

    Equal texts and neighbours of cosine at least `DUPLICATE_COSINE` are duplicates; so are duplicates of
    duplicates, labelled or not. Cost O(n_texts x k).

    Parameters
    ----------
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    graph : Graph
        Of the generic embeddings.
    texts : array of str, shape (n_texts,)

    Returns
    -------
    list of int64 arrays
        The labelled rows of each group, ascending; the largest group first.
    """
    n_texts = len(graph.indices)
    rows, columns = np.nonzero(np.asarray(graph.similarities) >= DUPLICATE_COSINE)
    equal = pd.factorize(np.asarray(texts, dtype=object))[0]
    first = np.unique(equal, return_index=True)[1][equal]  # each text is linked to the first that equals it
    links = np.append(rows, np.arange(n_texts)), np.append(graph.indices[rows, columns], first)
    labelled = pd.Series(np.flatnonzero(np.asarray(y) >= 0))
    component = _connected_components(*links, n_texts)[labelled]
    groups = [group.to_numpy() for _, group in labelled.groupby(component)]
    return sorted((rows for rows in groups if len(np.unique(y[rows])) > 1), key=len, reverse=True)


def drop_duplicates(unit: np.ndarray, all_unit: np.ndarray) -> np.ndarray:
    """Return which labelled texts a hold-out test uses: one of each group of near duplicates.

    A hidden label is no test of a method when a near duplicate shows it. Distance is 1 - cosine. Its limit is
    `HOLD_OUT_SHARE` of the distance to the `DENSITY_NEIGHBOUR`-th neighbour, and at least that of
    `DUPLICATE_COSINE`. Labels play no part: a choice by label would make texts of equal labels rarer than
    they are.

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
    neighbour = min(DENSITY_NEIGHBOUR, len(all_unit) // 20)
    near = 1 - nearest_rows(unit, all_unit, neighbour + 1)[1][:, -1]  # the nearest of a text is itself
    limits = np.maximum(1 - DUPLICATE_COSINE, HOLD_OUT_SHARE * np.minimum(near[:, None], near[None, :]))
    duplicates = 1 - similarities <= limits
    kept = np.zeros(len(unit), dtype=bool)
    for row in np.argsort(similarities.sum(axis=1), kind="stable"):
        kept[row] = not kept[duplicates[row]].any()
    return kept


def _connected_components(first: np.ndarray, second: np.ndarray, n_nodes: int) -> np.ndarray:
    links = csr_matrix((np.ones(len(first), dtype=bool), (first, second)), shape=(n_nodes, n_nodes))
    return connected_components(links, directed=False)[1]

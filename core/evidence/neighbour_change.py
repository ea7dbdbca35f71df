"""Neighbour turnover: which neighbours of a text differ between two spaces.

All functions take the neighbour graphs of the same texts, in the generic and in the reshaped space. Where one
graph has more neighbours per text, only as many of its nearest count. They raise ValueError when the graphs
have different numbers of texts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..neighbours import Graph


class Change(NamedTuple):
    """A text whose neighbours were replaced.

    Attributes
    ----------
    row : int
        The text.
    share : float
        Share of its neighbours that were replaced, 0 to 1.
    lost : int
        Nearest neighbour in the generic space that is none in the reshaped space.
    gained : int
        Nearest neighbour in the reshaped space that was none in the generic space.
    """

    row: int
    share: float
    lost: int
    gained: int


class NeighbourComparison(NamedTuple):
    """Neighbours of one text in two spaces, int64 arrays, each nearest first.

    Attributes
    ----------
    kept : ndarray
        In both, in the order of the reshaped space.
    gained, lost : ndarray
        In the reshaped space only; in the generic space only.
    """

    kept: np.ndarray
    gained: np.ndarray
    lost: np.ndarray


def compare_neighbours(before: Graph, after: Graph, row: int) -> NeighbourComparison:
    """Compare the neighbours of one text in two spaces."""
    old, new = (indices[row].astype(np.int64) for indices in _same_size(before, after))
    kept = np.isin(new, old)
    return NeighbourComparison(new[kept], gained=new[~kept], lost=old[~np.isin(old, new)])


def neighbour_change(before: Graph, after: Graph) -> np.ndarray:
    """Return the share of each text's neighbours that the reshaped space replaced, float32 (n_texts,).

    From 0 (all were kept) to 1 (all are new); 0 too where a text has no neighbours. Cost
    O(n_texts x k log k).
    """
    old, new = _same_size(before, after)
    if not old.shape[1]:
        return np.zeros(len(old), dtype=np.float32)
    both = np.sort(np.hstack([old, new]), axis=1)  # a kept neighbour occurs twice
    kept = (both[:, 1:] == both[:, :-1]).sum(axis=1)
    return (1 - kept / old.shape[1]).astype(np.float32)


def most_changed(before: Graph, after: Graph, n: int = 10) -> list[Change]:
    """Return the texts with the largest share of replaced neighbours, most changed first.

    At most n, and only texts with a new neighbour. Of texts with an equal share, as of many that kept none,
    those come first whose lost neighbours were the most similar in the generic space.
    """
    share = neighbour_change(before, after)
    old, new = _same_size(before, after)
    lost_closeness = np.zeros(len(share))
    for place in range(old.shape[1]):  # column by column: the comparison of all at once takes k times as much
        lost = (new != old[:, place : place + 1]).all(axis=1)
        lost_closeness += np.where(lost, before.similarities[:, place], 0)
    changes = []
    for row in np.lexsort((-lost_closeness, -share))[: max(n, 0)].tolist():
        _, gained, lost = compare_neighbours(before, after, row)
        if len(gained) and len(lost):  # a search that found too few neighbours repeats some
            changes.append(Change(row, float(share[row]), int(lost[0]), int(gained[0])))
    return changes


def _same_size(before: Graph, after: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours in both graphs, with the same number per text."""
    if len(before.indices) != len(after.indices):
        raise ValueError(
            f"Graphs of {len(before.indices)} and of {len(after.indices)} texts found; "
            "both must be of the same texts."
        )
    k = min(before.indices.shape[1], after.indices.shape[1])
    return before.indices[:, :k], after.indices[:, :k]

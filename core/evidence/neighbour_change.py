"""Neighbour turnover: which neighbours of a text differ between two spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.neighbours import Graph


@dataclass(frozen=True)
class Change:
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


@dataclass(frozen=True)
class NeighbourComparison:
    """Neighbours of one text in two spaces, each nearest first.

    Attributes
    ----------
    kept : int64 array
        In both, in the order of the second space.
    gained : int64 array
        In the second space only.
    lost : int64 array
        In the first space only, in its order.
    """

    kept: np.ndarray
    gained: np.ndarray
    lost: np.ndarray


def compare_neighbours(before: Graph, after: Graph, row: int) -> NeighbourComparison:
    """Compare the neighbours of one text in two spaces: kept, gained and lost.

    Where one graph has more neighbours per text than the other, only as many of its nearest count.

    Parameters
    ----------
    before, after : Graph
        Neighbour graphs of the same texts.
    row : int
        The text.

    Raises
    ------
    ValueError
        When the graphs have different numbers of texts.
    """
    old, new = (indices[row].astype(np.int64) for indices in _same_size(before, after))
    stays = np.isin(new, old)
    return NeighbourComparison(kept=new[stays], gained=new[~stays], lost=old[~np.isin(old, new)])


def neighbour_change(before: Graph, after: Graph) -> np.ndarray:
    """Return the share of each text's neighbours that the reshaped space replaced.

    Where one graph has more neighbours per text than the other, only as many of its nearest count.
    Cost O(n_texts x k log k).

    Parameters
    ----------
    before, after : Graph
        Neighbour graphs of the same texts in the generic and in the reshaped space.

    Returns
    -------
    ndarray of float32, shape (n_texts,)
        0: all were kept; 1: all are new. 0 too where a text has no neighbours.

    Raises
    ------
    ValueError
        When the graphs have different numbers of texts.
    """
    old, new = _same_size(before, after)
    if not old.shape[1]:
        return np.zeros(len(old), dtype=np.float32)
    both = np.sort(np.hstack([old, new]), axis=1)  # a kept neighbour occurs twice
    kept = (both[:, 1:] == both[:, :-1]).sum(axis=1)
    return (1 - kept / old.shape[1]).astype(np.float32)


def most_changed(before: Graph, after: Graph, n: int = 10) -> list[Change]:
    """Return the texts with the largest share of replaced neighbours, most changed first.

    Parameters
    ----------
    before, after : Graph
        As for `neighbour_change`.
    n : int, default=10
        How many texts.

    Returns
    -------
    list of Change, at most n
        Only texts with a new neighbour; ties in row order.

    Raises
    ------
    ValueError
        When the graphs have different numbers of texts.
    """
    share = neighbour_change(before, after)
    old, new = _same_size(before, after)
    rows = np.argsort(-share, kind="stable")[: max(n, 0)]
    return [
        Change(
            row=int(row),
            share=float(share[row]),
            lost=_first_missing(old[row], new[row]),
            gained=_first_missing(new[row], old[row]),
        )
        for row in rows[share[rows] > 0]
    ]


def _same_size(before: Graph, after: Graph) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours in both graphs, with the same number per text."""
    if len(before.indices) != len(after.indices):
        raise ValueError(
            f"Graphs of {len(before.indices)} and of {len(after.indices)} texts found; "
            "both must be of the same texts."
        )
    k = min(before.indices.shape[1], after.indices.shape[1])
    return before.indices[:, :k], after.indices[:, :k]


def _first_missing(neighbours: np.ndarray, others: np.ndarray) -> int:
    return int(neighbours[~np.isin(neighbours, others)][0])

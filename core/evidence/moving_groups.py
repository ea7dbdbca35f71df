"""Groups of texts that moved together from one space to another, as suggestions to look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus import Partition
from core.evidence.cross_table import CrossTable
from core.neighbours import Graph

MOST_OF_ITS_GROUP = 0.5
"""A larger part of a left group did not leave its company: it is that company."""

LEAST_TOGETHER = 1 / 3
"""Share of a group's neighbours that must be in the group itself, or it dissolved where it went."""

LEAST_GAIN = 0.1
"""By how much that share must have grown; below, the texts were as much a group before."""


@dataclass(frozen=True, eq=False)
class MovingGroup:
    """Texts that share a group on both sides, left most of their left group, and drew together.

    Attributes
    ----------
    left, right : int
        Codes of the groups that they share.
    rows : int64 array
        The texts, ascending.
    left_size : int
        Counted texts of the left group.
    change : float
        Mean share of their neighbours that were replaced, 0 to 1.
    before, together : float
        Share of their neighbours that are of these same texts, 0 to 1, in the left and in the right space.
    """

    left: int
    right: int
    rows: np.ndarray
    left_size: int
    change: float
    before: float
    together: float


def moving_groups(
    left: Partition,
    right: Partition,
    change: np.ndarray,
    left_graph: Graph,
    right_graph: Graph,
    *,
    among: np.ndarray | None = None,
    most: int = 12,
) -> list[MovingGroup]:
    """Return the groups that the second space moved as one, the most telling first.

    Candidates are the texts that share a left and a right group: at least one more than the k neighbours of a
    text, so that they can fill a neighbourhood, and at most half of the left group. Texts in no group on one
    side share nothing there, and are in no candidate. A candidate is suggested when at least a third of its
    texts' neighbours are its own, and at least a tenth more than before.

    They are ordered by n × (together - before) × n / (n + expected): how many texts' worth of neighbourhood
    the n texts gained, times how far they are more than chance would put there, n_left × n_right / n_texts.
    The change needs no factor of its own: no group can gain more than was replaced. So equal spaces have no
    moving groups, however differently their groups are cut.

    Cost O(n_texts × k).

    Parameters
    ----------
    left, right : Partition
        Groups of the n texts on both sides.
    change : float32 array (n,)
        Share of each text's neighbours that were replaced, as `neighbour_change` gives it.
    left_graph, right_graph : Graph
        Neighbours in both spaces; where one has more per text, only as many of its nearest count.
    among : bool array (n,), optional
        Texts that are counted, as texts and as neighbours; all of them when left out.
    most : int, default=12
        Groups at most.
    """
    k = min(left_graph.indices.shape[1], right_graph.indices.shape[1])
    table = CrossTable(left, right, among)
    if not k or not table.counts.size:
        return []
    sizes, lefts, rights, expected, left_sizes = _candidates(table, k + 1)
    # Codes of -1 point to the last row or column, which no group has.
    numbers = np.full((max(table.left_groups) + 2, max(table.right_groups) + 2), -1, dtype=np.int32)
    numbers[lefts, rights] = np.arange(len(sizes))
    group = numbers[left.codes, right.codes]
    if among is not None:
        group[~among] = -1
    members = np.flatnonzero(group >= 0)
    before, together = (
        _togetherness(graph.indices[members, :k], group, members, len(sizes), among)
        for graph in (left_graph, right_graph)
    )
    gain = together - before
    kept = np.flatnonzero((together >= LEAST_TOGETHER) & (gain >= LEAST_GAIN))
    score = (sizes * gain * sizes / (sizes + expected))[kept]
    best = kept[np.argsort(-score.round(9), kind="stable")][: max(most, 0)]
    found = []
    for number in best:
        rows = members[group[members] == number]
        found.append(
            MovingGroup(
                left=int(lefts[number]),
                right=int(rights[number]),
                rows=rows,
                left_size=int(left_sizes[number]),
                change=float(np.mean(change[rows], dtype=np.float64)),
                before=float(before[number]),
                together=float(together[number]),
            )
        )
    return found


def _candidates(table: CrossTable, smallest: int) -> tuple[np.ndarray, ...]:
    """Size, left code, right code, expected size and size of the left group of each candidate."""
    counts = table.counts
    n_left, n_right = counts.sum(axis=1), counts.sum(axis=0)
    left_codes, right_codes = np.array(table.left_groups), np.array(table.right_groups)
    fitting = (counts >= smallest) & (counts <= MOST_OF_ITS_GROUP * n_left[:, None])
    fitting &= np.logical_and.outer(left_codes >= 0, right_codes >= 0)
    i, j = np.nonzero(fitting)
    return counts[i, j], left_codes[i], right_codes[j], n_left[i] * n_right[j] / n_left.sum(), n_left[i]


def _togetherness(
    neighbours: np.ndarray, group: np.ndarray, members: np.ndarray, n_groups: int, among: np.ndarray | None
) -> np.ndarray:
    """Share of the counted neighbours (n_members, k) of each group's texts that are in the group."""
    own = group[members]
    inside = (group[neighbours] == own[:, None]).sum(axis=1)
    counted = neighbours >= 0 if among is None else among[neighbours]
    totals = np.bincount(own, weights=counted.sum(axis=1), minlength=n_groups)
    return np.bincount(own, weights=inside, minlength=n_groups) / np.maximum(totals, 1)

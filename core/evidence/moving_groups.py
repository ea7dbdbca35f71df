"""Moving groups: texts that left their group, and are closer to each other in the other space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..corpus import Partition
from ..neighbours import Graph
from .cross_table import CrossTable

MAX_SHARE_OF_GROUP = 0.5
"""Largest share of the left group that can count as having left it."""

MIN_COHESION = 1 / 3
"""Least share of a group's neighbours that are in the group itself, in the right space."""

MIN_COHESION_GAIN = 0.1
"""Least growth of that share; with less, the texts were as much a group before."""


@dataclass(frozen=True, eq=False)
class MovingGroup:
    """Texts that share a group on both sides, left their left group, and moved closer to each other.

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
        Share of their neighbours that are in this group, 0 to 1, in the left and in the right space.
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
    """Return the groups of texts that moved together, highest score first.

    A candidate is the set of texts that share a left and a right group. It has more than k texts, so that it
    can fill the k neighbours of a text, and at most half of the left group. Texts in no group on one side are
    in no candidate. A candidate is kept when at least a third of its texts' neighbours are its own in the
    right space, and at least a tenth more than in the left.

    The score is n × (together - before) × n / (n + expected). The first part counts the neighbours gained;
    the second compares n with the size expected by chance, n_left × n_right / n_texts. The gain cannot exceed
    the share of replaced neighbours. Equal spaces therefore have no moving groups, whatever their clusters.

    Cost O(n_texts × k).

    Parameters
    ----------
    left, right : Partition
        Of the n texts.
    change : float32 array (n,)
        Share of each text's neighbours that were replaced, as `neighbour_change` gives it.
    left_graph, right_graph : Graph
        Neighbours in both spaces; where one has more per text, only as many of its nearest count.
    among : bool array (n,), optional
        Texts that are counted, as texts and as neighbours; all of them when left out.
    most : int, default=12
        Maximum number of groups.
    """
    k = min(left_graph.indices.shape[1], right_graph.indices.shape[1])
    table = CrossTable(left, right, among)
    if not k or not table.counts.size:
        return []
    sizes, lefts, rights, expected, left_sizes = _candidates(table, k + 1)
    # A code of -1 indexes the last row or column, which belongs to no group.
    numbers = np.full((max(table.left_groups) + 2, max(table.right_groups) + 2), -1, dtype=np.int32)
    numbers[lefts, rights] = np.arange(len(sizes))
    group = numbers[left.codes, right.codes]
    if among is not None:
        group[~among] = -1
    members = np.flatnonzero(group >= 0)
    before, together = (
        _cohesion(graph.indices[members, :k], group, members, len(sizes), among)
        for graph in (left_graph, right_graph)
    )
    gain = together - before
    kept = np.flatnonzero((together >= MIN_COHESION) & (gain >= MIN_COHESION_GAIN))
    score = (sizes * gain * sizes / (sizes + expected))[kept]
    best = kept[np.argsort(-score.round(9), kind="stable")][: max(most, 0)]
    rows = [members[group[members] == number] for number in best]
    return [
        MovingGroup(
            left=int(lefts[number]),
            right=int(rights[number]),
            rows=of,
            left_size=int(left_sizes[number]),
            change=float(np.mean(change[of], dtype=np.float64)),
            before=float(before[number]),
            together=float(together[number]),
        )
        for number, of in zip(best, rows, strict=True)
    ]


def _candidates(table: CrossTable, smallest: int) -> tuple[np.ndarray, ...]:
    """Return size, left code, right code, expected size and left group size of each candidate."""
    counts = table.counts
    n_left, n_right = counts.sum(axis=1), counts.sum(axis=0)
    left_codes, right_codes = np.array(table.left_groups), np.array(table.right_groups)
    fitting = (counts >= smallest) & (counts <= MAX_SHARE_OF_GROUP * n_left[:, None])
    fitting &= np.logical_and.outer(left_codes >= 0, right_codes >= 0)
    i, j = np.nonzero(fitting)
    return counts[i, j], left_codes[i], right_codes[j], n_left[i] * n_right[j] / n_left.sum(), n_left[i]


def _cohesion(
    neighbours: np.ndarray, group: np.ndarray, members: np.ndarray, n_groups: int, among: np.ndarray | None
) -> np.ndarray:
    """Return the share of each group's counted neighbours (n_members, k) that are in the group."""
    own = group[members]
    inside = (group[neighbours] == own[:, None]).sum(axis=1)
    counted = neighbours >= 0 if among is None else among[neighbours]
    totals = np.bincount(own, weights=counted.sum(axis=1), minlength=n_groups)
    return np.bincount(own, weights=inside, minlength=n_groups) / np.maximum(totals, 1)

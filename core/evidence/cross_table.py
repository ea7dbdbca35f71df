"""How the groups of one partition go over into those of another: counts, splits and merges, likeness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.corpus import Partition

NAMED_SHARE = 0.1
"""Parts of a group with a smaller share of it are summed where it is put in words."""

MOST_PARTS = 3
"""Parts of a group that are named where it is put in words."""


@dataclass(frozen=True, eq=False)
class CrossTable:
    """Two partitions of the same n texts, crossed.

    Attributes
    ----------
    left, right : Partition
    among : bool array (n,) or None
        Texts that are counted; None for all.
    """

    left: Partition
    right: Partition
    among: np.ndarray | None = None

    @cached_property
    def left_groups(self) -> list[int]:
        """Codes of the left groups that have texts, ascending; -1, for those in none, last."""
        return _present(self._codes(self.left))

    @cached_property
    def right_groups(self) -> list[int]:
        """Codes of the right groups that have texts, ascending; -1, for those in none, last."""
        return _present(self._codes(self.right))

    @cached_property
    def counts(self) -> np.ndarray:
        """Texts that are in both groups: int64 array (n left groups, n right groups)."""
        left, right = _positions(self.left_groups), _positions(self.right_groups)
        cells = left[self._codes(self.left)] * len(self.right_groups) + right[self._codes(self.right)]
        shape = (len(self.left_groups), len(self.right_groups))
        return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)

    def rows(self, left: int | None, right: int | None) -> np.ndarray:
        """Counted texts in both groups, ascending: int64 array; None stands for any group."""
        found = np.ones(len(self.left.codes), dtype=bool) if self.among is None else self.among.copy()
        for code, partition in ((left, self.left), (right, self.right)):
            if code is not None:
                found &= np.asarray(partition.codes) == code
        return np.flatnonzero(found)

    def _codes(self, partition: Partition) -> np.ndarray:
        codes = np.asarray(partition.codes)
        return codes if self.among is None else codes[self.among]


@dataclass(frozen=True)
class Flow:
    """Texts that are in one left and in one right group; -1 for none."""

    left: int
    right: int
    count: int


@dataclass(frozen=True)
class Movement:
    """What became of one group, or what it came from.

    Attributes
    ----------
    kind : "splits", "stays" or "gathers"
        The first two are about a left group and where its texts are now; the last is about a right group and
        where its texts were.
    group : int
    size : int
        Its texts.
    parts : tuple of (code, count)
        Groups of the other side that have at least a tenth of it, the largest first; at most 3. Of a group
        that is scattered more finely, its largest parts.
    rest : int
        Its texts in no named part.
    """

    kind: Literal["splits", "stays", "gathers"]
    group: int
    size: int
    parts: tuple[tuple[int, int], ...]
    rest: int


@dataclass(frozen=True)
class Likeness:
    """How alike two partitions are, by the texts that have a group in both.

    Attributes
    ----------
    adjusted_rand : float
        1 for the same groups, about 0 for groups that have nothing to do with each other, not below -0.5
        (Hubert and Arabie 1985). Not a number without texts.
    mutual_information : float
        0 to 1: 1 when the group on one side tells the group on the other; normalised by the mean of both
        entropies (Strehl and Ghosh 2002 divide by their geometric mean instead).
    n_texts : int
    """

    adjusted_rand: float
    mutual_information: float
    n_texts: int


def flows(table: CrossTable) -> list[Flow]:
    """All pairs of groups that share texts, the largest first."""
    found = [
        Flow(table.left_groups[i], table.right_groups[j], int(table.counts[i, j]))
        for i, j in zip(*np.nonzero(table.counts), strict=True)
    ]
    return sorted(found, key=lambda flow: (-flow.count, flow.left, flow.right))


def fold(partition: Partition, most: int, among: np.ndarray | None = None) -> Partition:
    """Keep the largest groups and make one group of all others.

    Parameters
    ----------
    partition : Partition
    most : int
        Groups afterwards, the one of the others included; at least 2.
    among : bool array (n,), optional
        Texts by which groups count as large; all of them when left out.

    Returns
    -------
    Partition
        The same one when it has no more groups than that; else the others have the code after the last one,
        under a name such as "12 other groups".
    """
    if len(partition.names) <= most:
        return partition
    counted = partition if among is None else Partition(np.asarray(partition.codes)[among], partition.names)
    sizes = counted.sizes()
    kept = sorted(sizes, key=lambda code: (-sizes[code], code))[: most - 1]
    rest = max(sizes) + 1
    codes = np.asarray(partition.codes).copy()
    codes[(codes >= 0) & ~np.isin(codes, kept)] = rest
    names = {code: partition.names[code] for code in sorted(kept)}
    return Partition(codes, {**names, rest: f"{len(sizes) - len(kept)} other groups"})


def movements(table: CrossTable) -> list[Movement]:
    """What became of the left groups and what the right ones came from, what moved most texts first.

    A left group splits when at least two right ones have a tenth of it or more, and stays together when one
    has more than half of it and no other a tenth. A right group is told of only when it gathers at least two
    left ones.
    """
    found = []
    for position, group in enumerate(table.left_groups):
        if group >= 0:
            found.append(_movement("splits", group, table.right_groups, table.counts[position]))
    for position, group in enumerate(table.right_groups):
        if group >= 0:
            gathered = _movement("gathers", group, table.left_groups, table.counts[:, position])
            if gathered.kind == "gathers":
                found.append(gathered)
    # "Stays" last: nothing happened. Then by the texts outside the main part.
    return sorted(found, key=lambda move: (move.kind == "stays", move.parts[0][1] - move.size, move.group))


def likeness(table: CrossTable) -> Likeness:
    """Adjusted Rand index and normalised mutual information of the two sides."""
    known = (np.array(table.left_groups) >= 0, np.array(table.right_groups) >= 0)
    counts = table.counts[np.ix_(*known)] if table.counts.size else table.counts
    n_texts = int(counts.sum())
    if n_texts == 0:
        return Likeness(math.nan, math.nan, 0)
    left, right = counts.sum(axis=1), counts.sum(axis=0)
    together, pairs_left, pairs_right, pairs = (_pairs(of) for of in (counts, left, right, n_texts))
    expected = pairs_left * pairs_right / pairs if pairs else 0.0
    most = (pairs_left + pairs_right) / 2
    # Both sides are one group, or all groups of one text: the same partition.
    rand = 1.0 if most == expected else (together - expected) / (most - expected)
    entropy = (_entropy(left) + _entropy(right)) / 2
    shared = _entropy(left) + _entropy(right) - _entropy(counts)
    return Likeness(rand, 1.0 if entropy == 0 else max(0.0, shared / entropy), n_texts)


def diagonal_order(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order rows and columns of a table so that what belongs together stands near the diagonal.

    Rows stand by size, the largest first; columns by the mean place of their texts among the rows.

    Parameters
    ----------
    counts : int array (n_rows, n_columns)

    Returns
    -------
    tuple of int64 arrays (n_rows,), (n_columns,)
    """
    rows = np.argsort(-counts.sum(axis=1), kind="stable")
    ordered = counts[rows]
    places = np.arange(len(rows)) @ ordered / np.maximum(ordered.sum(axis=0), 1)
    return rows, np.argsort(places, kind="stable")


def _pairs(counts: np.ndarray | int) -> float:
    """Pairs of texts that share a group."""
    counts = np.asarray(counts, dtype=np.float64)
    return float((counts * (counts - 1) / 2).sum())


def _entropy(counts: np.ndarray) -> float:
    """Entropy of the groups, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _movement(kind: str, group: int, others: list[int], counts: np.ndarray) -> Movement:
    order = np.argsort(-counts, kind="stable")
    size = int(counts.sum())
    there = [(others[i], int(counts[i])) for i in order if counts[i] > 0]
    parts = [part for part in there if part[1] >= NAMED_SHARE * size]
    if not parts or (len(parts) == 1 and parts[0][1] < size / 2):
        parts = there  # scattered: its largest parts still say where it went
    parts = tuple(parts[:MOST_PARTS])
    return Movement(
        "stays" if len(parts) == 1 else kind, group, size, parts, size - sum(count for _, count in parts)
    )


def _present(codes: np.ndarray) -> list[int]:
    """Codes that occur, ascending, -1 last."""
    found = np.flatnonzero(np.bincount(codes.astype(np.int64) + 1)) - 1
    return [*found[found >= 0].tolist(), *found[found < 0].tolist()]


def _positions(groups: list[int]) -> np.ndarray:
    """Position of each code among the groups; that of -1 is the last of the array, where -1 points to."""
    positions = np.zeros(max(groups, default=-1) + 2, dtype=np.int64)
    positions[groups] = np.arange(len(groups))
    return positions

"""Cross-tabulate two partitions: counts, splits and merges, and agreement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.corpus import Partition

NAMED_SHARE = 0.1
"""Least share of a group for a part to be named in a `Movement`; smaller parts are summed."""

MOST_PARTS = 3
"""Parts of a group that a `Movement` names at most."""


@dataclass(frozen=True, eq=False)
class CrossTable:
    """Cross-tabulation of two partitions of the same n texts.

    Attributes
    ----------
    left, right : Partition
    among : bool array (n,) or None
        Counted texts; None for all.
    """

    left: Partition
    right: Partition
    among: np.ndarray | None = None

    @cached_property
    def left_groups(self) -> list[int]:
        """Codes of the left groups with texts, ascending; -1 (no group) last."""
        return _present(self._codes(self.left))

    @cached_property
    def right_groups(self) -> list[int]:
        """Codes of the right groups with texts, ascending; -1 (no group) last."""
        return _present(self._codes(self.right))

    @cached_property
    def counts(self) -> np.ndarray:
        """Number of texts per pair of groups: int64 array (n_left_groups, n_right_groups)."""
        left, right = _positions(self.left_groups), _positions(self.right_groups)
        cells = left[self._codes(self.left)] * len(self.right_groups) + right[self._codes(self.right)]
        shape = (len(self.left_groups), len(self.right_groups))
        return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int64)

    def rows(self, left: int | None, right: int | None) -> np.ndarray:
        """Counted texts in both groups, ascending: int64 array; None is any group."""
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
    """Number of texts in one left and one right group; -1 is no group."""

    left: int
    right: int
    count: int


@dataclass(frozen=True)
class Movement:
    """Where the texts of one group went, or came from.

    Attributes
    ----------
    kind : "splits", "stays" or "gathers"
        "splits" and "stays": a left group, and where its texts are now. "gathers": a right group, and where
        its texts were.
    group : int
    size : int
        Its texts.
    parts : tuple of (code, count)
        Groups of the other side with at least a tenth of it, largest first, at most 3. Of a group without
        such parts, its largest parts.
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
    """Agreement of two partitions, over the texts with a group in both.

    Attributes
    ----------
    adjusted_rand : float
        1 for the same groups, about 0 for independent groups, at least -0.5 (Hubert and Arabie 1985). NaN
        without texts.
    mutual_information : float
        0 to 1; 1 when each side determines the other. Normalised by the mean of both entropies (Strehl and
        Ghosh 2002 divide by their geometric mean instead).
    n_texts : int
    """

    adjusted_rand: float
    mutual_information: float
    n_texts: int


def flows(table: CrossTable) -> list[Flow]:
    """Return all pairs of groups that share texts, largest first."""
    found = [
        Flow(table.left_groups[i], table.right_groups[j], int(table.counts[i, j]))
        for i, j in zip(*np.nonzero(table.counts), strict=True)
    ]
    return sorted(found, key=lambda flow: (-flow.count, flow.left, flow.right))


def fold(partition: Partition, most: int, among: np.ndarray | None = None) -> Partition:
    """Keep the largest groups and merge all others into one.

    Parameters
    ----------
    partition : Partition
    most : int
        Groups afterwards, including the merged one; at least 2.
    among : bool array (n,), optional
        Texts that count towards the size of a group; all by default.

    Returns
    -------
    Partition
        The same object when it has at most `most` groups. Else the merged group has the next free code and a
        name such as "12 other groups".
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
    """Return where left groups went and what right groups came from, most moved texts first.

    A left group splits when at least two right groups have a tenth of it. It stays when one right group has
    more than half of it and no other has a tenth. A right group is returned only when it gathers at least two
    left groups.
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
    """Return the adjusted Rand index and the normalised mutual information of the two sides."""
    known = (np.array(table.left_groups) >= 0, np.array(table.right_groups) >= 0)
    counts = table.counts[np.ix_(*known)] if table.counts.size else table.counts
    n_texts = int(counts.sum())
    if n_texts == 0:
        return Likeness(math.nan, math.nan, 0)
    left, right = counts.sum(axis=1), counts.sum(axis=0)
    together, pairs_left, pairs_right, pairs = (_pairs(of) for of in (counts, left, right, n_texts))
    expected = pairs_left * pairs_right / pairs if pairs else 0.0
    most = (pairs_left + pairs_right) / 2
    # Both sides have one group, or only groups of one text: the partitions are equal.
    rand = 1.0 if most == expected else (together - expected) / (most - expected)
    entropy = (_entropy(left) + _entropy(right)) / 2
    shared = _entropy(left) + _entropy(right) - _entropy(counts)
    return Likeness(rand, 1.0 if entropy == 0 else max(0.0, shared / entropy), n_texts)


def diagonal_order(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order rows and columns of a table so that large counts are near the diagonal.

    Rows are sorted by size, largest first; columns by the mean row position of their texts.

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
    """Return the number of pairs of texts that share a group."""
    counts = np.asarray(counts, dtype=np.float64)
    return float((counts * (counts - 1) / 2).sum())


def _entropy(counts: np.ndarray) -> float:
    """Return the entropy of the group sizes, in nats."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


def _movement(
    kind: Literal["splits", "gathers"], group: int, others: list[int], counts: np.ndarray
) -> Movement:
    order = np.argsort(-counts, kind="stable")
    size = int(counts.sum())
    there = [(others[i], int(counts[i])) for i in order if counts[i] > 0]
    parts = [part for part in there if part[1] >= NAMED_SHARE * size]
    if not parts or (len(parts) == 1 and parts[0][1] < size / 2):
        parts = there  # scattered: name its largest parts
    named = tuple(parts[:MOST_PARTS])
    rest = size - sum(count for _, count in named)
    return Movement("stays" if len(named) == 1 else kind, group, size, named, rest)


def _present(codes: np.ndarray) -> list[int]:
    """Return the codes that occur, ascending, -1 last."""
    found = np.flatnonzero(np.bincount(codes.astype(np.int64) + 1)) - 1
    return [*found[found >= 0].tolist(), *found[found < 0].tolist()]


def _positions(groups: list[int]) -> np.ndarray:
    """Return the position of each code among the groups; -1 indexes the last element, which is its own."""
    positions = np.zeros(max(groups, default=-1) + 2, dtype=np.int64)
    positions[groups] = np.arange(len(groups))
    return positions

"""Cross-tabulate two partitions: counts, splits and merges, and agreement."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from ..corpus import Partition

NAMED_SHARE = 0.1
"""Least share of a group for a part to be named in a `Movement`; smaller parts are summed."""

MOST_PARTS = 3
"""Parts of a group that a `Movement` names at most."""


@dataclass(frozen=True, eq=False)
class CrossTable:
    """Cross-tabulation of two partitions of the same n texts.

    Attributes
    ----------
    among : bool array (n,) or None
        Counted texts; None for all.
    """

    left: Partition
    right: Partition
    among: np.ndarray | None = None

    @cached_property
    def _counts(self) -> pd.DataFrame:
        """Counts by left and right code, both ascending with -1 (no group) last."""
        # Counted by hand: a tenth of the time of pandas' crosstab.
        left, right = (self._codes(side).astype(np.int64) + 1 for side in (self.left, self.right))
        shape = (left.max(initial=0) + 1, right.max(initial=0) + 1)
        counts = np.bincount(left * shape[1] + right, minlength=shape[0] * shape[1]).reshape(shape)
        table = pd.DataFrame(counts, index=range(-1, shape[0] - 1), columns=range(-1, shape[1] - 1))
        table = table.loc[counts.any(axis=1), counts.any(axis=0)]
        return table.sort_index(key=_none_last).sort_index(axis=1, key=_none_last)

    @property
    def left_groups(self) -> list[int]:
        """Codes of the left groups with texts, ascending; -1 (no group) last."""
        return self._counts.index.tolist()

    @property
    def right_groups(self) -> list[int]:
        """Codes of the right groups with texts, ascending; -1 (no group) last."""
        return self._counts.columns.tolist()

    @property
    def counts(self) -> np.ndarray:
        """Number of texts per pair of groups: int64 array (n_left_groups, n_right_groups)."""
        return self._counts.to_numpy(dtype=np.int64)

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

    The merged group has the next free code and a name such as "12 other groups". A partition of at most
    `most` groups is returned as it is.

    Parameters
    ----------
    most : int
        Groups afterwards, including the merged one; at least 2.
    among : bool array (n,), optional
        Texts that count towards the size of a group; all by default.
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
    lefts, rights = table.left_groups, table.right_groups
    found = [_movement("splits", *of, rights) for of in zip(lefts, table.counts, strict=True)]
    gathers = [_movement("gathers", *of, lefts) for of in zip(rights, table.counts.T, strict=True)]
    found += [move for move in gathers if move.kind == "gathers"]
    found = [move for move in found if move.group >= 0]
    # "Stays" last: nothing happened. Then by the texts outside the main part.
    return sorted(found, key=lambda move: (move.kind == "stays", move.parts[0][1] - move.size, move.group))


def likeness(table: CrossTable) -> Likeness:
    """Return the adjusted Rand index and the normalised mutual information of the two sides.

    From the counts: scikit-learn's functions go through all texts again.
    """
    from scipy.special import comb, entr

    known = (np.array(table.left_groups) >= 0, np.array(table.right_groups) >= 0)
    counts = table.counts[np.ix_(*known)] if table.counts.size else table.counts
    n_texts = int(counts.sum())
    if n_texts == 0:
        return Likeness(math.nan, math.nan, 0)
    left, right = counts.sum(axis=1), counts.sum(axis=0)
    together, pairs_left, pairs_right = (comb(sizes, 2).sum() for sizes in (counts, left, right))
    expected = pairs_left * pairs_right / max(comb(n_texts, 2), 1)
    most = (pairs_left + pairs_right) / 2
    # Both sides have one group, or only groups of one text: the partitions are equal.
    rand = 1.0 if most == expected else (together - expected) / (most - expected)
    of_left, of_right, of_both = (entr(sizes / n_texts).sum() for sizes in (left, right, counts))
    entropy = (of_left + of_right) / 2
    information = 1.0 if entropy == 0 else max(0.0, (of_left + of_right - of_both) / entropy)
    return Likeness(float(rand), float(information), n_texts)


def diagonal_order(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order rows and columns of a table so that large counts are near the diagonal.

    Rows are sorted by size, largest first; columns by the mean row position of their texts. Takes and returns
    int arrays: counts (n_rows, n_columns), order of rows (n_rows,) and of columns (n_columns,).
    """
    rows = np.argsort(-counts.sum(axis=1), kind="stable")
    ordered = counts[rows]
    places = np.arange(len(rows)) @ ordered / np.maximum(ordered.sum(axis=0), 1)
    return rows, np.argsort(places, kind="stable")


def _movement(
    kind: Literal["splits", "gathers"], group: int, counts: np.ndarray, others: list[int]
) -> Movement:
    order = np.argsort(-counts, kind="stable")
    size = int(counts.sum())
    every = [(others[i], int(counts[i])) for i in order if counts[i] > 0]
    parts = [part for part in every if part[1] >= NAMED_SHARE * size]
    if not parts or (len(parts) == 1 and parts[0][1] < size / 2):
        parts = every  # scattered: name its largest parts
    named = tuple(parts[:MOST_PARTS])
    rest = size - sum(count for _, count in named)
    return Movement("stays" if len(named) == 1 else kind, group, size, named, rest)


def _none_last(codes: pd.Index) -> pd.Index:
    """Return a sorting key that puts -1 (no group) after all codes."""
    return codes.where(codes >= 0, np.iinfo(np.int32).max)

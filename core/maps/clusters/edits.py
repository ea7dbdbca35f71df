"""Edits of clusters by people; after another cut or Fit each finds its clusters again by overlap."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.errors import StoreError
from core.maps.clusters.algorithms import join_nearest, number_by_size

MIN_OVERLAP = 1 / 3
"""Least Jaccard overlap (shared texts by texts of either) of an edited cluster with what it is found as."""

EDIT_KINDS = ("name", "unlock", "merge", "split", "move")


@dataclass(frozen=True, eq=False)
class Edit:
    """One edit, with the texts of the clusters it was made on.

    Attributes
    ----------
    kind : str
        "name": each of `groups` gets the name at its place in `names` and keeps it. "unlock": each of
        `groups` is named by its words again. "merge": all `groups` become one, named as the first if that
        name was kept. "split": one cluster becomes these `groups`. "move": the texts of the first group go to
        the second, or to a new cluster where there is none.
    groups : tuple of int64 arrays
        Texts, ascending.
    names : tuple of str
    """

    kind: str
    groups: tuple[np.ndarray, ...]
    names: tuple[str, ...] = ()


@dataclass
class Edited:
    """Clusters after edits.

    Attributes
    ----------
    codes : int32 array (n,)
        Numbered from the largest; -1 for noise.
    kept_names : dict of int to str
        Names given by people, which words do not replace; no two are equal.
    lost : list of str
        One phrase for each edit whose clusters are not found in this cut.
    """

    codes: np.ndarray
    kept_names: dict[int, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def apply_edits(codes: np.ndarray, edits: Sequence[Edit], points: np.ndarray) -> Edited:
    """Apply edits, oldest first, to clusters that need not be those they were made on.

    Parameters
    ----------
    codes : int array (n,)
        Clusters from 0, -1 for noise.
    edits : sequence of Edit
    points : array of shape (n, 2)
        Places on the map: texts that joined a split cluster since go to its nearest part.

    Returns
    -------
    Edited
    """
    state = _State(np.array(codes, dtype=np.int32), points)
    for edit in edits:
        if not getattr(state, edit.kind)(edit):
            state.lost.append(describe(edit))
    return state.result()


def describe(edit: Edit) -> str:
    """Return an edit in a few words, such as “merge of 2 clusters”."""
    if edit.kind == "name":
        names = ", ".join(f"“{name}”" for name in edit.names[:3])
        return f"name {names}" + (f" and {len(edit.names) - 3} more" if len(edit.names) > 3 else "")
    if edit.kind == "move":
        where = "a new cluster" if len(edit.groups) == 1 else "another cluster"
        return f"{len(edit.groups[0]):,} texts moved to {where}"
    if edit.kind == "unlock":
        return "name by words again"
    done = {"merge": "merge of {} clusters", "split": "split into {}"}[edit.kind]
    return done.format(len(edit.groups))


def describe_kept(content: bytes) -> str:
    """Return what `encode_edit` wrote in a few words, also where it is damaged."""
    try:
        return describe(decode_edit(content))
    except StoreError:
        return "an edit that cannot be read"


def encode_edit(edit: Edit) -> bytes:
    """Return an edit as bytes: compressed, the rows as differences."""
    steps = [np.diff(np.asarray(rows, dtype=np.int64), prepend=0).tolist() for rows in edit.groups]
    return zlib.compress(json.dumps([edit.kind, steps, list(edit.names)], ensure_ascii=False).encode())


def decode_edit(content: bytes) -> Edit:
    """Read what `encode_edit` wrote.

    Raises
    ------
    StoreError
        When the record is damaged or from a later version.
    """
    try:
        kind, steps, names = json.loads(zlib.decompress(content))
    except (zlib.error, ValueError) as error:
        raise StoreError("An edit of a cluster is damaged: undo it in the cluster panel.") from error
    if kind not in EDIT_KINDS:
        raise StoreError(f"An edit of a cluster is of a kind “{kind}” that this version does not know.")
    return Edit(kind, tuple(np.cumsum(np.asarray(each, dtype=np.int64)) for each in steps), tuple(names))


class _State:
    """Clusters while edits are applied; the method of each kind returns whether it found its clusters."""

    def __init__(self, codes: np.ndarray, points: np.ndarray) -> None:
        self.codes, self.points = codes, points
        self.names: dict[int, tuple[float, str]] = {}  # with how well the edit fits the cluster
        self.lost: list[str] = []

    def name(self, edit: Edit) -> bool:
        found = True
        for rows, name in zip(edit.groups, edit.names, strict=True):
            code, overlap = self._best(rows)
            if overlap < MIN_OVERLAP:
                found = False
            elif overlap >= self.names.get(code, (0.0, ""))[0]:
                self.names[code] = overlap, name
            elif self.names[code][1] != name:
                found = False  # another edit fits this cluster better
        return found

    def unlock(self, edit: Edit) -> bool:
        matches = [self._best(rows) for rows in edit.groups]
        for code, overlap in matches:
            if overlap >= MIN_OVERLAP:
                self.names.pop(code, None)
        return True  # without the cluster, there is no name to remove

    def merge(self, edit: Edit) -> bool:
        together = np.concatenate(edit.groups)
        sizes, inside = self._sizes(), self._counts(together)
        parts = np.flatnonzero((sizes > 0) & (2 * inside > sizes))  # mostly texts of the merged clusters
        if not len(parts):
            return self._same_home(edit.groups)
        first = self._counts(edit.groups[0])[parts]
        into = int(parts[first.argmax()])
        if len(parts) == 1:
            return self._same_home(edit.groups)
        self.codes[np.isin(self.codes, parts)] = into
        for code in set(parts.tolist()) - {into}:
            self.names.pop(code, None)
        return True

    def split(self, edit: Edit) -> bool:
        homes = [self._home(rows) for rows in edit.groups]
        if len({home for home in homes if home >= 0}) == len(homes):
            return True  # apart already
        code, overlap = self._best(np.concatenate(edit.groups))
        if overlap < MIN_OVERLAP:
            return False
        members = np.flatnonzero(self.codes == code)
        part = np.full(len(self.codes), -1, dtype=np.int32)
        for number, rows in enumerate(edit.groups):
            part[rows] = number
        parts = join_nearest(np.asarray(self.points)[members], part[members])
        self.codes[members] = np.where(parts <= 0, code, self.codes.max() + parts)
        return True

    def move(self, edit: Edit) -> bool:
        if len(edit.groups) == 1:
            self.codes[edit.groups[0]] = self.codes.max() + 1
            return True
        code, overlap = self._best(edit.groups[1])
        if overlap >= MIN_OVERLAP:
            self.codes[edit.groups[0]] = code
        return overlap >= MIN_OVERLAP

    def result(self) -> Edited:
        numbered = number_by_size(self.codes)
        kept: dict[int, str] = {}
        for code, (_, name) in self.names.items():
            rows = np.flatnonzero(self.codes == code)
            if len(rows):
                kept[int(numbered[rows[0]])] = name
            else:
                self.lost.append(f"name “{name}”")
        return Edited(numbered, _distinct(kept), self.lost)

    def _sizes(self) -> np.ndarray:
        return np.bincount(self.codes[self.codes >= 0], minlength=1)

    def _counts(self, rows: np.ndarray) -> np.ndarray:
        codes = self.codes[rows]
        return np.bincount(codes[codes >= 0], minlength=len(self._sizes()))

    def _best(self, rows: np.ndarray) -> tuple[int, float]:
        """Return the cluster with the largest Jaccard overlap, and that overlap."""
        shared = self._counts(rows)
        overlap = shared / np.maximum(len(rows) + self._sizes() - shared, 1)
        return int(overlap.argmax()), float(overlap.max())

    def _home(self, rows: np.ndarray) -> int:
        """Return the cluster that holds more than half of some texts; -1 for none."""
        shared = self._counts(rows)
        return int(shared.argmax()) if 2 * shared.max() > len(rows) else -1

    def _same_home(self, groups: Sequence[np.ndarray]) -> bool:
        homes = {self._home(rows) for rows in groups}
        return len(homes) == 1 and -1 not in homes


def _distinct(names: dict[int, str]) -> dict[int, str]:
    """Return the names, with a number added to those that another cluster has too."""
    used: set[str] = set()
    distinct = {}
    for code, name in sorted(names.items()):
        free, number = name, 1
        while free.casefold() in used:
            number += 1
            free = f"{name} ({number})"
        used.add(free.casefold())
        distinct[code] = free
    return distinct

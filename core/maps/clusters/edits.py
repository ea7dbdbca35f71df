"""Edits of clusters by people; after another cut or Fit, each applies to the clusters that overlap most."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import NamedTuple

import numpy as np

from ...errors import StoreError
from .algorithms import join_nearest, number_by_size

MIN_OVERLAP = 1 / 3
"""Least Jaccard overlap (shared texts by texts of either) of an edited cluster with the one in a new cut."""

K_MEANS = "k-means"

EDIT_KINDS = ("name", "unlock", "merge", "split", "move")


@dataclass(frozen=True, eq=False)
class Edit:
    """One edit, with the texts of its clusters at that time.

    Attributes
    ----------
    kind : str
        "name": each of `groups` gets and keeps its name in `names`. "unlock": each of `groups` is named by
        its keywords again. "merge": all `groups` become one, named as the first if that name was kept.
        "split": one cluster becomes these `groups`. "move": the texts of the first group go to the second,
        or to a new cluster where there is none.
    groups : tuple of int64 arrays
        Texts, ascending.
    names : tuple of str
    cut : str
        How the map was cut when the edit was made, as `ClusterChoice.cut`; "" where that was not recorded.
    """

    kind: str
    groups: tuple[np.ndarray, ...]
    names: tuple[str, ...] = ()
    cut: str = ""


class Edited(NamedTuple):
    """Clusters after edits.

    Attributes
    ----------
    codes : int32 array (n,)
        Numbered from the largest; -1 for noise.
    kept_names : dict of int to str
        Names by people, which keywords do not replace; no two are equal.
    lost : list of str
        One phrase for each edit whose clusters are not found in this cut.
    """

    codes: np.ndarray
    kept_names: dict[int, str]
    lost: list[str]


def apply_edits(codes: np.ndarray, edits: Sequence[Edit], points: np.ndarray, *, cut: str = "") -> Edited:
    """Apply edits, oldest first, to the clusters of this or another cut.

    Parameters
    ----------
    codes : int array (n,)
        Clusters from 0, -1 for noise.
    points : array of shape (n, 2)
        Places on the map: texts that joined a split cluster since go to its nearest part.
    cut : str
        How `codes` were cut, as `ClusterChoice.cut`: edits of the other method do not apply, and of k-means
        with another k only the names do, so that as many clusters are found as were asked for. "" applies
        all edits.
    """
    edited = _EditedClusters(np.array(codes, dtype=np.int32), points)
    for edit in edits:
        if not edited.is_of(edit, cut) or not getattr(edited, edit.kind)(edit):
            edited.lost.append(describe(edit))
    return edited.result()


def describe(edit: Edit) -> str:
    """Return an edit in a few words, such as “merge of 2 clusters”."""
    if edit.kind == "name":
        names = ", ".join(f"“{name}”" for name in edit.names[:3])
        return f"name {names}" + (f" and {len(edit.names) - 3} more" if len(edit.names) > 3 else "")
    if edit.kind == "move":
        where = "a new cluster" if len(edit.groups) == 1 else "another cluster"
        texts = "1 text" if len(edit.groups[0]) == 1 else f"{len(edit.groups[0]):,} texts"
        return f"{texts} moved to {where}"
    if edit.kind == "unlock":
        return "name by keywords again"
    done = {"merge": "merge of {} clusters", "split": "split into {}"}[edit.kind]
    return done.format(len(edit.groups))


def describe_kept(content: bytes) -> str:
    """Return an encoded edit in a few words, also where it is damaged."""
    try:
        return describe(decode_edit(content))
    except StoreError:
        return "an edit that cannot be read"


def encode_edit(edit: Edit) -> bytes:
    """Return an edit as compressed JSON, the rows as differences."""
    steps = [np.diff(np.asarray(rows, dtype=np.int64), prepend=0).tolist() for rows in edit.groups]
    record = [edit.kind, steps, list(edit.names), edit.cut]
    return zlib.compress(json.dumps(record, ensure_ascii=False).encode())


def decode_edit(content: bytes) -> Edit:
    """Read what `encode_edit` wrote.

    Raises
    ------
    StoreError
        When the record is damaged or from a later version.
    """
    try:
        kind, steps, names, *rest = json.loads(zlib.decompress(content))
        cut = str(rest[0]) if rest else ""  # earlier versions did not record it
    except (zlib.error, ValueError) as error:
        raise StoreError("An edit of a cluster is damaged: undo it in the cluster panel.") from error
    if kind not in EDIT_KINDS:
        raise StoreError(f"An edit of a cluster is of a kind “{kind}” that this version does not know.")
    return Edit(kind, tuple(np.cumsum(np.asarray(each, dtype=np.int64)) for each in steps), tuple(names), cut)


class _EditedClusters:
    """Clusters while edits are applied.

    The method of each kind of edit returns whether its clusters were found.
    """

    def __init__(self, codes: np.ndarray, points: np.ndarray) -> None:
        self.codes, self.points = codes, points
        self.names: dict[int, tuple[float, str]] = {}  # with the overlap of the named texts and the cluster
        self.lost: list[str] = []

    def is_of(self, edit: Edit, cut: str) -> bool:
        """Whether an edit was made in this cut, or is a name in another cut by the same method."""
        if not cut or edit.cut == cut:
            return True
        only_names = edit.kind in ("name", "unlock")
        by_k_means = cut.startswith(K_MEANS)
        if edit.cut:
            return edit.cut.startswith(K_MEANS) == by_k_means and only_names
        if not by_k_means or only_names or (edit.kind == "move" and len(edit.groups) > 1):
            return True
        # Not recorded: edits of k clusters have exactly those texts.
        groups = edit.groups if edit.kind == "merge" else [np.concatenate(edit.groups)]
        return edit.kind != "move" and all(self._most_similar(rows)[1] == 1 for rows in groups)

    def name(self, edit: Edit) -> bool:
        found = True
        for rows, name in zip(edit.groups, edit.names, strict=True):
            code, overlap = self._most_similar(rows)
            if overlap < MIN_OVERLAP:
                found = False
            elif overlap >= self.names.get(code, (0.0, ""))[0]:
                self.names[code] = overlap, name
            elif self.names[code][1] != name:
                found = False  # texts of another name overlap more with this cluster
        return found

    def unlock(self, edit: Edit) -> bool:
        for rows in edit.groups:
            code, overlap = self._most_similar(rows)
            if overlap >= MIN_OVERLAP:
                self.names.pop(code, None)
        return True  # without the cluster, there is no name to remove

    def merge(self, edit: Edit) -> bool:
        sizes, inside = self._sizes(), self._n_shared(np.concatenate(edit.groups))
        parts = np.flatnonzero((sizes > 0) & (2 * inside > sizes))  # mostly texts of the merged clusters
        if len(parts) < 2:
            homes = {self._majority_cluster(rows) for rows in edit.groups}
            return len(homes) == 1 and -1 not in homes
        into = int(parts[self._n_shared(edit.groups[0])[parts].argmax()])
        self.codes[np.isin(self.codes, parts)] = into
        for code in set(parts.tolist()) - {into}:
            self.names.pop(code, None)
        return True

    def split(self, edit: Edit) -> bool:
        homes = {self._majority_cluster(rows) for rows in edit.groups} - {-1}
        if len(homes) == len(edit.groups):
            return True  # they are apart already
        code, overlap = self._most_similar(np.concatenate(edit.groups))
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
        code, overlap = self._most_similar(edit.groups[1])
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

    def _n_shared(self, rows: np.ndarray) -> np.ndarray:
        """Return how many of some texts are in each cluster."""
        codes = self.codes[rows]
        return np.bincount(codes[codes >= 0], minlength=len(self._sizes()))

    def _most_similar(self, rows: np.ndarray) -> tuple[int, float]:
        """Return the cluster with the largest Jaccard overlap, and that overlap."""
        shared = self._n_shared(rows)
        overlap = shared / np.maximum(len(rows) + self._sizes() - shared, 1)
        return int(overlap.argmax()), float(overlap.max())

    def _majority_cluster(self, rows: np.ndarray) -> int:
        """Return the cluster that holds more than half of some texts; -1 for none."""
        shared = self._n_shared(rows)
        return int(shared.argmax()) if 2 * shared.max() > len(rows) else -1


def _distinct(names: dict[int, str]) -> dict[int, str]:
    """Return the names, with a number added to those that another cluster has too."""
    used: set[str] = set()
    distinct = {}
    for code, name in sorted(names.items()):
        numbered = (f"{name} ({number})" for number in count(2))
        distinct[code] = next(free for free in chain([name], numbered) if free.casefold() not in used)
        used.add(distinct[code].casefold())
    return distinct

"""The clusters of a map: cut, edited and named, with finer names for a closer zoom."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ...corpus import Partition, WordTable
from ...utils import is_whole
from .algorithms import (
    DEFAULT_LEVEL,
    FINEST_LEVEL,
    join_nearest,
    noise_joins,
    number_by_size,
)
from .edits import K_MEANS, Edit, apply_edits
from .keyword_names import name_clusters
from .name_parts import leading_labels

DENSITY = "density"
APART, NEAREST = "apart", "nearest"

FINER_NAMES = ((2, 2.0), (4, 4.0))
"""Levels beyond that of the clusters, and the zoom from which the names of that level are drawn."""

MIN_FINER_RATIO = 1.3
"""A finer level is named where it has more clusters than this times those named before."""

MAX_FINER_NAMES = 300
"""Most names of one finer level, of its largest clusters: the browser measures every name."""

SAME_CLUSTER_SHARE = 0.6
"""Share of a cluster, 0 to 1, from which a finer one is the same and gets no name of its own."""


@dataclass(frozen=True)
class ClusterChoice:
    """Settings by which a map is cut into clusters.

    Attributes
    ----------
    method : str
        "density" or "k-means".
    fineness : int
        By density: the level, from 0, coarse, to `FINEST_LEVEL`.
    k : int
        By k-means: number of clusters.
    noise : str or None
        By density, texts between the clusters: "apart", or "nearest" to join the nearest cluster. None leaves
        it to `noise_joins`.
    """

    method: str = DENSITY
    fineness: int = DEFAULT_LEVEL
    k: int = 10
    noise: str | None = None

    @property
    def cut(self) -> str:
        """What an edit is an edit of: "density", or the method with its number, such as "k-means 10"."""
        return f"{K_MEANS} {self.k}" if self.method == K_MEANS else DENSITY

    def to_text(self) -> str:
        """Return the choice as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> ClusterChoice:
        """Read the JSON of `to_text`; None gives the default."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, eq=False)
class ClusterSource:
    """Data that the clusters of one map are computed from.

    Attributes
    ----------
    points : float array (n, 2)
    levels : list of int32 arrays (n,), from `cluster_levels`
    evenness : float array (n_words,) or None, from `spread_evenly`
    k_clusters : callable
        Takes k, returns k clusters by k-means: int32 array (n,).
    quote : callable or None
        Takes texts of a cluster, returns names made of single texts; see `first_words`.
    predicted : int32 array (n,) or None
        Predicted labels, positions in `labels`, -1 for texts that fit none. None where there are none: the
        generic map is the same for all analyses, and named by its words alone.
    labels : list of str
    """

    points: np.ndarray
    levels: list[np.ndarray]
    table: WordTable
    evenness: np.ndarray | None
    k_clusters: Callable[[int], np.ndarray]
    quote: Callable[[np.ndarray], list[str]] | None = None
    predicted: np.ndarray | None = None
    labels: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        """Whether no file was cut short that its points and words are mapped from."""
        return is_whole(self.points, self.table.starts, self.table.entries, self.table.pairs)


@dataclass(frozen=True, eq=False)
class Clustering:
    """The edited and named clusters of a map.

    Attributes
    ----------
    kept_names : frozenset of int
        Clusters with a name by a person or a language model.
    lost : list of str
        Edits whose clusters are not found in this cut.
    noise : str
        "apart", or "nearest" where noise joined the nearest cluster.
    cut : str
        As `ClusterChoice.cut`.
    """

    partition: Partition
    kept_names: frozenset[int]
    lost: list[str]
    noise: str
    cut: str = DENSITY


def cluster_map(source: ClusterSource, choice: ClusterChoice, edits: Sequence[Edit] = ()) -> Clustering:
    """Cut a map into clusters, apply the edits and name the clusters.

    Cost: 0.4 s for 200,000 texts by density.
    """
    if choice.method == K_MEANS:
        codes, noise = source.k_clusters(choice.k), NEAREST
    else:
        codes = source.levels[choice.fineness]
        noise = choice.noise or (NEAREST if noise_joins(codes) else APART)
        if noise == NEAREST:
            codes = number_by_size(join_nearest(source.points, codes))
    codes, kept_names, lost = apply_edits(codes, edits, source.points, cut=choice.cut)
    names = _name(source, codes, kept_names.values())
    return Clustering(Partition(codes, names | kept_names), frozenset(kept_names), lost, noise, choice.cut)


@dataclass(frozen=True, eq=False)
class MapNames:
    """Names to draw on a map of n texts.

    Attributes
    ----------
    names : list of (name, x, y, size, zoom, code, level)
        At the median place of the texts; clusters first, each kind from the largest. Zoom is the least at
        which the name may appear. Its texts have the code in the groups of the level. No two names are equal.
    groups : tuple of int array (n,)
        Group of each text by level, -1 for none; level 0 are the clusters.
    """

    names: list[tuple[str, float, float, int, float, int, int]]
    groups: tuple[np.ndarray, ...]


def map_names(source: ClusterSource, partition: Partition) -> MapNames:
    """Return the names to draw on a map: of the clusters, and of finer ones for a closer zoom."""
    drawn = name_places(source.points, partition.codes, partition.names)
    groups = [np.asarray(partition.codes)]
    n_named = len(partition.names)
    # The level with about as many clusters as the partition, also for k-means.
    counts = [int(level.max(initial=-1)) + 1 for level in source.levels]
    level = int(np.searchsorted(counts, n_named, side="right")) - 1
    for steps, zoom in FINER_NAMES:
        finer_level = min(level + steps, FINEST_LEVEL)
        if counts[finer_level] <= MIN_FINER_RATIO * n_named:
            continue
        n_named = counts[finer_level]
        finer = _real_parts(source.levels[finer_level], np.asarray(partition.codes))
        names = _name(source, finer, [name for name, *_ in drawn])
        drawn += name_places(source.points, finer, names, zoom=zoom, level=len(groups))
        groups.append(finer)
    return MapNames(drawn, tuple(groups))


def _name(source: ClusterSource, codes: np.ndarray, taken: Collection[str]) -> dict[int, str]:
    labels = {} if source.predicted is None else leading_labels(codes, source.predicted, source.labels)
    return name_clusters(
        source.table,
        codes,
        source.points,
        evenness=source.evenness,
        taken=taken,
        labels=labels,
        quote=source.quote,
    )


def _real_parts(finer: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the largest finer clusters that are no more than a part of a cluster; -1 elsewhere."""
    sizes = np.bincount(codes[codes >= 0], minlength=1)
    inside = (finer >= 0) & (codes >= 0)
    cells = finer[inside].astype(np.int64) * len(sizes) + codes[inside]
    cells, n_texts = np.unique(cells, return_counts=True)
    same = cells[n_texts >= SAME_CLUSTER_SHARE * sizes[cells % len(sizes)]] // len(sizes)
    parts = np.setdiff1d(finer[inside], same)[:MAX_FINER_NAMES]  # ascending, so the largest
    return np.where(np.isin(finer, parts), finer, -1)


def name_places(
    points: np.ndarray, codes: np.ndarray, names: dict[int, str], *, zoom: float = 1.0, level: int = 0
) -> list[tuple[str, float, float, int, float, int, int]]:
    """Return the names of `MapNames` for each group, the largest first."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(np.asarray(codes)[order], np.arange(max(names, default=-1) + 2))
    places = []
    for code, name in names.items():
        members = points[order[starts[code] : starts[code + 1]]]
        x, y = np.median(members, axis=0)
        places.append((name, float(x), float(y), len(members), zoom, code, level))
    return sorted(places, key=lambda place: -place[3])

"""The clusters of a map as they are shown: cut, edited and named; and finer names for a closer zoom."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from core.corpus import Partition, WordTable
from core.maps.clusters.algorithms import FINENESS, MIDDLE, join_nearest, number_by_size, wants_no_noise
from core.maps.clusters.edits import Edit, apply_edits
from core.maps.clusters.hierarchy import Hierarchy
from core.maps.clusters.keyword_names import name_clusters

DENSITY, K_MEANS = "density", "k-means"
APART, NEAREST = "apart", "nearest"

FINER_NAMES = ((2, 2.0), (4, 4.0))
"""Levels finer than what is shown, and the zoom from which their names are drawn on the map."""

MAX_FINER_NAMES = 300
"""Most names of one finer level, of its largest clusters: the browser measures every name."""

SAME_CLUSTER_SHARE = 0.6
"""A finer cluster with this share of a shown one is the same cluster, and gets no name of its own."""


@dataclass(frozen=True)
class ClusterChoice:
    """Settings by which a map is cut into clusters.

    Attributes
    ----------
    method : str
        "density" or "k-means".
    fineness : int
        By density: from 0, coarse, to `FINENESS`.
    k : int
        By k-means: number of clusters.
    noise : str or None
        By density, texts between the clusters: "apart", or "nearest" to join the nearest cluster. None leaves
        it to `wants_no_noise`.
    """

    method: str = DENSITY
    fineness: int = MIDDLE
    k: int = 10
    noise: str | None = None

    def to_text(self) -> str:
        """Return the choice as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> ClusterChoice:
        """Read what `to_text` wrote; the default choice for None."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, eq=False)
class ClusterSource:
    """Data that the clusters of one map are computed from.

    Attributes
    ----------
    points : float array (n, 2)
    vectors : float array (n, d)
    hierarchy : Hierarchy
    levels : list of int32 arrays (n,), `cluster_levels`
    table : WordTable
    evenness : float array (n_words,) or None, `spread_evenly`
    k_clusters : callable
        Takes k, returns the k-means clusters of the vectors: int32 array (n,).
    """

    points: np.ndarray
    vectors: np.ndarray
    hierarchy: Hierarchy
    levels: list[np.ndarray]
    table: WordTable
    evenness: np.ndarray | None
    k_clusters: Callable[[int], np.ndarray]


@dataclass(frozen=True, eq=False)
class Clustering:
    """The clusters of a map as they are shown.

    Attributes
    ----------
    partition : Partition
    kept_names : frozenset of int
        Clusters whose name was given by a person or a language model.
    lost : list of str
        Edits that find no cluster in this cut.
    noise : str
        What was done with noise: "apart" or "nearest".
    """

    partition: Partition
    kept_names: frozenset[int]
    lost: list[str]
    noise: str


def cluster_map(source: ClusterSource, choice: ClusterChoice, edits: Sequence[Edit] = ()) -> Clustering:
    """Cut a map into clusters, apply the edits and name the clusters.

    Cost: 0.4 s for 200,000 texts by density.
    """
    codes, noise = _cut(source, choice)
    edited = apply_edits(codes, edits, source.points)
    names = name_clusters(
        source.table,
        edited.codes,
        source.points,
        evenness=source.evenness,
        taken=list(edited.kept_names.values()),
    )
    partition = Partition(edited.codes, names | edited.kept_names)
    return Clustering(partition, frozenset(edited.kept_names), edited.lost, noise)


def map_names(source: ClusterSource, partition: Partition) -> list[tuple[str, float, float, int, float]]:
    """Return the names to draw on a map: of the clusters, and of finer ones for a closer zoom.

    Returns
    -------
    list of (name, x, y, size, zoom)
        At the median place of the texts; clusters first, each kind from the largest. Zoom is the least at
        which the name may appear. No two names are equal.
    """
    shown = [(*place, 1.0) for place in _places(source.points, partition.codes, partition.names)]
    shown_codes = np.asarray(partition.codes)
    sizes = np.bincount(shown_codes[shown_codes >= 0], minlength=1)
    # The level with about as many clusters as are shown, also for k-means.
    counts = [int(level.max(initial=-1)) + 1 for level in source.levels]
    here = int(np.searchsorted(counts, len(partition.names), side="right")) - 1
    known = len(partition.names)
    for steps, zoom in FINER_NAMES:
        step = min(here + steps, FINENESS)
        if counts[step] <= 1.3 * known:
            continue
        known = counts[step]
        finer = _finer_only(source.levels[step], shown_codes, sizes)
        taken = [name for name, *_ in shown]
        names = name_clusters(source.table, finer, source.points, evenness=source.evenness, taken=taken)
        shown += [(*place, zoom) for place in _places(source.points, finer, names)]
    return shown


def _cut(source: ClusterSource, choice: ClusterChoice) -> tuple[np.ndarray, str]:
    if choice.method == K_MEANS:
        return source.k_clusters(choice.k), NEAREST
    codes = source.levels[choice.fineness]
    noise = choice.noise or (NEAREST if wants_no_noise(codes) else APART)
    return (number_by_size(join_nearest(source.points, codes)) if noise == NEAREST else codes), noise


def _finer_only(level: np.ndarray, shown: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The largest clusters of a level that are real parts of what is shown; -1 elsewhere."""
    inside = (level >= 0) & (shown >= 0)
    n_groups = len(sizes)
    cells = np.bincount(level[inside].astype(np.int64) * n_groups + shown[inside])
    cell = np.flatnonzero(cells)
    whole = np.unique(cell[cells[cell] >= SAME_CLUSTER_SHARE * sizes[cell % n_groups]] // n_groups)
    parts = np.setdiff1d(np.unique(level[inside]), whole)[
        :MAX_FINER_NAMES
    ]  # the largest have the first numbers
    return np.where(np.isin(level, parts), level, -1)


def _places(
    points: np.ndarray, codes: np.ndarray, names: dict[int, str]
) -> list[tuple[str, float, float, int]]:
    """Name, median place and size of each group, the largest first."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(np.asarray(codes)[order], np.arange(max(names, default=-1) + 2))
    places = []
    for code, name in names.items():
        members = points[order[starts[code] : starts[code + 1]]]
        x, y = np.median(members, axis=0)
        places.append((name, float(x), float(y), len(members)))
    return sorted(places, key=lambda place: -place[3])

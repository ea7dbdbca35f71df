"""The clusters of a map as they are shown: cut as chosen, edited, named; and finer names to zoom in on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from core.corpus import Partition, WordTable
from core.maps.clusters.algorithms import FINENESS, MIDDLE, join_nearest, number_by_size, wants_no_noise
from core.maps.clusters.edits import Edit, apply_edits
from core.maps.clusters.hierarchy import Hierarchy
from core.maps.clusters.keyword_names import name_groups

DENSITY, K_MEANS = "density", "k-means"
APART, NEAREST = "apart", "nearest"

FINER = ((2, 2.0), (4, 4.0))
"""Steps finer than what is shown, and the zoom from which their names are drawn on the map."""

MOST_FINER = 300
"""Finer names of one step at most, of its largest clusters: the browser measures every name."""

WHOLE = 0.6
"""A finer cluster with this share of one that is shown says nothing new."""


@dataclass(frozen=True)
class ClusterChoice:
    """How a map is cut into clusters.

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
        """The choice as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str | None) -> ClusterChoice:
        """The choice that was kept; the usual one for None."""
        return cls(**json.loads(text)) if text else cls()


@dataclass(frozen=True, eq=False)
class ClusterSource:
    """What the clusters of one map are made of, read once.

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
    """Clusters as they are shown.

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
    """Cut, edit and name the clusters of a map.

    Cost: 0.4 s for 200,000 texts by density.
    """
    codes, noise = _cut(source, choice)
    edited = apply_edits(codes, edits, source.points)
    names = name_groups(
        source.table,
        edited.codes,
        source.points,
        evenness=source.evenness,
        taken=list(edited.kept_names.values()),
    )
    partition = Partition(edited.codes, names | edited.kept_names)
    return Clustering(partition, frozenset(edited.kept_names), edited.lost, noise)


def map_names(source: ClusterSource, partition: Partition) -> list[tuple[str, float, float, int, float]]:
    """Names to draw on a map: those of the clusters, and of finer ones for a closer look.

    Returns
    -------
    list of (name, x, y, size, zoom)
        At the median place of the texts; clusters first, each kind from the largest. Zoom is the least at
        which the name may appear. No two names are equal.
    """
    shown = [(*place, 1.0) for place in _places(source.points, partition.codes, partition.names)]
    shown_codes = np.asarray(partition.codes)
    sizes = np.bincount(shown_codes[shown_codes >= 0], minlength=1)
    # The step that has about as many clusters as are shown, whatever made them.
    counts = [int(level.max(initial=-1)) + 1 for level in source.levels]
    here = int(np.searchsorted(counts, len(partition.names), side="right")) - 1
    known = len(partition.names)
    for steps, zoom in FINER:
        step = min(here + steps, FINENESS)
        if counts[step] <= 1.3 * known:
            continue
        known = counts[step]
        finer = _finer_only(source.levels[step], shown_codes, sizes)
        taken = [name for name, *_ in shown]
        names = name_groups(source.table, finer, source.points, evenness=source.evenness, taken=taken)
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
    whole = np.unique(cell[cells[cell] >= WHOLE * sizes[cell % n_groups]] // n_groups)
    parts = np.setdiff1d(np.unique(level[inside]), whole)[:MOST_FINER]  # the largest have the first numbers
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

"""Quality of a map: trustworthiness, kept neighbours, and displacement from another map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..neighbours import Graph
from .projection import spread

NEAR_RADIUS = 0.1
"""Distance, in spreads of a map, up to which texts are near: some 12 pixels where the map fills a pane."""

MOST_REPLACED = 0.2
"""Share of replaced neighbours, 0 to 1, up to which a text counts as having kept them."""

TRUSTWORTHINESS_SAMPLE = 1000
"""Most texts that the trustworthiness is estimated on; its standard error is then below 0.01."""

BLOCK_CELLS = 20_000_000
"""Similarities in memory at once: 80 MB of float32."""


@dataclass(frozen=True)
class MapQuality:
    """Quality of one map.

    Attributes
    ----------
    trustworthiness : float
        See `trustworthiness`.
    kept : float
        See `kept_neighbours`.
    near : float
        Mean of `near_neighbours`.
    displacement : float or None
        See `displacement`. None for a generic map, and where no text kept its neighbours.
    """

    trustworthiness: float
    kept: float
    near: float
    n_neighbours: int
    displacement: float | None = None


def measure_map(
    X: np.ndarray,
    graph: Graph,
    places: np.ndarray,
    near: np.ndarray,
    *,
    before: np.ndarray | None = None,
    change: np.ndarray | None = None,
) -> MapQuality:
    """Measure the quality of one map.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Unit vectors of the map's space.
    places : array of shape (n_texts, 2)
        The map.
    near : array of shape (n_texts,)
        From `near_neighbours`.
    before : array of shape (n_texts, 2), optional
        Map that this one started from.
    change : array of shape (n_texts,), optional
        Share of each text's neighbours that were replaced between both spaces.
    """
    moved = None if before is None or change is None else displacement(before, places, change)
    return MapQuality(
        trustworthiness=trustworthiness(X, places, graph.indices.shape[1]),
        kept=kept_neighbours(graph, places),
        near=float(np.mean(near)),
        n_neighbours=int(graph.indices.shape[1]),
        displacement=moved,
    )


def near_neighbours(graph: Graph, places: np.ndarray) -> np.ndarray:
    """Return the share of each text's true neighbours that are near it on the map.

    Near is a distance of `NEAR_RADIUS` spreads, so that the order within a dense cluster does not matter. It
    is at least the radius that would hold twice the number of neighbours on an even map. Where few neighbours
    are near, the map misleads. float32 (n_texts,), 0 to 1; 1 where there are no neighbours.
    """
    places = np.asarray(places, dtype=np.float32)
    n_texts, k = graph.indices.shape
    if not k:
        return np.ones(n_texts, dtype=np.float32)
    radius = spread(places) * max(NEAR_RADIUS, (4 * k / n_texts) ** 0.5)
    distances = np.linalg.norm(places[graph.indices] - places[:, None], axis=2)
    return (distances <= radius).mean(axis=1, dtype=np.float32)


def kept_neighbours(graph: Graph, places: np.ndarray) -> float:
    """Return the mean share of the k true neighbours that are among the k nearest on the map, 0 to 1.

    Cost O(n_texts x log n_texts); nan without neighbours.
    """
    n_texts, k = graph.indices.shape
    if not k:
        return float("nan")
    on_map = _nearest_on_map(places, np.arange(n_texts), k)
    both = np.sort(np.hstack([np.asarray(graph.indices), on_map]), axis=1)
    return float((both[:, 1:] == both[:, :-1]).sum() / (n_texts * k))  # common neighbours are in it twice


def trustworthiness(X: np.ndarray, places: np.ndarray, k: int = 15, *, random_state: int = 0) -> float:
    """Return the trustworthiness of a map, 0 to 1, by cosine similarity (Venna and Kaski).

    Each text among the k nearest on the map but not among the k nearest in the space lowers it by its excess
    rank; 1 is a map without such texts. nan for fewer than 3 k + 2 texts, where it is not defined. Cost
    O(`TRUSTWORTHINESS_SAMPLE` x n_texts x n_dims).

    References
    ----------
    Venna, Kaski (2001). Neighborhood preservation in nonlinear projection methods. ICANN, 485-491.
    """
    n_texts = len(places)
    if not k or n_texts < 3 * k + 2:
        return float("nan")
    rng = np.random.default_rng(random_state)
    rows = np.sort(rng.choice(n_texts, min(TRUSTWORTHINESS_SAMPLE, n_texts), replace=False))
    on_map = _nearest_on_map(places, rows, k)
    X = np.asarray(X)
    excess = 0
    step = max(1, BLOCK_CELLS // n_texts)
    for start in range(0, len(rows), step):
        block = rows[start : start + step]
        similarities = X[block] @ X.T
        similarities[np.arange(len(block)), block] = np.inf  # rank 0: the text itself
        neighbours = np.take_along_axis(similarities, on_map[start : start + step], axis=1)
        for to_all, to_neighbours in zip(similarities, neighbours, strict=True):
            ranks = n_texts - np.searchsorted(np.sort(to_all), to_neighbours, side="right")
            excess += int(np.maximum(ranks - k, 0).sum())
    return 1 - 2 * excess / (len(rows) * k * (2 * n_texts - 3 * k - 1))


def displacement(before: np.ndarray, after: np.ndarray, change: np.ndarray) -> float | None:
    """Return the median distance between two aligned maps, in spreads of the first.

    Only texts with kept neighbours count: a share `change` (n_texts,) of up to `MOST_REPLACED` was replaced.
    None where there are none.
    """
    kept = np.asarray(change) <= MOST_REPLACED
    width = spread(np.asarray(before))
    if not kept.any() or not width:
        return None
    return float(np.median(np.linalg.norm(np.asarray(after) - before, axis=1)[kept]) / width)


def _nearest_on_map(places: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """Return the k nearest other texts on the map of some texts: (n_rows, k)."""
    from scipy.spatial import KDTree

    found = KDTree(np.asarray(places)).query(np.asarray(places)[rows], k=k + 1)[1]
    # Among equal places, a text may not be found itself: then the last one is left out.
    itself = found == rows[:, None]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(len(rows), k)

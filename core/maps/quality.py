"""Quality of a map: trustworthiness, kept neighbours, and displacement from another map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.neighbours import Graph

NEAR_RADIUS = 0.1
"""Distance up to which texts are near on a map, in its spread: some 12 pixels where the map fills a pane."""

MOST_REPLACED = 0.2
"""Share of replaced neighbours up to which a text counts as having kept them, 0 to 1."""

TRUSTWORTHINESS_SAMPLE = 1000
"""Texts whose ranks are compared for the trustworthiness; its standard error is then below 0.01."""

BLOCK_CELLS = 20_000_000
"""Similarities in memory at once: 80 MB of float32."""


@dataclass(frozen=True)
class MapQuality:
    """Quality of one map.

    Attributes
    ----------
    trustworthiness : float
        1 where no neighbour on the map is far away in the space; see `trustworthiness`.
    kept : float
        Mean share of a text's true neighbours that are among as many nearest on the map, 0 to 1.
    near : float
        Mean share of a text's true neighbours that are near it on the map, see `near_neighbours`.
    n_neighbours : int
    displacement : float or None
        Median distance that texts with kept neighbours moved, see `displacement`. None for a generic map, and
        where no text kept its neighbours.
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
    graph : Graph
        Their nearest neighbours.
    places : array of shape (n_texts, 2)
    near : array of shape (n_texts,), from `near_neighbours`
    before : array of shape (n_texts, 2), optional
        Map that this one started from.
    change : array of shape (n_texts,), optional
        Share of each text's neighbours that were replaced between both maps, see `neighbour_change`.
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
    """Return the share of each text's true neighbours that is near it on the map.

    Near is a distance of `NEAR_RADIUS` times the spread (root mean square distance to the mean). It is at
    least the radius that would hold twice the number of neighbours on an even map. The order within a dense
    cluster so does not matter. Where few neighbours are near, the map misleads.

    Parameters
    ----------
    graph : Graph
        Of n texts with k neighbours.
    places : array of shape (n_texts, 2)

    Returns
    -------
    ndarray of float32, shape (n_texts,)
        0 to 1; 1 where there are no neighbours.
    """
    places = np.asarray(places, dtype=np.float32)
    n_texts, k = graph.indices.shape
    if not k:
        return np.ones(n_texts, dtype=np.float32)
    radius = _spread(places) * max(NEAR_RADIUS, (4 * k / n_texts) ** 0.5)
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
    both = np.sort(np.hstack([np.asarray(graph.indices), on_map]), axis=1)  # common rows are there twice
    return float((both[:, 1:] == both[:, :-1]).sum() / (n_texts * k))


def trustworthiness(X: np.ndarray, places: np.ndarray, k: int = 15, *, random_state: int = 0) -> float:
    """Return the trustworthiness of a map, 0 to 1, by cosine similarity (Venna and Kaski).

    Each text among the k nearest on the map but not among the k nearest in the space lowers it by its excess
    rank; 1 is a map without such texts. Estimated on `TRUSTWORTHINESS_SAMPLE` texts: cost
    O(TRUSTWORTHINESS_SAMPLE x n_texts x n_dims). nan for fewer than 3 k + 2 texts, where it is not defined.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
    places : array of shape (n_texts, 2)
    k : int, default=15

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
        for similar, theirs in zip(similarities, neighbours, strict=True):
            ordered = np.sort(similar)
            ranks = n_texts - np.searchsorted(ordered, theirs, side="right")
            excess += int(np.maximum(ranks - k, 0).sum())
    return 1 - 2 * excess / (len(rows) * k * (2 * n_texts - 3 * k - 1))


def displacement(before: np.ndarray, after: np.ndarray, change: np.ndarray) -> float | None:
    """Return the median distance that texts with kept neighbours moved, in the first map's spread.

    Parameters
    ----------
    before, after : arrays of shape (n_texts, 2)
        Both maps, aligned.
    change : array of shape (n_texts,)
        Share of neighbours replaced; texts with more than `MOST_REPLACED` do not count.

    Returns
    -------
    float or None
        None where no text kept its neighbours.
    """
    settled = np.asarray(change) <= MOST_REPLACED
    spread = _spread(np.asarray(before))
    if not settled.any() or not spread:
        return None
    return float(np.median(np.linalg.norm(np.asarray(after) - before, axis=1)[settled]) / spread)


def _nearest_on_map(places: np.ndarray, rows: np.ndarray, k: int) -> np.ndarray:
    """Return the k nearest others on the map for some texts: (n_rows, k)."""
    from scipy.spatial import KDTree

    found = KDTree(np.asarray(places)).query(np.asarray(places)[rows], k=k + 1)[1]
    # Among equal places, a text may not be found as its own first: then the last one is left out.
    itself = found == rows[:, None]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(len(rows), k)


def _spread(places: np.ndarray) -> float:
    """Return the root mean square distance to the mean."""
    return float(np.sqrt(np.square(places - places.mean(axis=0)).sum(axis=1).mean()))

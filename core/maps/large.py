"""Draw the map of very many texts: lay out a density-aware sample, and place the rest beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from ..neighbours import Graph, build_graph, unit_rows
from ..utils import Progress
from .cells import BLOCK_ROWS, Cells, find_cells, nearest_in_cells
from .layout import lay_out
from .placement import COSINE_POWER, weighted_medians
from .projection import LEAST_SPREAD, MOST_SPREAD, START_WIDTH, align, project, spread

SAMPLE_SIZE = 20_000
"""Texts that are laid out: UMAP takes some 5 s for so many, and their neighbours are found exactly."""

MOST_LEAVES = 16
"""Groups in each cell, at most, by which the density of texts is estimated."""

DRAWN_PER_LEAF = 3
"""Texts that are drawn of a group on average, where there are fewer groups."""

DENSITY_EXPONENT = 0.5
"""Exponent e of density-biased sampling: of a group of m texts, about m^(1 - e) are drawn. 0 draws evenly, so
that small groups are lost; 1 draws as many of each group, so that the map shows no densities."""

PLACED_AMONG = 8
"""Nearest sampled texts that determine the place of another text."""

MEDIAN_STEPS = 10
"""Iterations of Weiszfeld's algorithm, whose result then changes by less than the scatter below."""

GAP_NEIGHBOUR = 5
"""Texts are scattered over the distance of a sampled text to so many others on the map."""

LEAST_SCATTER = 0.05
"""Share of this distance, 0 to 1, over which texts are scattered that equal a sampled one."""

EPOCHS, RATE = 50, 0.25
"""Of the short layout of all texts, where their graph is known. For 22,495 requests of which 2,500 are laid
out first, it raises the neighbours kept from 0.21 to 0.41; a layout of all from the start keeps 0.42."""

WORK = (10, 40, 20, 30)
"""Shares of the time of drawing the sample, laying it out, placing the rest, and the layout of all texts."""


def project_sample(
    X: np.ndarray,
    *,
    graph: Graph | None = None,
    init: np.ndarray | None = None,
    size: int = SAMPLE_SIZE,
    random_state: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Project the rows of X to two dimensions by UMAP's layout of a sample of them.

    The sample is density-biased: of a dense group a smaller share is drawn than of a sparse one. Every other
    text gets the weighted geometric median of the places of its nearest sampled texts, and is scattered
    around it the farther, the less it resembles them. No neighbour graph of all texts is needed; where there
    is one, a short layout of it follows. With at most `size` texts, all are laid out from the start.

    Cost O(n_texts x n_dims x (cells + candidates)), where both stay below some thousand, and memory for the
    sample and 50 bytes a text, with a graph some 500; X itself may be mapped from disk.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings of any length; unit vectors of float32 are not copied.
    graph : Graph, optional
        Nearest neighbours of the same texts.
    init : array of shape (n_texts, 2), optional
        Map to start from, as for `project`.
    size : int, default=`SAMPLE_SIZE`
        Texts to lay out.
    random_state : int, default=0
        The same input and seed give the same map.
    progress : Progress, optional
        Called with (percent done, 100).

    Returns
    -------
    ndarray of float32, shape (n_texts, 2)
        As of `project`.

    References
    ----------
    Palmer, Faloutsos (2000). Density biased sampling: an improved method for data mining and clustering.
    SIGMOD, 82-92.
    """
    unit = unit_rows(X)
    init = None if init is None else np.asarray(init, dtype=np.float32)
    if len(unit) <= size:
        graph = build_graph(unit, random_state=random_state) if graph is None else graph
        return project(unit, graph, init=init, random_state=random_state, progress=progress)
    advance = _advance(progress, WORK if graph is not None else WORK[:3])
    rng = np.random.default_rng(random_state)
    advance(0, 0.0)
    cells = find_cells(unit, rng)
    sample = _draw_sample(unit, cells, size, rng)
    layout = project(
        unit[sample],
        build_graph(unit[sample], random_state=random_state),
        init=None if init is None else init[sample],
        random_state=random_state,
        progress=partial(_share_of, advance, 1),
    )
    places = np.empty((len(unit), 2), dtype=np.float32)
    places[sample] = layout
    gaps, done = _gaps(layout), len(sample)
    outside = np.ones(len(unit), dtype=bool)
    outside[sample] = False
    others = [rows[outside[rows]] for rows in cells.members()]
    for rows, nearest, similarities in nearest_in_cells(unit, others, cells, sample, PLACED_AMONG):
        places[rows] = _place(layout, gaps, nearest, similarities, rng)
        done += len(rows)
        advance(2, done / len(unit))
    if graph is not None:
        width = spread(places)
        if not LEAST_SPREAD <= width <= MOST_SPREAD:  # after a start in another unit
            places *= START_WIDTH / 3 / (width or 1.0)
        places = lay_out(graph, places, EPOCHS, RATE, random_state, partial(_share_of, advance, 3))
    return places - places.mean(axis=0) if init is None else align(places, init)


def draw_sample(X: np.ndarray, size: int, *, random_state: int = 0) -> np.ndarray:
    """Return a density-biased sample of the rows of X: int64 (size,), ascending."""
    unit, rng = unit_rows(X), np.random.default_rng(random_state)
    return _draw_sample(unit, find_cells(unit, rng), size, rng)


def _draw_sample(unit: np.ndarray, cells: Cells, size: int, rng: np.random.Generator) -> np.ndarray:
    n_leaves = min(MOST_LEAVES, max(1, size // (DRAWN_PER_LEAF * len(cells.centres))))
    leaves = _leaves(unit, cells, n_leaves, rng)
    order = rng.permutation(len(unit))
    order = order[np.argsort(leaves[order], kind="stable")]  # leaf by leaf, in random order within each
    sizes = np.bincount(leaves)
    rank = np.arange(len(unit)) - (np.cumsum(sizes) - sizes)[leaves[order]]
    return np.sort(order[rank < _shares(sizes, size)[leaves[order]]])


def _leaves(unit: np.ndarray, cells: Cells, n_leaves: int, rng: np.random.Generator) -> np.ndarray:
    """Return the group of each text: the nearest of `n_leaves` random texts of its cell; int64 (n_texts,)."""
    leaves = np.empty(len(unit), dtype=np.int64)
    for cell, rows in enumerate(cells.members()):
        pivots = unit[np.sort(rng.choice(rows, min(n_leaves, len(rows)), replace=False))]
        for start in range(0, len(rows), BLOCK_ROWS):
            block = rows[start : start + BLOCK_ROWS]
            leaves[block] = cell * n_leaves + (unit[block] @ pivots.T).argmax(axis=1)
    return leaves


def _shares(sizes: np.ndarray, wanted: int) -> np.ndarray:
    """Return how many texts to draw of each group, in proportion to sizes^(1 - e); `wanted` in all."""
    weights = sizes.astype(np.float64) ** (1 - DENSITY_EXPONENT)
    low, high = 0.0, float(sizes.max())
    for _ in range(60):  # the factor at which the shares, cut at the sizes, sum to `wanted`
        factor = (low + high) / 2
        low, high = (factor, high) if np.minimum(factor * weights, sizes).sum() < wanted else (low, factor)
    exact = np.minimum(high * weights, sizes)
    shares = np.floor(exact).astype(np.int64)
    shares[np.argsort(shares - exact, kind="stable")[: max(0, wanted - int(shares.sum()))]] += 1
    return np.minimum(shares, sizes)


def _gaps(layout: np.ndarray) -> np.ndarray:
    """Return how far apart sampled texts are around each on the map, float32 (n,)."""
    from scipy.spatial import KDTree

    k = min(GAP_NEIGHBOUR, len(layout) - 1)
    gaps = KDTree(layout).query(layout, k=[k + 1])[0][:, 0].astype(np.float32)
    return np.maximum(gaps, np.median(gaps) / 2)  # so that float32 tells places apart where it is dense


def _place(
    layout: np.ndarray,
    gaps: np.ndarray,
    nearest: np.ndarray,
    similarities: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return places (n, 2) among those of the nearest sampled texts (n, k)."""
    weights = np.maximum(similarities, 1e-6) ** COSINE_POWER
    places = weighted_medians(layout[nearest], weights, MEDIAN_STEPS)
    far = np.sqrt(np.maximum(1 - similarities[:, [0, -1]], 0))  # as angles, for small ones
    reach = np.maximum(far[:, 0] / np.maximum(far[:, 1], 1e-6), LEAST_SCATTER)
    radius = gaps[nearest[:, 0]] * reach * np.sqrt(rng.random(len(places), dtype=np.float32))
    angle = 2 * np.pi * rng.random(len(places), dtype=np.float32)
    return places + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _advance(progress: Progress | None, work: Sequence[int]) -> Callable[[int, float], None]:
    """Return a function that reports the share done, 0 to 1, of one of the steps of `work`."""

    def advance(step: int, share: float) -> None:
        if progress is not None:
            progress(round(100 * (sum(work[:step]) + share * work[step]) / sum(work)), 100)

    return advance


def _share_of(advance: Callable[[int, float], None], step: int, done: int, total: int) -> None:
    advance(step, done / total)

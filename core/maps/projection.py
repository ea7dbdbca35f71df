"""The map: texts as points in two dimensions, near each other when their embeddings are."""

from __future__ import annotations

import contextlib
import functools

import numpy as np
from scipy.sparse import coo_matrix

from core.neighbours import Graph, build_graph, nearest_rows, propagate, unit_rows
from core.utils import Progress

FEWEST_TEXTS = 16
"""Below this the graph joins every text with every other, and the plain linear picture says more."""

EPOCHS = 200
"""Passes from scratch: 300 keep 1 % more of the neighbours (0.513, not 0.503) and take half as long again."""

ANCHORED_EPOCHS = 50
ANCHORED_RATE = 0.25
"""Passes and step size from a given start. Larger steps move texts farther and keep fewer neighbours (0.456
at a rate of 0.5, 0.474 at 0.25); more passes move them farther for little (0.484 at 100)."""

LANDMARKS = 600
LANDMARKS_HEARD = 120
LANDMARK_POWER = 4
LANDMARK_ROUNDS = 3
LANDMARK_SHARE = 0.8
"""Before the anchored layout, groups gather by their nearest landmarks: texts spread evenly over the corpus.
Neighbours alone cannot bring tight groups of one label together, as none of them knows another: on 22,500
requests reshaped by domain, k-means on the map found the domains with V 0.70 in place of 0.46 (the generic
map: 0.43), and as many neighbours stayed neighbours (0.590 and 0.593). The power of the similarity keeps
texts of an unchanged space near their places: they move by 0.11 of the spread, with a power of 2 by 0.21."""

START_WIDTH = 10.0
"""Width of a start from scratch in UMAP's units."""

LEAST_SPREAD, MOST_SPREAD = 1.0, 30.0
"""Maps made here had a spread of 1.5 to 11 from 30 to 14,640 texts; a start far beyond that is scaled."""

MIN_DISTANCE = 0.1
SPREAD = 1.0
"""UMAP's own defaults for how tightly neighbours are packed."""


def project(
    X: np.ndarray,
    graph: Graph,
    *,
    init: np.ndarray | None = None,
    random_state: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Return a map of the rows of X: UMAP's layout of their neighbour graph.

    Without `init` the layout starts from the first two principal components: they take 0.2 s for 14,640 texts
    where the spectral start takes 5.5 s, and as many neighbours stay neighbours on the map (0.503 and 0.502).
    With `init` (the generic map) it is anchored: each text first walks from its place there towards its
    nearest landmarks and to the middle of its new neighbours, then a short and gentle layout follows, and the
    result is turned, mirrored, moved and scaled as a whole onto `init`, so that places stay recognisable.

    Below `FEWEST_TEXTS` texts the principal components themselves are the map (aligned to `init` too).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings.
    graph : Graph
        Nearest neighbours of the same texts.
    init : array of shape (n_texts, 2), optional
        Places to start from, as a rule a map made here of the same texts. The result has the same spread.
    random_state : int, default=0
        Same input and seed, same map.
    progress : Progress, optional
        Called with (epochs done, all epochs).

    Returns
    -------
    ndarray of float32, shape (n_texts, 2)
        Centred on zero without `init`, on the middle of `init` with it.

    Raises
    ------
    ValueError
        When X, graph and init are not about the same number of texts.

    References
    ----------
    McInnes, Healy, Melville (2018). UMAP: Uniform Manifold Approximation and Projection. arXiv:1802.03426.
    Wang, Huang, Rudin, Shaposhnik (2021). Understanding how dimension reduction tools work. Journal of
    Machine Learning Research 22 (pairs at middle distance shape a map as a whole).
    """
    X = np.asarray(X, dtype=np.float32)
    n_texts = len(X)
    if len(graph.indices) != n_texts:
        raise ValueError(f"The graph joins {len(graph.indices)} texts, and there are {n_texts} embeddings.")
    if init is not None:
        init = np.asarray(init, dtype=np.float32)
        if init.shape != (n_texts, 2):
            raise ValueError(
                f"The start has shape {init.shape}; one place per text, ({n_texts}, 2), is needed."
            )
    rng = np.random.RandomState(random_state)  # UMAP takes no newer generator
    if n_texts < FEWEST_TEXTS:
        places = principal_components(X)
    elif init is None or not _spread(init):
        start = principal_components(X)
        start *= START_WIDTH / (np.ptp(start, axis=0).max() or 1.0)
        places = _layout(graph, start, EPOCHS, 1.0, rng, progress)
    else:
        places = _layout(graph, _walk(init, X, graph), ANCHORED_EPOCHS, ANCHORED_RATE, rng, progress)
    return _centred(places) if init is None else align(places, init)


def align(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Turn, mirror, move and scale `places` as a whole, as near to `onto` as they get with the same spread.

    The scale makes the spread (root mean square distance to the middle) equal. The least-squares scale
    would shrink a map the more, the less it resembles the other.

    Parameters
    ----------
    places, onto : arrays of shape (n, 2)

    Returns
    -------
    ndarray of float32, shape (n, 2)
    """
    from scipy.linalg import orthogonal_procrustes

    moved = _centred(places).astype(np.float64)
    target = _centred(onto).astype(np.float64)
    spread = _spread(moved)
    if spread:
        moved = moved @ orthogonal_procrustes(moved, target)[0]
        moved *= (_spread(target) or spread) / spread
    return (moved + np.mean(onto, axis=0, dtype=np.float64)).astype(np.float32)


def principal_components(X: np.ndarray) -> np.ndarray:
    """Coordinates of the rows of X along their first two principal components; zeros where there are none.

    Returns
    -------
    ndarray of float32, shape (n, 2)
        The same for the same rows in any order, up to rounding.
    """
    from sklearn.utils.extmath import randomized_svd

    centred = _centred(np.asarray(X, dtype=np.float32))
    components = np.zeros((len(centred), 2), dtype=np.float32)
    n_components = min(2, *centred.shape)
    # The largest entry first: rows that are all equal leave nothing but rounding.
    if np.abs(centred).max(initial=0.0) > 1e-6 * np.abs(X).max(initial=0.0):
        left, strength, axes = randomized_svd(centred, n_components, random_state=0)
        largest = axes[np.arange(n_components), np.abs(axes).argmax(axis=1)]
        components[:, :n_components] = left * strength * np.sign(largest)
    return components


def warm_up() -> None:
    """Import and compile what `project` needs: 4 s of compiling on a fresh machine, later read from disk."""
    X = np.random.default_rng(0).normal(size=(4 * FEWEST_TEXTS, 8)).astype(np.float32)
    project(X, build_graph(X))


def _layout(
    graph: Graph,
    start: np.ndarray,
    epochs: int,
    rate: float,
    rng: np.random.RandomState,
    progress: Progress | None,
) -> np.ndarray:
    """UMAP's layout of a neighbour graph from a start (n, 2) in UMAP's units.

    UMAP's own steps are called one by one: `UMAP.fit` would search neighbours, stretch the start
    to a square, and report to nobody.
    """
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    _keep_compiled()
    ties = _ties(graph, rng)
    # A tie too weak to be drawn even once costs time only.
    drawn = ties.data >= ties.data.max() / epochs
    a, b = find_ab_params(SPREAD, MIN_DISTANCE)
    # Exact copies must not lie on one another: the layout has no direction to part them in.
    places = start + rng.normal(scale=1e-3, size=start.shape)
    places = np.ascontiguousarray(places, dtype=np.float32)
    try:
        optimize_layout_euclidean(
            places,
            places,
            ties.row[drawn],
            ties.col[drawn],
            epochs,
            len(places),
            make_epochs_per_sample(ties.data[drawn], epochs),
            a,
            b,
            rng.randint(np.iinfo(np.int32).min + 1, np.iinfo(np.int32).max - 1, 3).astype(np.int64),
            initial_alpha=rate,
            parallel=False,  # in parallel, the same seed gives another map each time
            tqdm_kwds=_reporting(progress),
            move_other=True,
        )
    except BaseException:
        _release_bar_lock()
        raise
    return places


def _release_bar_lock() -> None:
    """Release the lock that `tqdm.refresh` keeps when `progress` raises, so that other threads go on."""
    from tqdm import tqdm

    with contextlib.suppress(RuntimeError, ValueError):  # not held
        tqdm.get_lock().release()


@functools.cache
def _keep_compiled() -> None:
    """Let numba keep UMAP's compiled functions on disk: 4 s in every later process become 0.1 s."""
    from umap import layouts, umap_

    for module, name in (
        (umap_, "smooth_knn_dist"),
        (umap_, "compute_membership_strengths"),
        (layouts, "_nb_optimize_layout_euclidean_single_epoch"),
    ):
        # Another version of UMAP, or no folder to write to: it compiles each time, and works.
        with contextlib.suppress(AttributeError, RuntimeError):
            getattr(module, name).enable_caching()


def _ties(graph: Graph, rng: np.random.RandomState) -> coo_matrix:
    """UMAP's fuzzy graph: how strongly each pair of texts is tied, 0 to 1, symmetric."""
    from umap.umap_ import fuzzy_simplicial_set

    n_texts, k = graph.indices.shape
    # UMAP counts each text as its own first neighbour, at distance 0.
    itself = np.arange(n_texts, dtype=np.int32)[:, None]
    indices = np.hstack([itself, graph.indices])
    distances = np.hstack([np.zeros((n_texts, 1)), np.maximum(1 - graph.similarities, 0)]).astype(np.float32)
    ties = fuzzy_simplicial_set(itself, k + 1, rng, "cosine", knn_indices=indices, knn_dists=distances)[
        0
    ].tocoo()
    ties.sum_duplicates()
    return ties


class _EpochStream:
    """What UMAP's progress bar writes to: passes the bar's count on."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def write(self, text: str) -> None:
        done, slash, total = text.strip().partition("/")
        if slash:
            self.progress(int(done), int(total))

    def flush(self) -> None:
        """Nothing is held back."""


def _reporting(progress: Progress | None) -> dict:
    """Settings of UMAP's progress bar (tqdm) that turn it into calls of `progress`."""
    if progress is None:
        return {"disable": True}
    return {
        "disable": False,
        "file": _EpochStream(progress),
        "bar_format": "{n}/{total}",
        "mininterval": 0.1,
        "miniters": 1,  # left to itself the bar would start a thread that writes as well
    }


def _walk(init: np.ndarray, X: np.ndarray, graph: Graph) -> np.ndarray:
    """Move each text from its place to its landmarks and the middle of its neighbours, keeping the spread.

    Without this, texts whose neighbours are all elsewhere now stay strewn over their old places: a short
    layout only gathers them where they are.
    """
    spread = _spread(init)
    if not LEAST_SPREAD <= spread <= MOST_SPREAD:
        spread = START_WIDTH / 3
    walked = propagate(_gather(_centred(init), X), graph, mixing=0.9, rounds=15)
    return walked * np.float32(spread / (_spread(walked) or 1.0))


def _gather(places: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Move each text (n, 2) towards the places of the landmarks most similar to it in X, round by round."""
    unit = unit_rows(X)
    landmarks = np.unique(np.linspace(0, len(X) - 1, LANDMARKS).astype(int))
    heard, similarities = nearest_rows(unit, unit[landmarks], min(LANDMARKS_HEARD, len(landmarks)))
    weights = np.maximum(similarities, 0) ** LANDMARK_POWER
    total = weights.sum(axis=1, keepdims=True)
    lonely = total[:, 0] == 0
    weights /= np.where(lonely[:, None], 1, total)
    for _ in range(LANDMARK_ROUNDS):
        around = np.einsum("ik,ikd->id", weights, places[landmarks][heard])
        around[lonely] = places[lonely]
        places = (1 - LANDMARK_SHARE) * places + LANDMARK_SHARE * around
    return places.astype(np.float32)


def _centred(places: np.ndarray) -> np.ndarray:
    return places - places.mean(axis=0, dtype=np.float64).astype(places.dtype) if len(places) else places


def _spread(places: np.ndarray) -> float:
    """Root mean square distance to the middle."""
    if not len(places):
        return 0.0
    return float(np.sqrt(np.square(_centred(places), dtype=np.float64).sum(axis=1).mean()))

"""Project embeddings to a two-dimensional map with UMAP."""

from __future__ import annotations

import numpy as np

from ..neighbours import Graph, build_graph, compile_search, propagate, run_on_blocks, unit_rows
from ..utils import Progress
from .layout import lay_out

FEWEST_TEXTS = 16
"""Texts from which UMAP is used: below, the graph joins all texts, and principal components show more."""

EPOCHS = 200
"""Epochs without `init`: 300 keep 1 % more of the neighbours (0.513, not 0.503) in 1.5 times the time."""

ANCHORED_EPOCHS = 50
"""Epochs with `init`: 100 keep 0.484 of the neighbours in place of 0.474, and move texts farther."""

ANCHORED_RATE = 0.25
"""Step size with `init`, in that of UMAP: 0.5 moves texts farther and keeps 0.456 of the neighbours."""

# The neighbour graph alone cannot join tight groups of one label, as no edge connects them. So each text
# moves towards its nearest landmarks before the anchored layout. On 22,500 requests reshaped by domain,
# k-means on the map then finds the domains with a V-measure of 0.70 in place of 0.46 (generic map: 0.43), and
# as many neighbours stay neighbours (0.590 and 0.593).
N_LANDMARKS = 600
"""Texts that are landmarks, evenly over the corpus."""

LANDMARKS_PER_TEXT = 120
"""Nearest landmarks that a text moves towards."""

LANDMARK_DOUBLINGS = 2
"""How often the cosine is squared for the weight of a landmark. In an unchanged space, texts then move by
0.11 of the spread; with one square by 0.21."""

LANDMARK_ROUNDS = 3
"""Moves towards the landmarks, which move as well."""

LANDMARK_SHARE = 0.8
"""Share of the way towards the landmarks in each round, 0 to 1."""

LANDMARK_BLOCK = 2_048
"""Texts whose landmarks are in memory at once, in each thread: 5 MB."""

NEIGHBOUR_SHARE = 0.9
"""Share of the neighbours' places in each round of the label propagation that follows, 0 to 1."""

NEIGHBOUR_ROUNDS = 15
"""Rounds of this label propagation."""

START_WIDTH = 10.0
"""Width of the principal components as a start, in UMAP's units."""

LEAST_SPREAD, MOST_SPREAD = 1.0, 30.0
"""Spread of a start, in UMAP's units, outside which it is scaled. Maps of 30 to 14,640 texts have 1.5 to
11."""


def project(
    X: np.ndarray,
    graph: Graph,
    *,
    init: np.ndarray | None = None,
    picture: np.ndarray | None = None,
    random_state: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Project the rows of X to two dimensions: UMAP's layout of their neighbour graph.

    Without `init` the layout starts from the first two principal components. They take 0.2 s for 14,640 texts
    where a spectral start takes 5.5 s, and as many neighbours stay neighbours (0.503 and 0.502).

    With `init` (the generic map) the layout is anchored. Each text moves from its place there towards its
    nearest landmarks and to the mean of its new neighbours. A short layout with small steps follows, and
    `align` keeps places recognisable.

    Below `FEWEST_TEXTS` texts the principal components are the map, aligned to `init` where it is given.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings of any length.
    graph : Graph
        Nearest neighbours of the same texts.
    init : array of shape (n_texts, 2), optional
        Places to start from, as a rule another map of the same texts.
    picture : array of shape (n_texts, 2), optional
        `first_picture(X, init)`, where it is known already.
    random_state : int, default=0
        The same input and seed give the same map.
    progress : Progress, optional
        Called with (epochs done, all epochs).

    Returns
    -------
    ndarray of float32, shape (n_texts, 2)
        Centred on zero; with `init`, with its mean and spread.

    Raises
    ------
    ValueError
        When X, graph and init have different numbers of texts.

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
    if n_texts < FEWEST_TEXTS:
        places = principal_components(X)
    elif init is None or not spread(init):
        start = principal_components(X)
        start *= START_WIDTH / (np.ptp(start, axis=0).max() or 1.0)
        places = lay_out(graph, start, EPOCHS, 1.0, random_state, progress)
    else:
        start = _move_to_neighbours(init, X, graph, picture)
        places = lay_out(graph, start, ANCHORED_EPOCHS, ANCHORED_RATE, random_state, progress)
    return _centred(places) if init is None else align(places, init)


def first_picture(X: np.ndarray, init: np.ndarray) -> np.ndarray:
    """Return about where `project` with `init` is going to put the rows of X, float32 (n_texts, 2).

    Each text moves towards its landmarks only, from its place in `init`: no neighbour graph of X is needed.
    For 20,000 texts that takes 0.2 s of processor time.
    """
    init = np.asarray(init, dtype=np.float32)
    return align(_move_to_landmarks(_centred(init), np.asarray(X, dtype=np.float32)), init)


def align(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Rotate, mirror, move and scale `places` (n, 2) as a whole onto `onto` (n, 2): orthogonal Procrustes.

    The scale makes the spread equal. The least-squares scale would shrink a map that resembles the other
    little.
    """
    from scipy.linalg import orthogonal_procrustes

    moved = _centred(places).astype(np.float64)
    target = _centred(onto).astype(np.float64)
    width = spread(moved)
    if width:
        moved = moved @ orthogonal_procrustes(moved, target)[0]
        moved *= (spread(target) or width) / width
    return (moved + np.mean(onto, axis=0, dtype=np.float64)).astype(np.float32)


def principal_components(X: np.ndarray) -> np.ndarray:
    """Return the first two principal components of rows, float32 (n, 2); zeros where there are fewer.

    In another order, the same rows have the same components, up to rounding.
    """
    from sklearn.utils.extmath import randomized_svd

    centred = _centred(np.asarray(X, dtype=np.float32))
    components = np.zeros((len(centred), 2), dtype=np.float32)
    n_components = min(2, *centred.shape)
    # Rows that are all equal leave nothing but rounding errors.
    if np.abs(centred).max(initial=0.0) > 1e-6 * np.abs(X).max(initial=0.0):
        left, strength, axes = randomized_svd(centred, n_components, random_state=0)
        largest = axes[np.arange(n_components), np.abs(axes).argmax(axis=1)]
        components[:, :n_components] = left * strength * np.sign(largest)
    return components


def warm_up() -> None:
    """Import and compile what a Fit needs, in the order in which it does."""
    X = np.random.default_rng(0).normal(size=(4 * FEWEST_TEXTS, 8)).astype(np.float32)
    compile_search()
    project(X, build_graph(X))


def _move_to_neighbours(
    init: np.ndarray, X: np.ndarray, graph: Graph, picture: np.ndarray | None
) -> np.ndarray:
    """Move each text from its place towards its landmarks and the mean of its neighbours, with equal spread.

    A short layout alone would move texts only a little, and leave those with new neighbours scattered.
    """
    width = spread(init)
    if not LEAST_SPREAD <= width <= MOST_SPREAD:
        width = START_WIDTH / 3
    moved = _centred(first_picture(X, init) if picture is None else picture)
    moved = propagate(moved, graph, mixing=NEIGHBOUR_SHARE, rounds=NEIGHBOUR_ROUNDS)
    return moved * np.float32(width / (spread(moved) or 1.0))


def _move_to_landmarks(places: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Move each text (n, 2) towards its most similar landmarks in X, round by round.

    Needs no neighbour graph; cost O(n_texts x `N_LANDMARKS` x n_dims).
    """
    unit = unit_rows(X)
    landmarks = np.unique(np.linspace(0, len(X) - 1, N_LANDMARKS).astype(int))
    targets = unit[landmarks]
    own = places[landmarks]
    weights = _landmark_weights(targets, targets)
    rounds = []
    for _ in range(LANDMARK_ROUNDS):
        rounds.append(own)
        own = _towards(own, weights, own)
    moved = np.empty((len(X), 2), dtype=np.float32)

    def move(block: slice) -> None:
        weights, some = _landmark_weights(unit[block], targets), places[block]
        for there in rounds:
            some = _towards(some, weights, there)
        moved[block] = some

    run_on_blocks(move, len(X), LANDMARK_BLOCK)
    return moved


def _landmark_weights(unit: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the weight of each landmark for each text; 0 beyond the nearest `LANDMARKS_PER_TEXT`."""
    weights = unit @ targets.T
    position = max(len(targets) - LANDMARKS_PER_TEXT, 0)
    least = np.partition(weights, position, axis=1)[:, position, None]
    weights[weights < np.maximum(least, 0)] = 0
    for _ in range(LANDMARK_DOUBLINGS):
        np.square(weights, out=weights)
    total = weights.sum(axis=1, keepdims=True)
    weights /= np.where(total > 0, total, 1)
    return weights


def _towards(places: np.ndarray, weights: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Move texts (n, 2) by `LANDMARK_SHARE` of the way to their landmarks; those without weights stay."""
    around = np.where(weights.any(axis=1, keepdims=True), weights @ landmarks, places)
    return (1 - LANDMARK_SHARE) * places + LANDMARK_SHARE * around


def _centred(places: np.ndarray) -> np.ndarray:
    return places - places.mean(axis=0, dtype=np.float64).astype(places.dtype) if len(places) else places


def spread(places: np.ndarray) -> float:
    """Return the root mean square distance of places (n, 2) to their mean."""
    if not len(places):
        return 0.0
    return float(np.sqrt(np.square(_centred(places), dtype=np.float64).sum(axis=1).mean()))

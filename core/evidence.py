"""Whether the reshaped space tells the labels apart better than the generic one did."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

import numpy as np
from sklearn.base import TransformerMixin

from core.keys import Progress
from core.neighbours import Graph, build_graph, nearest_rows, unit_rows

LEAST_LABELS = 10
"""Held-out labels below which no difference between the spaces means anything."""

CHANCE = 0.05
"""A difference that luck alone would bring more often than this counts as none."""


@dataclass(frozen=True)
class Evidence:
    """How well held-out labels are found again, in the generic and in the reshaped space.

    Attributes
    ----------
    n_labels : int
        Labels given.
    n_classes : int
        Different labels given.
    n_tested : int
        Labels that were held out once: those of classes with two or more.
    generic, reshaped : float
        Share of the tested texts whose nearest other labelled text (cosine) carries the same label, 0 to 1;
        not a number when too few labels were given.
    gained, lost : int
        Tested texts that only the reshaped space gets right, and that only the generic space gets right.
    """

    n_labels: int
    n_classes: int
    n_tested: int
    generic: float = float("nan")
    reshaped: float = float("nan")
    gained: int = 0
    lost: int = 0

    @property
    def enough(self) -> bool:
        """Whether there were labels enough to test."""
        return not np.isnan(self.generic)

    @property
    def verdict(self) -> str:
        """One of "helps", "no gain", "worse", "too few labels to tell".

        Exact sign test on the texts that only one of the spaces gets right, one-sided at 5 %: labels without
        meaning are called helpful less than once in twenty times.

        References
        ----------
        McNemar: "Note on the sampling error of the difference between correlated proportions or percentages",
        Psychometrika 12, 1947 (in its exact, binomial form).
        """
        if not self.enough:
            return "too few labels to tell"
        if luck(self.gained, self.lost) <= CHANCE:
            return "helps"
        if luck(self.lost, self.gained) <= CHANCE:
            return "worse"
        return "no gain"

    def sentence(self) -> str:
        """Return the evidence as one line for the person at the screen."""
        if not self.enough:
            return f"too few labels to tell: {self._missing()}"
        change = f"{_percent(self.generic)} → {_percent(self.reshaped)} ({self.n_labels} labels)"
        if self.verdict == "helps":
            return f"labels better separated: {change}"
        if self.verdict == "worse":
            return f"worse than the generic space: {change}"
        # A rise too small to count must not read as a contradiction beside the figures.
        kind = "no clear gain" if self.gained > self.lost else "no gain"
        return f"{kind} over the generic space: {change}"

    def _missing(self) -> str:
        if self.n_classes == 1 and self.n_labels >= LEAST_LABELS:
            return (
                f"all {self.n_labels} are the same, "
                f"at least 2 for each of 2 labels and {LEAST_LABELS} in all needed"
            )
        if self.n_tested < self.n_labels and self.n_labels >= LEAST_LABELS:
            alone = self.n_labels - self.n_tested
            return (
                f"{alone} of {self.n_labels} are the only one of their kind, "
                f"at least 2 for each of 2 labels and {LEAST_LABELS} such in all needed"
            )
        return f"{self.n_labels}, at least 2 for each of 2 labels and {LEAST_LABELS} in all needed"


def cross_validate(
    X: np.ndarray,
    y: np.ndarray,
    *,
    graph: Graph | None = None,
    random_state: int = 0,
    folds: int = 5,
    transform: TransformerMixin | None = None,
    progress: Progress | None = None,
) -> Evidence:
    """Return evidence from given labels that were hidden in turn.

    The labels are dealt into folds, class by class. For each fold the transform is fitted anew without the
    labels in it, and each hidden text is given the label of the nearest text (cosine) whose label was left.
    Accuracy is plain, each hidden label counting once, so that the figures and the test behind the verdict
    speak of the same texts. Classes with one label stay in every fit and are not tested. A transform sees all
    texts either way, labelled or not.

    Cost: `folds` fits of the transform.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings.
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    graph : Graph, optional
        Neighbour graph of X, for transforms that use one; built when needed and not given.
    random_state : int, default=0
        Seed of the dealing.
    folds : int, default=5
        Fits to make, at least 2; a class with fewer labels is tested in as many folds as it has labels.
    transform : estimator, optional
        Unfitted; a clone is used. `GuidedTransform()` when not given.
    progress : Progress, optional
        Called with (folds done, all folds).

    Returns
    -------
    Evidence

    Raises
    ------
    ValueError
        When folds is below 2, or X and y differ in length.
    """
    X, y = np.asarray(X), np.asarray(y)
    if folds < 2:
        raise ValueError(f"folds is {folds}; at least 2 are needed, to hold some labels out and keep others.")
    if len(X) != len(y):
        raise ValueError(f"{len(X)} texts and {len(y)} labels found; give one label per text, -1 for none.")
    rows = np.flatnonzero(y >= 0)
    classes, codes, sizes = np.unique(y[rows], return_inverse=True, return_counts=True)
    testable = sizes[codes] >= 2
    counts = {"n_labels": len(rows), "n_classes": len(classes), "n_tested": int(testable.sum())}
    if (sizes >= 2).sum() < 2 or testable.sum() < LEAST_LABELS:
        return Evidence(**counts)
    fold = _deal(codes, testable, folds, random_state)
    generic = _right_by_fold(X[rows], codes, fold)
    reshaped = np.zeros(len(rows), dtype=bool)
    extra = _graph_argument(transform, X, graph)
    numbers = np.unique(fold[testable])
    for done, number in enumerate(numbers):
        if progress:
            progress(done, len(numbers))
        known = y.copy()
        known[rows[fold == number]] = -1
        fitted = _unfitted(transform).fit(X, known, **extra)
        held = fold == number
        reshaped[held] = _right(fitted.transform(X[rows]), codes, held)
    return Evidence(
        **counts,
        generic=float(generic[testable].mean()),
        reshaped=float(reshaped[testable].mean()),
        gained=int((reshaped & ~generic)[testable].sum()),
        lost=int((generic & ~reshaped)[testable].sum()),
    )


def luck(wins: int, losses: int) -> float:
    """Return how probable at least so many wins are when each of wins + losses is a coin's toss, 0 to 1."""
    from scipy.stats import binom

    return float(binom.sf(wins - 1, wins + losses, 0.5))


def _deal(codes: np.ndarray, testable: np.ndarray, folds: int, random_state: int) -> np.ndarray:
    """Fold of each label, -1 where not testable; each class spread as evenly as it can be.

    Dealing goes on from class to class, so that the folds fill evenly too.
    """
    rng = np.random.default_rng(random_state)
    shuffled = rng.permutation(np.flatnonzero(testable))
    shuffled = shuffled[np.argsort(codes[shuffled], kind="stable")]
    fold = np.full(len(codes), -1)
    fold[shuffled] = np.arange(len(shuffled)) % folds
    return fold


def _right_by_fold(vectors: np.ndarray, codes: np.ndarray, fold: np.ndarray) -> np.ndarray:
    right = np.zeros(len(codes), dtype=bool)
    for number in np.unique(fold[fold >= 0]):
        held = fold == number
        right[held] = _right(vectors, codes, held)
    return right


def _right(vectors: np.ndarray, codes: np.ndarray, held: np.ndarray) -> np.ndarray:
    """Whether each held-out vector's nearest among the others carries its label."""
    unit = unit_rows(vectors)
    nearest = nearest_rows(unit[held], unit[~held], 1)[0][:, 0]
    return codes[~held][nearest] == codes[held]


def _unfitted(transform: TransformerMixin | None) -> TransformerMixin:
    from sklearn.base import clone

    from core.transforms import GuidedTransform

    return GuidedTransform() if transform is None else clone(transform)


def _graph_argument(
    transform: TransformerMixin | None, X: np.ndarray, graph: Graph | None
) -> dict[str, Graph]:
    """Arguments for fit: the graph, built once for all folds, where the transform takes one."""
    if "graph" not in inspect.signature(_unfitted(transform).fit).parameters:
        return {}
    return {"graph": build_graph(X) if graph is None else graph}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

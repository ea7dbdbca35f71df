"""Hiding labels, fitting without them, and looking how well the nearest labelled texts give them back."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sklearn.base import TransformerMixin, clone

from core.evidence.result import LEAST_LABELS
from core.labels import without_copies
from core.neighbours import Graph, build_graph, nearest_rows, unit_rows
from core.utils import Progress

MOST_TEXTS = 5_000
"""Texts that are looked at, at most, so that a fit takes a fraction of a second. Of larger corpora a sample:
with 60 labels of 22,500 requests the figures of 2,000, 4,000, 8,000 and all texts lay within 2 points."""

MOST_LABELS = 3_000
"""Labelled texts among them, at most: more change nothing but the time."""

DEPTH = 20
"""Nearest labelled texts that have a vote; the next would have a millionth of all."""


class Found(NamedTuple):
    """How well the labels of held-out texts were found again in one space.

    Attributes
    ----------
    hits : ndarray of float (n_held,)
        1 where the nearest known text carries the label, else 0.
    votes : ndarray of float (n_held,)
        Votes of the nearest known texts for the label, the nearest with 1/2, the next with 1/4 and so on, as
        a share of those it could have, 0 to 1. Where each known text is missing with probability 1/2, a vote
        is the probability that this one is the nearest left.
    """

    hits: np.ndarray
    votes: np.ndarray


class Steps:
    """Counts fits for a progress function.

    Parameters
    ----------
    progress : Progress or None
        Called with (fits done, all fits).
    total : int
    """

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress = progress
        self.total = total
        self.begun = 0

    def next(self) -> None:
        """Say that one more fit begins."""
        self.begun += 1
        self.still()

    def still(self, *_: int) -> None:
        """Say that the fit goes on, so that a long one can be stopped."""
        if self.progress:
            self.progress(self.begun - 1, self.total)


@dataclass(frozen=True)
class Trials:
    """The labelled texts of a corpus, ready for hiding some of them and finding their labels again.

    Attributes
    ----------
    given : dict of int to int
        How many texts were given each label, by class code, ascending.
    X : ndarray (n_texts, n_dims)
        Generic embeddings, of a sample where the corpus is large.
    rows : ndarray of int (n_labelled,)
        Labelled rows of X; of copies, one.
    codes : ndarray of int (n_labelled,)
        Their classes, as positions in `classes`.
    classes : ndarray of int (n_classes,)
        Class codes as the caller wrote them, ascending.
    unit : ndarray of float32 (n_labelled, n_dims)
        Generic unit vectors of the labelled texts.
    transform : estimator
        Unfitted.
    arguments : dict
        What its `fit` is given beside X and y.
    read : ndarray of float32 (n_labelled, n_dims of their own), optional
        Unit vectors of the labelled texts in a space that no label shaped; it takes the place of every fit.
    """

    given: dict[int, int]
    X: np.ndarray
    rows: np.ndarray
    codes: np.ndarray
    classes: np.ndarray
    unit: np.ndarray
    transform: TransformerMixin
    arguments: dict[str, object]
    read: np.ndarray | None = None

    @property
    def testable(self) -> np.ndarray:
        """Which labelled texts can be held out: those whose class has another, bool (n_labelled,)."""
        return np.bincount(self.codes, minlength=1)[self.codes] >= 2

    @property
    def enough(self) -> bool:
        """Whether there are labels enough for any statement."""
        return bool(self.testable.sum() >= LEAST_LABELS and len(np.unique(self.codes[self.testable])) >= 2)

    def watched(self, steps: Steps) -> Trials:
        """Return the same trials, of which a long fit can be stopped where the transform allows that."""
        if "progress" not in inspect.signature(self.transform.fit).parameters:
            return self
        return replace(self, arguments={**self.arguments, "progress": steps.still})

    def generic(self, known: np.ndarray, held: np.ndarray) -> Found:
        """Return how well held texts' labels are found among the known ones, in the generic space.

        Parameters
        ----------
        known, held : ndarray of bool (n_labelled,)
            None is both.
        """
        return self._find(self.unit, known, held)

    def reshaped(self, known: np.ndarray, held: np.ndarray) -> Found:
        """Return the same for the space that the known labels alone make of it, one fit; or for `read`."""
        if self.read is not None:
            return self._find(self.read, known, held)
        y = np.full(len(self.X), -1)
        y[self.rows[known]] = self.classes[self.codes[known]]
        fitted = clone(self.transform).fit(self.X, y, **self.arguments)
        return self._find(unit_rows(fitted.transform(self.X[self.rows])), known, held)

    def _find(self, unit: np.ndarray, known: np.ndarray, held: np.ndarray) -> Found:
        nearest = nearest_rows(unit[held], unit[known], min(DEPTH, int(known.sum())))[0]
        right = (self.codes[known][nearest] == self.codes[held][:, None]).astype(np.float64)
        votes = 0.5 ** np.arange(1, right.shape[1] + 1)
        own = np.bincount(self.codes[known], minlength=len(self.classes))[self.codes[held]]
        return Found(right[:, 0], right @ votes / (1 - 0.5 ** np.maximum(own, 1)))


def read_trials(
    X: np.ndarray,
    y: np.ndarray,
    *,
    graph: Graph | None,
    label_vectors: np.ndarray | None,
    transform: TransformerMixin | None,
    random_state: int,
    read: np.ndarray | None = None,
) -> Trials:
    """Return the labelled texts of a corpus, with what a fit needs.

    Of a corpus beyond `MOST_TEXTS`, so many are looked at, with a neighbour graph of their own: the labelled
    ones (at most `MOST_LABELS`), and others drawn at random. Of labelled copies one keeps its label.

    Raises
    ------
    ValueError
        When X, y and read differ in length, or both a transform and ready vectors are to be tested.
    """
    from core.transforms import GuidedTransform

    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y):
        raise ValueError(f"{len(X)} texts and {len(y)} labels found; give one label per text, -1 for none.")
    if read is not None and len(read) != len(X):
        raise ValueError(f"{len(X)} texts and {len(read)} vectors read anew found; give one for each text.")
    if read is not None and transform is not None:
        raise ValueError("Both vectors read anew and a transform are given; one of them is tested.")
    given = dict(zip(*(part.tolist() for part in np.unique(y[y >= 0], return_counts=True)), strict=True))
    sample = _sample(y, random_state)
    if len(sample) < len(X):
        X, y, graph = X[sample], y[sample], None
        read = None if read is None else read[sample]
    rows = np.flatnonzero(y >= 0)
    if len(rows):
        unit = unit_rows(X)
        rows = rows[without_copies(unit[rows], unit)]
    classes, codes = np.unique(y[rows], return_inverse=True)
    unit = unit[rows] if len(rows) else np.empty((0, X.shape[1]), dtype=np.float32)
    transform = GuidedTransform() if transform is None else transform
    if read is not None:
        read = unit_rows(read[rows]) if len(rows) else np.empty((0, 1), dtype=np.float32)
        return Trials(given, X, rows, codes, classes, unit, transform, {}, read)
    trials = Trials(given, X, rows, codes, classes, unit, transform, {})
    taken = inspect.signature(transform.fit).parameters
    if "label_vectors" in taken:
        trials.arguments["label_vectors"] = label_vectors
    if "graph" in taken and trials.enough:
        trials.arguments["graph"] = build_graph(X, random_state=random_state) if graph is None else graph
    return trials


def hide_in_turn(trials: Trials, parts: Sequence[np.ndarray], steps: Steps) -> tuple[Found, Found]:
    """Return how well each text's label was found again, generic and reshaped, mean over the parts it is in.

    Parameters
    ----------
    trials : Trials
    parts : sequence of ndarray of bool (n_labelled,)
        Texts to hide together; one fit each.
    steps : Steps
        Counted on before each fit.

    Returns
    -------
    Found, Found
        Of all labelled texts; not numbers for those in no part.
    """
    totals, times = np.zeros((2, 2, len(trials.codes))), np.zeros(len(trials.codes))
    for held in parts:
        steps.next()
        totals[0][:, held] += trials.generic(~held, held)
        totals[1][:, held] += trials.reshaped(~held, held)
        times += held
    with np.errstate(invalid="ignore"):
        generic, reshaped = totals / times
    return Found(*generic), Found(*reshaped)


def _sample(y: np.ndarray, random_state: int) -> np.ndarray:
    """Rows to look at, ascending."""
    labelled, free = np.flatnonzero(y >= 0), np.flatnonzero(y < 0)
    if len(y) <= MOST_TEXTS and len(labelled) <= MOST_LABELS:
        return np.arange(len(y))
    rng = np.random.default_rng(random_state)
    labelled = rng.permutation(labelled)[:MOST_LABELS]
    return np.sort(np.concatenate([labelled, rng.permutation(free)[: MOST_TEXTS - len(labelled)]]))

"""Hold-out: hide labels, fit without them, and score how well nearest labelled texts predict them."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sklearn.base import TransformerMixin, clone

from ..labels import LEAST_LABELS, drop_duplicates
from ..neighbours import Graph, build_graph, nearest_rows, unit_rows
from ..utils import Progress

HOLDOUT_TEXTS = 5_000
"""Texts in the sample at most, so that a fit takes a fraction of a second.

With 60 labels on 22,500 requests, samples of 2,000, 4,000, 8,000 and all texts agreed within 2 points."""

HOLDOUT_LABELS = 3_000
"""Labelled texts in the sample at most: more cost time and change no figure."""

N_VOTERS = 20
"""Nearest labelled texts that vote; the next one would add a millionth of all votes."""


class HoldoutScores(NamedTuple):
    """Scores of held-out texts in one space, by their nearest labelled texts.

    Attributes
    ----------
    hits : ndarray of float (n_held,)
        1 where the nearest labelled text has the same label, else 0.
    votes : ndarray of float (n_held,)
        Votes of the nearest labelled texts for the label, as a share of the possible votes, 0 to 1. The
        nearest text has weight 1/2, the next 1/4 and so on. If each labelled text were missing with
        probability 1/2, a weight would be the probability that its text is the nearest one left.
    """

    hits: np.ndarray
    votes: np.ndarray


class ProgressCounter:
    """Count fits for a progress function, which is called with (fits done, all fits)."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.progress = progress
        self.total = total
        self.started = 0

    def next(self) -> None:
        """Report that one more fit starts."""
        self.started += 1
        self.repeat()

    def repeat(self, *_: int) -> None:
        """Report the same count again, so that a long fit can be cancelled."""
        if self.progress:
            self.progress(self.started - 1, self.total)


@dataclass(frozen=True)
class Holdout:
    """The labelled texts of a corpus, and what a fit without some of their labels needs.

    Attributes
    ----------
    given : dict of int to int
        How many texts were given each label, by class code, ascending.
    X : ndarray (n_texts, n_dims)
        Generic embeddings, of a sample where the corpus is large.
    rows : ndarray of int (n_labelled,)
        Labelled rows of X; one of each set of copies.
    codes : ndarray of int (n_labelled,)
        Their classes, as positions in `classes`.
    classes : ndarray of int (n_classes,)
        Class codes as the caller wrote them, ascending.
    unit : ndarray of float32 (n_labelled, n_dims)
        Generic unit vectors of the labelled texts.
    transform : estimator
        Unfitted.
    arguments : dict
        Arguments of its `fit` besides X and y.
    reencoded : ndarray of float32 (n_labelled, n_dims of their own), optional
        Unit vectors of the labelled texts in a re-encoded space. No transform is fitted then.
    """

    given: dict[int, int]
    X: np.ndarray
    rows: np.ndarray
    codes: np.ndarray
    classes: np.ndarray
    unit: np.ndarray
    transform: TransformerMixin
    arguments: dict[str, object]
    reencoded: np.ndarray | None = None

    @property
    def testable(self) -> np.ndarray:
        """Labelled texts that can be held out, because another has the same class: bool (n_labelled,)."""
        return np.bincount(self.codes, minlength=1)[self.codes] >= 2

    @property
    def enough(self) -> bool:
        """Whether there are enough labels for a verdict."""
        return bool(self.testable.sum() >= LEAST_LABELS and len(np.unique(self.codes[self.testable])) >= 2)

    def cancellable(self, counter: ProgressCounter) -> Holdout:
        """Return a copy whose fits report progress, if it can, so that they can be cancelled."""
        if "progress" not in inspect.signature(self.transform.fit).parameters:
            return self
        return replace(self, arguments={**self.arguments, "progress": counter.repeat})

    def generic(self, known: np.ndarray, held: np.ndarray) -> HoldoutScores:
        """Score the held-out texts in the generic space; no text is both known and held."""
        return self._score(self.unit, known, held)

    def reshaped(self, known: np.ndarray, held: np.ndarray) -> HoldoutScores:
        """Score them in the space fitted on the known labels, or in `reencoded`. Cost: one fit, or none."""
        if self.reencoded is not None:
            return self._score(self.reencoded, known, held)
        y = np.full(len(self.X), -1)
        y[self.rows[known]] = self.classes[self.codes[known]]
        fitted = clone(self.transform).fit(self.X, y, **self.arguments)
        return self._score(unit_rows(fitted.transform(self.X[self.rows])), known, held)

    def _score(self, unit: np.ndarray, known: np.ndarray, held: np.ndarray) -> HoldoutScores:
        nearest = nearest_rows(unit[held], unit[known], min(N_VOTERS, int(known.sum())))[0]
        right = (self.codes[known][nearest] == self.codes[held][:, None]).astype(np.float64)
        votes = 0.5 ** np.arange(1, right.shape[1] + 1)
        own = np.bincount(self.codes[known], minlength=len(self.classes))[self.codes[held]]
        return HoldoutScores(right[:, 0], right @ votes / (1 - 0.5 ** np.maximum(own, 1)))


def prepare_holdout(
    X: np.ndarray,
    y: np.ndarray,
    *,
    graph: Graph | None,
    label_vectors: np.ndarray | None,
    transform: TransformerMixin | None,
    random_state: int,
    views: Sequence[np.ndarray] | None = None,
    label_views: Sequence[np.ndarray] | None = None,
    reencoded: np.ndarray | None = None,
) -> Holdout:
    """Return the labelled texts of a corpus, and what a fit needs.

    A corpus of more than `HOLDOUT_TEXTS` texts is sampled, its views too, and the sample gets a neighbour
    graph of its own. The sample has the labelled texts (at most `HOLDOUT_LABELS`) and others drawn at random.
    One text of each set of labelled copies keeps its label.

    Raises
    ------
    ValueError
        When X, y, a view and `reencoded` differ in length, or both a transform and re-encoded vectors are
        given.
    """
    from ..transforms import GuidedTransform

    X, y = np.asarray(X), np.asarray(y)
    views, label_views = (list(() if given is None else given) for given in (views, label_views))
    _check_lengths(len(X), len(y), views, reencoded)
    if reencoded is not None and transform is not None:
        raise ValueError("A transform and re-encoded vectors are given; only one of them can be tested.")
    given = dict(zip(*(part.tolist() for part in np.unique(y[y >= 0], return_counts=True)), strict=True))
    sample = _sample(y, random_state)
    if len(sample) < len(X):
        X, y, graph = X[sample], y[sample], None
        views = [view[sample] for view in views]
        reencoded = None if reencoded is None else reencoded[sample]
    rows = np.flatnonzero(y >= 0)
    if len(rows):
        unit = unit_rows(X)
        rows = rows[drop_duplicates(unit[rows], unit)]
    classes, codes = np.unique(y[rows], return_inverse=True)
    unit = unit[rows] if len(rows) else np.empty((0, X.shape[1]), dtype=np.float32)
    transform = GuidedTransform() if transform is None else transform
    if reencoded is not None:
        reencoded = unit_rows(reencoded[rows]) if len(rows) else np.empty((0, 1), dtype=np.float32)
    holdout = Holdout(given, X, rows, codes, classes, unit, transform, {}, reencoded)
    if reencoded is not None:
        return holdout
    taken = inspect.signature(transform.fit).parameters
    named = {"views": views, "label_vectors": label_vectors, "label_views": label_views}
    holdout.arguments.update({name: value for name, value in named.items() if name in taken})
    if "graph" in taken and holdout.enough:
        holdout.arguments["graph"] = build_graph(X, random_state=random_state) if graph is None else graph
    return holdout


def score_parts(
    holdout: Holdout, parts: Sequence[np.ndarray], counter: ProgressCounter
) -> tuple[HoldoutScores, HoldoutScores]:
    """Score each text in the generic and the reshaped space, as the mean over the parts that hold it out.

    A part, bool (n_labelled,), says which texts are held out together: one fit each, counted before it
    starts. The scores are of all labelled texts, NaN for those in no part.
    """
    holdout = holdout.cancellable(counter)
    totals, times = np.zeros((2, 2, len(holdout.codes))), np.zeros(len(holdout.codes))
    for held in parts:
        counter.next()
        totals[0][:, held] += holdout.generic(~held, held)
        totals[1][:, held] += holdout.reshaped(~held, held)
        times += held
    with np.errstate(invalid="ignore"):
        generic, reshaped = totals / times
    return HoldoutScores(*generic), HoldoutScores(*reshaped)


def _check_lengths(
    n_texts: int, n_labels: int, views: Sequence[np.ndarray], reencoded: np.ndarray | None
) -> None:
    if n_texts != n_labels:
        raise ValueError(f"{n_texts} texts and {n_labels} labels found; give one per text, -1 for none.")
    for view in views:
        if len(view) != n_texts:
            raise ValueError(f"{n_texts} texts and a view of {len(view)} found; give a row of it per text.")
    if reencoded is not None and len(reencoded) != n_texts:
        raise ValueError(f"{n_texts} texts and {len(reencoded)} re-encoded vectors found; give one per text.")


def _sample(y: np.ndarray, random_state: int) -> np.ndarray:
    """Return the sampled rows, ascending."""
    labelled, unlabelled = np.flatnonzero(y >= 0), np.flatnonzero(y < 0)
    if len(y) <= HOLDOUT_TEXTS and len(labelled) <= HOLDOUT_LABELS:
        return np.arange(len(y))
    rng = np.random.default_rng(random_state)
    labelled = rng.permutation(labelled)[:HOLDOUT_LABELS]
    return np.sort(np.concatenate([labelled, rng.permutation(unlabelled)[: HOLDOUT_TEXTS - len(labelled)]]))

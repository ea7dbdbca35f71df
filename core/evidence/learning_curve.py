"""Learning curve: accuracy by number of labels, extrapolated with a power law."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import TransformerMixin

from ..neighbours import Graph
from ..utils import Progress
from .folds import natural_order, shares_of_classes, stratified_parts
from .holdout import Holdout, ProgressCounter, prepare_holdout
from .statistics import balanced, mean_over_classes

SHARES = (0.2, 0.4, 0.7, 1.0)
"""Shares of the labels that are not held out; one point of the curve each."""

CURVE_FOLDS = 5
CURVE_REPEATS = 2

POWER = 0.5
"""Exponent p of the curve a - b n^-p. Four points cannot determine it; on real corpora it was about 0.5."""

MAX_EXTRAPOLATION = 3
"""Most additional labels that are predicted, as a multiple of the given ones."""

TARGET_GAIN = 0.05
"""Gain in accuracy that the sentence names the labels for."""


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy with this many labels.

    Attributes
    ----------
    n_labels : int
        Mean over the folds.
    generic, reshaped : float
        Balanced accuracy, 0 to 1.
    """

    n_labels: int
    generic: float
    reshaped: float


@dataclass(frozen=True)
class LearningCurve:
    """Accuracy by number of labels.

    Attributes
    ----------
    n_labels : int
        Labels given.
    points : tuple of CurvePoint
        Ascending; empty when there are too few labels. The last has fewer labels than are given, because
        some are held out.
    doubling, doubling_low, doubling_high : float
        Gain in accuracy of the reshaped space with twice the given labels, -1 to 1, and its 90 % interval;
        NaN when there are too few labels.
    """

    n_labels: int
    points: tuple[CurvePoint, ...] = ()
    doubling: float = math.nan
    doubling_low: float = math.nan
    doubling_high: float = math.nan

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LearningCurve:
        """Return the curve from its `dataclasses.asdict`, also after JSON."""
        return cls(**{**document, "points": tuple(CurvePoint(**point) for point in document["points"])})

    def labels_needed(self, target_gain: float = TARGET_GAIN) -> int | None:
        """Return how many more labels would add this much accuracy (above 0 up to 1), rounded.

        None when there are too few labels to tell, when the lower end of the curve does not rise, or when it
        would take more than `MAX_EXTRAPOLATION` times the given labels.
        """
        if not self.doubling_low > 0:  # true for NaN too
            return None
        left = 1 - target_gain / self.doubling * (1 - 2**-POWER)  # share of the gap to the limit
        if left <= (1 + MAX_EXTRAPOLATION) ** -POWER:
            return None
        return _round(self.n_labels * (left ** (-1 / POWER) - 1))

    def sentence(self, *, settled: bool = True) -> str:
        """Return what more labels would bring, as one line of text.

        Parameters
        ----------
        settled : bool, default=True
            Whether the verdict is settled. Before that, nothing says that more labels hardly help.
        """
        points = f"{100 * TARGET_GAIN:.0f} points"
        more = self.labels_needed()
        if more is not None:
            return f"about {more} more labels would bring {points} more"
        if settled and self.doubling_high < TARGET_GAIN:
            return f"more labels would hardly help: twice as many would bring less than {points}"
        return "too few labels to tell what more of them would bring"


def learning_curve(
    X: np.ndarray,
    y: np.ndarray,
    *,
    views: Sequence[np.ndarray] | None = None,
    graph: Graph | None = None,
    label_vectors: np.ndarray | None = None,
    label_views: Sequence[np.ndarray] | None = None,
    random_state: int = 0,
    transform: TransformerMixin | None = None,
    progress: Progress | None = None,
) -> LearningCurve:
    """Measure accuracy by number of labels, in the same way as `cross_validate`.

    For each held-out fold, the transform is fitted on nested, stratified subsets of the other labels. The
    curve a - b / sqrt(n) is fitted to the hits of each text. Its slope b is averaged like the gain of
    `cross_validate`, with the same standard error.

    Cost: 40 fits of the transform. Large corpora are sampled as by `cross_validate`.

    Parameters
    ----------
    X, y, views, graph, label_vectors, label_views, random_state, transform
        As for `cross_validate`.
    progress : Progress, optional
        Called with (fits done, all fits) before each fit.

    Raises
    ------
    ValueError
        When X, y and a view differ in length.

    References
    ----------
    Cortes, Jackel, Solla, Vapnik, Denker: "Learning curves: asymptotic values and rate of convergence",
    NIPS 6, 1993 (the power law that nears a limit).
    Figueroa, Zeng-Treitler, Kandula, Ngo: "Predicting sample size required for classification performance",
    BMC Medical Informatics and Decision Making 12, 2012 (fitting it to the labels at hand).
    """
    holdout = prepare_holdout(
        X,
        y,
        views=views,
        graph=graph,
        label_vectors=label_vectors,
        label_views=label_views,
        transform=transform,
        random_state=random_state,
    )
    n_labels = sum(holdout.given.values())
    if not holdout.enough:
        return LearningCurve(n_labels)
    counts, generic, reshaped = _measure(holdout, np.random.default_rng(random_state), progress)
    tested, codes = holdout.testable, holdout.codes[holdout.testable]
    slope = mean_over_classes(_slopes(counts, reshaped[:, tested]), codes)
    step = n_labels**-POWER - (2 * n_labels) ** -POWER
    return LearningCurve(
        n_labels=n_labels,
        points=tuple(
            CurvePoint(round(count), balanced(before[tested], codes), balanced(after[tested], codes))
            for count, before, after in zip(counts.tolist(), generic, reshaped, strict=True)
        ),
        doubling=step * slope.value,
        doubling_low=step * (slope.value - slope.margin(0.9)),
        doubling_high=step * (slope.value + slope.margin(0.9)),
    )


def _measure(
    holdout: Holdout, rng: np.random.Generator, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the labels known at each point (n_points,), and each text's hits there, generic and reshaped.

    Hits are means over the repeats, (n_points, n_labelled); NaN for texts that are never held out.
    """
    parts = stratified_parts(holdout.unit, holdout.codes, CURVE_FOLDS, CURVE_REPEATS, rng)
    order = natural_order(holdout.unit, holdout.codes)
    counter = ProgressCounter(progress, len(parts) * len(SHARES))
    holdout = holdout.cancellable(counter)
    counts, hits = np.zeros(len(SHARES)), np.zeros((2, len(SHARES), len(holdout.codes)))
    for held in parts:
        growing = shares_of_classes(order[~held[order]], holdout.codes, SHARES, rng)
        for point, known in enumerate(growing):
            counter.next()
            hits[0, point, held] += holdout.generic(known, held).hits
            hits[1, point, held] += holdout.reshaped(known, held).hits
            counts[point] += known.sum() / len(parts)
    generic, reshaped = np.where(holdout.testable, hits / CURVE_REPEATS, np.nan)
    return counts, generic, reshaped


def _slopes(counts: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Return the least-squares b of each text's curve a - b count^-POWER, from hits (n_points, n_texts)."""
    x = -(counts**-POWER)
    x = x - x.mean()
    return x @ hits / np.square(x).sum()


def _round(count: float) -> int:
    """Round to a multiple of 5 below 100, to two digits above."""
    unit = 5 if count < 100 else 10 ** (int(math.log10(count)) - 1)
    return max(unit, round(count / unit) * unit)

"""How accuracy grew with the labels, and what more of them would bring."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import TransformerMixin

from core.evidence.folds import deal_parts, natural_order, shares_of_classes
from core.evidence.holdout import Steps, Trials, read_trials
from core.evidence.result import TOO_FEW
from core.evidence.statistics import balanced, mean_over_classes
from core.neighbours import Graph
from core.utils import Progress

SHARES = (0.2, 0.4, 0.7, 1.0)
"""Parts of the labels that are not held out, with which the points of the curve are measured."""

FOLDS = 5
REPEATS = 2

POWER = 0.5
"""Accuracy nears its limit as this negative power of the number of labels. Four points cannot tell the power;
on real corpora it lay around a half."""

FURTHEST = 3
"""So many times the labels at hand are the most that is worth asking for, or worth foretelling."""


@dataclass(frozen=True)
class CurvePoint:
    """What so many labels reach.

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
    """How accuracy grew with the labels.

    Attributes
    ----------
    n_labels : int
        Labels at hand.
    points : tuple of CurvePoint
        Ascending; none when there are too few labels. The last has fewer labels than are at hand, because
        some are held out.
    doubling, doubling_low, doubling_high : float
        How much twice the labels at hand would add to the accuracy of the reshaped space, -1 to 1, and the
        90 % interval of it; not a number when there are too few labels.
    """

    n_labels: int
    points: tuple[CurvePoint, ...] = ()
    doubling: float = math.nan
    doubling_low: float = math.nan
    doubling_high: float = math.nan

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> LearningCurve:
        """Return the curve of which `dataclasses.asdict` made this document, also after JSON."""
        return cls(**{**document, "points": tuple(CurvePoint(**point) for point in document["points"])})

    def more(self, target_gain: float = 0.05) -> int | None:
        """Return how many more labels would add so much accuracy, in a round number.

        None when there are too few labels to tell, when the curve does not surely rise, or when it would take
        more than `FURTHEST` times the labels at hand.

        Parameters
        ----------
        target_gain : float, default=0.05
            Accuracy to gain, above 0 up to 1.
        """
        if not self.doubling_low > 0:  # so that not a number says no, too
            return None
        left = 1 - target_gain / self.doubling * (1 - 2**-POWER)  # of what separates us from the limit
        if left <= (1 + FURTHEST) ** -POWER:
            return None
        return _round(self.n_labels * (left ** (-1 / POWER) - 1))

    def sentence(self, target_gain: float = 0.05) -> str:
        """Return what more labels would bring, as one line for the person at the screen."""
        points = f"{100 * target_gain:.0f} points"
        more = self.more(target_gain)
        if more is not None:
            return f"about {more} more labels would bring +{points}"
        if self.doubling_high < target_gain:
            return f"more labels would hardly help: twice as many would bring less than {points}"
        return f"{TOO_FEW} what more of them would bring"


def learning_curve(
    X: np.ndarray,
    y: np.ndarray,
    *,
    graph: Graph | None = None,
    label_vectors: np.ndarray | None = None,
    random_state: int = 0,
    transform: TransformerMixin | None = None,
    progress: Progress | None = None,
) -> LearningCurve:
    """Return how accuracy grew with the labels, measured as the evidence is, and what more would bring.

    For each held-out part, the transform is fitted on growing parts of the other labels, class by class. A
    curve a - b / sqrt(n) is laid through each text's hits, and its b averaged like the gain of
    `cross_validate`, with the same error.

    Cost: 40 fits of the transform. Large corpora are sampled as by `cross_validate`.

    Parameters
    ----------
    X, y, graph, label_vectors, random_state, transform
        As for `cross_validate`.
    progress : Progress, optional
        Called with (fits done, all fits) before each fit.

    Returns
    -------
    LearningCurve

    Raises
    ------
    ValueError
        When X and y differ in length.

    References
    ----------
    Cortes, Jackel, Solla, Vapnik, Denker: "Learning curves: asymptotic values and rate of convergence",
    NIPS 6, 1993 (the power law that nears a limit).
    Figueroa, Zeng-Treitler, Kandula, Ngo: "Predicting sample size required for classification performance",
    BMC Medical Informatics and Decision Making 12, 2012 (fitting it to the labels at hand).
    """
    trials = read_trials(
        X,
        y,
        graph=graph,
        label_vectors=label_vectors,
        transform=transform,
        random_state=random_state,
    )
    if not trials.enough:
        return LearningCurve(sum(trials.given.values()))
    counts, generic, reshaped = _measure(trials, np.random.default_rng(random_state), progress)
    tested, codes = trials.testable, trials.codes[trials.testable]
    n_labels = sum(trials.given.values())
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
    trials: Trials, rng: np.random.Generator, progress: Progress | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels known at each point (n_points,), and hits of each text there, generic and reshaped.

    Hits are means over the repeats, (n_points, n_labelled); not numbers for texts that are never held out.
    """
    parts = deal_parts(trials.unit, trials.codes, FOLDS, REPEATS, rng)
    order = natural_order(trials.unit, trials.codes)
    steps = Steps(progress, len(parts) * len(SHARES))
    counts, hits = np.zeros(len(SHARES)), np.zeros((2, len(SHARES), len(trials.codes)))
    for held in parts:
        growing = shares_of_classes(order[~held[order]], trials.codes, SHARES, rng)
        for point, known in enumerate(growing):
            steps.next()
            hits[0, point, held] += trials.generic(known, held).hits
            hits[1, point, held] += trials.reshaped(known, held).hits
            counts[point] += known.sum() / len(parts)
    generic, reshaped = np.where(trials.testable, hits / REPEATS, np.nan)
    return counts, generic, reshaped


def _slopes(counts: np.ndarray, hits: np.ndarray) -> np.ndarray:
    """Least-squares b of each text's curve a - b x count^-POWER, from hits (n_points, n_texts)."""
    x = -(counts**-POWER)
    x = x - x.mean()
    return x @ hits / np.square(x).sum()


def _round(count: float) -> int:
    """Whole number that does not pretend to be exact: to 5 below 100, to two digits above."""
    unit = 5 if count < 100 else 10 ** (int(math.log10(count)) - 1)
    return max(unit, round(count / unit) * unit)

"""Control: accuracy with permuted labels, the chance level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import TransformerMixin

from ..neighbours import Graph
from ..utils import Progress
from .folds import natural_order, stratified_parts
from .holdout import Holdout, ProgressCounter, prepare_holdout, score_parts
from .statistics import balanced

BASELINE_FOLDS = 5

PERMUTATIONS = 4
"""Permutations of the labels: with 40 labels of 4 classes, their mean is 25 % within 4 points."""


@dataclass(frozen=True)
class Control:
    """Balanced accuracy, 0 to 1, with labels that mean nothing; NaN where it cannot be measured.

    Attributes
    ----------
    permuted : float
        Of the reshaped space when the labels are permuted among the labelled texts: the chance level.
    """

    permuted: float = math.nan


def control(
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
) -> Control:
    """Measure the accuracy with permuted labels, in the same way as `cross_validate`.

    A permutation keeps only the number of texts per label.

    Cost: `PERMUTATIONS` x 5 fits of the transform. Large corpora are sampled as by `cross_validate`.

    Parameters
    ----------
    X, y, views, graph, label_vectors, label_views, random_state, transform
        As for `cross_validate`.
    progress : Progress, optional
        Called with (fits done, all fits), often.

    Raises
    ------
    ValueError
        When X, y and a view differ in length.
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
    if not holdout.enough:
        return Control()
    counter = ProgressCounter(progress, PERMUTATIONS * BASELINE_FOLDS)
    return Control(_permuted(holdout, np.random.default_rng(random_state), counter))


def _permuted(holdout: Holdout, rng: np.random.Generator, counter: ProgressCounter) -> float:
    order = natural_order(holdout.unit, holdout.codes)
    accuracies = []
    for _ in range(PERMUTATIONS):
        codes = holdout.codes.copy()
        codes[order] = holdout.codes[rng.permutation(order)]
        parts = stratified_parts(holdout.unit, codes, BASELINE_FOLDS, 1, rng)
        accuracies.append(_accuracy(replace(holdout, codes=codes), parts, counter))
    return float(np.mean(accuracies))


def _accuracy(holdout: Holdout, parts: list[np.ndarray], counter: ProgressCounter) -> float:
    hits = score_parts(holdout, parts, counter)[1].hits
    tested = ~np.isnan(hits)
    return balanced(hits[tested], holdout.codes[tested])

"""Baselines: accuracy with permuted labels, and of `GSTransform`, on the same labels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import TransformerMixin

from core.evidence.folds import natural_order, stratified_parts
from core.evidence.holdout import Holdout, ProgressCounter, prepare_holdout, score_parts
from core.evidence.statistics import balanced
from core.neighbours import Graph
from core.utils import Progress

BASELINE_FOLDS = 5

PERMUTATIONS = 4
"""Permutations of the labels: with 40 labels of 4 classes, their mean is 25 % within 4 points."""

GSTRANSFORM_LABELS = 1_000
"""Most labels that `GSTransform` learns from: so many take 15 s."""

GSTRANSFORM_TESTS = 100
"""Held-out texts of `GSTransform` after which no fold starts."""


@dataclass(frozen=True)
class Control:
    """Balanced accuracies, 0 to 1, of the baselines; NaN where one cannot be measured.

    Attributes
    ----------
    permuted : float
        Of the reshaped space when the labels are permuted among the labelled texts: the chance level.
    published : float
        Of the space that the published method, `GSTransform`, learns from the labels.
    """

    permuted: float = math.nan
    published: float = math.nan


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
    """Measure the baselines, in the same way as `cross_validate`.

    A permutation keeps only the number of texts per label. `GSTransform` is tested on the first split of
    `cross_validate` with the same seed.

    Cost: `PERMUTATIONS` x 5 fits of the transform, and up to 5 of `GSTransform`, which take a second or more
    each; with many labels it is tested on fewer folds. Large corpora are sampled as by
    `cross_validate`.

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
    parts = stratified_parts(
        holdout.unit, holdout.codes, BASELINE_FOLDS, 1, np.random.default_rng(random_state)
    )
    tests = np.cumsum([part.sum() for part in parts])
    first_parts = parts[: 1 + int(np.searchsorted(tests, GSTRANSFORM_TESTS))]
    counter = ProgressCounter(progress, PERMUTATIONS * len(parts) + len(first_parts))
    permuted = _permuted(holdout, np.random.default_rng(random_state), counter)
    return Control(permuted=permuted, published=_published(holdout, first_parts, counter))


def _permuted(holdout: Holdout, rng: np.random.Generator, counter: ProgressCounter) -> float:
    order = natural_order(holdout.unit, holdout.codes)
    accuracies = []
    for _ in range(PERMUTATIONS):
        codes = holdout.codes.copy()
        codes[order] = holdout.codes[rng.permutation(order)]
        parts = stratified_parts(holdout.unit, codes, BASELINE_FOLDS, 1, rng)
        accuracies.append(_accuracy(replace(holdout, codes=codes), parts, counter))
    return float(np.mean(accuracies))


def _published(holdout: Holdout, parts: list[np.ndarray], counter: ProgressCounter) -> float:
    from core.transforms import GSTransform

    transform = GSTransform(max_texts=GSTRANSFORM_LABELS)
    try:
        return _accuracy(replace(holdout, transform=transform, arguments={}), parts, counter)
    except ValueError:  # too few classes, or a training that overflowed
        return math.nan


def _accuracy(holdout: Holdout, parts: list[np.ndarray], counter: ProgressCounter) -> float:
    hits = score_parts(holdout, parts, counter)[1].hits
    tested = ~np.isnan(hits)
    return balanced(hits[tested], holdout.codes[tested])

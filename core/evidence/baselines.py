"""Baselines: accuracy with permuted labels, and of the published method, on the same labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import TransformerMixin

from core.evidence.folds import natural_order, stratified_parts
from core.evidence.holdout import Holdout, HoldoutScores, ProgressCounter, prepare_holdout, score_parts
from core.evidence.statistics import balanced
from core.neighbours import Graph
from core.utils import Progress

BASELINE_FOLDS = 5

PERMUTATIONS = 4
"""Permutations of the labels: with 40 labels of 4 classes, their mean is 25 % within 4 points."""

RECIPE_LABELS = 1_000
"""Labels that the published method learns from at most: so many take 15 s."""

RECIPE_TESTS = 100
"""Held-out texts of the published method after which no fold starts."""


@dataclass(frozen=True)
class Control:
    """Balanced accuracies, 0 to 1, of the baselines; NaN where one cannot be measured.

    Attributes
    ----------
    permuted : float
        Of the reshaped space when the labels are permuted among the labelled texts: the chance level.
    published : float
        Of the space that the published method (`GSTransform`) learns from the labels.
    """

    permuted: float = math.nan
    published: float = math.nan


def control(
    X: np.ndarray,
    y: np.ndarray,
    *,
    graph: Graph | None = None,
    label_vectors: np.ndarray | None = None,
    random_state: int = 0,
    transform: TransformerMixin | None = None,
    progress: Progress | None = None,
) -> Control:
    """Measure the baselines, in the same way as `cross_validate`.

    A permutation keeps only the number of texts per label. The published method is tested on the first split
    of `cross_validate` with the same seed.

    Cost: `PERMUTATIONS` x 5 fits of the transform, and up to 5 of the published method, which take a second
    or more each; with many labels it is tested on fewer folds. Large corpora are sampled as by
    `cross_validate`.

    Parameters
    ----------
    X, y, graph, label_vectors, random_state, transform
        As for `cross_validate`.
    progress : Progress, optional
        Called with (fits done, all fits), often.

    Returns
    -------
    Control

    Raises
    ------
    ValueError
        When X and y differ in length.
    """
    holdout = prepare_holdout(
        X,
        y,
        graph=graph,
        label_vectors=label_vectors,
        transform=transform,
        random_state=random_state,
    )
    if not holdout.enough:
        return Control()
    parts = stratified_parts(
        holdout.unit, holdout.codes, BASELINE_FOLDS, 1, np.random.default_rng(random_state)
    )
    tests = np.cumsum([part.sum() for part in parts])
    recipe_parts = parts[: 1 + int(np.searchsorted(tests, RECIPE_TESTS))]
    counter = ProgressCounter(progress, PERMUTATIONS * len(parts) + len(recipe_parts))
    permuted = _permuted(holdout, np.random.default_rng(random_state), counter)
    return Control(permuted=permuted, published=_published(holdout, recipe_parts, counter))


def _permuted(holdout: Holdout, rng: np.random.Generator, counter: ProgressCounter) -> float:
    order = natural_order(holdout.unit, holdout.codes)
    accuracies = []
    for _ in range(PERMUTATIONS):
        codes = holdout.codes.copy()
        codes[order] = holdout.codes[rng.permutation(order)]
        shuffled = replace(holdout, codes=codes)
        parts = stratified_parts(holdout.unit, codes, BASELINE_FOLDS, 1, rng)
        accuracies.append(_accuracy(score_parts(shuffled, parts, counter)[1], codes))
    return float(np.mean(accuracies))


def _published(holdout: Holdout, parts: list[np.ndarray], counter: ProgressCounter) -> float:
    from core.transforms import GSTransform

    recipe = GSTransform(max_texts=RECIPE_LABELS)
    holdout = replace(holdout, transform=recipe, arguments={}).cancellable(counter)
    try:
        return _accuracy(score_parts(holdout, parts, counter)[1], holdout.codes)
    except ValueError:  # too few classes, or a training that overflowed
        return math.nan


def _accuracy(found: HoldoutScores, codes: np.ndarray) -> float:
    tested = ~np.isnan(found.hits)
    return balanced(found.hits[tested], codes[tested])

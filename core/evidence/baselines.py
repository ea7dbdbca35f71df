"""What luck gives, and what the published recipe gives, with the same labels."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from sklearn.base import TransformerMixin

from core.evidence.folds import deal_parts, natural_order
from core.evidence.holdout import Found, Steps, Trials, hide_in_turn, read_trials
from core.evidence.statistics import balanced
from core.neighbours import Graph
from core.utils import Progress

FOLDS = 5

PERMUTATIONS = 4
"""Times the labels are permuted: with 40 labels of 4 classes, luck then gives 25 % within 4 points."""

RECIPE_LABELS = 1_000
"""Labels that the published recipe learns from at most: its time grows with them, to 15 s at so many."""

RECIPE_TESTS = 100
"""Tests of the published recipe after which no fold is begun."""


@dataclass(frozen=True)
class Control:
    """Balanced accuracies, 0 to 1, to hold the evidence against; not a number where they cannot be had.

    Attributes
    ----------
    permuted : float
        Of the reshaped space when the labels are permuted among the labelled texts: what luck gives.
    published : float
        Of the space that the published recipe (`GSTransform`) makes of the labels.
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
    """Return what permuted labels and the published recipe reach, measured as the evidence is.

    Permuted labels keep the number of texts of each label, and nothing else. The published recipe is tested
    on the first dealing of `cross_validate` of the same seed.

    Cost: `PERMUTATIONS` x 5 fits of the transform, and up to 5 of the published recipe, which take a second
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
    trials = read_trials(
        X,
        y,
        graph=graph,
        label_vectors=label_vectors,
        transform=transform,
        random_state=random_state,
    )
    if not trials.enough:
        return Control()
    parts = deal_parts(trials.unit, trials.codes, FOLDS, 1, np.random.default_rng(random_state))
    tests = np.cumsum([part.sum() for part in parts])
    recipe_parts = parts[: 1 + int(np.searchsorted(tests, RECIPE_TESTS))]
    steps = Steps(progress, PERMUTATIONS * len(parts) + len(recipe_parts))
    permuted = _permuted(trials, np.random.default_rng(random_state), steps)
    return Control(permuted=permuted, published=_published(trials, recipe_parts, steps))


def _permuted(trials: Trials, rng: np.random.Generator, steps: Steps) -> float:
    order = natural_order(trials.unit, trials.codes)
    accuracies = []
    for _ in range(PERMUTATIONS):
        codes = trials.codes.copy()
        codes[order] = trials.codes[rng.permutation(order)]
        shuffled = replace(trials, codes=codes)
        parts = deal_parts(trials.unit, codes, FOLDS, 1, rng)
        accuracies.append(_accuracy(hide_in_turn(shuffled, parts, steps)[1], codes))
    return float(np.mean(accuracies))


def _published(trials: Trials, parts: list[np.ndarray], steps: Steps) -> float:
    from core.transforms import GSTransform

    recipe = GSTransform(max_texts=RECIPE_LABELS)
    trials = replace(trials, transform=recipe, arguments={}).watched(steps)
    try:
        return _accuracy(hide_in_turn(trials, parts, steps)[1], trials.codes)
    except ValueError:  # too few classes, or a training that left the range of numbers
        return math.nan


def _accuracy(found: Found, codes: np.ndarray) -> float:
    tested = ~np.isnan(found.hits)
    return balanced(found.hits[tested], codes[tested])

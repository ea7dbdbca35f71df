"""What is labelled and what is scored: the same for all methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import CorpusError
from core.evidence.benchmark.data import Facet, GroupedTexts, draw_triplets
from core.evidence.benchmark.methods import Method, pick

LABELS_EACH = 4
"""Labelled texts that there must be for each one that a method learns from."""


@dataclass(frozen=True)
class Plan:
    """What is labelled and what is scored of one facet, by one seed.

    Attributes
    ----------
    seed : int
    picked : dict of Method to rows with labels, for methods that learn
    scored : ndarray of int, rows with a label that no method was shown
    triplets : int64 array (n_triplets, 3) of such rows
    """

    seed: int
    picked: dict[Method, np.ndarray]
    scored: np.ndarray
    triplets: np.ndarray


def make_plans(
    material: GroupedTexts,
    methods: Sequence[Method],
    seeds: Sequence[int],
    space: Callable[[GroupedTexts], tuple[np.ndarray, float]],
    note: Callable[[str], None],
) -> list[list[Plan]]:
    """Return a plan for each facet and seed.

    Parameters
    ----------
    material : GroupedTexts
    methods : sequence of Method
        All that are compared. One that would learn from more than a quarter of a facet's labels is left out.
    seeds : sequence of int
    space : callable
        Returns the generic vectors (n_texts, n_dims) and the seconds they took; asked where texts are picked.
    note : callable
        Told in a sentence what is left out.

    Raises
    ------
    CorpusError
        When the texts left to be scored carry one label only.
    """
    plans = []
    for facet in material.facets:
        learning = _learning(material, facet, methods, note)
        vectors = space(material)[0] if learning else None
        plans.append([_plan(material, facet, learning, vectors, seed) for seed in seeds])
    return plans


def _learning(
    material: GroupedTexts, facet: Facet, methods: Sequence[Method], note: Callable[[str], None]
) -> list[Method]:
    known, learning = len(facet.labelled), []
    for method in methods:
        if method.learns and LABELS_EACH * method.labels > known:
            note(
                f"{material.dataset}, {facet.name}: {known:,} labelled texts are too few to learn from "
                f"{method.labels:,} and be scored on the others, so that was left out."
            )
        elif method.learns:
            learning.append(method)
    return learning


def _plan(
    material: GroupedTexts, facet: Facet, learning: list[Method], vectors: np.ndarray | None, seed: int
) -> Plan:
    picked = {method: pick(facet, vectors, method.labels, method.picking, seed) for method in learning}
    shown = np.concatenate([np.empty(0, np.int64), *picked.values()])
    scored = np.setdiff1d(facet.labelled, shown)
    if len(np.unique(facet.codes[scored])) < 2:
        raise CorpusError(
            f"The texts of {material.dataset} that are left to be scored by “{facet.name}” carry one label "
            "only: add texts, or leave this column out."
        )
    return Plan(seed, picked, scored, draw_triplets(material.facets, facet, scored, seed))

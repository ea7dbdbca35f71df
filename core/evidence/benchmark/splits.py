"""Split labelled texts into those that are shown and those that are scored: the same for all methods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import CorpusError
from .data import Facet, GroupedTexts, draw_triplets
from .generic_space import GenericSpace
from .methods import Setting, pick

MIN_LABELLED_RATIO = 2
"""Labelled texts that there must be for each one that a method learns from: half are left to be scored."""


@dataclass(frozen=True)
class Split:
    """Rows of one facet that are shown and that are scored, by one seed.

    Attributes
    ----------
    picked : dict of Setting to int64 array
        Rows whose labels are shown, for methods that learn.
    scored : int64 array
        Rows with a label that no method was shown.
    triplets : int64 array (n_triplets, 3)
        Of such rows.
    """

    seed: int
    picked: dict[Setting, np.ndarray]
    scored: np.ndarray
    triplets: np.ndarray


def make_splits(
    material: GroupedTexts,
    settings: Sequence[Setting],
    seeds: Sequence[int],
    space: Callable[[GroupedTexts], GenericSpace],
    note: Callable[[str], None],
) -> list[list[Split]]:
    """Return a split for each facet and seed.

    Parameters
    ----------
    settings : sequence of Setting
        All that are compared. One that would learn from more than half of a facet's labels is left out.
    space : callable
        Returns the generic space; called where texts are picked.
    note : callable
        Called with a sentence on what is left out.

    Raises
    ------
    CorpusError
        When the texts left to be scored carry one label only.
    """
    splits = []
    for facet in material.facets:
        learning = _learning(material, facet, settings, note)
        generic = space(material) if learning else None
        splits.append([_split(material, facet, learning, generic, seed) for seed in seeds])
    return splits


def _learning(
    material: GroupedTexts, facet: Facet, settings: Sequence[Setting], note: Callable[[str], None]
) -> list[Setting]:
    known, learning = len(facet.labelled), []
    for setting in settings:
        if setting.method.learns and MIN_LABELLED_RATIO * setting.labels > known:
            note(
                f"{material.dataset}, {facet.name}: {known:,} labelled texts are too few to learn from "
                f"{setting.labels:,} and be scored on the others, so that was left out."
            )
        elif setting.method.learns:
            learning.append(setting)
    return learning


def _split(
    material: GroupedTexts, facet: Facet, learning: list[Setting], generic: GenericSpace | None, seed: int
) -> Split:
    picked = {}
    if generic is not None:
        for each in learning:
            picked[each] = pick(facet, generic.vectors, each.labels, each.picking, seed, generic.views)
    shown = np.concatenate([np.empty(0, np.int64), *picked.values()])
    scored = np.setdiff1d(facet.labelled, shown)
    if len(np.unique(facet.codes[scored])) < 2:
        raise CorpusError(
            f"The texts of {material.dataset} that are left to be scored by “{facet.name}” carry one label "
            "only: add texts, or leave this column out."
        )
    return Split(seed, picked, scored, draw_triplets(material.facets, facet, scored, seed))

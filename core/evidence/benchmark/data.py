"""Data to evaluate on: texts grouped by facets, triplets, and pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import CorpusError

MAX_TRIPLETS = 2_000
"""Triplets of a facet and seed: enough for a standard error of about one point."""


@dataclass(frozen=True)
class Wordings:
    """Instructions that name a facet, imply it, or name something else; one or more each."""

    correct: tuple[str, ...]
    implicit: tuple[str, ...]
    incorrect: tuple[str, ...]


@dataclass(frozen=True)
class Facet:
    """One way of grouping texts.

    Attributes
    ----------
    instruction : str
        For encoders that re-encode the texts.
    codes : ndarray of int64, shape (n_texts,)
        Positions in `labels`; -1 where unlabelled.
    labels : tuple of str
        Two or more.
    wordings : Wordings, optional
        For the test of robustness.
    """

    name: str
    instruction: str
    codes: np.ndarray
    labels: tuple[str, ...]
    wordings: Wordings | None = None

    @property
    def labelled(self) -> np.ndarray:
        """Rows of texts with a label, ascending."""
        return np.flatnonzero(self.codes >= 0)


@dataclass(frozen=True)
class GroupedTexts:
    """Texts, and the facets by which they are grouped."""

    dataset: str
    texts: list[str]
    facets: tuple[Facet, ...]


@dataclass(frozen=True)
class TextTriplets:
    """Triplets under one instruction: it makes the positive, not the negative, similar to the anchor."""

    dataset: str
    aspect: str
    instruction: str
    anchor: list[str]
    positive: list[str]
    negative: list[str]


@dataclass(frozen=True)
class TextPairs:
    """Pairs of texts, each with its own instruction, and their similarity under it, float64 (n_pairs,)."""

    dataset: str
    first: list[str]
    second: list[str]
    instructions: list[str]
    scores: np.ndarray


Material = GroupedTexts | TextTriplets | TextPairs


def check_names(materials: Sequence[Material]) -> None:
    """Refuse to mix the figures of different texts.

    Raises
    ------
    CorpusError
        When two materials have the same name.
    """
    names = [
        (material.dataset, part)
        for material in materials
        for part in (
            [facet.name for facet in material.facets]
            if isinstance(material, GroupedTexts)
            else [getattr(material, "aspect", "pairs")]
        )
    ]
    for name, count in Counter(names).items():
        if count > 1:
            raise CorpusError(
                f"Two sets of texts are called {' / '.join(name)}: name each once, or rename a file."
            )


def draw_triplets(
    facets: tuple[Facet, ...], facet: Facet, rows: np.ndarray, seed: int, most: int = MAX_TRIPLETS
) -> np.ndarray:
    """Draw rows of anchor, positive and negative for a facet, int64 (at most `most`, 3), as in the papers.

    The positive shares the anchor's label in this facet and not in another one; the negative shares it in
    that other one and not in this. An anchor without either is left out. Cost O(most x n_rows).

    Parameters
    ----------
    facets : tuple of Facet
        All of the corpus; without a second one there are no triplets.
    rows : ndarray of int
        Texts that may be drawn.
    """
    others = [other for other in facets if other.name != facet.name]
    generator = np.random.default_rng(seed)
    triplets = []
    for number, other in enumerate(others):
        known = rows[(facet.codes[rows] >= 0) & (other.codes[rows] >= 0)]
        here, there = facet.codes[known], other.codes[known]
        share = most // len(others) + (number < most % len(others))
        for anchor in generator.permutation(len(known))[:share]:
            alike, elsewhere = here == here[anchor], there == there[anchor]
            positives, negatives = np.flatnonzero(alike & ~elsewhere), np.flatnonzero(~alike & elsewhere)
            if len(positives) and len(negatives):
                triplets.append(known[[anchor, generator.choice(positives), generator.choice(negatives)]])
    return np.array(triplets, dtype=np.int64).reshape(-1, 3)

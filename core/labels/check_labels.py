"""The check sample of an analysis at one moment: labels of random texts, for estimates only.

The texts of a corpus have one random order. Persons label them in this order without seeing a prediction.
These labels are in a table of their own: nothing is fitted to them, and nothing is chosen or measured by
them except the estimates of `core.evidence`.

A text with a guide label of a person is passed over, because its label is known. The sample stands for the
others, of which it is a simple random sample. A text of the sample that a person gives a guide label later
is known from then on. This is exact as long as guide labels are given whether or not a text is in the sample.
The labelling queue shows no text of the sample, which departs from that for at most as many texts of the
sample as it would have shown: n_checked x n_given / n_texts, one or two of 100 in 5,000 texts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ..utils import content_key
from .guide_labels import GuideLabels

NONE = -1
"""Code of a checked text that none of the labels fits."""

NONE_OF_THESE = "none of these"
"""Name of this answer in exported files."""


@dataclass(frozen=True, eq=False)
class CheckLabels:
    """Answers to the check sample of an analysis, all read at one moment.

    Attributes
    ----------
    names : tuple of str
        Label names in use, in the order in which they were added, as `GuideLabels.names`.
    ids : tuple of int
        Of these labels.
    rows : int64 array (n_checked,)
        Texts with an answer that counts, the earliest answer first. A text whose label was deleted is not
        among them: it is asked again.
    codes : int64 array (n_checked,)
        Position in `names`; `NONE` where the person said that none of the labels fits.
    skipped : int64 array (n_skipped,)
        Texts that a person could not answer. They are not asked again.
    given_by, given_at : tuple of n_checked str
        Of each answer; times are UTC, ISO.
    order : int64 array (n_texts,)
        The random order of all texts of the corpus.
    """

    names: tuple[str, ...]
    ids: tuple[int, ...]
    rows: np.ndarray
    codes: np.ndarray
    skipped: np.ndarray
    given_by: tuple[str, ...]
    given_at: tuple[str, ...]
    order: np.ndarray

    def __post_init__(self) -> None:
        for shared in (self.rows, self.codes, self.skipped, self.order):
            shared.setflags(write=False)

    @property
    def n_checked(self) -> int:
        """Number of texts with an answer, "none of these" included."""
        return len(self.rows)

    @property
    def n_skipped(self) -> int:
        """Number of texts that were skipped."""
        return len(self.skipped)

    @cached_property
    def seen(self) -> np.ndarray:
        """Texts that were answered or skipped: int64 array."""
        return np.concatenate([self.rows, self.skipped])

    @cached_property
    def labels(self) -> list[str | None]:
        """Answer of each of the n texts: a label name, `NONE_OF_THESE`, or None where there is none."""
        labels: list[str | None] = [None] * len(self.order)
        names = (*self.names, NONE_OF_THESE)  # the last is that of code -1
        for row, code in zip(self.rows.tolist(), self.codes.tolist(), strict=True):
            labels[row] = names[code]
        return labels

    def next_rows(self, guide: GuideLabels, n: int = 10, taken: Collection[int] = ()) -> list[int]:
        """Return the texts to ask next: at most n rows, in the random order.

        Texts that were answered or skipped, those in `taken` and those with a guide label of a person are
        passed over. Empty where no text is left.
        """
        left = ~guide.by_person
        left[self.seen] = False
        left[list(taken)] = False
        return self.order[left[self.order]][:n].tolist()


@lru_cache(maxsize=4)
def random_order(corpus_key: str, n_texts: int) -> np.ndarray:
    """Return the random order in which texts of a corpus are checked: int64 array (n_texts,).

    It is the same in every analysis of a corpus, so that a copied analysis goes on where it was, and labels
    of the same texts by two instructions can be compared.
    """
    seed = int(content_key("check sample", corpus_key), 16)
    order = np.random.default_rng(seed).permutation(n_texts)
    order.setflags(write=False)
    return order

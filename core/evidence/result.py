"""Evidence about a reshaped space: the figures, and which of three verdicts they allow."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .statistics import mean_margin

CHANCE = 0.025
"""One-sided significance level of a gain or a loss; it matches a two-sided 95 % interval."""

LEAST_GAIN = 0.10
"""Smallest gain that matters: of ten neighbours of a text, one more has its label.

A smaller one is hardly seen on a map, and hardly measured by hand: the 95 % margin of n labels is about
1.96 x 1.25 x sqrt(0.25 / n), where 0.25 is the usual variance of a text's gain and 1.25 is `WIDENING`. So
± 10 points take 150 labels, and ± 5 points would take 600."""

WORKS, TOO_EARLY, NO_HELP = "works", "too early to tell", "does not help"
NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class LabelEvidence:
    """Recall of one label on held-out texts.

    Attributes
    ----------
    code : int
        The label's class code.
    n_labels : int
        Texts with this label.
    generic, reshaped : float
        Share of these texts, 0 to 1, whose nearest labelled text (cosine) has the same label when they are
        held out, in the generic and in the reshaped space. Mean over the repeats; NaN with fewer than two
        texts.
    """

    code: int
    n_labels: int
    generic: float = math.nan
    reshaped: float = math.nan


@dataclass(frozen=True)
class Evidence:
    """Accuracy on held-out labels, in the generic and in the reshaped space.

    Attributes
    ----------
    n_labels : int
        Labels given.
    n_classes : int
        Different labels given.
    n_tested : int
        Texts that were held out: those whose label another text has.
    generic, reshaped : float
        Balanced accuracy, 0 to 1: the mean recall of the labels (see `LabelEvidence`), so that a rare label
        counts as much as a frequent one. NaN when too few labels were given.
    gain_low, gain_high : float
        95 % interval of `reshaped - generic`, -1 to 1. It contains 0 exactly when `direction` is "unclear".
    chance : float
        One-sided p-value of the gain, 0 to 1: how often chance alone gives so much.
    by_label : tuple of LabelEvidence
        One per given label, codes ascending.
    """

    n_labels: int
    n_classes: int
    n_tested: int
    generic: float = math.nan
    reshaped: float = math.nan
    gain_low: float = math.nan
    gain_high: float = math.nan
    chance: float = math.nan
    by_label: tuple[LabelEvidence, ...] = ()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Evidence:
        """Return the evidence from its `dataclasses.asdict`, also after JSON."""
        by_label = tuple(LabelEvidence(**label) for label in document["by_label"])
        return cls(**{**document, "by_label": by_label})

    @property
    def enough(self) -> bool:
        """Whether there were enough labels to test."""
        return not math.isnan(self.generic)

    @property
    def gain(self) -> float:
        """`reshaped - generic`, -1 to 1; NaN when too few labels were given."""
        return self.reshaped - self.generic

    @property
    def margin(self) -> float:
        """Half the width of the interval of the gain; NaN when too few labels were given."""
        return (self.gain_high - self.gain_low) / 2

    @property
    def margins(self) -> tuple[float, float]:
        """Half the widths of the 95 % intervals of `generic` and of `reshaped`, each for itself.

        Of a stratified sample, with smoothed recalls, so that a label with few texts is never certain. The
        gain is known better than both together, because the same texts are compared: see `margin`.
        """
        tested = [found for found in self.by_label if not math.isnan(found.reshaped)]
        sizes = [found.n_labels for found in tested]
        recalls = ([found.generic for found in tested], [found.reshaped for found in tested])
        before, after = (mean_margin(of_space, sizes) for of_space in recalls)
        return before, after

    @property
    def verdict(self) -> str:
        """One of `WORKS`, `TOO_EARLY`, `NO_HELP`, and `NOT_CHECKED` without a label.

        It works where the gain is significant. It does not help where a loss is significant, or where the
        interval leaves no room for a gain that matters: its upper end is below `LEAST_GAIN`, and it is not
        wider than ± `LEAST_GAIN`. All else is too early to tell: absence of evidence is no evidence of
        absence.

        References
        ----------
        Schuirmann: "A comparison of the two one-sided tests procedure and the power approach", Journal of
        Pharmacokinetics and Biopharmaceutics 15, 1987 (an effect is ruled out where its interval ends below
        the smallest effect of interest).
        Lakens: "Equivalence tests", Social Psychological and Personality Science 8, 2017.
        """
        if self.n_labels == 0:
            return NOT_CHECKED
        if not self.enough:
            return TOO_EARLY
        match direction(self.gain, self.chance):
            case "better":
                return WORKS
            case "worse":
                return NO_HELP
        excluded = self.gain_high < LEAST_GAIN and self.margin <= LEAST_GAIN
        return NO_HELP if excluded else TOO_EARLY


def direction(gain: float, chance: float) -> str:
    """Return "better", "worse" or "unclear"; sign of the gain and test must agree."""
    if gain > 0 and chance <= CHANCE:
        return "better"
    if gain < 0 and chance >= 1 - CHANCE:
        return "worse"
    return "unclear"

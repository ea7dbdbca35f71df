"""Evidence about a reshaped space: figures, verdict and sentence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.utils import percent

LEAST_LABELS = 10
"""Texts that can be held out, below which no verdict is given."""

CHANCE = 0.025
"""One-sided significance level of a gain or a loss; it matches a two-sided 95 % interval."""

TOO_FEW = "too few labels to tell"


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
        95 % interval of `reshaped - generic`, -1 to 1. It contains 0 exactly when the verdict is "no gain".
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
    def verdict(self) -> str:
        """One of "helps", "no gain", "worse", "too few labels to tell"."""
        return verdict(self.reshaped - self.generic, self.chance) if self.enough else TOO_FEW

    def sentence(self, labels: Sequence[str] | None = None) -> str:
        """Return the evidence as one line of text.

        Parameters
        ----------
        labels : sequence of str, optional
            Name of label c at position c. With names, the line says which labels are too few.
        """
        if not self.enough:
            return self._missing(labels)
        gain = self.reshaped - self.generic
        change = f"{percent(self.generic)} → {percent(self.reshaped)} ({self._margin(gain)})"
        if self.verdict == "helps":
            return f"helps: {change}"
        if self.verdict == "worse":
            return f"worse than the generic space: {change}"
        # Figures that rise beside the words "no gain" would seem to contradict them.
        beyond = " beyond chance" if percent(self.reshaped) != percent(self.generic) and gain > 0 else ""
        return f"no gain over the generic space{beyond}: {change}"

    def _margin(self, gain: float) -> str:
        """Return the margin of the gain in points; both ends where the interval is not symmetric."""
        below, above = gain - self.gain_low, self.gain_high - gain
        if math.isclose(below, above, abs_tol=0.005):
            return f"± {100 * max(below, above):.0f}"
        return f"gain {points(self.gain_low, self.gain_high)}"

    def _missing(self, labels: Sequence[str] | None) -> str:
        """Return which labels are too few, or only how many are given where names are unknown."""
        each = max(2, math.ceil(LEAST_LABELS / max(self.n_classes, 2)))
        if self.n_labels == 0:
            return f"{TOO_FEW}: none is given, and about {LEAST_LABELS} are needed"
        if self.n_classes == 1:
            name = "the same" if labels is None else f"*{labels[self.by_label[0].code]}*"
            return f"{TOO_FEW}: all {self.n_labels} are {name}, and texts of another label are needed"
        short = [label for label in self.by_label if label.n_labels < each]
        if not short:
            return f"{TOO_FEW}: many are of copies, and about {each} different texts of each label are needed"
        if labels is None:
            return f"{TOO_FEW}: {self.n_labels} are given, and about {each} of each label are needed"
        names = [f"*{labels[label.code]}* ({label.n_labels})" for label in short]
        return f"too few labels of {_list(names)} to tell: about {each} of each are needed"


def verdict(gain: float, chance: float) -> str:
    """Return "helps", "worse" or "no gain"; sign of the gain and test must agree."""
    if gain > 0 and chance <= CHANCE:
        return "helps"
    if gain < 0 and chance >= 1 - CHANCE:
        return "worse"
    return "no gain"


def points(low: float, high: float) -> str:
    """Return an interval of a difference between shares, as percentage points."""
    low, high = round(100 * low), round(100 * high)
    return f"{low:+} to {high:+}".replace("-", "−").replace("+0", "0")


def _list(names: list[str], most: int = 3) -> str:
    """Join at most `most` names for a sentence."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

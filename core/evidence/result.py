"""What was found about a reshaped space, and the words for it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEAST_LABELS = 10
"""Texts that can be held out, below which no difference between the spaces means anything."""

CHANCE = 0.025
"""A gain that luck alone would bring more often than this counts as none; so does a loss. One-sided, it goes
with a 95 % interval."""

TOO_FEW = "too few labels to tell"


@dataclass(frozen=True)
class LabelEvidence:
    """How well the held-out texts of one label are found again.

    Attributes
    ----------
    code : int
        The label's class code.
    n_labels : int
        Texts that carry it.
    generic, reshaped : float
        Recall: the share of these texts, 0 to 1, whose nearest labelled text (cosine) carries the label too
        when they are held out, in the generic and in the reshaped space, mean over the repeats; not a number
        with fewer than two texts.
    """

    code: int
    n_labels: int
    generic: float = math.nan
    reshaped: float = math.nan


@dataclass(frozen=True)
class Evidence:
    """How well held-out labels are found again, in the generic and in the reshaped space.

    Attributes
    ----------
    n_labels : int
        Labels given.
    n_classes : int
        Different labels given.
    n_tested : int
        Texts that were held out: those whose label another text carries too.
    generic, reshaped : float
        Balanced accuracy, 0 to 1: the mean recall of the labels (see `LabelEvidence`), so that a rare label
        counts as much as a frequent one; not a number when too few labels were given.
    gain_low, gain_high : float
        95 % interval of `reshaped - generic`, -1 to 1. It has 0 inside exactly when the verdict is "no gain".
    chance : float
        How probable it is that luck alone makes the reshaped space look this good, 0 to 1.
    by_label : tuple of LabelEvidence
        One for each label given, codes ascending.
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
        """Return the evidence of which `dataclasses.asdict` made this document, also after JSON."""
        by_label = tuple(LabelEvidence(**label) for label in document["by_label"])
        return cls(**{**document, "by_label": by_label})

    @property
    def enough(self) -> bool:
        """Whether there were labels enough to test."""
        return not math.isnan(self.generic)

    @property
    def verdict(self) -> str:
        """One of "helps", "no gain", "worse", "too few labels to tell"."""
        return verdict(self.reshaped - self.generic, self.chance) if self.enough else TOO_FEW

    def sentence(self, labels: Sequence[str] | None = None) -> str:
        """Return the evidence as one line for the person at the screen.

        Parameters
        ----------
        labels : sequence of str, optional
            The name of label c at position c, as it should be shown; names the labels that are too few.
        """
        if not self.enough:
            return self._missing(labels)
        gain = self.reshaped - self.generic
        change = f"{percent(self.generic)} → {percent(self.reshaped)} ({self._margin(gain)})"
        if self.verdict == "helps":
            return f"helps: {change}"
        if self.verdict == "worse":
            return f"worse than the generic space: {change}"
        # A rise too small to count must not read as a contradiction beside the figures.
        luck = " beyond luck" if percent(self.reshaped) != percent(self.generic) and gain > 0 else ""
        return f"no gain over the generic space{luck}: {change}"

    def _margin(self, gain: float) -> str:
        """How sure the gain is, in points; an interval that was cut at 0, or stretched to it, by its ends."""
        below, above = gain - self.gain_low, self.gain_high - gain
        if math.isclose(below, above, abs_tol=0.005):
            return f"± {100 * max(below, above):.0f}"
        return f"gain {points(self.gain_low, self.gain_high)}"

    def _missing(self, labels: Sequence[str] | None) -> str:
        """Which labels are too few where their names are known, or how many there are."""
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
    """Return "helps", "worse" or "no gain": a verdict needs the figures and the test to say the same."""
    if gain > 0 and chance <= CHANCE:
        return "helps"
    if gain < 0 and chance >= 1 - CHANCE:
        return "worse"
    return "no gain"


def percent(share: float) -> str:
    """Return a share, 0 to 1, as whole per cent."""
    return f"{100 * share:.0f} %"


def points(low: float, high: float) -> str:
    """Return an interval of a difference between shares, as points from where to where."""
    low, high = round(100 * low), round(100 * high)
    return f"{low:+} to {high:+}".replace("-", "−").replace("+0", "0")


def _list(names: list[str], most: int = 3) -> str:
    """At most so many names as they stand in a sentence."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

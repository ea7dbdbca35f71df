"""The verdict on a reshaped space: its state, one sentence, and what to do next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from ..labels import LEAST_LABELS, SOLID_OF_EACH
from ..maps import Fit
from ..utils import percent
from .result import NO_HELP, NOT_CHECKED, WORKS, Evidence, LabelEvidence

Step = Literal["", "label", "review", "reword", "ask"]

FIRST_LABELS = 10
"""Texts to label first."""

FEWEST_MORE = 3
"""Texts of a label that are asked for at least: fewer hardly change a check."""

SEPARATED = 0.9
"""Accuracy above which no gain that matters is left."""


@dataclass(frozen=True)
class Verdict:
    """What the evidence allows to say, in words that every page, file and command uses.

    Attributes
    ----------
    state : str
        "works", "too early to tell", "does not help" or "not checked".
    sentence : str
        The state with its figures, in lower case and without a full stop.
    advice : str
        What to do next, one sentence or more.
    step : str
        What helps next: "label" texts, "review" possible mistakes, "reword" the instruction, "ask" another
        one, or "" for nothing.
    code : int or None
        Code of the label of which more texts help most, for "label"; None where any text helps.
    n_more : int
        How many more texts to label.
    """

    state: str
    sentence: str
    advice: str
    step: Step = ""
    code: int | None = None
    n_more: int = 0


def judge(evidence: Evidence, labels: Sequence[str], *, reencoded: bool = False) -> Verdict:
    """Return the verdict on a reshaped space.

    Parameters
    ----------
    evidence : Evidence
    labels : sequence of str
        Name of label c at position c, as sentences should show it.
    reencoded : bool, default=False
        Whether the texts were encoded again under the instruction, so that no label shaped the space.
    """
    state = evidence.verdict
    if state == NOT_CHECKED:
        said = f"{state}: no text is labelled yet"
        return Verdict(state, said, "A few labels check this map.", "label", n_more=FIRST_LABELS)
    if state == WORKS:
        often = "less than once in 1,000 times"
        if evidence.chance >= 0.001:
            often = f"about once in {1 / evidence.chance:,.0f} times"
        return Verdict(state, f"{state}: {_shared(evidence)}", f"Chance alone gives such a gain {often}.")
    if state == NO_HELP:
        return _no_help(evidence, reencoded=reencoded)
    weakest, n_more = labels_by_need(evidence, len(labels))[0]
    if not evidence.enough:
        missing, advice = _missing(evidence, labels), "Nothing can be measured before."
    else:
        missing = f"{evidence.n_labels:,} labels leave {_room(evidence)}"
        advice = "The difference can be chance. More labels settle it."
    return Verdict(state, f"{state}: {missing}", advice, "label", weakest.code, n_more)


def judge_fit(fit: Fit, evidence: Evidence | None, labels: Sequence[str]) -> Verdict | None:
    """Return the verdict on a Fit; None before its evidence is measured.

    `labels` are the names of `Fit.labels`, as sentences should show them.
    """
    if not (np.asarray(fit.given) >= 0).any():
        evidence = Evidence(0, 0, 0)
    return None if evidence is None else judge(evidence, labels, reencoded=fit.method.reencodes)


class LabelNeed(NamedTuple):
    """A label, what was found of it, and how many more texts of it help."""

    found: LabelEvidence
    n_more: int

    @property
    def settled(self) -> bool:
        """Whether the label has enough texts and is found again nearly always."""
        return self.found.n_labels >= SOLID_OF_EACH and self.found.reshaped >= SEPARATED


def labels_by_need(evidence: Evidence, n_names: int) -> list[LabelNeed]:
    """Return the labels in the order in which more texts of them help.

    First is the label with the largest share of misses over its number of texts: error falls about as 1 over
    their number, so a rare or a weak label gains most from the next text. Shares are smoothed by one hit and
    one miss (Laplace's rule of succession), because few texts tell little.
    A label without a text comes first.

    Parameters
    ----------
    n_names : int
        Labels in use; those of which no text is labelled are not in `evidence`.
    """
    given = {found.code: found for found in evidence.by_label}
    found = [given.get(code, LabelEvidence(code, 0)) for code in range(n_names)] or list(evidence.by_label)
    needed = SOLID_OF_EACH if evidence.enough else _each(evidence)
    order = sorted(found, key=_misses_per_text, reverse=True)
    return [LabelNeed(label, max(FEWEST_MORE, needed - label.n_labels)) for label in order]


def points(low: float, high: float) -> str:
    """Return an interval of a difference between shares, as percentage points."""
    low, high = round(100 * low), round(100 * high)
    return f"{low:+} to {high:+}".replace("-", "−").replace("+0", "0")


def _no_help(evidence: Evidence, *, reencoded: bool) -> Verdict:
    sentence = f"{NO_HELP}: {_shared(evidence)}"
    if reencoded:
        advice = "Try other words for the instruction, or another encoder."
        return Verdict(NO_HELP, sentence, advice, "reword")
    if evidence.generic >= SEPARATED:
        advice = "The generic map separates these labels already: use it, or type another instruction."
        return Verdict(NO_HELP, sentence, advice, "ask")
    advice = "Look for wrong labels first. Then choose labels that the words of a text can tell apart."
    return Verdict(NO_HELP, sentence, advice, "review")


def _shared(evidence: Evidence) -> str:
    before, now = percent(evidence.generic), percent(evidence.reshaped)
    if before == now and evidence.verdict == WORKS:  # a small gain, measured with many labels
        before, now = f"{100 * evidence.generic:.1f} %", f"{100 * evidence.reshaped:.1f} %"
    margin, again = _margin(evidence), "now " if evidence.verdict == WORKS else ""
    said = f"neighbours {again}share a label {now} of the time"
    if before == now:
        return f"{said}, as before ({margin})"
    if evidence.verdict == WORKS:
        return f"{said}, up from {before} ({margin})"
    return f"{said}, {f'down from {before}' if evidence.gain < 0 else f'{before} before'} ({margin})"


def _symmetric(evidence: Evidence) -> bool:
    return math.isclose(evidence.gain - evidence.gain_low, evidence.gain_high - evidence.gain, abs_tol=0.005)


def _margin(evidence: Evidence) -> str:
    """Return the margin of the gain in points; both ends where the interval is not symmetric."""
    if _symmetric(evidence):
        return f"± {100 * evidence.margin:.0f}"
    return f"gain {points(evidence.gain_low, evidence.gain_high)}"


def _room(evidence: Evidence) -> str:
    if _symmetric(evidence):
        return f"± {100 * evidence.margin:.0f} points"
    return f"a gain of {points(evidence.gain_low, evidence.gain_high)} points"


def _misses_per_text(found: LabelEvidence) -> float:
    if found.n_labels == 0:
        return math.inf
    recall = 0.5 if math.isnan(found.reshaped) else found.reshaped
    return (1 - (recall * found.n_labels + 1) / (found.n_labels + 2)) / found.n_labels


def _each(evidence: Evidence) -> int:
    """Return how many texts of each label make `LEAST_LABELS`."""
    return max(2, math.ceil(LEAST_LABELS / max(evidence.n_classes, 2)))


def _missing(evidence: Evidence, labels: Sequence[str]) -> str:
    """Return which labels are too few."""
    each = _each(evidence)
    if evidence.n_classes == 1:
        (only,) = evidence.by_label
        name = f"*{labels[only.code]}*"
        if evidence.n_labels == 1:
            return f"the only label is {name}, and texts of another are needed"
        return f"all {evidence.n_labels:,} labels are {name}, and texts of another are needed"
    counts = {code: 0 for code in range(len(labels))} | {
        found.code: found.n_labels for found in evidence.by_label
    }
    names = [f"*{labels[code]}* ({count})" for code, count in sorted(counts.items()) if count < each]
    if not names:
        return f"many labelled texts are copies, and about {each} different texts of each label are needed"
    needs = "needs" if len(names) == 1 else "need"
    return f"{_list(names)} {needs} about {each} texts{'' if len(names) == 1 else ' each'}"


def _list(names: list[str], most: int = 3) -> str:
    """Join at most `most` names for a sentence."""
    if len(names) > most:
        names = [*names[:most], f"{len(names) - most} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

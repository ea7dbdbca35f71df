"""What a check sample says of the whole corpus: accuracy of predicted labels, and the share of each label.

Texts with a guide label of a person are counted with that label. The others are estimated from the answers
about a simple random sample of them (see `CheckLabels`) and from their predicted labels, by
prediction-powered inference. Better predictions make intervals narrower; whether intervals hold does not
depend on them, because no answer is used to fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...corpus import Partition
from ...labels import NONE, CheckLabels, GuideLabels
from ...maps import Fit
from .poststratified import Interval, Shares, poststratified_shares

LEAST_CHECKED = 10
"""Checked texts below which an estimate is too wide to be shown."""

UNANSWERED = -2
"""Code of a text whose label is not known, and of a prediction that is no label in use."""

LEAST_FOR_CLARITY = 50
"""Checked texts from which accuracy is estimated apart for clear and for doubtful predictions."""


@dataclass(frozen=True)
class LabelShare:
    """Share of one label in a corpus.

    Attributes
    ----------
    name : str or None
        None for texts that none of the labels fits.
    share : Interval
    predicted : float
        Share of the label by predictions and guide labels alone, without correction.
    """

    name: str | None
    share: Interval
    predicted: float


@dataclass(frozen=True)
class CheckEstimate:
    """Estimates for the texts of a corpus, or of a part of it.

    Attributes
    ----------
    n_texts : int
    n_known : int
        Texts with a guide label of a person.
    n_checked : int
        Checked texts among the others.
    n_skipped : int
        Texts among the others that a person could not answer. Where these differ from those that were
        answered, the estimates are biased.
    accuracy : Interval or None
        Share of texts whose predicted label is right; None without predictions. A text that fits none of the
        labels has a right prediction only where none is predicted.
    shares : tuple of LabelShare
        Of each label in use, in the order of `GuideLabels.names`, then of "none of these"; the values sum to
        1. Each interval holds in 95 % of samples, not all of them at once.
    """

    n_texts: int
    n_known: int
    n_checked: int
    n_skipped: int
    accuracy: Interval | None
    shares: tuple[LabelShare, ...]

    @property
    def enough(self) -> bool:
        """Whether there are at least `LEAST_CHECKED` checked texts, or no unknown text."""
        return self.n_checked >= LEAST_CHECKED or self.n_known == self.n_texts

    @property
    def n_left(self) -> int:
        """Number of texts that could still be checked."""
        return self.n_texts - self.n_known - self.n_checked - self.n_skipped

    def margin_after(self, interval: Interval, more: int) -> float:
        """Return about which margin an interval of this estimate has after so many more checked texts.

        The margin falls with the root of the number of texts, and to 0 when all are checked. It falls faster
        where the estimate is near 0 or 1.
        """
        if self.n_checked == 0 or interval.margin == 0:
            return interval.margin
        unknown = self.n_texts - self.n_known
        after = min(self.n_checked + more, unknown)
        now = 1 / self.n_checked - 1 / unknown
        return interval.margin * math.sqrt(max(1 / after - 1 / unknown, 0) / now) if now > 0 else 0.0

    def more_for(self, interval: Interval, margin: float) -> int:
        """Return about how many more texts to check for a margin: 0 when it is reached, at most `n_left`.

        The inverse of `margin_after`.
        """
        if self.n_checked == 0 or interval.margin <= margin:
            return 0
        unknown = self.n_texts - self.n_known
        now = 1 / self.n_checked - 1 / unknown
        needed = 1 / (now * (margin / interval.margin) ** 2 + 1 / unknown)
        return min(math.ceil(needed - 1e-9) - self.n_checked, self.n_left)


def check_estimate(
    fit: Fit | None, guide: GuideLabels, checks: CheckLabels, rows: np.ndarray | None = None
) -> CheckEstimate:
    """Estimate accuracy and shares from the check sample of an analysis.

    Cost O(n_texts + n_labels x n_checked).

    Parameters
    ----------
    fit : Fit or None
        The latest Fit; without one, or without predictions, shares are estimated from the sample alone.
    guide, checks : GuideLabels and CheckLabels of the analysis, read one after the other
    rows : int or bool array, optional
        A part of the corpus, such as the texts of one value of a column; all texts by default.
    """
    part = np.arange(len(guide.codes)) if rows is None else np.asarray(rows)
    part = np.flatnonzero(part) if part.dtype == bool else part
    predicted = None if fit is None else present_predictions(fit, guide)
    answers = np.full(len(guide.codes), UNANSWERED)
    answers[checks.rows] = checks.codes
    known = guide.by_person
    skipped = np.zeros(len(guide.codes), dtype=bool)
    skipped[checks.skipped] = True
    found = estimate_from_codes(
        None if predicted is None else predicted[part],
        np.where(known, guide.codes, UNANSWERED)[part],
        np.where(known, UNANSWERED, answers)[part],
        len(guide.names),
        probability=None if fit is None or predicted is None else fit.probability[part],
    )
    shares = tuple(
        LabelShare(name, found.shares.interval(category), float(found.plain[category]))
        for category, name in enumerate((*guide.names, None))
    )
    return CheckEstimate(
        n_texts=len(part),
        n_known=int(known[part].sum()),
        n_checked=found.n_checked,
        n_skipped=int((skipped & ~known)[part].sum()),
        accuracy=found.accuracy,
        shares=shares,
    )


def check_by_value(
    fit: Fit | None, guide: GuideLabels, checks: CheckLabels, partition: Partition
) -> dict[int, CheckEstimate | None]:
    """Estimate accuracy and shares within each group of the texts, such as the values of a column.

    The sample within a group is a simple random sample of the group. None where fewer than `LEAST_CHECKED`
    texts of it were checked, which is too few to tell; the groups are those that `partition` names.
    """
    found = {code: check_estimate(fit, guide, checks, partition.rows(code)) for code in partition.names}
    return {code: each if each.enough else None for code, each in found.items()}


def present_predictions(fit: Fit, guide: GuideLabels) -> np.ndarray | None:
    """Return the predicted label of each text by the label names of today: int64 array (n_texts,), or None.

    Codes are positions in `GuideLabels.names`. Labels that were renamed or merged since the Fit are followed;
    a deleted one is `UNANSWERED`. None where the Fit predicts no labels.
    """
    if not fit.has_predictions:
        return None
    position = {name: code for code, name in enumerate(guide.names)}
    retired = {label.name: label.merged_into for label in guide.retired}
    by_id = dict(zip(guide.ids, guide.names, strict=True))
    ids = fit.label_ids or [-1] * len(fit.labels)  # earlier versions stored no ids
    present = []
    for label_id, name in zip(ids, fit.labels, strict=True):
        now = by_id.get(label_id) or retired.get(name, name)
        present.append(UNANSWERED if now is None else position.get(now, UNANSWERED))
    return np.array(present, dtype=np.int64)[fit.predicted]


@dataclass(frozen=True, eq=False)
class CodedEstimate:
    """Result of `estimate_from_codes`: `plain` are the shares without correction, float64 (n_labels + 1,)."""

    accuracy: Interval | None
    shares: Shares
    plain: np.ndarray
    n_checked: int


def estimate_from_codes(
    predicted: np.ndarray | None,
    known: np.ndarray,
    answers: np.ndarray,
    n_labels: int,
    *,
    probability: np.ndarray | None = None,
) -> CodedEstimate:
    """Estimate accuracy and shares of n texts.

    Codes are 0 to n_labels - 1, and `NONE` for none of the labels, which is the last category.

    Parameters
    ----------
    predicted : int array (n,), or None
    known, answers : int array (n,)
        Labels that are certain, and answers about a simple random sample of the other texts; `UNANSWERED`
        elsewhere.
    n_labels : int
    probability : float array (n,), optional
        Of the predicted label, to tell clear predictions from doubtful ones.
    """
    guesses = np.full(len(known), UNANSWERED) if predicted is None else predicted
    certain = np.flatnonzero(known != UNANSWERED)
    unknown = np.flatnonzero(known == UNANSWERED)
    sample = unknown[answers[unknown] != UNANSWERED]
    right = guesses[sample] == answers[sample]
    shares = _blend(
        _counts(known[certain], n_labels),
        len(unknown),
        _unknown_shares(guesses[unknown], guesses[sample], answers[sample], n_labels),
    )
    total = shares.value.sum()
    value = shares.value / total if total > 0 else shares.value
    shares = Shares(value, np.minimum(shares.low, value), np.maximum(shares.high, value))
    plain = _counts(known[certain], n_labels) + _counts(guesses[unknown], n_labels)
    accuracy = None
    if predicted is not None and len(sample) + len(certain) > 0:
        groups = np.zeros(len(known), dtype=np.int64)
        if probability is not None and len(sample) >= LEAST_FOR_CLARITY:
            groups = (probability >= np.median(probability[unknown])).astype(np.int64)
        of_unknown = poststratified_shares(
            np.bincount(groups[sample], right, minlength=2)[:, None],
            np.bincount(groups[sample], minlength=2)[:, None],
            np.bincount(groups[unknown], minlength=2)[:, None],
        )
        n_right = (guesses[certain] == known[certain]).sum(keepdims=True)
        accuracy = _blend(n_right, len(unknown), of_unknown, n_known=len(certain)).interval(0)
    return CodedEstimate(accuracy, shares, plain / max(plain.sum(), 1), len(sample))


def _unknown_shares(guesses: np.ndarray, guessed: np.ndarray, answered: np.ndarray, n_labels: int) -> Shares:
    """Return the shares in the texts without a known label, by their `guesses` and those of the sample."""
    n_guessed = _counts(guessed, n_labels)
    n_answered, n_right = _counts(answered, n_labels), _counts(guessed[guessed == answered], n_labels)
    n_texts = _counts(guesses, n_labels)
    # Group 0 holds the texts with this predicted label, group 1 the others.
    return poststratified_shares(
        np.stack([n_right, n_answered - n_right]),
        np.stack([n_guessed, len(guessed) - n_guessed]),
        np.stack([n_texts, len(guesses) - n_texts]),
        unsampled=n_right.sum() / len(guessed) if len(guessed) else 1.0,
    )


def _blend(counts: np.ndarray, n_unknown: int, shares: Shares, *, n_known: int | None = None) -> Shares:
    """Return the shares in all texts: `counts` of the known ones, and `shares` of the others."""
    n_texts = max(n_unknown + (int(counts.sum()) if n_known is None else n_known), 1)
    if n_unknown == 0:
        return Shares(*(counts / n_texts,) * 3)
    parts = (shares.value, shares.low, shares.high)
    return Shares(*((counts + n_unknown * part) / n_texts for part in parts))


def _counts(codes: np.ndarray, n_labels: int) -> np.ndarray:
    """Return the number of texts of each label and of none of them: int array (n_labels + 1,)."""
    codes = np.where(codes == NONE, n_labels, codes)
    return np.bincount(codes[codes >= 0], minlength=n_labels + 1)

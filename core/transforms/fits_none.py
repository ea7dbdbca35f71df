"""The probability that a text fits none of the labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sklearn.isotonic import IsotonicRegression

LEAST_LEFT_OUT = 20
"""Left-out labels below which no text is said to fit none."""

MOST_COMPARED = 20_000
"""Texts without a label that are compared with the left-out labels at most, evenly over the corpus."""


@dataclass(frozen=True)
class NoneModel:
    """Probability that a text fits none of the labels, by its best class score.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_steps,)
        Ascending.
    values : ndarray of float64, shape (n_steps,)
        Probabilities at these scores, falling; between them they are interpolated.
    """

    scores: np.ndarray
    values: np.ndarray

    def predict(self, scores: np.ndarray) -> np.ndarray:
        """Return the probability for each best class score, float32 (n,)."""
        return np.interp(scores, self.scores, self.values).astype(np.float32)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return it as arrays, for `from_arrays`."""
        return {"none_scores": self.scores, "none_values": self.values}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> NoneModel:
        """Return the model that `to_arrays` was called on; in Fits of earlier versions no text fits none."""
        if "none_scores" not in arrays:
            return NEVER
        return cls(np.asarray(arrays["none_scores"]), np.asarray(arrays["none_values"]))


NEVER = NoneModel(np.zeros(1), np.zeros(1))
"""Every text fits a label."""


def fit_none_model(scores: np.ndarray, left_out: np.ndarray) -> NoneModel:
    """Compare the best class scores of the corpus with those of left-out labels.

    A text of a label that was given has such a score as the labels have when they are left out. Where low
    scores are more frequent in the corpus than among these, the surplus fits no label. The ratio of the two
    densities is that of an isotonic regression of "is a left-out label" on the score. Texts of the higher
    scores are taken to fit: the ratio is divided by its median there. Suggested texts score lower than
    others of their label, so the probability is rather too small; one more label, of the lowest score, keeps
    it small where labels are few. Cost O(n log n).

    Parameters
    ----------
    scores : array of shape (n_unlabelled,)
        Best class score of each text without a label.
    left_out : array of shape (n_left_out,)
        Best class score of each labelled text, without its own label.

    References
    ----------
    Elkan, Noto: "Learning classifiers from only positive and unlabeled data", KDD 2008.
    """
    if len(left_out) < LEAST_LEFT_OUT or len(scores) == 0:
        return NEVER
    scores = np.asarray(scores, dtype=np.float64)[:: -(-len(scores) // MOST_COMPARED)]
    left_out = np.append(left_out, scores.min())
    labelled = np.append(np.ones(len(left_out)), np.zeros(len(scores)))
    weights = np.append(np.full(len(left_out), len(scores) / len(left_out)), np.ones(len(scores)))
    regression = IsotonicRegression(y_min=0, y_max=1)
    regression.fit(np.append(left_out, scores), labelled, sample_weight=weights)
    steps, share = regression.X_thresholds_, regression.y_thresholds_
    ratio = share / np.maximum(1 - share, 1e-9)
    upper = scores[scores >= np.median(scores)]
    usual = np.median(np.interp(upper, steps, ratio))
    return NoneModel(steps.astype(np.float64), 1 - np.minimum(ratio / max(usual, 1e-9), 1))

"""Means over classes with their standard errors, for paired differences between two spaces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

WIDENING = 1.25
"""Factor on the standard error for the dependence between texts.

Texts share the labels that a fit learned from, and are each other's nearest texts. If only pairs mattered,
the factor would be the root of 2, because each pair is counted twice. Simulated random labels give 0.8 to
1.3."""


class Mean(NamedTuple):
    """A mean over classes, its standard error, and the degrees of freedom of that error."""

    value: float
    error: float
    freedom: int

    def margin(self, level: float = 0.95) -> float:
        """Return half the width of the confidence interval at this level."""
        from scipy.special import stdtrit

        return float(stdtrit(self.freedom, (1 + level) / 2)) * self.error

    def chance(self) -> float:
        """Return the one-sided p-value of the hypothesis that the mean is 0 or less."""
        from scipy.special import stdtr

        if self.error == 0:
            return 0.5 - 0.5 * float(np.sign(self.value))
        return float(stdtr(self.freedom, -self.value / self.error))


def class_means(values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the mean of the values (n_texts,) of each class (codes.max() + 1,); NaN without a text."""
    with np.errstate(invalid="ignore"):
        return np.bincount(codes, values) / np.bincount(codes)


def balanced(values: np.ndarray, codes: np.ndarray) -> float:
    """Return the mean of the means of the classes that have a text."""
    return float(class_means(values, codes)[np.unique(codes)].mean())


def mean_margin(shares: Sequence[float], sizes: Sequence[int]) -> float:
    """Return half the width of the 95 % interval of a mean of shares, one of each class, 0 to 1.

    The classes are strata of so many texts each. A share is smoothed by one hit and one miss, so that few
    texts that agree are no certainty, and the error is widened by `WIDENING`. NaN without a class.
    """
    if not len(sizes):
        return float("nan")
    n = np.asarray(sizes, dtype=np.float64)
    smooth = (np.asarray(shares) * n + 1) / (n + 2)
    error = np.sqrt((smooth * (1 - smooth) / n).sum()) / len(n)
    return float(1.96 * WIDENING * error)


def mean_over_classes(values: np.ndarray, codes: np.ndarray, *, least: float = 0.0) -> Mean:
    """Return the mean of the class means, with the standard error of a stratified sample.

    The spread around the class means is pooled over the classes, because most have few texts, and widened by
    `WIDENING`. Average the repeats of a text before: each text must appear once.

    Parameters
    ----------
    values : ndarray of shape (n_texts,)
    codes : ndarray of int, shape (n_texts,)
        Classes, of two texts or more each.
    least : float, default=0.0
        Lower bound on the sum of squares around the class means, for samples in which all texts agree.

    References
    ----------
    Cochran: "Sampling techniques", 3rd ed., Wiley 1977, chapter 5 (stratified means).
    Hoeffding: "A class of statistics with asymptotically normal distribution", Annals of Mathematical
    Statistics 19, 1948 (what pairs share).
    Bengio, Grandvalet: "No unbiased estimator of the variance of K-fold cross-validation", JMLR 5, 2004 (why
    the widening is not estimated from the same labels).
    """
    codes = np.unique(codes, return_inverse=True)[1]
    means, sizes = class_means(values, codes), np.bincount(codes)
    freedom = len(values) - len(means)
    spread = max(np.square(values - means[codes]).sum(), least) / freedom
    error = WIDENING * np.sqrt(spread * (1 / sizes).sum()) / len(means)
    return Mean(float(means.mean()), float(error), freedom)

"""Shares in a corpus from a random sample of it and a guess about every text, with 95 % intervals.

The guess is 0 or 1 (or one of a few groups). For such guesses the estimator of prediction-powered inference
with its power tuned to the sample, mean(guess over all) x slope + mean(truth - slope x guess over the
sample), equals the post-stratified one: the share of the truth within each group of the sample, weighted by
the size of the group in the corpus. The slope is the difference between the two shares. This form has an
interval that holds in small samples, where the normal one has no width when the sample holds no mistake.

References
----------
Angelopoulos, Bates, Fannjiang, Jordan, Zrnic: "Prediction-powered inference", Science 382, 2023.
Angelopoulos, Duchi, Zrnic: "PPI++: efficient prediction-powered inference", arXiv:2311.01453, 2023 (power
tuning).
Holt, Smith: "Post stratification", Journal of the Royal Statistical Society A 142, 1979.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % interval: 0 <= low <= value <= high <= 1."""

    value: float
    low: float
    high: float

    @property
    def margin(self) -> float:
        """Distance from the value to the farther end: the "±" of the estimate."""
        return max(self.value - self.low, self.high - self.value)


@dataclass(frozen=True)
class Shares:
    """Estimated shares of m categories: arrays of float64, shape (m,)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def interval(self, category: int) -> Interval:
        """Return one of them."""
        return Interval(*(float(part[category]) for part in (self.value, self.low, self.high)))


def poststratified_shares(
    hits: np.ndarray, n_sampled: np.ndarray, n_texts: np.ndarray, unsampled: float = 0.5
) -> Shares:
    """Estimate shares from counts in groups of the texts; each category may have groups of its own.

    The margins of the groups add up as independent errors do, below and above apart (MOVER). Those of groups
    without a sampled text, whose share is not estimated, are added in full.

    Parameters
    ----------
    hits, n_sampled : int arrays (n_groups, m) or (n_groups, 1)
        Texts of the sample in the group: those of the category, and all.
    n_texts : int array (n_groups, m) or (n_groups, 1)
        Texts of the corpus in the group.
    unsampled : float, default=0.5
        Share of the category in the first group where the sample holds no text of it; its interval is then
        0 to 1. In the other groups the share is 0.

    References
    ----------
    Zou, Donner: "Construction of confidence limits about effect measures: a general approach", Statistics in
    Medicine 27, 2008 (MOVER).
    """
    rate, low, high = binomial_limits(hits, n_sampled, n_texts)
    empty = np.broadcast_to(n_sampled, rate.shape) == 0
    rate = np.where(empty, 0.0, rate)
    rate[0] = np.where(empty[0], unsampled, rate[0])
    weights = n_texts / np.maximum(n_texts.sum(axis=0), 1)
    value = (weights * rate).sum(axis=0)
    below = _add_margins(weights * (rate - low), empty)
    above = _add_margins(weights * (high - rate), empty)
    return Shares(value, np.maximum(value - below, 0), np.minimum(value + above, 1))


def _add_margins(margins: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Return the margin of the sum over groups, from arrays (n_groups, m)."""
    estimated, open_ones = np.where(empty, 0, margins), np.where(empty, margins, 0)
    return np.asarray(np.sqrt(np.square(estimated).sum(axis=0)) + open_ones.sum(axis=0))


def binomial_limits(
    hits: np.ndarray, n_sampled: np.ndarray, n_texts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rate of hits in a sample without replacement, and its 95 % limits: three float arrays.

    The limits are quantiles of beta distributions midway between those of Clopper and Pearson, which hold
    always and are wide, and those of Jeffreys, which hold on average: hits + 1/4 in place of + 0 and + 1/2.
    A rate is covered with 94 % or more, also where hits are rare. The distance of the limits from the rate is
    multiplied by the root of the share of texts that were not sampled. Without a sampled text the limits are
    0 and 1.

    References
    ----------
    Brown, Cai, DasGupta: "Interval estimation for a binomial proportion", Statistical Science 16, 2001.
    Cochran: "Sampling techniques", 3rd ed., Wiley 1977, chapter 2 (finite population correction).
    """
    from scipy.special import betaincinv

    hits, n_sampled, n_texts = np.broadcast_arrays(hits, n_sampled, n_texts)
    some = n_sampled > 0
    rate = np.divide(hits, n_sampled, out=np.full(hits.shape, 0.5), where=some)
    tail, missed = (1 - LEVEL) / 2, n_sampled - hits
    low = np.where(hits > 0, betaincinv(hits + 0.25, missed + 0.75, tail), 0)
    high = np.where(missed > 0, betaincinv(hits + 0.75, missed + 0.25, 1 - tail), 1)
    shrink = np.sqrt(np.where(some, (n_texts - n_sampled) / np.maximum(n_texts - 1, 1), 1))
    return rate, rate - shrink * (rate - low), rate + shrink * (high - rate)


def wilson_limits(hits: np.ndarray, n_sampled: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the 95 % limits of shares by the sample alone, to compare with: two float arrays.

    References
    ----------
    Wilson: "Probable inference, the law of succession, and statistical inference", JASA 22, 1927.
    """
    from scipy.special import ndtri

    square = float(ndtri((1 + LEVEL) / 2)) ** 2
    rate = np.asarray(hits) / n_sampled
    centre = (hits + square / 2) / (n_sampled + square)
    half = np.sqrt(square * (n_sampled * rate * (1 - rate) + square / 4)) / (n_sampled + square)
    return centre - half, centre + half

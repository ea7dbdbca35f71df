"""Shares from a sample and predictions: hand-worked numbers, and intervals that hold in small samples."""

import importlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom, hypergeom

poststratified = importlib.import_module("core.evidence.check_sample.poststratified")


def limits(hits, n_sampled, n_texts):
    return [float(part) for part in poststratified.binomial_limits(hits, n_sampled, n_texts)]


def test_limits_lie_between_those_of_jeffreys_and_of_clopper_and_pearson():
    for hits, n in ((0, 30), (1, 30), (15, 30), (30, 30), (3, 300)):
        _, low, high = limits(hits, n, 10**9)
        if hits > 0:
            assert beta.ppf(0.025, hits, n - hits + 1) < low < beta.ppf(0.025, hits + 0.5, n - hits + 0.5)
        if hits < n:
            assert beta.ppf(0.975, hits + 0.5, n - hits + 0.5) < high < beta.ppf(0.975, hits + 1, n - hits)
    assert limits(0, 30, 10**9)[:2] == [0, 0] and limits(0, 30, 10**9)[2] == pytest.approx(0.0997, abs=1e-3)
    assert limits(30, 30, 10**9)[0] == limits(30, 30, 10**9)[2] == 1


def test_limits_close_when_every_text_is_sampled_and_are_open_without_one():
    assert limits(3, 10, 10) == [0.3, 0.3, 0.3]
    assert limits(0, 0, 10)[1:] == [0, 1]
    assert limits(1, 1, 1) == [1, 1, 1]
    widths = [high - low for _, low, high in (limits(5, 10, n) for n in (11, 20, 100, 10_000))]
    assert widths == sorted(widths)


@pytest.mark.parametrize("n", [10, 30, 100])
def test_each_rate_is_covered(n):
    _, low, high = poststratified.binomial_limits(np.arange(n + 1), np.array(n), np.array(10**9))
    rates = np.linspace(0.0005, 0.5, 1000)[:, None]
    chances = binom.pmf(np.arange(n + 1), n, rates)
    covered = (chances * ((low <= rates) & (rates <= high))).sum(axis=1)
    assert covered.min() >= 0.925 and covered.mean() >= 0.955 and np.quantile(covered, 0.05) >= 0.94


def test_tuned_prediction_powered_inference_is_this_by_hand():
    # 100 texts, 40 predicted; sampled 5 of these with 4 hits, and 5 of the others with 1 hit.
    found = poststratified.poststratified_shares(
        np.array([[4], [1]]), np.array([[5], [5]]), np.array([[40], [60]])
    )
    assert found.value[0] == pytest.approx(0.4 * 4 / 5 + 0.6 * 1 / 5)
    truth, guess = np.array([1, 1, 1, 1, 0, 1, 0, 0, 0, 0]), np.array([1] * 5 + [0] * 5)
    slope = np.cov(truth, guess)[0, 1] / guess.var(ddof=1)
    assert (
        found.value[0] == pytest.approx(slope * 0.4 + (truth - slope * guess).mean()) == pytest.approx(0.44)
    )
    # the margins of both groups by hand
    _, low, high = poststratified.binomial_limits(np.array([4, 1]), np.array([5, 5]), np.array([40, 60]))
    below = np.hypot(0.4 * (0.8 - low[0]), 0.6 * (0.2 - low[1]))
    above = np.hypot(0.4 * (high[0] - 0.8), 0.6 * (high[1] - 0.2))
    assert [found.low[0], found.high[0]] == pytest.approx([0.44 - below, 0.44 + above])
    assert found.interval(0).margin == pytest.approx(max(below, above))


def test_a_group_without_a_sampled_text_counts_by_its_whole_width():
    found = poststratified.poststratified_shares(
        np.array([[0], [0]]), np.array([[0], [50]]), np.array([[10], [90]]), unsampled=0.8
    )
    assert found.value[0] == pytest.approx(0.08) and found.low[0] == 0
    assert 0.1 < found.high[0] < 0.16


def test_wilson_by_hand():
    low, high = poststratified.wilson_limits(np.array([0, 15]), 30)
    assert low == pytest.approx([0, 0.3315], abs=1e-4) and high == pytest.approx([0.1135, 0.6685], abs=1e-4)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_intervals_are_within_0_and_1_and_contain_the_estimate(data):
    texts = data.draw(st.lists(st.integers(0, 50), min_size=2, max_size=2))
    sampled = [data.draw(st.integers(0, n)) for n in texts]
    hits = [data.draw(st.integers(0, n)) for n in sampled]
    columns = [np.array(each)[:, None] for each in (hits, sampled, texts)]
    found = poststratified.poststratified_shares(*columns)
    assert 0 <= found.low[0] <= found.value[0] + 1e-12 and found.value[0] - 1e-12 <= found.high[0] <= 1


@pytest.mark.parametrize(("n_texts", "n_sampled"), [(40, 20), (80, 50), (80, 70)])
def test_few_hits_among_few_texts_are_covered(n_texts, n_sampled):
    _, low, high = poststratified.binomial_limits(
        np.arange(n_sampled + 1), np.array(n_sampled), np.array(n_texts)
    )
    for n_hits in range(1, n_texts // 2):
        chances = hypergeom.pmf(np.arange(n_sampled + 1), n_texts, n_hits, n_sampled)
        held = (low <= n_hits / n_texts + 1e-9) & (n_hits / n_texts - 1e-9 <= high)
        assert chances[held].sum() >= 0.92

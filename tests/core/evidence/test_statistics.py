import math

import numpy as np
import pytest

from core.evidence.statistics import WIDENING, Mean, balanced, class_means, mean_over_classes


class TestStatistics:
    def test_class_means_by_hand(self):
        means = class_means(np.array([1.0, 0.0, 1.0, 3.0]), np.array([0, 0, 2, 2]))
        assert means[[0, 2]].tolist() == [0.5, 2.0]
        assert math.isnan(means[1])
        assert balanced(np.array([1.0, 0.0, 1.0, 3.0]), np.array([0, 0, 2, 2])) == 1.25

    def test_mean_and_error_by_hand(self):
        """Means 1 and 0. Squares around them 2 + 0 over 5 - 2 degrees of freedom: 2/3. Its error:
        sqrt(2/3 x (1/2 + 1/3)) / 2."""
        mean = mean_over_classes(np.array([0.0, 2.0, 0.0, 0.0, 0.0]), np.array([4, 4, 1, 1, 1]))
        assert mean.value == 0.5
        assert mean.error == pytest.approx(WIDENING * math.sqrt(2 / 3 * 5 / 6) / 2)
        assert mean.freedom == 3

    def test_agreement_is_no_certainty(self):
        same, codes = np.ones(10), np.arange(10) % 2
        assert mean_over_classes(same, codes).error == 0
        assert mean_over_classes(same, codes, least=1.0).error == pytest.approx(WIDENING * math.sqrt(1 / 80))

    def test_students_margin_and_chance(self):
        """For three degrees of freedom the tables say 3.182 for 2.5 % on a side."""
        assert Mean(0.0, 2.0, 3).margin() == pytest.approx(6.365, abs=1e-3)
        assert Mean(3.182, 1.0, 3).chance() == pytest.approx(0.025, abs=1e-5)
        assert Mean(-3.182, 1.0, 3).chance() == pytest.approx(0.975, abs=1e-5)
        assert [Mean(value, 0.0, 3).chance() for value in (-1.0, 0.0, 1.0)] == [1.0, 0.5, 0.0]

    def test_intervals_hold_what_they_promise(self):
        """Independent texts: the widened interval must hold the truth more often than it says."""
        rng = np.random.default_rng(0)
        codes = np.repeat(np.arange(4), [2, 3, 6, 9])
        means = [mean_over_classes(rng.normal(codes, 1), codes) for _ in range(400)]
        assert np.mean([abs(mean.value - 1.5) < mean.margin() for mean in means]) > 0.95

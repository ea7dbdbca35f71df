import math

import pytest

from core.evidence import (
    LearningCurve,
    learning_curve,
)
from tests.support.label_spaces import crossed, only_in_a_view, partly, without_meaning

pytestmark = pytest.mark.model


class TestLearningCurve:
    def test_labels_in_a_view_alone_make_the_curve_rise(self):
        X, views, label = only_in_a_view()
        *_, last = learning_curve(X, partly(label, 60), views=views).points
        assert last.reshaped > last.generic + 0.2

    def test_more_labels_help_where_the_curve_rises(self):
        X, label = crossed()
        curve = learning_curve(X, partly(label, 60))
        sizes = [point.n_labels for point in curve.points]
        assert sizes == sorted(sizes) and sizes[-1] == 48
        assert curve.points[-1].reshaped > curve.points[0].reshaped
        assert curve.doubling_low < curve.doubling < curve.doubling_high

    def test_labels_without_meaning_promise_nothing(self):
        found = [learning_curve(*without_meaning(4, 40, seed)).labels_needed() for seed in range(6)]
        assert found.count(None) >= 5, found

    def test_the_law_by_hand(self):
        """0.9 - 2 / sqrt(n) at 64 labels: 0.65. Five points more: 2 / sqrt(n) = 0.2 at 100 labels."""
        doubling = 2 / math.sqrt(64) - 2 / math.sqrt(128)
        curve = LearningCurve(64, (), doubling, doubling / 2, 2 * doubling)
        assert curve.labels_needed() == 35  # 36, in a round number
        assert curve.labels_needed(0.125) == 190  # 2 / sqrt(256) = 0.125: three times as many, the most
        assert curve.labels_needed(0.13) is None
        assert curve.sentence() == "about 35 more labels would bring 5 points more"

    def test_flat_and_noisy_curves_say_so(self):
        flat = LearningCurve(40, (), 0.005, -0.01, 0.02)
        assert (
            flat.sentence() == "more labels would hardly help: twice as many would bring less than 5 points"
        )
        unsettled = flat.sentence(settled=False)  # too early to tell whether the map helps at all
        assert unsettled == "too few labels to tell what more of them would bring"
        noisy = LearningCurve(40, (), 0.05, -0.05, 0.15)
        assert noisy.sentence() == "too few labels to tell what more of them would bring"
        assert LearningCurve(3).sentence() == noisy.sentence()

    def test_too_few_labels_have_no_curve(self):
        X, label = crossed()
        assert learning_curve(X, partly(label, 6)).points == ()

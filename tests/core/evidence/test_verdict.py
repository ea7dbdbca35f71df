"""The three verdicts, with cases worked by hand."""

import math

import numpy as np
import pytest

from core.evidence import (
    NO_HELP,
    NOT_CHECKED,
    TOO_EARLY,
    WORKS,
    Evidence,
    LabelEvidence,
    cross_validate,
    judge,
    labels_by_need,
)
from tests.support.label_spaces import crossed

NAMES = ["praise", "refund"]
BOTH = (LabelEvidence(0, 20, 0.5, 0.9), LabelEvidence(1, 20, 0.5, 0.6))


def evidence(generic, reshaped, low, high, chance, n_labels=40, by_label=BOTH):
    return Evidence(n_labels, len(by_label), n_labels, generic, reshaped, low, high, chance, by_label)


class TestState:
    @pytest.mark.parametrize(
        ("gain", "low", "high", "chance", "state"),
        [
            (0.66, 0.42, 0.90, 0.001, WORKS),
            (0.02, 0.005, 0.035, 0.01, WORKS),  # small, and measured with many labels
            (-0.20, -0.30, -0.10, 0.999, NO_HELP),  # significantly worse
            (-0.30, -0.58, -0.02, 0.99, NO_HELP),  # so clear a loss needs no narrow interval
            (0.00, -0.05, 0.05, 0.5, NO_HELP),  # no room for ten points
            (0.03, -0.03, 0.09, 0.2, NO_HELP),
            (0.04, -0.04, 0.12, 0.2, TOO_EARLY),  # twelve points may still be true
            (0.06, -0.23, 0.35, 0.35, TOO_EARLY),  # the airline tweets with 26 labels
            (0.00, -0.14, 0.14, 0.5, TOO_EARLY),
            (-0.20, -0.45, 0.05, 0.9, TOO_EARLY),  # wide, so a loss is as uncertain as a gain
        ],
    )
    def test_hand_worked_cases(self, gain, low, high, chance, state):
        assert evidence(0.5, 0.5 + gain, low, high, chance).verdict == state

    def test_too_few_labels_are_too_early_and_none_is_not_checked(self):
        assert Evidence(7, 2, 6).verdict == TOO_EARLY
        assert Evidence(0, 0, 0).verdict == NOT_CHECKED

    def test_margin_that_excludes_ten_points_takes_150_labels(self):
        """The figure in the docstring of LEAST_GAIN."""
        assert 1.96 * 1.25 * math.sqrt(0.25 / 150) == pytest.approx(0.10, abs=0.002)
        assert 1.96 * 1.25 * math.sqrt(0.25 / 600) == pytest.approx(0.05, abs=0.002)


class TestWords:
    def test_the_demo_works(self):
        found = judge(evidence(0.09, 0.75, 0.42, 0.90, 0.0001), NAMES)
        assert found.sentence == "works: neighbours now share a label 75 % of the time, up from 9 % (± 24)"
        assert found.step == "" and "less than once in 1,000" in found.advice

    def test_the_airline_tweets_are_too_early(self):
        by_label = (LabelEvidence(0, 25, 0.5, 0.6), LabelEvidence(1, 1))
        found = judge(evidence(0.58, 0.64, -0.23, 0.35, 0.35, 26, by_label), ["late", "luggage"])
        assert found.sentence == "too early to tell: 26 labels leave ± 29 points"
        assert (found.step, found.code, found.n_more) == ("label", 1, 4)
        assert "chance" in found.advice

    def test_an_interval_that_was_cut_shows_both_ends(self):
        cut = judge(evidence(0.61, 0.71, 0.0, 0.22, 0.02), NAMES)
        assert cut.sentence.endswith("71 % of the time, up from 61 % (gain 0 to +22)")  # ± 12 has 0 inside
        cut = judge(evidence(0.8, 0.7, -0.21, 0.0, 0.98), NAMES)
        assert cut.sentence.endswith("70 % of the time, down from 80 % (gain −21 to 0)")
        room = judge(evidence(0.6, 0.62, -0.22, 0.3, 0.4), NAMES)
        assert room.sentence == "too early to tell: 40 labels leave a gain of −22 to +30 points"

    def test_what_does_not_help(self):
        same = judge(evidence(0.6, 0.6, -0.05, 0.05, 0.5), NAMES)
        assert same.sentence == "does not help: neighbours share a label 60 % of the time, as before (± 5)"
        assert same.step == "review"
        more = judge(evidence(0.6, 0.62, -0.05, 0.09, 0.3), NAMES)
        assert "62 % of the time, 60 % before (± 7)" in more.sentence
        assert judge(evidence(0.95, 0.96, -0.02, 0.04, 0.3), NAMES).step == "ask"  # nothing left to gain
        assert judge(evidence(0.6, 0.4, -0.3, -0.1, 0.999), NAMES, reencoded=True).step == "reword"

    def test_a_small_gain_is_not_said_to_be_none(self):
        found = judge(evidence(0.701, 0.704, 0.001, 0.005, 0.001), NAMES)
        assert "70.4 % of the time, up from 70.1 %" in found.sentence


class TestMissingLabels:
    def test_what_is_missing_is_named(self):
        X, _ = crossed()
        y = np.full(len(X), -1)
        nothing = judge(cross_validate(X, y), NAMES)
        assert nothing.sentence == "not checked: no text is labelled yet"
        assert (nothing.step, nothing.code) == ("label", None)
        y[:5] = 0
        y[5:7] = 1
        few = cross_validate(X, y)
        assert not few.enough and few.by_label[1].n_labels == 2
        found = judge(few, NAMES)
        assert found.sentence == "too early to tell: *refund* (2) needs about 5 texts"
        assert (found.code, found.n_more) == (1, 3)
        y[:20] = 0
        one = judge(cross_validate(X, y), NAMES)
        assert (
            one.sentence == "too early to tell: all 20 labels are *praise*, and texts of another are needed"
        )
        assert one.code == 1  # the label that nothing was given

    def test_many_short_labels_are_not_all_listed(self):
        X, _ = crossed()
        y = np.full(len(X), -1)
        y[:12] = np.arange(12)
        assert judge(cross_validate(X, y), [f"l{code}" for code in range(12)]).sentence == (
            "too early to tell: *l0* (1), *l1* (1), *l2* (1) and 9 more need about 2 texts each"
        )

    def test_copies_are_named_as_what_is_short(self):
        X, _ = crossed()
        X[:20] = X[[0, 1]].repeat(10, axis=0)
        copies = cross_validate(X, np.where(np.arange(len(X)) < 20, np.arange(len(X)) // 10, -1))
        assert "are copies, and about 5 different texts of each" in judge(copies, NAMES).sentence


class TestLabelsByNeed:
    def asks(self, *labels, n_names=None):
        found = Evidence(40, len(labels), 40, 0.5, 0.6, -0.2, 0.4, 0.3, labels)
        first = labels_by_need(found, len(labels) if n_names is None else n_names)[0]
        return first.found.code, first.n_more

    def test_a_label_without_a_text_comes_first(self):
        assert self.asks(LabelEvidence(0, 30, 0.5, 0.5), n_names=2) == (1, 5)

    def test_the_rarest_label_comes_first(self):
        assert self.asks(LabelEvidence(0, 30, 0.5, 0.5), LabelEvidence(1, 1)) == (1, 4)
        assert self.asks(LabelEvidence(0, 3, 0.5, 0.6), LabelEvidence(1, 30, 0.5, 0.6)) == (0, 3)

    def test_of_labels_as_frequent_the_weakest_comes_first(self):
        assert self.asks(LabelEvidence(0, 10, 0.5, 0.9), LabelEvidence(1, 10, 0.5, 0.4))[0] == 1

    def test_a_weak_label_can_come_before_a_rarer_one(self):
        """Smoothed misses per text: 21 / 52 / 50 = 0.008 against 2 / 32 / 30 = 0.002."""
        assert self.asks(LabelEvidence(0, 50, 0.5, 0.6), LabelEvidence(1, 30, 0.5, 29 / 30))[0] == 0

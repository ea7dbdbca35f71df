"""Estimates from a check sample: small cases by hand, names of today, and no use of its labels elsewhere."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus import Partition
from core.evidence import UNANSWERED, check_by_value, check_estimate, estimate_from_codes, present_predictions
from core.labels import NONE

NAMES = ("angry", "pleased")


def of(codes, n):
    """Codes of n texts: those given, the others unanswered."""
    found = np.full(n, UNANSWERED)
    for row, code in codes.items():
        found[row] = code
    return found


def near(interval):
    return [interval.value, interval.low, interval.high]


def test_a_small_corpus_by_hand():
    # 100 texts: 40 predicted 0. Ten are checked: of 5 predicted 0 one is wrong, of 5 predicted 1 one is.
    predicted = np.array([0] * 40 + [1] * 60)
    answers = of({0: 0, 1: 0, 2: 0, 3: 0, 4: 1, 40: 1, 41: 1, 42: 1, 43: 1, 44: 0}, 100)
    found = estimate_from_codes(predicted, of({}, 100), answers, 2)
    assert found.shares.value == pytest.approx([0.44, 0.56, 0])
    assert found.plain == pytest.approx([0.4, 0.6, 0]) and found.n_checked == 10
    assert found.accuracy.value == pytest.approx(0.8)
    assert found.shares.low[2] == 0 and found.shares.high[2] < 0.26  # 0 of 10


def test_known_texts_are_counted():
    # 50 texts are known to be 0 and predicted so; of the other 50, half are 1.
    predicted = np.array([0] * 75 + [1] * 25)
    known = of(dict.fromkeys(range(50), 0), 100)
    answers = of({row: int(row >= 75) for row in range(55, 95)}, 100)
    found = estimate_from_codes(predicted, known, answers, 2)
    assert found.shares.value == pytest.approx([0.75, 0.25, 0]) and found.accuracy.value == 1
    assert found.shares.low[0] > 0.5 and found.accuracy.low > 0.9
    alone = estimate_from_codes(predicted[50:], known[50:], answers[50:], 2)
    assert found.shares.low[1] == pytest.approx(alone.shares.low[1] / 2)
    assert found.accuracy.low == pytest.approx(0.5 + alone.accuracy.low / 2)


def test_all_right_all_wrong_and_none_of_these():
    predicted = np.repeat([0, 1], 500)
    rows = [*range(15), *range(500, 515)]
    right = estimate_from_codes(predicted, of({}, 1000), of({row: predicted[row] for row in rows}, 1000), 2)
    assert right.accuracy.value == right.accuracy.high == 1 and 0.88 < right.accuracy.low < 0.93
    assert right.shares.value == pytest.approx([0.5, 0.5, 0])
    wrong = estimate_from_codes(
        predicted, of({}, 1000), of({row: 1 - predicted[row] for row in rows}, 1000), 2
    )
    assert wrong.accuracy.value == wrong.accuracy.low == 0 and wrong.accuracy.high < 0.12
    assert wrong.shares.value == pytest.approx([0.5, 0.5, 0])
    none = estimate_from_codes(predicted, of({}, 1000), of(dict.fromkeys(rows, NONE), 1000), 2)
    assert none.shares.value == pytest.approx([0, 0, 1]) and none.accuracy.value == 0
    assert none.shares.low[2] > 0.85 and none.shares.high[2] == 1


def test_everything_known_or_checked_leaves_no_doubt():
    predicted, labels = np.array([0, 0, 1, 1]), np.array([0, 1, 1, NONE])
    for found in (
        estimate_from_codes(predicted, labels, of({}, 4), 2),
        estimate_from_codes(predicted, of({}, 4), labels, 2),
    ):
        for part in (found.shares.low, found.shares.value, found.shares.high):
            assert part == pytest.approx([0.25, 0.5, 0.25])
        assert near(found.accuracy) == pytest.approx([0.5] * 3)


def test_without_predictions_the_sample_counts_alone():
    answers = of({row: row % 2 for row in range(20)}, 1000)
    found = estimate_from_codes(None, of({}, 1000), answers, 2)
    assert found.accuracy is None and found.shares.value == pytest.approx([0.5, 0.5, 0])
    assert 0.15 < found.shares.high[0] - 0.5 < 0.25


def test_nothing_checked_says_nothing():
    found = estimate_from_codes(np.array([0, 1, 1]), of({}, 3), of({}, 3), 2)
    assert found.accuracy is None and found.n_checked == 0
    assert found.shares.value.sum() == pytest.approx(1)
    assert found.shares.low.tolist() == [0, 0, 0] and found.shares.high.min() > 0.9
    assert estimate_from_codes(np.array([], int), of({}, 0), of({}, 0), 2).shares.value.tolist() == [0, 0, 0]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_shares_sum_to_1_and_lie_in_their_intervals(data):
    n, n_labels = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 5))
    label = st.integers(NONE, n_labels - 1)
    predicted = np.array(data.draw(st.lists(label, min_size=n, max_size=n)))
    some = st.lists(st.one_of(st.just(UNANSWERED), label), min_size=n, max_size=n)
    known, answers = np.array(data.draw(some)), np.array(data.draw(some))
    answers[known != UNANSWERED] = UNANSWERED
    found = estimate_from_codes(predicted, known, answers, n_labels, probability=np.linspace(0, 1, n))
    shares = found.shares
    assert shares.value.sum() == pytest.approx(1) and found.plain.sum() == pytest.approx(1)
    assert (shares.low >= 0).all() and (shares.high <= 1 + 1e-12).all()
    assert (shares.low <= shares.value + 1e-12).all() and (shares.value <= shares.high + 1e-12).all()
    if found.accuracy is not None:
        low, value, high = found.accuracy.low, found.accuracy.value, found.accuracy.high
        assert 0 <= low <= value + 1e-12 and value <= high + 1e-12 <= 1 + 1e-11


@pytest.mark.parametrize("n_checked", [30, 100])
def test_intervals_hold_and_are_narrower_than_by_the_sample_alone(n_checked):
    draw = np.random.default_rng(1)
    truth = draw.choice(4, 1000, p=[0.6, 0.3, 0.08, 0.02])
    predicted = np.where(draw.random(1000) < 0.85, truth, draw.integers(0, 3, 1000))
    shares = np.bincount(truth, minlength=5) / 1000
    held, widths = [], []
    for _ in range(200):
        answers = of({row: truth[row] for row in draw.choice(1000, n_checked, replace=False)}, 1000)
        each = [estimate_from_codes(guess, of({}, 1000), answers, 4) for guess in (predicted, None)]
        held.append((each[0].shares.low <= shares) & (shares <= each[0].shares.high))
        widths.append([(one.shares.high - one.shares.low).mean() for one in each])
    assert np.mean(held, axis=0).min() >= 0.93
    assert np.mean(widths, axis=0)[0] < 0.9 * np.mean(widths, axis=0)[1]


# With a store


@pytest.fixture
def work(store, corpus):
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by feeling")
    for name in NAMES:
        store.label_names.add(analysis, name)
    guide = store.labels.read(analysis)
    codes = np.arange(60) % 2
    fit = SimpleNamespace(
        labels=list(NAMES),
        label_ids=list(guide.ids),
        has_predictions=True,
        predicted=codes.astype(np.int32),
        probability=np.linspace(0.5, 1, 60),
    )
    return SimpleNamespace(store=store, id=analysis, fit=fit, codes=codes)


def estimated(work, rows=None):
    guide, checks = work.store.labels.read(work.id), work.store.check_labels.read(work.id)
    return check_estimate(work.fit, guide, checks, rows)


def check(work, n):
    for _ in range(n):
        guide, checks = work.store.labels.read(work.id), work.store.check_labels.read(work.id)
        row = checks.next_rows(guide, 1)[0]
        work.store.check_labels.give(work.id, row, NAMES[work.codes[row]], "ada")


def test_texts_labelled_by_a_person_are_known_and_leave_the_sample(work):
    check(work, 12)
    work.store.check_labels.give(work.id, work.store.check_labels.read(work.id).order[-1], None, "ada")
    found = estimated(work)
    assert (found.n_texts, found.n_known, found.n_checked, found.n_skipped) == (60, 0, 12, 1)
    assert found.enough and found.n_left == 47 and found.accuracy.value == 1
    assert [share.name for share in found.shares] == [*NAMES, None]
    assert [share.predicted for share in found.shares] == [0.5, 0.5, 0]
    first = int(work.store.check_labels.read(work.id).rows[0])
    work.store.labels.give(work.id, {first: NAMES[1 - work.codes[first]]}, "bo")
    found = estimated(work)
    assert (found.n_known, found.n_checked) == (1, 11) and found.accuracy.value < 1
    work.store.labels.give(work.id, {row: "angry" for row in range(60)}, "small", source="model")
    assert estimated(work).n_known == 0  # a model's label is not known to be right


def test_predictions_are_read_by_the_names_of_today(work):
    names = work.store.label_names
    check(work, 30)
    names.rename(work.id, "angry", "furious")
    assert [share.name for share in estimated(work).shares] == ["furious", "pleased", None]
    assert estimated(work).accuracy.value == 1
    names.merge(work.id, ["pleased"], "furious")
    assert estimated(work).shares[0].share.value == estimated(work).accuracy.value == 1
    names.restore(work.id, "pleased")
    names.add(work.id, "odd")
    names.delete(work.id, "furious")  # its texts are asked again, and its predictions are of no label in use
    guide = work.store.labels.read(work.id)
    assert set(present_predictions(work.fit, guide)) == {0, UNANSWERED}
    found = estimated(work)
    assert 0 < found.n_checked < 30 and found.shares[0].predicted == 1
    work.fit.label_ids = []  # a Fit of an earlier version: by name
    assert set(present_predictions(work.fit, guide)) == {0, UNANSWERED}
    work.fit.has_predictions = False
    assert estimated(work).accuracy is None


def test_values_of_a_column_and_too_few_of_them(work):
    partition = Partition(np.array([0] * 50 + [1] * 9 + [-1], dtype=np.int32), {0: "long", 1: "short"})
    check(work, 40)
    guide, checks = work.store.labels.read(work.id), work.store.check_labels.read(work.id)
    found = check_by_value(work.fit, guide, checks, partition)
    assert found[1] is None and found[0].n_texts == 50
    assert found[0].n_checked == np.isin(checks.rows, np.arange(50)).sum()
    mask = np.asarray(partition.codes) == 0
    assert found[0] == check_estimate(work.fit, guide, checks, mask)


def test_how_many_more_texts_a_margin_needs(work):
    check(work, 12)
    found = estimated(work)
    share = found.shares[0].share
    more = found.more_for(share, share.margin / 2)
    assert 0 < more <= found.n_left
    assert found.margin_after(share, more) <= share.margin / 2 < found.margin_after(share, more - 1)
    assert found.more_for(share, share.margin) == 0 == found.more_for(share, 1)
    assert found.more_for(share, 0) == found.n_left == 48 and found.margin_after(share, 48) == 0
    check(work, more)
    again = estimated(work)
    assert again.shares[0].share.margin <= found.margin_after(share, more)

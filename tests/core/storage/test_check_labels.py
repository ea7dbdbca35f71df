"""Check labels: apart from guide labels, one answer a text, and under the same names."""

import numpy as np
import pytest

from core.errors import LabelError
from core.labels import NONE, NONE_OF_THESE, HandOuts, next_round
from core.storage import Store
from core.tasks import fit_key

NAMES = ("angry", "pleased", "odd")


@pytest.fixture
def analysis(store, corpus):
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by feeling")
    for name in NAMES:
        store.label_names.add(analysis, name)
    return analysis


def answers(store, analysis):
    found = store.check_labels.read(analysis)
    return dict(zip(found.rows.tolist(), found.codes.tolist(), strict=True))


def test_a_label_none_of_these_and_a_skip_are_kept_apart(store, analysis, home):
    assert store.check_labels.give(analysis, 4, "pleased", "ada")
    assert store.check_labels.give(analysis, 7, None, "ada", none=True)
    assert store.check_labels.give(analysis, 2, None, "bo")
    found = Store(home).check_labels.read(analysis)
    assert found.rows.tolist() == [4, 7] and found.codes.tolist() == [1, NONE]
    assert found.skipped.tolist() == [2] and found.given_by == ("ada", "ada")
    assert (found.n_checked, found.n_skipped) == (2, 1)
    assert [found.labels[row] for row in (2, 4, 7)] == [None, "pleased", NONE_OF_THESE]
    assert found.names == NAMES and found.ids == store.labels.read(analysis).ids


def test_wrong_answers_are_refused(store, analysis):
    with pytest.raises(LabelError, match="bored"):
        store.check_labels.give(analysis, 0, "bored", "ada")
    with pytest.raises(ValueError, match="none=True"):
        store.check_labels.give(analysis, 0, "angry", "ada", none=True)
    with pytest.raises(ValueError, match="Row 60"):
        store.check_labels.give(analysis, 60, "angry", "ada")
    assert answers(store, analysis) == {}


def test_the_first_answer_to_a_text_counts(store, analysis):
    for row, first in ((0, {"label": "angry"}), (1, {"label": None}), (2, {"label": None, "none": True})):
        assert store.check_labels.give(analysis, row, given_by="ada", **first)
        assert not store.check_labels.give(analysis, row, "pleased", "bo")
    assert answers(store, analysis) == {0: 0, 2: NONE}
    assert store.check_labels.undo(analysis, "bo") is None


def test_each_person_undoes_answers_of_their_own(store, analysis):
    checks = store.check_labels
    checks.give(analysis, 0, "angry", "ada")
    checks.give(analysis, 1, "odd", "bo")
    step = checks.last_step(analysis, "ada")
    assert (step.row, step.label, step.none, step.skipped, step.given_by) == (0, "angry", False, False, "ada")
    checks.give(analysis, 2, None, "ada")
    assert checks.last_step(analysis, "ada").skipped
    with pytest.raises(LabelError, match="another tab"):
        checks.undo(analysis, "ada", meant=step)
    assert [checks.undo(analysis, "ada") for _ in range(3)] == [2, 0, None]
    assert answers(store, analysis) == {1: 2}
    assert checks.undo(analysis) == 1 and checks.last_step(analysis) is None


def test_names_act_on_check_labels_as_on_guide_labels(store, analysis):
    names, checks = store.label_names, store.check_labels
    for row, label in enumerate(NAMES):
        checks.give(analysis, row, label, "ada")
    names.rename(analysis, "odd", "strange")
    assert checks.read(analysis).labels[:3] == ["angry", "pleased", "strange"]
    names.merge(analysis, ["pleased"], "angry")
    assert checks.read(analysis).labels[:3] == ["angry", "angry", "strange"]
    names.restore(analysis, "pleased")
    names.delete(analysis, "pleased")  # no guide label uses it, and the check label must not dangle
    assert answers(store, analysis) == {0: 0, 2: 1}
    assert checks.last_step(analysis).label == "strange"
    names.restore(analysis, "pleased")
    assert checks.read(analysis).labels[:3] == ["angry", "pleased", "strange"]


def test_a_text_whose_label_was_deleted_is_asked_again(store, analysis):
    guide = store.labels.read(analysis)
    first = store.check_labels.read(analysis).next_rows(guide)[0]
    store.check_labels.give(analysis, first, "odd", "ada")
    store.label_names.delete(analysis, "odd")
    found = store.check_labels.read(analysis)
    assert found.n_checked == found.n_skipped == 0 and found.next_rows(guide)[0] == first
    assert store.check_labels.give(analysis, first, "angry", "ada")
    store.label_names.restore(analysis, "odd")
    assert store.check_labels.read(analysis).labels[first] == "angry"
    assert store.check_labels.undo(analysis) == first
    assert store.check_labels.read(analysis).labels[first] == "odd"


def test_texts_come_in_one_random_order_without_repeats(store, analysis, home):
    asked = []
    while True:
        found = Store(home).check_labels.read(analysis)
        (row, *_) = found.next_rows(store.labels.read(analysis), 1) or [None]
        if row is None:
            break
        asked.append(row)
        store.check_labels.give(analysis, row, NAMES[row % 3] if row % 5 else None, "ada")
    assert asked == found.order.tolist() and sorted(asked) == list(range(60)) != asked
    assert found.n_checked == 48 and found.n_skipped == 12


def test_texts_that_a_person_labelled_are_passed_over_and_those_of_a_model_are_not(store, analysis):
    order = store.check_labels.read(analysis).order
    store.labels.give(analysis, {int(order[0]): "odd", int(order[1]): None}, "ada")
    store.labels.give(analysis, {int(order[2]): "odd"}, "small", source="model")
    guide, found = store.labels.read(analysis), store.check_labels.read(analysis)
    assert found.next_rows(guide, 3, taken=[int(order[3])]) == order[[1, 2, 4]].tolist()
    assert np.flatnonzero(guide.by_person).tolist() == [order[0]]


def test_two_decks_are_handed_different_texts(store, analysis):
    hand_outs = HandOuts()
    for _ in range(5):
        guide, found = store.labels.read(analysis), store.check_labels.read(analysis)
        shown = [
            hand_outs.take(queue, queue, analysis, found.next_rows(guide, len(found.order)))
            for queue in ("ada", "bo")
        ]
        assert len(set(shown)) == 2
        assert all(store.check_labels.give(analysis, row, "odd", "x") for row in shown)
    assert set(store.check_labels.read(analysis).rows) == set(found.order[:10])


def test_check_labels_are_no_guide_labels(store, analysis, prepared):
    before, key = store.labels.read(analysis), fit_key(store, analysis)
    for row in range(40):
        store.check_labels.give(analysis, row, NAMES[row % 3], "ada")
    store.check_labels.give(analysis, 40, None, "ada")
    assert fit_key(store, analysis) == key  # nothing of them is fitted
    guide = store.labels.read(analysis)
    assert guide.codes.tolist() == before.codes.tolist() == [-1] * 60
    assert guide.table.empty and guide.n_labels == 0 and set(guide.counts.values()) == {0}
    assert store.labels.history(analysis).empty and store.labels.last_step(analysis) is None
    # but the queue shows none of them
    assert np.flatnonzero(guide.seen).tolist() == list(range(41))
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    assert min(next_round(guide, vectors)) > 40


def test_a_copy_of_an_analysis_has_its_answers(store, analysis):
    store.check_labels.give(analysis, 3, "odd", "ada")
    store.check_labels.give(analysis, 5, None, "ada")
    copy = store.copy_analysis(analysis)
    store.label_names.rename(copy, "odd", "strange")
    store.check_labels.give(copy, 4, None, "bo", none=True)
    found, original = store.check_labels.read(copy), store.check_labels.read(analysis)
    assert [found.labels[row] for row in (3, 4)] == ["strange", NONE_OF_THESE]
    assert found.skipped.tolist() == original.skipped.tolist() == [5]
    assert original.labels[3] == "odd" and original.n_checked == 1
    assert found.order.tolist() == original.order.tolist()
    store.delete_analysis(copy)
    assert store.check_labels.read(copy).n_checked == 0
    assert store.check_labels.read(analysis).n_checked == 1


def test_a_reading_is_kept_until_the_file_changes(store, analysis):
    first = store.check_labels.read(analysis)
    assert store.check_labels.read(analysis) is first
    store.check_labels.give(analysis, 0, "odd", "ada")
    assert store.check_labels.read(analysis) is not first

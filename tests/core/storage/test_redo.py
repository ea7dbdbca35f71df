"""Undo takes back whole what a step did, the label names that it added too, and redo brings it back."""

import pytest

from core.errors import LabelError
from core.storage import Store
from core.tasks.annotate import record_labels
from tests.core.storage.test_two_people import given, start


@pytest.fixture
def work(tmp_path):
    return start(tmp_path / "home")


def names(work):
    return work.store.label_names.current(work.id)


def test_a_name_goes_with_the_step_that_added_it_and_comes_back_with_its_id(work):
    work.labels.give(work.id, {0: "glad", 1: "glad"}, "ada", add_names=True)
    (label,) = [i for i, name in zip(*ids_and_names(work), strict=True) if name == "glad"]
    again = Store(work.store.home)  # after a restart
    assert again.labels.last_step(work.id, "ada").names == ["glad"]
    again.labels.undo(work.id, "ada")
    assert names(work) == ["angry", "pleased", "odd"] and not work.labels.read(work.id).retired
    assert work.labels.last_undone(work.id, "ada").names == ["glad"]
    work.labels.redo(work.id, "ada")
    assert given(work) == {0: ("glad", "ada"), 1: ("glad", "ada")}
    assert dict(zip(*ids_and_names(work), strict=True))[label] == "glad"
    assert work.labels.last_undone(work.id, "ada") is None


def ids_and_names(work):
    guide = work.labels.read(work.id)
    return guide.ids, guide.names


def test_the_id_of_a_label_that_was_taken_back_is_not_given_to_another(work):
    """A Fit knows its labels by id: it would show the name of the other."""
    work.labels.give(work.id, {0: "glad"}, "ada", add_names=True)
    before = set(work.labels.read(work.id).ids)
    work.labels.undo(work.id, "ada")
    work.labels.give(work.id, {0: "sour"}, "ada", add_names=True)
    work.store.label_names.add(work.id, "never used")
    work.store.label_names.delete(work.id, "never used")
    work.store.label_names.add(work.id, "calm")
    assert len(before & set(work.labels.read(work.id).ids)) == 3
    assert len(work.labels.read(work.id).ids) == len(set(work.labels.read(work.id).ids)) == 5


def test_names_that_a_language_model_added_go_with_its_labels(work):
    record_labels(work.store, work.id, {0: "glad", 1: "ANGRY", 2: "sour"}, "small", "ada")
    assert names(work) == ["angry", "pleased", "odd", "glad", "sour"]
    assert work.labels.last_step(work.id, "ada").names == ["glad", "sour"]
    work.labels.undo(work.id, "ada")
    assert names(work) == ["angry", "pleased", "odd"]
    work.labels.redo(work.id, "ada")
    assert given(work) == {0: ("glad", "small"), 1: ("angry", "small"), 2: ("sour", "small")}


def test_a_name_stays_while_anything_else_uses_it(work):
    work.labels.give(work.id, {0: "glad"}, "ada", add_names=True)
    work.store.check_labels.give(work.id, 2, "glad", "bo")
    assert work.labels.last_step(work.id, "ada").names == []
    work.labels.undo(work.id, "ada")
    assert "glad" in names(work)


def test_a_name_that_somebody_typed_before_stays(work):
    work.labels.give(work.id, {0: "ODD"}, "ada", add_names=True)
    assert given(work) == {0: ("odd", "ada")} and work.labels.last_step(work.id, "ada").names == []
    work.labels.undo(work.id, "ada")
    assert names(work) == ["angry", "pleased", "odd"]


def test_a_new_label_ends_what_can_be_redone(work):
    work.labels.give(work.id, {0: "angry"}, "ada")
    work.labels.undo(work.id, "ada")
    work.labels.give(work.id, {1: "odd"}, "bo")
    assert work.labels.last_undone(work.id, "ada").rows == [0]  # another's label does not
    work.labels.give(work.id, {1: "odd"}, "ada")
    assert work.labels.last_undone(work.id, "ada") is None and work.labels.redo(work.id, "ada") == []


def test_a_redone_label_does_not_overwrite_what_another_gave_since(work):
    work.labels.give(work.id, {0: "angry", 1: "angry"}, "ada")
    work.labels.undo(work.id, "ada")
    work.labels.give(work.id, {0: "pleased"}, "bo")
    step = work.labels.last_undone(work.id, "ada")
    assert (step.overtaken, step.overtaken_by) == ([0], ["bo"])
    assert work.labels.redo(work.id, "ada", meant=step) == [0, 1]
    assert given(work) == {0: ("pleased", "bo"), 1: ("angry", "ada")}


def test_a_name_that_is_in_use_again_is_the_one_that_a_redone_label_has(work):
    work.labels.give(work.id, {0: "glad"}, "ada", add_names=True)
    work.labels.undo(work.id, "ada")
    work.store.label_names.add(work.id, "Glad")
    work.labels.redo(work.id, "ada")
    assert given(work) == {0: ("Glad", "ada")}
    assert names(work) == ["angry", "pleased", "odd", "Glad"]


def test_a_label_deleted_before_redo_comes_back_with_its_text(work):
    work.labels.give(work.id, {0: "odd"}, "ada")
    work.labels.undo(work.id, "ada")
    work.store.label_names.delete(work.id, "odd")  # which no text has now
    work.labels.redo(work.id, "ada")
    assert given(work) == {0: ("odd", "ada")}


def test_only_the_step_that_is_meant_is_redone(work):
    for row in (0, 1):
        work.labels.give(work.id, {row: "angry"}, "ada")
    work.labels.undo(work.id, "ada")
    meant = work.labels.last_undone(work.id, "ada")
    work.labels.undo(work.id, "ada")  # in another tab
    with pytest.raises(LabelError, match="another tab"):
        work.labels.redo(work.id, "ada", meant=meant)
    assert given(work) == {}


def test_a_copy_takes_the_origin_of_its_names_along_and_nothing_to_redo(work):
    work.labels.give(work.id, {0: "glad"}, "ada", add_names=True)
    work.labels.give(work.id, {1: "angry"}, "ada")
    work.labels.undo(work.id, "ada")
    copy = work.store.copy_analysis(work.id)
    assert work.labels.last_undone(copy, "ada") is None
    work.labels.undo(copy, "ada")
    assert "glad" not in work.store.label_names.current(copy) and "glad" in names(work)
    work.labels.redo(work.id, "ada")
    assert given(work) == {0: ("glad", "ada"), 1: ("angry", "ada")}


def test_what_was_undone_goes_with_its_analysis(work):
    work.labels.give(work.id, {0: "glad"}, "ada", add_names=True)
    work.labels.undo(work.id, "ada")
    work.store.delete_analysis(work.id)
    assert work.labels.last_undone(work.id, "ada") is None


def test_an_answer_to_a_check_sample_comes_back_with_its_label(work):
    checks = work.store.check_labels
    checks.give(work.id, 2, "odd", "ada")
    checks.undo(work.id, "ada")
    work.store.label_names.delete(work.id, "odd")  # which nothing uses now
    event = checks.last_undone(work.id, "ada")
    assert checks.redo(work.id, "ada", meant=event) and "odd" in names(work)
    assert checks.read(work.id).rows.tolist() == [2] and checks.last_undone(work.id, "ada") is None
    checks.undo(work.id, "ada")
    checks.give(work.id, 1, None, "ada")
    assert not checks.redo(work.id, "ada")  # a new answer ended it

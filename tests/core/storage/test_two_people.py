"""Two people label one analysis: each undoes only steps of their own, and is told of what others change."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from core.corpus import Corpus
from core.errors import LabelError
from core.storage import Store

N_TEXTS = 4
NAMES = ("angry", "pleased", "odd")
ADDED = ("glad", "sour")  # label names that only a step adds
PEOPLE = ("ada", "bo")


def start(home):
    store = Store(home)
    texts = np.asarray([f"text {number}" for number in range(N_TEXTS)], dtype=object)
    store.add_corpus(Corpus("letters", texts, pd.DataFrame(index=range(N_TEXTS)), "text", "k1"))
    analysis = store.add_analysis("k1", "by feeling")
    for name in NAMES:
        store.label_names.add(analysis, name)
    return SimpleNamespace(store=store, labels=store.labels, changed=store.changed_labels, id=analysis)


@pytest.fixture
def work(tmp_path):
    return start(tmp_path / "home")


def given(work):
    table = work.labels.read(work.id).table
    return {row: (label, by) for row, label, by in table[["row", "label", "given_by"]].to_numpy().tolist()}


def test_undo_takes_back_only_what_this_person_gave(work):
    work.labels.give(work.id, {0: "angry"}, "ada")
    work.labels.give(work.id, {1: "pleased"}, "bo")
    work.labels.give(work.id, {2: "odd"}, "ada")
    work.labels.give(work.id, {3: "odd"}, "bo")
    assert work.labels.undo(work.id, "ada") == [2]
    assert work.labels.undo(work.id, "ada") == [0]
    assert work.labels.undo(work.id, "ada") == []
    assert given(work) == {1: ("pleased", "bo"), 3: ("odd", "bo")}
    assert work.labels.last_step(work.id, "ada") is None
    assert work.labels.last_step(work.id, "bo").rows == [3]


def test_a_text_that_another_labelled_since_keeps_that_label(work):
    work.labels.give(work.id, {0: "angry", 1: "angry"}, "ada")
    work.labels.give(work.id, {0: "pleased"}, "bo")
    step = work.labels.last_step(work.id, "ada")
    assert (step.rows, step.overtaken, step.overtaken_by) == ([0, 1], [0], ["bo"])
    assert work.labels.undo(work.id, "ada", meant=step) == [0, 1]
    assert given(work) == {0: ("pleased", "bo")}
    assert work.labels.history(work.id)["given_by"].tolist() == ["bo"]
    assert work.labels.undo(work.id, "bo") == [0] and given(work) == {}


def test_the_step_of_one_person_is_meant_whatever_another_does_meanwhile(work):
    work.labels.give(work.id, {0: "angry"}, "ada")
    meant = work.labels.last_step(work.id, "ada")
    work.labels.give(work.id, {1: "odd"}, "bo")
    assert work.labels.undo(work.id, "ada", meant=meant) == [0]
    work.labels.give(work.id, {2: "angry"}, "ada")
    meant = work.labels.last_step(work.id, "ada")
    work.labels.give(work.id, {3: "angry"}, "ada")  # in another tab
    with pytest.raises(LabelError, match="another tab"):
        work.labels.undo(work.id, "ada", meant=meant)


def test_the_labels_of_a_model_belong_to_who_started_it(work):
    model = {"source": "model", "started_by": "ada"}
    work.labels.give(work.id, {0: "angry", 1: "odd", 2: "odd"}, "small", **model)
    work.labels.give(work.id, {1: "pleased"}, "bo")
    assert work.labels.undo(work.id, "bo") == [1]
    assert work.labels.undo(work.id, "bo") == []
    assert work.labels.undo(work.id, "ada") == [0, 1, 2]  # one Undo removes them all
    work.labels.give(work.id, {0: "angry"}, "small", source="model")  # not recorded who: everybody's
    assert work.labels.undo(work.id, "bo") == [0]


def test_a_changed_label_is_told_to_the_one_who_gave_it_until_seen(work):
    work.labels.give(work.id, {0: "angry", 1: "odd"}, "ada")
    work.labels.give(work.id, {0: "pleased", 1: "odd"}, "bo")
    (change,) = work.changed.of(work.id, "ada")  # text 1 has the same label as before
    assert (change.row, change.mine, change.now, change.changed_by) == (0, "angry", "pleased", "bo")
    assert work.changed.of(work.id, "bo") == []
    work.changed.tell("ada", [change])
    assert work.changed.of(work.id, "ada") == []
    work.labels.give(work.id, {0: "angry"}, "ada")  # takes it back: now bo is told
    assert [each.changed_by for each in work.changed.of(work.id, "bo")] == ["ada"]
    assert work.changed.of(work.id, "ada") == []


def test_a_second_change_is_told_too_and_one_taken_back_is_not(work):
    work.labels.give(work.id, {0: "angry"}, "ada")
    work.labels.give(work.id, {0: "pleased"}, "bo")
    work.changed.tell("ada", work.changed.of(work.id, "ada"))
    work.labels.undo(work.id, "bo")
    assert work.changed.of(work.id, "ada") == []
    work.labels.give(work.id, {0: None}, "bo")
    assert [each.now for each in work.changed.of(work.id, "ada")] == [None]
    work.labels.undo(work.id, "bo")
    assert work.changed.of(work.id, "ada") == []


def test_the_one_who_changed_it_may_be_told_of_a_third(work):
    work.labels.give(work.id, {0: "angry"}, "ada")
    work.labels.give(work.id, {0: "pleased"}, "bo")
    work.labels.give(work.id, {0: "odd"}, "cy")
    assert [(each.mine, each.now, each.changed_by) for each in work.changed.of(work.id, "ada")] == [
        ("angry", "odd", "cy")
    ]
    assert [(each.mine, each.now) for each in work.changed.of(work.id, "bo")] == [("pleased", "odd")]
    work.changed.tell("ada", work.changed.of(work.id, "ada"))
    assert work.changed.of(work.id, "ada") == [] and len(work.changed.of(work.id, "bo")) == 1


def test_labels_of_models_and_merged_labels_are_no_change(work):
    work.labels.give(work.id, {0: "angry"}, "small", source="model", started_by="ada")
    work.labels.give(work.id, {0: "pleased"}, "bo")
    work.labels.give(work.id, {1: "angry"}, "ada")
    work.labels.give(work.id, {1: "odd"}, "bo")
    assert [each.row for each in work.changed.of(work.id, "ada")] == [1]
    work.store.label_names.merge(work.id, ["odd"], "angry")
    assert work.changed.of(work.id, "ada") == []


def test_cluster_edits_are_undone_by_who_made_them(work):
    clusters = work.store.clusters
    clusters.add_edit("k1", None, b"by ada", "ada")
    clusters.add_edit("k1", None, b"by bo", "bo")
    clusters.add_edit("k1", None, b"by a model", "small", started_by="ada")
    assert clusters.undo_edit("k1", None, "bo") and not clusters.undo_edit("k1", None, "bo")
    assert [edit.edit for edit in clusters.edits("k1", None)] == [b"by ada", b"by a model"]
    assert clusters.undo_edit("k1", None, "ada") and clusters.undo_edit("k1", None, "ada")
    assert not clusters.undo_edit("k1", None, "ada")


class TwoPeople(RuleBasedStateMachine):
    """Any sequence of labels, skips, undos and redos of two people; the model is a list of steps.

    A step that is redone stands where it stood before. `undone` holds for each person the steps to be redone,
    the latest last.
    """

    @initialize(data=st.data())
    def open(self, data):
        self.work = start(TwoPeople.folder / str(TwoPeople.n_runs))
        TwoPeople.n_runs += 1
        self.steps = []  # (number, person, {row: label})
        self.undone = {person: [] for person in PEOPLE}
        self.n_given = 0

    @rule(
        person=st.sampled_from(PEOPLE),
        labels=st.dictionaries(
            st.integers(0, N_TEXTS - 1), st.sampled_from([*NAMES, *ADDED, None]), min_size=1, max_size=3
        ),
    )
    def give(self, person, labels):
        self.work.labels.give(self.work.id, labels, person, add_names=True)
        self.n_given += 1
        self.steps.append((self.n_given, person, labels))
        self.undone[person] = []

    @rule(person=st.sampled_from(PEOPLE))
    def undo(self, person):
        mine = [step for step in self.steps if step[1] == person]
        expected = list(mine[-1][2]) if mine else []
        step = self.work.labels.last_step(self.work.id, person)
        assert (step.rows if step else []) == expected
        before = self.work.store.label_names.current(self.work.id)
        assert self.work.labels.undo(self.work.id, person, meant=step) == expected
        if mine:
            assert step.overtaken == self.later_rows(mine[-1])
            self.steps.remove(mine[-1])
            self.undone[person].append(mine[-1])
            after = self.work.store.label_names.current(self.work.id)
            assert set(step.names) == set(before) - set(after)  # it was said before

    @rule(person=st.sampled_from(PEOPLE))
    def redo(self, person):
        waiting = self.undone[person]
        step = self.work.labels.last_undone(self.work.id, person)
        assert (step.rows if step else []) == (list(waiting[-1][2]) if waiting else [])
        before = self.work.store.label_names.current(self.work.id)
        self.work.labels.redo(self.work.id, person, meant=step)
        if waiting:
            assert step.overtaken == self.later_rows(waiting[-1])
            self.steps = sorted([*self.steps, waiting.pop()], key=lambda each: each[0])
            after = self.work.store.label_names.current(self.work.id)
            assert set(step.names) == set(after) - set(before)

    @rule()
    def restart(self):
        store = Store(self.work.store.home)
        self.work = SimpleNamespace(
            store=store, labels=store.labels, changed=store.changed_labels, id=self.work.id
        )

    def later_rows(self, step):
        later = {row for number, _, labels in self.steps if number > step[0] for row in labels}
        return [row for row in step[2] if row in later]

    @rule(person=st.sampled_from(PEOPLE))
    def see(self, person):
        changed = self.work.changed.of(self.work.id, person)
        self.work.changed.tell(person, changed)
        assert self.work.changed.of(self.work.id, person) == []

    @invariant()
    def the_latest_entry_of_each_text_counts(self):
        latest = {row: (label, person) for _, person, labels in self.steps for row, label in labels.items()}
        assert given(self.work) == latest

    @invariant()
    def a_label_that_a_step_added_is_there_while_a_step_uses_it(self):
        used = {label for _, _, labels in self.steps for label in labels.values()}
        assert set(self.work.store.label_names.current(self.work.id)) == {*NAMES, *used} - {None}
        assert not self.work.labels.read(self.work.id).retired

    @invariant()
    def a_change_is_one_of_a_label_of_ones_own(self):
        for person in PEOPLE:
            own = {
                row: label for _, by, labels in self.steps if by == person for row, label in labels.items()
            }
            for each in self.work.changed.of(self.work.id, person):
                assert own[each.row] == each.mine != each.now
                assert given(self.work)[each.row] == (each.now, each.changed_by) and each.changed_by != person


def test_any_sequence_of_two_people(tmp_path):
    TwoPeople.folder, TwoPeople.n_runs = tmp_path, 0
    run_state_machine_as_test(
        TwoPeople,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

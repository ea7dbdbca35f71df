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
    """Any sequence of labels, skips and undos of two people; the model is a list of steps."""

    @initialize(data=st.data())
    def open(self, data):
        self.work = start(TwoPeople.folder / str(TwoPeople.n_runs))
        TwoPeople.n_runs += 1
        self.steps = []  # (person, {row: label})

    @rule(
        person=st.sampled_from(PEOPLE),
        labels=st.dictionaries(
            st.integers(0, N_TEXTS - 1), st.sampled_from([*NAMES, None]), min_size=1, max_size=3
        ),
    )
    def give(self, person, labels):
        self.work.labels.give(self.work.id, labels, person)
        self.steps.append((person, labels))

    @rule(person=st.sampled_from(PEOPLE))
    def undo(self, person):
        mine = [step for step in self.steps if step[0] == person]
        expected = list(mine[-1][1]) if mine else []
        step = self.work.labels.last_step(self.work.id, person)
        assert (step.rows if step else []) == expected
        assert self.work.labels.undo(self.work.id, person) == expected
        if mine:
            position = len(self.steps) - 1 - next(i for i, s in enumerate(self.steps[::-1]) if s is mine[-1])
            later = {row for by, labels in self.steps[position + 1 :] for row in labels}
            assert step.overtaken == [row for row in expected if row in later]
            del self.steps[position]

    @rule(person=st.sampled_from(PEOPLE))
    def see(self, person):
        changed = self.work.changed.of(self.work.id, person)
        self.work.changed.tell(person, changed)
        assert self.work.changed.of(self.work.id, person) == []

    @invariant()
    def the_latest_entry_of_each_text_counts(self):
        latest = {row: (label, person) for person, labels in self.steps for row, label in labels.items()}
        assert given(self.work) == latest

    @invariant()
    def a_change_is_one_of_a_label_of_ones_own(self):
        for person in PEOPLE:
            own = {row: label for by, labels in self.steps if by == person for row, label in labels.items()}
            for each in self.work.changed.of(self.work.id, person):
                assert own[each.row] == each.mine != each.now
                assert given(self.work)[each.row] == (each.now, each.changed_by) and each.changed_by != person


def test_any_sequence_of_two_people(tmp_path):
    TwoPeople.folder, TwoPeople.n_runs = tmp_path, 0
    run_state_machine_as_test(
        TwoPeople,
        settings=settings(
            max_examples=15,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )

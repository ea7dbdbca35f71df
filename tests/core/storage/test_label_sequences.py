"""Random sequences of what several people do to one analysis, against a plain model of the record."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import LabelError
from core.storage import Store
from tests.conftest import make_frame

N_TEXTS, N_LABELS = 6, 4
PEOPLE = st.sampled_from(["ada", "bo", "cy"])
ROWS = st.lists(st.integers(0, N_TEXTS - 1), min_size=1, max_size=3, unique=True)
LABEL = st.integers(0, N_LABELS - 1)
STEPS = st.one_of(
    st.tuples(st.just("give"), PEOPLE, ROWS, st.none() | LABEL),
    st.tuples(st.just("give"), PEOPLE, ROWS, LABEL),
    st.tuples(st.sampled_from(["undo", "redo"]), PEOPLE),
    st.tuples(st.sampled_from(["rename", "delete", "restore"]), LABEL),
    st.tuples(st.just("merge"), LABEL, LABEL),
    st.tuples(st.just("edit"), PEOPLE, st.binary(min_size=1, max_size=3)),
    st.tuples(st.just("undo_edit"), PEOPLE),
    st.tuples(st.just("instruct"), st.sampled_from(["by feeling", "by topic", "by tone"])),
)


class Model:
    """The record as lists: a step is (number, person, rows, label), a label (name, state)."""

    def __init__(self):
        self.names = [f"label {label}" for label in range(N_LABELS)]
        self.state = ["in use"] * N_LABELS  # "deleted", "hidden", or the label it was merged into
        self.steps, self.undone, self.number = [], [], 0
        self.edits, self.instruction = [], "by feeling"

    def give(self, person, rows, label):
        if label is not None and self.state[label] != "in use":
            raise LabelError
        self.number += 1
        self.steps.append((self.number, person, rows, label))
        self.undone = [each for each in self.undone if each[1] != person]

    def undo(self, person):
        own = [each for each in self.steps if each[1] == person]
        if own:
            self.steps.remove(own[-1])
            self.undone.append(own[-1])

    def redo(self, person):
        own = [each for each in self.undone if each[1] == person]
        if own:
            self.undone.remove(own[-1])
            self.steps = sorted([*self.steps, own[-1]])
            label = own[-1][3]
            if label is not None and self.state[label] == "hidden":
                self.state[label] = "in use"

    def rename(self, label):
        self.need_in_use(label)
        self.names[label] += "'"

    def delete(self, label):
        self.need_in_use(label)
        used = any(each[3] == label for each in self.steps) or label in self.state
        self.state[label] = "deleted" if used else "hidden"

    def merge(self, label, into):
        self.need_in_use(label)
        self.need_in_use(into)
        if label != into:
            self.state[label] = into

    def restore(self, label):
        if self.state[label] in ("in use", "hidden"):
            raise LabelError
        self.state[label] = "in use"

    def edit(self, person, content):
        self.edits.append((person, content))

    def undo_edit(self, person):
        own = [place for place, each in enumerate(self.edits) if each[0] == person]
        if own:
            del self.edits[own[-1]]

    def instruct(self, instruction):
        self.instruction = instruction

    def need_in_use(self, label):
        if self.state[label] != "in use":
            raise LabelError

    def present(self, label):
        while label is not None and isinstance(self.state[label], int):
            label = self.state[label]
        return None if label is None or self.state[label] == "deleted" else self.names[label]

    def labels(self):
        """The label of each text that counts today, and who gave it."""
        latest = {row: (each[1], each[3]) for each in self.steps for row in each[2]}
        found = {row: (self.present(label), person) for row, (person, label) in latest.items()}
        return {row: each for row, each in found.items() if each[0] is not None}


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    store = Store(tmp_path_factory.mktemp("home"))
    corpus = build_corpus(Table("t.csv", make_frame(N_TEXTS), "UTF-8", ()), "text")
    store.add_corpus(corpus)
    return store, corpus.key


def act(store, analysis, model, name, *what):
    """Do one step to the store; the names are those that the model has."""
    names, owner = store.label_names, (store.analysis(analysis).corpus_key, analysis)
    if name == "give":
        person, rows, label = what
        store.labels.give(
            analysis, dict.fromkeys(rows, None if label is None else model.names[label]), person
        )
    elif name == "edit":
        store.clusters.add_edit(*owner, what[1], what[0])
    elif name == "undo_edit":
        store.clusters.undo_edit(*owner, what[0])
    elif name == "instruct":
        store.set_instruction(analysis, what[0])
    elif name in ("undo", "redo"):
        getattr(store.labels, name)(analysis, what[0])
    elif name == "rename":
        names.rename(analysis, model.names[what[0]], model.names[what[0]] + "'")
    elif name == "merge":
        names.merge(analysis, [model.names[what[0]]], model.names[what[1]])
    else:
        getattr(names, name)(analysis, model.names[what[0]])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=25))
def test_the_record_is_what_people_did(shared, steps):
    store, corpus_key = shared
    analysis, model = store.add_analysis(corpus_key, "by feeling"), Model()
    for name in model.names:
        store.label_names.add(analysis, name)
    for step in steps:
        refused = False
        before = list(model.names)
        try:
            getattr(model, step[0])(*step[1:])
        except LabelError:
            refused = True
        model_after, model.names = model.names, before
        if refused:
            with pytest.raises(LabelError):
                act(store, analysis, model, *step)
        else:
            act(store, analysis, model, *step)
        model.names = model_after
    guide = store.labels.read(analysis)
    table = guide.table[guide.table["label"].notna()]
    found = {
        row: (label, by)
        for row, label, by in zip(table["row"], table["label"], table["given_by"], strict=True)
    }
    assert found == model.labels()
    assert {row: guide.label_of(row) for row in found} == {row: label for row, (label, _) in found.items()}
    assert list(guide.names) == [
        n for n, state in zip(model.names, model.state, strict=True) if state == "in use"
    ]
    kept = [(by, row) for _, by, rows, _ in model.steps for row in rows]
    history = store.labels.history(analysis)
    assert list(zip(history["given_by"], history["row"], strict=True)) == kept
    edits = store.clusters.edits(corpus_key, analysis)
    assert [(each.started_by, each.edit) for each in edits] == model.edits
    assert store.analysis(analysis).instruction == model.instruction

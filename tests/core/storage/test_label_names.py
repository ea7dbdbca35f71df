"""Label names: which count as equal, many added at once, and their definitions."""

import unicodedata

import pytest

from core.errors import LabelError
from core.labels import LONGEST_DEFINITION
from core.storage.integrity.row_checks import wrong_rows

NFD = unicodedata.normalize("NFD", "qualité")


@pytest.fixture
def analysis(store, corpus):
    store.add_corpus(corpus)
    return store.add_analysis(corpus.key, "by quality")


@pytest.mark.parametrize("same", [NFD, "QUALITÉ", " qualité\N{ZERO WIDTH SPACE}", "qualité\xa0"])
def test_names_that_look_alike_are_one(store, analysis, same):
    store.label_names.add(analysis, "qualité")
    with pytest.raises(LabelError, match="There is a label “qualité” already"):
        store.label_names.add(analysis, same)
    assert store.label_names.add_missing(analysis, [same]) == {same: "qualité"}
    assert store.label_names.current(analysis) == ["qualité"]


def test_a_name_is_saved_in_its_composed_form(store, analysis):
    assert store.label_names.add(analysis, f" {NFD}\N{NO-BREAK SPACE} x") == "qualité x"


def test_a_retired_name_can_be_added_again(store, analysis):
    store.label_names.add(analysis, "a")
    store.labels.give(analysis, {0: "a"}, "ada")
    store.label_names.delete(analysis, "a")
    assert store.label_names.add_missing(analysis, ["a", "A", "b"]) == {"a": "a", "A": "a", "b": "b"}
    assert store.label_names.current(analysis) == ["a", "b"]
    assert store.labels.read(analysis).n_labels == 0
    assert [label.name for label in store.labels.read(analysis).retired] == ["a (earlier)"]


def test_of_many_names_all_or_none_are_added(store, analysis):
    with pytest.raises(LabelError, match="has no name"):
        store.label_names.add_missing(analysis, ["a", " "])
    assert store.label_names.current(analysis) == []
    names = [f"intent {number}" for number in range(1000)]
    assert list(store.label_names.add_missing(analysis, names)) == names
    assert store.label_names.current(analysis) == names


def test_names_of_an_analysis_that_is_gone_are_refused(store, analysis):
    store.delete_analysis(analysis)
    with pytest.raises(LabelError, match="another tab removed this analysis"):
        store.label_names.add_missing(analysis, ["a"])


def definitions(store, analysis):
    return store.labels.read(analysis).definitions


def test_a_definition_is_saved_as_one_paragraph_and_taken_away(store, analysis):
    store.label_names.add_missing(analysis, ["b", "a"])
    assert store.label_names.define(analysis, "a", f"  the {NFD}\n is poor ") == "the qualité is poor"
    store.label_names.define(analysis, "b", "x" * LONGEST_DEFINITION)
    assert list(definitions(store, analysis).items()) == [("b", "x" * 500), ("a", "the qualité is poor")]
    store.label_names.define(analysis, "b", " \n")
    assert definitions(store, analysis) == {"a": "the qualité is poor"}


def test_a_definition_that_is_too_long_or_of_no_label_is_refused(store, analysis):
    store.label_names.add(analysis, "a")
    with pytest.raises(LabelError, match="has 501 characters, at most 500 fit"):
        store.label_names.define(analysis, "a", "x" * 501)
    with pytest.raises(LabelError, match="There is no label “c”"):
        store.label_names.define(analysis, "c", "x")
    assert definitions(store, analysis) == {}


def test_a_definition_changed_in_another_tab_is_not_replaced(store, analysis):
    store.label_names.add(analysis, "a")
    store.label_names.define(analysis, "a", "of the other tab", instead_of="")
    with pytest.raises(LabelError, match="“a” was changed in another tab meanwhile, to “of the other tab”"):
        store.label_names.define(analysis, "a", "of this tab", instead_of="")
    assert store.label_names.define(analysis, "a", "of the other tab", instead_of="")  # the same words
    assert definitions(store, analysis) == {"a": "of the other tab"}
    store.label_names.define(analysis, "a", "of this tab", instead_of="of the other tab")
    with pytest.raises(LabelError, match="was changed"):
        store.label_names.define(analysis, "a", "", instead_of="of the other tab")
    assert definitions(store, analysis) == {"a": "of this tab"}


def test_a_definition_stays_with_its_label(store, analysis):
    store.label_names.add_missing(analysis, ["a", "b", "c"])
    for name in ("a", "b"):
        store.label_names.define(analysis, name, f"means {name}")
    store.label_names.rename(analysis, "a", "A 1")
    assert definitions(store, analysis) == {"A 1": "means a", "b": "means b"}
    assert definitions(store, store.copy_analysis(analysis)) == {"A 1": "means a", "b": "means b"}
    store.label_names.merge(analysis, ["b"], "c")
    assert definitions(store, analysis) == {"A 1": "means a"}
    store.label_names.restore(analysis, "b")
    store.label_names.delete(analysis, "b")  # no text ever had it, and what was written is not lost
    store.label_names.restore(analysis, "b")
    assert definitions(store, analysis) == {"A 1": "means a", "b": "means b"}


def test_a_new_label_does_not_get_the_definition_of_a_deleted_one(store, analysis):
    store.label_names.add(analysis, "a")
    store.label_names.define(analysis, "a", "means a")
    store.label_names.delete(analysis, "a")
    store.label_names.add(analysis, "a")
    assert definitions(store, analysis) == {}
    store.label_names.restore(analysis, "a (earlier)")
    assert definitions(store, analysis) == {"a (earlier)": "means a"}


def test_a_label_that_was_defined_stays_when_its_step_is_undone(store, analysis):
    store.labels.give(analysis, {0: "a", 1: "b"}, "ada", add_names=True)
    store.label_names.define(analysis, "a", "means a")
    assert store.labels.last_step(analysis, "ada").names == ["b"]
    store.labels.undo(analysis, "ada")
    assert store.label_names.current(analysis) == ["a"] and definitions(store, analysis) == {"a": "means a"}
    store.labels.redo(analysis, "ada")
    assert store.labels.read(analysis).counts == {"a": 1, "b": 1}


def test_a_changed_bit_of_a_definition_is_noticed(store, analysis):
    store.label_names.add(analysis, "a")
    store.label_names.define(analysis, "a", "means a")
    with store.locked() as connection:
        assert wrong_rows(connection, "labels") == []
        connection.execute("DROP TRIGGER labels_update_check")
        connection.execute("UPDATE labels SET definition = 'means b'")
        assert len(wrong_rows(connection, "labels")) == 1

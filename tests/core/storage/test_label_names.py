"""Label names: which count as equal, and many added at once."""

import unicodedata

import pytest

from core.errors import LabelError

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

import pytest

from core.api.agents.overview import list_analyses, overview
from core.errors import StoreError

pytestmark = pytest.mark.model


def test_all_analyses_are_listed_page_by_page(reader):
    first = list_analyses(reader.store, 0, 1)
    assert first["found"] == 2 and first["next_offset"] == 1
    (listed,) = first["analyses"]
    assert listed["instruction"] == "by feeling" and listed["corpus"] == "letters.csv"
    assert listed["texts"] == 62 and listed["labelled_texts"] == 12
    assert list_analyses(reader.store, 1, 1)["analyses"][0]["instruction"] == "by topic"


def test_an_analysis_at_a_glance(reader, opened, predicted):
    found = overview(reader, opened)
    assert found["corpus"]["other_columns"] == ["topic", "feeling", "stars"]
    assert [each["given"] for each in found["labels"]] == [6, 6]
    assert sum(each["predicted"] for each in found["labels"]) <= len(predicted)
    assert found["reshaped_map"] == "up to date"
    assert found["verdict"]["sentence"].startswith(found["verdict"]["state"])


def test_an_analysis_without_labels(reader):
    found = overview(reader, reader.open(2))
    assert found["labels"] == [] and found["verdict"] is None and found["reshaped_map"].startswith("none yet")


def test_each_call_sees_what_the_app_changed(own_reader):
    reader, store = own_reader, own_reader.store
    assert overview(reader, reader.open(1))["reshaped_map"] == "up to date"
    store.label_names.rename(1, "angry", "furious")
    store.labels.give(1, {30: "furious"}, "ada")
    found = overview(reader, reader.open(1))
    assert found["labels"][0]["label"] == "furious" and found["labels"][0]["given"] == 7
    assert "predicted" in found["labels"][0]  # under its present name
    assert found["reshaped_map"].startswith("older")


def test_an_unknown_analysis_is_one_sentence(reader):
    with pytest.raises(StoreError, match="no analysis 99: list_analyses"):
        reader.open(99)

import pytest

from core.api.agents.labelling import client_name, label, suggest
from core.api.agents.overview import overview
from core.errors import LabelError, StoreError
from core.labels import model_labels_to_review

pytestmark = pytest.mark.model


def give(reader, labels, new_labels=(), client="Probe", analysis=1):
    return label(reader.store, reader.open(analysis), labels, list(new_labels), client)


def entries(store):
    table = store.labels.read(1).table.set_index("row")
    return table[["label", "given_by", "source", "reviewed"]]


def test_suggested_texts_have_no_label_and_no_prediction(reader, opened):
    found = suggest(reader, opened)
    assert 1 <= len(found["texts"]) <= 10
    assert not opened.guide.seen[[text["row"] for text in found["texts"]]].any()
    assert not any("predicted" in text or "label" in text for text in found["texts"])
    assert [each["label"] for each in found["labels"]] == ["angry", "pleased"]
    assert all(each["example"]["text"] for each in found["labels"])


def test_a_label_is_recorded_as_a_models(own_reader):
    store = own_reader.store
    found = give(own_reader, [(30, "angry"), (31, "Pleased")])  # as the analysis spells it
    assert found["labelled"] == [30, 31] and found["given_by"] == "Probe" and not found["refused"]
    assert entries(store).loc[30].tolist() == ["angry", "Probe", "model", False]
    assert entries(store).loc[31, "label"] == "pleased"
    guide = store.labels.read(1)
    assert guide.by_model[[30, 31]].all() and not guide.by_person[[30, 31]].any()
    assert sorted(model_labels_to_review(guide)) == [30, 31]
    assert store.labels.undo(1, "ada") == [30, 31]  # one step, which everybody may undo


def test_what_a_person_said_stays(own_reader):
    store, before = own_reader.store, entries(own_reader.store)
    found = give(own_reader, [(0, "pleased"), (1, None), (20, "angry"), (33, "angry")])
    assert found["labelled"] == [33]
    assert [each["row"] for each in found["refused"]] == [0, 1, 20]
    assert "a person gave it the label “angry”, and that stays" in found["refused"][0]["why"]
    assert "skipped" in found["refused"][2]["why"]
    assert entries(store).drop(33).equals(before)
    with pytest.raises(LabelError, match=r"Nothing was recorded\. Row 0: a person gave"):
        give(own_reader, [(0, "pleased")])


def test_a_person_who_is_faster_wins(own_reader):
    store, opened = own_reader.store, own_reader.open(1)
    store.labels.give(1, {30: "pleased"}, "ada")  # since the agent's call was read
    found = label(store, opened, [(30, "angry"), (31, "angry")], [], "Probe")
    assert found["labelled"] == [31] and found["refused"][0]["row"] == 30
    assert entries(store).loc[30, "given_by"] == "ada"


def test_a_models_label_can_be_changed_repeated_and_taken_away(own_reader):
    give(own_reader, [(30, "angry"), (31, "angry")])
    found = give(own_reader, [(30, "pleased"), (31, "angry")])
    assert found["labelled"] == [30] and found["unchanged"] == [31]
    found = give(own_reader, [(30, None)], client="Another")
    assert found["taken_away"] == [30] and own_reader.store.labels.read(1).label_of(30) is None
    with pytest.raises(LabelError, match="it has no label to take away"):
        give(own_reader, [(40, None)])


def test_a_reviewed_label_is_a_persons(own_reader):
    give(own_reader, [(30, "angry")])
    own_reader.store.labels.give(1, {30: "angry"}, "ada", reviewed=True)
    with pytest.raises(LabelError, match="a person gave"):
        give(own_reader, [(30, "pleased")])


def test_a_new_name_has_to_be_asked_for(own_reader):
    store = own_reader.store
    with pytest.raises(LabelError, match="no label “sad”: those there are: “angry”, “pleased”"):
        give(own_reader, [(30, "angry"), (31, "sad")])
    assert 30 not in entries(store).index  # nothing of the call was recorded
    found = give(own_reader, [(31, "sad")], new_labels=["sad", "unused"])
    assert found["labelled"] == [31]
    assert store.label_names.current(1) == ["angry", "pleased", "sad"]
    store.labels.undo(1)
    assert store.label_names.current(1) == ["angry", "pleased"]  # the name goes with its step


def test_rows_that_are_wrong_or_named_twice_record_nothing(own_reader):
    before = entries(own_reader.store)
    with pytest.raises(StoreError, match="no row 62"):
        give(own_reader, [(30, "angry"), (62, "angry")])
    with pytest.raises(LabelError, match="named twice"):
        give(own_reader, [(30, "angry"), (30, "pleased")])
    assert entries(own_reader.store).equals(before)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("  my \x1b[31m agent\u202e ", "my [31m agent"), ("\n", "agent"), ("x" * 99, "x" * 59 + "…")],
)
def test_the_name_of_a_client_is_short_and_plain(name, wanted):
    assert client_name(name) == wanted


def test_definitions_are_told_with_the_labels(own_reader):
    store = own_reader.store
    store.label_names.define(1, "angry", "upset about us")
    for found in (suggest(own_reader, own_reader.open(1)), overview(own_reader, own_reader.open(1))):
        assert [each.get("definition") for each in found["labels"]] == ["upset about us", None]

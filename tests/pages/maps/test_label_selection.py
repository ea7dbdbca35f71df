"""Labels given to selected texts on the maps page, or by typing on the guide page, without a browser."""

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Selectbox

from core.errors import StoreError
from core.storage import LabelStore
from core.utils import content_key
from pages.maps.panels.label_actions import known_name
from pages.maps.panels.label_selection import Unticked
from tests.conftest import ROOT
from tests.support.maps_labels import labels_of, open_maps, words
from tests.support.page_helpers import GUIDE, keys
from tests.support.session import name_person, select, state_in
from tests.support.text_list import list_of

SELECTED = np.array([0, 20, 21, 22])


def untick(app, corpus_key, rows, *left_out):
    """Untick texts of the selection `rows`, as clicks in their list do."""
    state = state_in(app, Unticked)
    state.selection = content_key(corpus_key, np.asarray(rows, dtype=np.int64))
    state.rows = np.array(left_out)
    app.run()


def ticked(app):
    """Whether each text of the list is ticked."""
    return [row[5] for row in list_of(app)["rows"]]


def choose(app, analysis, name):
    app.selectbox(key=f"maps_label_name_{analysis}").set_value(name).run()
    assert not app.exception


@pytest.fixture
def typing(monkeypatch):
    """AppTest chooses only what is offered; a browser also sends what was typed."""

    def state(box):
        sent = WidgetState(id=box.id)
        if box.value is not None:
            sent.string_value = box.value
        return sent

    monkeypatch.setattr(Selectbox, "_widget_state", property(state))


def checkbox(app, start):
    """The tick box whose key starts with `start`."""
    return next(box for box in app.checkbox if str(box.key).startswith(start))


def test_ticked_texts_are_labelled_in_one_step_and_undone_in_one(app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21, 22], labelled)
    assert "**3 selected**" in words(app)
    untick(app, prepared, [20, 21, 22], 21)
    choose(app, labelled, "angry")
    give = app.button(key="maps_label_give")
    assert give.label == "Label 2 texts as **angry**"
    before = store.labels.last_step(labelled)
    give.click().run()
    assert not app.exception
    assert labels_of(store, labelled, [20, 21, 22]) == ["angry", None, "angry"]
    step = store.labels.last_step(labelled)
    assert step.rows == [20, 22]
    latest = store.labels.read(labelled).table.set_index("row").loc[step.rows]
    assert set(latest["source"]) == {"map"} and set(latest["given_by"]) == {step.given_by}
    # The text that was left out stays so, and nothing is left to label.
    assert ticked(app) == [True, False, True]
    assert app.button(key="maps_label_give").disabled
    undo = app.button(key="maps_label_undo")
    assert undo.label == "Undo “angry” for 2 texts"
    undo.click().run()
    assert labels_of(store, labelled, [20, 21, 22]) == [None, None, None]
    assert store.labels.last_step(labelled) == before


def give_new_label(app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21, 22], labelled)
    choose(app, labelled, "staff attitude")
    app.button(key="maps_label_give").click().run()
    assert not app.exception
    assert store.labels.read(labelled).counts == {"angry": 6, "pleased": 6, "staff attitude": 3}


def undo_and_read(app, store, labelled):
    app.button(key="maps_label_undo").click().run()
    assert not app.exception
    return store.labels.read(labelled).counts


@pytest.mark.usefixtures("typing")
class TestUndoOfANewLabel:
    def test_takes_its_name_back(self, app, store, prepared, labelled):
        give_new_label(app, store, prepared, labelled)
        assert undo_and_read(app, store, labelled) == {"angry": 6, "pleased": 6}
        assert not store.labels.read(labelled).retired

    def test_takes_it_back_after_a_reload_and_on_the_guide_page(self, app, store, prepared, labelled):
        give_new_label(app, store, prepared, labelled)
        other = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        name_person(other, store.labels.last_step(labelled).given_by)
        other.run()
        other.switch_page(GUIDE).run()
        other.button(key="guide_undo").click().run()
        assert store.labels.read(labelled).counts == {"angry": 6, "pleased": 6}

    def test_redo_brings_it_back_with_its_texts(self, app, store, prepared, labelled):
        give_new_label(app, store, prepared, labelled)
        undo_and_read(app, store, labelled)
        app.button(key="maps_label_undo_redo").click().run()
        assert store.labels.read(labelled).counts == {"angry": 6, "pleased": 6, "staff attitude": 3}
        assert "maps_label_undo_redo" not in keys(app)

    def test_takes_it_back_under_its_new_name(self, app, store, prepared, labelled):
        give_new_label(app, store, prepared, labelled)
        store.label_names.rename(labelled, "staff attitude", "crew")
        app.run()
        assert undo_and_read(app, store, labelled) == {"angry": 6, "pleased": 6}

    def test_leaves_it_where_another_text_or_a_check_label_has_it(self, app, store, prepared, labelled):
        give_new_label(app, store, prepared, labelled)
        store.check_labels.give(labelled, 40, "staff attitude", "bo")
        app.run()
        assert undo_and_read(app, store, labelled)["staff attitude"] == 0
        store.labels.give(labelled, {41: "staff attitude"}, "bo")
        assert store.check_labels.read(labelled).n_checked == 1

    def test_leaves_a_label_that_was_there_before(self, app, store, prepared, labelled):
        store.label_names.add(labelled, "staff attitude")
        give_new_label(app, store, prepared, labelled)
        assert undo_and_read(app, store, labelled)["staff attitude"] == 0


@pytest.mark.parametrize(
    ("source", "name", "shown"),
    [("column", "mood", True), ("file", "labels.csv", True), ("map", "", False), ("model", "", False)],
)
def test_undo_shows_who_gave_the_labels_and_from_where(app, store, prepared, labelled, source, name, shown):
    store.labels.give(labelled, {30: "angry", 31: "pleased"}, "grace", source=source, source_name=name)
    name_person(app, "grace")
    open_maps(app, prepared, [20, 21], labelled)
    hint = app.button(key="maps_label_undo").help.replace("\\", "")
    assert "grace" in hint and (f"“{name}”" in hint) == shown
    store.labels.give(labelled, {32: "angry"}, "grace", source="cluster")
    app.run()
    assert app.button(key="maps_label_undo").help != hint


def test_undo_of_a_label_deleted_since_shows_who_gave_it(app, store, prepared, labelled):
    store.labels.give(labelled, {30: "angry"}, "grace")
    store.label_names.delete(labelled, "angry")
    name_person(app, "grace")
    open_maps(app, prepared, [20, 21], labelled)
    assert "grace" in app.button(key="maps_label_undo").help


def test_another_selection_starts_with_all_ticked(app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21], labelled)
    untick(app, prepared, [20, 21], 20)
    choose(app, labelled, "angry")
    app.button(key="maps_label_give").click().run()
    select(app, prepared, [20, 21, 22], token="other")
    app.run()
    assert all(ticked(app))
    assert state_in(app, Unticked).rows.tolist() == [20]


def test_texts_with_another_label_keep_it_unless_ticked(app, store, prepared, labelled):
    had = labels_of(store, labelled, [0])[0]
    other = {"angry": "pleased", "pleased": "angry"}[had]
    open_maps(app, prepared, SELECTED, labelled)
    choose(app, labelled, other)
    assert app.button(key="maps_label_give").label == f"Label 3 texts as **{other}**"
    assert checkbox(app, "maps_label_change").label == "Also 1 with another label"
    checkbox(app, "maps_label_change").check().run()
    assert app.button(key="maps_label_give").label == f"Label 4 texts as **{other}**"
    checkbox(app, "maps_label_change").uncheck().run()
    app.button(key="maps_label_give").click().run()
    assert labels_of(store, labelled, SELECTED) == [had, other, other, other]
    assert "All ticked texts have a label already" in words(app)


def test_leave_to_change_labels_is_for_one_selection_and_label(app, store, prepared, labelled):
    other = labels_of(store, labelled, [3])[0]
    open_maps(app, prepared, SELECTED, labelled)
    choose(app, labelled, other)
    checkbox(app, "maps_label_change").check().run()
    select(app, prepared, np.append(SELECTED, 23), token="other")
    app.run()
    assert not checkbox(app, "maps_label_change").value
    assert app.button(key="maps_label_give").label == f"Label 4 texts as **{other}**"


def test_undo_takes_back_no_label_of_another_person(app, store, prepared, labelled):
    name_person(app, "bo")
    open_maps(app, prepared, [20, 21], labelled)
    assert "maps_label_undo" not in keys(app)
    store.labels.give(labelled, {20: "angry", 40: "angry"}, "bo")
    store.labels.give(labelled, {40: "pleased", 41: "pleased"}, "ada")
    app.run()
    assert "ada" in app.button(key="maps_label_undo").help  # whose label stays
    app.button(key="maps_label_undo").click().run()
    assert not app.exception and labels_of(store, labelled, [20, 40, 41]) == [None, "pleased", "pleased"]
    assert "maps_label_undo" not in keys(app)


def test_undo_of_what_another_tab_has_overtaken_is_refused(app, store, prepared, labelled):
    name_person(app, "ada")
    open_maps(app, prepared, [20, 21], labelled)
    store.labels.give(labelled, {40: "angry"}, "ada")
    app.button(key="maps_label_undo").click().run()
    assert not app.exception and "Labels changed in another tab" in words(app)
    assert labels_of(store, labelled, [40]) == ["angry"]


def test_a_label_that_another_tab_renamed_is_not_made_again(app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21], labelled)
    choose(app, labelled, "angry")
    store.label_names.rename(labelled, "angry", "cross")
    app.button(key="maps_label_give").click().run()
    assert not app.exception and "is not one of this analysis" in words(app)
    assert store.label_names.current(labelled) == ["cross", "pleased"]
    assert labels_of(store, labelled, [20]) == [None]


def test_a_typed_label_is_added_once_whatever_its_letters(typing, app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21], labelled)
    choose(app, labelled, "worried")
    assert app.button(key="maps_label_give").label == "Label 2 texts as **worried** (new)"
    app.button(key="maps_label_give").click().run()
    assert store.label_names.current(labelled) == ["angry", "pleased", "worried"]
    assert labels_of(store, labelled, [20]) == ["worried"]
    assert known_name(" WORRIED ", ["angry", "worried"]) == "worried"
    assert known_name("new  one", ["angry"]) == "new one"


def test_without_an_analysis_the_first_labels_start_one(typing, app, store, prepared):
    open_maps(app, prepared, [0, 1])
    app.text_input(key="maps_label_instruction").set_value("by feeling").run()
    choose(app, "new", "angry")
    app.button(key="maps_label_give").click().run()
    assert not app.exception
    (analysis,) = store.analyses(prepared)
    assert analysis.instruction == "by feeling"
    assert labels_of(store, analysis.id, [0, 1, 2]) == ["angry", "angry", None]
    assert app.button(key="next_step").label == "Name the labels"


def test_after_labelling_a_fit_is_offered_and_started(app, store, prepared, labelled):
    open_maps(app, prepared, [20, 21], labelled)
    app.button(key="next_step").click().run()
    assert not app.exception
    assert store.analysis(labelled).fit_key is not None
    choose(app, labelled, "angry")
    app.button(key="maps_label_give").click().run()
    assert app.button(key="next_step").label == "Reshape map"


def test_a_full_disk_is_reported(app, store, prepared, labelled, monkeypatch):
    open_maps(app, prepared, [20, 21], labelled)
    choose(app, labelled, "angry")

    def refuse(*given, **options):
        raise StoreError("The disk is full: free some space.")

    monkeypatch.setattr(LabelStore, "give", refuse)
    app.button(key="maps_label_give").click().run()
    assert not app.exception and "The disk is full" in words(app).replace("\\", "")


def test_a_large_selection_says_what_becomes_of_the_rest(app, store, prepared, labelled, monkeypatch):
    monkeypatch.setattr("pages.maps.panels.label_selection.ROWS_LISTED", 2)
    open_maps(app, prepared, [20, 21, 22, 23, 24], labelled)
    choose(app, labelled, "angry")
    assert app.button(key="maps_label_give").label == "Label 2 texts as **angry**"
    assert checkbox(app, "maps_label_rest").label == "Also the 3 after the first 2"
    checkbox(app, "maps_label_rest").check().run()
    app.button(key="maps_label_give").click().run()
    assert labels_of(store, labelled, range(20, 25)) == ["angry"] * 5


def test_labelling_begins_by_a_click_and_ends_by_another(app, prepared, labelled):
    open_maps(app, prepared, [20, 21], labelled, labelling=False)
    assert "maps_label_give" not in keys(app) and ticked(app) == [None, None]
    app.button(key="maps_label_open").click().run()
    assert "maps_label_give" in keys(app) and ticked(app) == [True, True]
    app.button(key="maps_label_open").click().run()
    assert "maps_label_give" not in keys(app)


def test_one_text_gets_a_new_label_where_it_is_open(typing, app, store, prepared):
    open_maps(app, prepared, [4])
    app.selectbox(key="maps_text_typed_label").set_value("worried").run()
    assert not app.exception
    (analysis,) = store.analyses(prepared)
    assert labels_of(store, analysis.id, [4, 5]) == ["worried", None]
    app.button(key="maps_text_undo").click().run()
    assert not app.exception and store.label_names.current(analysis.id) == []


def test_beyond_nine_labels_any_is_given_by_typing(app, store, prepared, labelled):
    for number in range(10):
        store.label_names.add(labelled, f"label {number}")
    app.run()
    app.session_state["refract"].analysis_id = labelled
    app.switch_page(GUIDE).run()
    field = app.selectbox(key="guide_typed_label")
    assert len(field.options) == 12
    for name in ("label 9", "angry"):  # the same field stays, empty again, and gives it to the next text
        app.selectbox(key="guide_typed_label").set_value(name).run()
        assert not app.exception and app.selectbox(key="guide_typed_label").value is None
        assert store.labels.last_step(labelled).labels == [name]
    assert len(store.labels.read(labelled).table) == 14

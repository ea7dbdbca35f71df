"""Labels by a language model, looked at in the deck, and the whole way from the guide page."""

import pytest

from core.tasks.annotate import record_labels
from core.utils import MODEL_VARIABLE, URL_VARIABLE
from tests.pages.guide.test_annotation import configured as configured
from tests.pages.guide.test_annotation import words
from tests.support.chat_server import server as server  # the fixture
from tests.support.page_helpers import keys

GUIDE = "pages/guide/page.py"


@pytest.fixture
def reviewed(app, store, labelled):
    """The deck over two labels of each feeling by a model, beside twelve by ada."""
    record_labels(store, labelled, {20: "angry", 21: "angry", 22: "pleased", 23: "pleased"}, "small")
    app.run()
    app.switch_page(GUIDE).run()
    app.selectbox(key="guide_mode").set_value("Given by a model").run()
    assert not app.exception
    return app


def latest(store, analysis):
    return store.labels.read(analysis).table.set_index("row")


def test_a_model_label_is_kept_by_a_person(reviewed, store, labelled):
    assert "small labelled it **angry**. 4 such labels" in words(reviewed)
    reviewed.button(key="guide_keep").click().run()
    kept = latest(store, labelled).loc[20]
    assert kept["label"] == "angry" and kept["source"] != "model" and kept["reviewed"]
    assert "labelled it **pleased**. 3 such labels" in words(reviewed)  # one of each in turn


def test_a_model_label_is_corrected(reviewed, store, labelled):
    reviewed.button(key="guide_label_1").click().run()
    corrected = latest(store, labelled).loc[20]
    assert corrected["label"] == "pleased" and corrected["source"] != "model"


def test_a_model_label_is_taken_away_for_good(reviewed, store, labelled):
    reviewed.button(key="guide_reject").click().run()
    assert latest(store, labelled)["label"][20] is None
    assert record_labels(store, labelled, {20: "angry"}, "small") == []
    reviewed.button(key="guide_undo").click().run()
    assert latest(store, labelled)["source"][20] == "model"
    assert "4 such labels" in words(reviewed)


def test_the_deck_says_when_all_are_looked_at(reviewed, store, labelled):
    for _ in range(3):
        reviewed.button(key="guide_keep").click().run()
    assert "1 such label is left" in words(reviewed)
    reviewed.button(key="guide_keep").click().run()
    assert "No label given by a model" in words(reviewed) and not reviewed.exception
    reviewed.selectbox(key="guide_mode").set_value("Suggested").run()
    assert not reviewed.exception
    options = reviewed.selectbox(key="guide_mode").options
    assert not any("model" in option for option in options)


def test_without_labels_by_a_model_the_deck_is_as_it_was(app, store, labelled):
    app.run()
    app.switch_page(GUIDE).run()
    assert not any("model" in option for option in app.selectbox(key="guide_mode").options)


def test_from_instruction_to_fit_without_a_label_by_hand(app, store, prepared, configured):
    analysis = store.add_analysis(prepared, "by feeling")
    app.run()
    app.switch_page(GUIDE).run()
    app.number_input(key=f"annotation_texts_{analysis}").set_value(30).run()
    app.button(key="annotation_start").click().run()
    assert not app.exception
    assert set(store.label_names.current(analysis)) == {"angry", "pleased"}
    app.button(key="guide_fit").click().run()
    assert not app.exception
    assert store.analysis(analysis).fit_key is not None


def test_a_guide_page_without_a_language_model_offers_to_choose_one(app, prepared, monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    app.run()
    app.switch_page(GUIDE).run()
    assert not app.exception and "llm_look" in keys(app) and "annotation_start" not in keys(app)

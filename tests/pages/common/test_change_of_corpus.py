"""Nothing that was chosen, typed or said about one corpus is seen in another."""

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from pages.common.state import STATE_KEY, ListState, Notice
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, EVIDENCE, GUIDE, MAPS, name_label, open_fitted
from tests.support.session import state_in
from tests.support.text_list import open_in


@pytest.fixture
def other(store, prepared):
    """Another encoded corpus."""
    corpus = build_corpus(Table("numbers.csv", make_frame(seed=1), "UTF-8", ()), "text")
    cache.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    store.mark_opened(prepared)  # so that a new session starts in the first one
    return corpus.key


@pytest.fixture
def fitted(app, store, labelled, other):
    return open_fitted(app, store, labelled, MAPS)


def stored_corpora(app):
    return visit(app, CORPUS)


def open_corpus(app, key):
    stored_corpora(app)
    app.button(key=f"open_{key}").click().run()
    assert not app.exception and app.session_state[STATE_KEY].corpus_key == key
    return app


def visit(app, page):
    app.switch_page(page).run()
    assert not app.exception
    return app


def search_by_meaning(app, labelled):
    app.text_input(key="maps_search").set_value("crew was rude").run()
    app.selectbox(key="maps_search_by").set_value("generic").run()
    app.selectbox(key="maps_search_nearest").set_value(20).run()
    assert not app.exception and "maps_select_hits" in {button.key for button in app.button}


def test_a_search_stays_in_its_corpus(fitted, other, labelled):
    search_by_meaning(fitted, labelled)
    visit(open_corpus(fitted, other), MAPS)
    assert not fitted.text_input(key="maps_search").value
    assert "maps_search_by" not in {box.key for box in fitted.selectbox}
    assert "maps_select_hits" not in {button.key for button in fitted.button}


def test_a_search_stays_while_its_corpus_is_in_use(fitted, prepared, other, labelled):
    search_by_meaning(fitted, labelled)
    visit(open_corpus(fitted, prepared), MAPS)
    assert fitted.text_input(key="maps_search").value == "crew was rude"


def test_panels_start_from_their_defaults(fitted, prepared, other):
    start = fitted.segmented_control(key="maps_side_panel").value
    open_in(fitted, prepared, [5])
    fitted.run()
    assert not fitted.exception and "maps_glass_back" in {button.key for button in fitted.button}
    fitted.segmented_control(key="maps_side_panel").set_value("More").run()
    fitted.segmented_control(key="maps_more").set_value("New text").run()
    visit(open_corpus(fitted, other), MAPS)
    assert fitted.segmented_control(key="maps_side_panel").value == start
    assert "maps_glass_back" not in {button.key for button in fitted.button}


def test_a_way_to_cut_a_map_into_clusters_stays_in_its_corpus(fitted, store, prepared, other):
    fitted.segmented_control(key="maps_side_panel").set_value("Clusters").run()
    fitted.segmented_control(key="maps_cluster_side").set_value("generic").run()
    fitted.segmented_control(key="maps_cluster_method_generic").set_value("k-means").run()
    visit(open_corpus(fitted, other), MAPS)
    fitted.segmented_control(key="maps_side_panel").set_value("Clusters").run()
    assert fitted.segmented_control(key="maps_cluster_method_generic").value != "k-means"
    visit(open_corpus(fitted, prepared), MAPS)
    fitted.segmented_control(key="maps_side_panel").set_value("Clusters").run()
    fitted.segmented_control(key="maps_cluster_side").set_value("generic").run()
    assert fitted.segmented_control(key="maps_cluster_method_generic").value == "k-means"


@pytest.mark.parametrize("mode", ["Possible mistakes", "More of a label", "Check sample"])
def test_the_deck_starts_with_suggestions(fitted, store, other, mode):
    visit(fitted, GUIDE).selectbox(key="guide_mode").set_value(mode).run()
    visit(open_corpus(fitted, other), GUIDE)
    name_label(fitted, "first, second")
    assert not fitted.exception
    assert fitted.selectbox(key="guide_mode").value == "Suggested"
    assert not fitted.button(key="guide_label_0").disabled


def test_what_was_typed_and_said_stays_in_its_corpus(fitted, prepared, other):
    visit(fitted, GUIDE)
    fitted.session_state["guide_new_label"] = "half typed"
    state = fitted.session_state[STATE_KEY]
    state.notices["fields"] = Notice("about the first corpus")
    state.awaited_fit = 1
    state_in(fitted, ListState, "maps_cards").n_shown = 90
    visit(open_corpus(fitted, other), GUIDE)
    fitted.text_input(key="guide_instruction").set_value("by feeling").run()
    assert not fitted.text_input(key="guide_new_label").value
    assert not fitted.error and state.awaited_fit is None
    assert (ListState, "maps_cards") not in state.parts
    visit(fitted, EVIDENCE)


def test_a_removed_corpus_leaves_nothing_to_the_next(fitted, prepared, other, labelled):
    search_by_meaning(fitted, labelled)
    stored_corpora(fitted).button(key=f"remove_{prepared}").click().run()
    visit(open_corpus(fitted, other), MAPS)
    assert not fitted.text_input(key="maps_search").value

"""The maps page as its panels make it, without a browser."""

import numpy as np
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.maps.drawing import predicted
from core.storage import save_finding, save_sample_size
from core.utils import content_key
from pages.common import cache
from pages.common.state import ListState
from pages.maps import filters, view
from pages.maps.colour_by import colourings
from pages.maps.filters import FilterState, profile_of
from pages.maps.opened import OpenedTexts
from pages.maps.view import current_view
from tests.conftest import FEELINGS, make_frame
from tests.support.maps_labels import labels_of
from tests.support.session import name_person, select, selected, state_in
from tests.support.text_list import chips, list_of, listed, open_in

MAPS = "pages/maps/page.py"
TABS = ["Texts", "Clusters", "Flows", "Moves", "Columns", "More"]
MORE = ["All analyses", "Label review", "New text"]


def open_maps(app):
    app.run()
    app.switch_page(MAPS).run()
    assert not app.exception
    return app


def words(app):
    return " ".join(str(part.value) for kind in ("markdown", "caption") for part in app.get(kind))


@pytest.fixture
def fitted(store, prepared, labelled):
    """Id of an analysis that was fitted."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return labelled


@pytest.fixture
def by_topic(store, corpus, prepared):
    """Id of a second fitted analysis of the same corpus."""
    analysis = store.add_analysis(prepared, "by topic")
    topics = corpus.metadata["topic"].tolist()
    for name in sorted(set(topics)):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {row: topics[row] for row in range(12)}, "ada")
    cache.runner().submit("fit", "x", analysis_id=analysis)
    return analysis


def select_and_run(app, corpus_key, rows):
    select(app, corpus_key, rows)
    app.run()
    assert not app.exception


def open_every_panel(app):
    for tab in TABS:
        app.segmented_control(key="maps_side_panel").set_value(tab).run()
        assert not app.exception, tab
    for tab in MORE:
        app.segmented_control(key="maps_more").set_value(tab).run()
        assert not app.exception, tab


def test_the_generic_map_alone_has_its_panels_too(app, prepared):
    open_maps(app)
    assert app.selectbox(key="maps_colour_False").options == ["Cluster", "topic", "feeling", "stars"]
    open_every_panel(app)


def test_a_map_from_a_sample_says_so(app, store, prepared):
    assert "most like them" not in words(open_maps(app))
    save_sample_size(store.results(prepared), store.encoded_corpus(prepared).embedding_key, 40)
    assert "40 of the 60 texts" in words(open_maps(app))


@pytest.mark.parametrize("rows", [[], [3], [1, 2, 3, 4, 40]])
def test_every_panel_takes_any_selection(app, corpus, fitted, by_topic, rows):
    open_maps(app)
    select_and_run(app, corpus.key, rows)
    open_every_panel(app)


def test_the_maps_can_be_coloured_by_anything(app, fitted):
    open_maps(app)
    box = app.selectbox(key="maps_colour_True")
    spaces = ["Predicted label", "Given label", "Cluster (by feeling)", "Cluster (Generic)"]
    assert box.options == [*spaces, "Neighbours replaced (%)", "topic", "feeling", "stars"]
    for choice in box.options:
        app.selectbox(key="maps_colour_True").set_value(choice).run()
        assert not app.exception, choice


def test_another_analysis_can_stand_left(app, corpus, fitted, by_topic):
    open_maps(app)
    left = app.selectbox(key=f"maps_left_{corpus.key}")
    assert left.options == ["Generic", "by feeling"] and left.value == "generic"
    left.set_value(f"analysis-{fitted}").run()
    assert not app.exception
    options = app.selectbox(key="maps_colour_True").options
    assert "Predicted label (by feeling)" in options and "Cluster (Generic)" not in options
    app.selectbox(key="maps_colour_True").set_value("Predicted label (by feeling)").run()
    assert not app.exception


def test_a_left_map_that_is_gone_gives_way_to_the_generic_one(app, store, corpus, fitted, by_topic):
    app.session_state[f"maps_left_{corpus.key}"] = f"analysis-{fitted}"
    store.delete_analysis(fitted)
    open_maps(app)
    assert not app.exception and "Cluster (Generic)" in app.selectbox(key="maps_colour_True").options


def test_each_map_says_how_far_it_can_be_trusted(app, store, fitted):
    open_maps(app)
    assert "Map accuracy: left **" in words(app)
    assert "right **" not in words(app)  # the reshaped map is not measured yet
    key = store.analysis(fitted).fit_key
    cache.runner().submit("measure", "x", analysis_id=fitted, fit_key=key)
    app.run()
    assert "left **" in words(app) and "right **" in words(app)


def test_texts_in_doubtful_places_are_counted_and_listed(app, store, corpus, prepared, fitted):
    near = np.ones(60, dtype=np.float32)
    near[[7, 11]] = 0.1
    results, entry = store.results(prepared), store.corpus_entry(prepared)
    _, quality = cache.map_quality(prepared, entry.embedding_key)
    save_finding(results, entry.embedding_key, "near", near)
    save_finding(results, entry.embedding_key, "map_quality", quality)
    open_maps(app)
    app.segmented_control(key="maps_side_panel").set_value("Flows").run()
    app.button(key="maps_doubtful").click().run()
    assert not app.exception and {7, 11} <= set(selected(app, prepared).tolist())
    assert {7, 11} <= set(listed(app)) < set(range(60))


def test_without_a_selection_all_texts_are_listed_in_portions(app, corpus, fitted, monkeypatch):
    open_maps(app)
    assert "**60 texts**" in words(app) and listed(app) == list(range(40))
    assert list_of(app)["nMore"] == 20
    key = content_key(corpus.key, np.arange(60))
    state_in(app, ListState, key).n_shown = 60
    app.run()
    assert listed(app) == list(range(60)) and list_of(app)["nMore"] == 0


def test_the_selection_is_listed_with_its_labels(app, corpus, fitted):
    open_maps(app)
    select_and_run(app, corpus.key, [0, 30, 59])
    assert "**3 selected**" in words(app) and listed(app) == [0, 30, 59]
    (_, first), *others = chips(app)
    assert first and not any(given for _, given in others)  # a given label, then predicted ones
    assert {name for name, _ in chips(app)} <= set(FEELINGS)
    app.button(key="maps_clear").click().run()
    assert "**60 texts**" in words(app)


def test_a_clicked_point_is_opened_and_back_restores_the_selection(app, corpus, fitted):
    open_maps(app)
    select_and_run(app, corpus.key, [0, 30, 59])
    select(app, corpus.key, [7], token="click")
    app.run()
    assert not app.exception and any(corpus.texts[7] in str(part.proto.body) for part in app.get("html"))
    app.button(key="maps_glass_back").click().run()
    assert selected(app, corpus.key).tolist() == [0, 30, 59] and listed(app) == [0, 30, 59]


def test_a_click_on_one_of_several_selected_opens_it_and_back_returns_to_the_tab(app, corpus, fitted):
    open_maps(app)
    select_and_run(app, corpus.key, [0, 30, 59])
    app.segmented_control(key="maps_side_panel").set_value("Moves").run()
    state = state_in(app, OpenedTexts, corpus.key)
    state.rows, state.panel = [30], "Moves"  # as `open_clicked` leaves it
    app.session_state["maps_side_panel"] = "Texts"
    app.run()
    app.button(key="maps_glass_back").click().run()
    assert not app.exception and app.segmented_control(key="maps_side_panel").value == "Moves"
    assert selected(app, corpus.key).tolist() == [0, 30, 59]


def test_a_text_opened_in_the_list_leaves_the_selection(app, corpus, fitted):
    open_maps(app)
    select_and_run(app, corpus.key, [0, 30, 59])
    open_in(app, corpus.key, [30])
    app.run()
    assert app.button(key="maps_glass_previous") and not app.button(key="maps_glass_next").disabled
    app.button(key="maps_glass_next").click().run()
    assert any(corpus.texts[59] in str(part.proto.body) for part in app.get("html"))
    assert app.button(key="maps_glass_next").disabled
    app.button(key="maps_glass_back").click().run()
    assert selected(app, corpus.key).tolist() == [0, 30, 59] and listed(app) == [0, 30, 59]


def test_the_open_text_is_labelled_by_buttons_and_that_is_undone(app, store, corpus, fitted):
    open_maps(app)
    open_in(app, corpus.key, [30])
    app.run()
    assert "maps_text_undo" not in {button.key for button in app.button}  # the latest step was another text's
    app.button(key="maps_text_label_1").click().run()
    assert not app.exception and labels_of(store, fitted, [30]) == ["pleased"]
    app.button(key="maps_text_undo").click().run()
    assert labels_of(store, fitted, [30]) == [None]
    app.button(key="maps_text_label_0").click().run()
    app.button(key="maps_text_unlabel").click().run()
    assert not app.exception and labels_of(store, fitted, [30]) == [None]


def test_the_panel_folds_away_and_a_search_unfolds_it(app, corpus, fitted):
    open_maps(app)
    app.button(key="maps_fold").click().run()
    assert not app.exception and not app.segmented_control and list_of(app) is None
    app.text_input(key="maps_search").set_value("furious").run()
    assert not app.exception and sorted(listed(app)) == [
        row for row, text in enumerate(corpus.texts) if "furious" in text
    ]


def test_the_right_map_is_chosen_beside_the_left_one(app, corpus, fitted, by_topic):
    open_maps(app)
    right = app.selectbox(key=f"maps_right_{corpus.key}")
    assert right.value == f"analysis-{by_topic}"
    app.selectbox(key=f"maps_left_{corpus.key}").set_value(f"analysis-{fitted}").run()
    app.selectbox(key=f"maps_right_{corpus.key}").set_value(f"analysis-{fitted}").run()
    assert not app.exception and app.session_state["refract"].analysis_id == fitted
    assert app.selectbox(key=f"maps_left_{corpus.key}").value == f"analysis-{by_topic}"  # they swapped


def test_what_a_browser_sends_of_itself_opens_no_analysis(app, corpus, fitted, by_topic):
    # As when a click cuts a run short: the browser sends what it shows to a session that holds another value.
    open_maps(app)
    app.selectbox(key=f"maps_right_{corpus.key}").set_value(f"analysis-{by_topic}")
    app.session_state["refract"].analysis_id = None
    app.session_state[f"maps_right_{corpus.key}"] = f"analysis-{fitted}"
    app.run()
    assert not app.exception and app.session_state["refract"].analysis_id is None


def test_a_removed_analysis_is_told(app, store, corpus, fitted, monkeypatch):
    def once_removed(entry, analysis):
        monkeypatch.setattr(view, "current_view", current_view)
        store.delete_analysis(fitted)
        return current_view(entry, analysis)

    monkeypatch.setattr(view, "current_view", once_removed)
    app.run()  # starts on this page
    assert "“by feeling” was removed in another window" in app.info[0].value
    assert app.selectbox(key="maps_colour_False")


def test_maps_called_the_same_are_told_apart(app, store, prepared, fitted, by_topic):
    store.set_instruction(by_topic, "by feeling")
    open_maps(app)
    box = app.selectbox(key=f"maps_left_{prepared}")
    assert box.options == ["Generic", "by feeling"]
    box.set_value(f"analysis-{fitted}").run()
    colours = app.selectbox(key="maps_colour_True")
    assert {"Cluster (by feeling)", "Cluster (by feeling (2))"} <= set(colours.options)


def test_a_column_called_like_another_colouring_hides_neither(app, store):
    frame = make_frame().rename(columns={"topic": "Cluster"})
    named = build_corpus(Table("named.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(named)
    cache.runner().submit("prepare", "x", corpus_key=named.key, encoder="words")
    open_maps(app)
    assert app.selectbox(key="maps_colour_False").options[:2] == ["Cluster", "Cluster (column)"]
    app.selectbox(key="maps_colour_False").set_value("Cluster (column)").run()
    assert not app.exception


def test_an_analysis_removed_in_another_window_leaves_the_generic_map(store, corpus, fitted):
    entry, analysis = store.find_corpus(corpus.key), store.find_analysis(fitted)
    assert [side.key for side in current_view(entry, analysis).sides] == ["generic", f"analysis-{fitted}"]
    store.delete_analysis(fitted)
    shown = current_view(entry, analysis)
    assert shown.analysis is None and [side.key for side in shown.sides] == ["generic"]


def test_truth_values_are_called_the_same_in_the_legend_and_in_the_columns(store):
    frame = make_frame().assign(urgent=[number % 3 == 0 for number in range(60)])
    named = build_corpus(Table("urgent.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(named)
    cache.runner().submit("prepare", "x", corpus_key=named.key, encoder="words")
    entry = store.find_corpus(named.key)
    legend = colourings(current_view(entry, None))["urgent"]()
    assert legend.labels == list(profile_of(named, "urgent").bins) == ["no", "yes"]


def test_what_a_filter_greys_is_no_longer_meant(app, corpus, fitted):
    open_maps(app)
    select_and_run(app, corpus.key, [0, 1, 2, 3])
    topics = filters.profile_of(corpus, "topic")
    kept = topics.codes[0]
    state_in(app, FilterState, corpus.key).bins = {"topic": [int(kept)]}
    app.run()
    assert listed(app) == np.flatnonzero(topics.codes[:4] == kept).tolist()


def test_a_renamed_label_is_renamed_in_the_predictions_too(app, store, corpus, prepared, fitted):
    store.label_names.rename(fitted, "angry", "furious")
    open_maps(app)
    select_and_run(app, corpus.key, range(60))
    assert {name for name, _ in chips(app)} == {"furious", "pleased"}
    fit = cache.fit(store.analysis(fitted))
    colours = predicted(fit, store.label_names.current(fitted))
    assert colours.labels == ["furious", "pleased"] and np.array_equal(colours.codes, fit.predicted)


def test_a_merged_label_keeps_its_name_in_the_predictions_until_the_next_fit(store, fitted):
    store.label_names.merge(fitted, ["angry"], "pleased")
    fit = cache.fit(store.analysis(fitted))
    assert fit.labels == ["angry", "pleased"]
    assert predicted(fit, store.label_names.current(fitted)).labels == ["pleased", "angry"]


def test_an_edit_that_cannot_be_read_hides_nothing_and_can_be_undone(app, store, corpus, fitted):
    store.clusters.add_edit(corpus.key, fitted, b"damaged", "ada")
    name_person(app, "ada")
    app.session_state["maps_side_panel"] = "Clusters"
    open_maps(app)
    assert "an edit that cannot be read" in words(app)
    app.button(key=f"maps_cluster_undo_analysis-{fitted}").click().run()
    assert not app.exception and "an edit that cannot be read" not in words(app)


def test_there_is_no_next_step_before_there_is_a_map(app, store, corpus):
    open_maps(app)
    assert "next_step" not in {button.key for button in app.button}
    store.add_corpus(corpus)
    app.session_state["refract"].corpus_key = corpus.key  # not encoded yet
    app.run()
    assert not app.exception and "next_step" not in {button.key for button in app.button}
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    assert app.button(key="next_step")

"""The cluster panel through Streamlit's own test runner."""

import re

import numpy as np
import pytest

from core.jobs import Job
from core.maps.clusters import ClusterChoice, Edit, decode_edit, encode_edit
from core.utils import KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE
from pages.common import cache
from pages.maps.clusters import actions
from pages.maps.panels.texts import Labelling
from tests.core.utils.test_chat_client import reply
from tests.core.utils.test_chat_client import server as server  # the fixture
from tests.support.session import select, selected, state_in

MAPS = "pages/maps/page.py"


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def maps(app, prepared):
    app.run()
    app.session_state["maps_side_panel"] = "Clusters"
    app.switch_page(MAPS).run()
    assert not app.exception
    return app


def captions(app):
    return "\n".join(caption.value for caption in app.caption)


def cards(app):
    """Names on the cards."""
    return [
        each.value
        for each in app.markdown
        if re.search(r" texts?\]$", each.value) and each.value.startswith("**")
    ]


def choice(store, corpus_key, analysis=None):
    return ClusterChoice.from_text(store.clusters.choice(corpus_key, analysis))


def edits(store, corpus_key, analysis=None):
    return [decode_edit(stored.edit) for stored in store.clusters.edits(corpus_key, analysis)]


def split_by_k(app, k=3):
    """k-means cards, so that there are several clusters of so few texts."""
    app.segmented_control(key="maps_cluster_method_generic").set_value("k-means").run()
    app.number_input(key="maps_cluster_k_generic").set_value(k).run()
    assert not app.exception
    return app


def open_name(app, code=0):
    return app.button(key=f"maps_cluster_rename_generic_{code}").click().run()


def open_edits(app, code=0):
    app.session_state[f"maps_cluster_edit_generic_{code}"] = True
    return app.run()


def test_the_number_of_clusters_can_be_chosen(maps, store, prepared):
    split_by_k(maps, 4)
    assert len(cards(maps)) == 4 and "4 clusters" in captions(maps)
    assert choice(store, prepared) == ClusterChoice(method="k-means", k=4)


def test_how_fine_and_what_becomes_of_noise_is_kept(maps, store, prepared):
    maps.segmented_control(key="maps_cluster_noise_generic").set_value("apart").run()
    assert choice(store, prepared).noise == "apart"
    sliders = [slider for slider in maps.select_slider if slider.key == "maps_cluster_fineness_generic"]
    if sliders:
        sliders[0].set_value(8).run()
        assert choice(store, prepared).fineness > ClusterChoice().fineness  # the first of equal steps
    assert not maps.exception


def test_a_renamed_cluster_keeps_its_name_until_it_is_undone(maps, store, prepared):
    before = cards(split_by_k(maps))
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value("  my   name ").run()
    assert "my name" in cards(maps)[0] and ":material/lock:" in cards(maps)[0]
    maps.button(key="maps_cluster_undo_generic").click().run()
    assert cards(maps) == before and edits(store, prepared) == []
    assert not maps.exception


def test_an_edit_of_another_person_is_not_undone(maps, store, prepared):
    split_by_k(maps)
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value("mine").run()
    by_other = encode_edit(Edit("unlock", (np.arange(5),)))
    store.clusters.add_edit(prepared, None, by_other, "someone else")
    maps.run()
    maps.button(key="maps_cluster_undo_generic").click().run()
    assert not maps.exception
    assert [edit.edited_by for edit in store.clusters.edits(prepared, None)] == ["someone else"]
    assert "maps_cluster_undo_generic" not in {button.key for button in maps.button}


def test_an_empty_name_and_the_name_of_another_are_refused(maps, store, prepared):
    split_by_k(maps)
    second = cards(maps)[1].split("**")[1].replace("\\", "")
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value(second.upper()).run()
    assert "choose another name" in maps.warning[0].value
    maps.text_input(key="maps_cluster_edit_generic_0_name").set_value(" ").run()
    assert "type one" in maps.warning[0].value
    assert edits(store, prepared) == []


def test_a_name_can_be_locked_and_unlocked(maps):
    split_by_k(maps)
    open_edits(maps).button(key="maps_cluster_edit_generic_0_lock").click().run()
    assert ":material/lock:" in cards(maps)[0]
    open_edits(maps).button(key="maps_cluster_edit_generic_0_unlock").click().run()
    assert ":material/lock:" not in cards(maps)[0]


def test_clusters_are_merged_and_split(maps, store, prepared):
    split_by_k(maps)
    open_edits(maps).selectbox(key="maps_cluster_edit_generic_0_into").set_value(1).run()
    assert len(cards(maps)) == 2
    open_edits(maps).button(key="maps_cluster_edit_generic_0_split").click().run()
    assert len(cards(maps)) == 3
    assert [edit.kind for edit in edits(store, prepared)] == ["merge", "split"]
    assert not maps.exception


def test_selected_texts_are_moved_here_or_made_a_cluster(maps, store, prepared):
    split_by_k(maps)
    maps.button(key="maps_cluster_select_generic_1").click().run()
    moved = selected(maps, prepared)
    open_edits(maps).button(key="maps_cluster_edit_generic_0_move").click().run()
    assert len(cards(maps)) == 2
    maps.button(key="maps_cluster_undo_generic").click().run()
    select(maps, prepared, moved[:4], token="some")
    open_edits(maps, 1).button(key="maps_cluster_edit_generic_1_new").click().run()
    assert len(cards(maps)) == 4 and "4 texts" in cards(maps)[3]
    assert np.array_equal(edits(store, prepared)[0].groups[0], moved[:4])


def test_a_cluster_becomes_a_guide_label(maps, store, prepared):
    split_by_k(maps)
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value("post").run()
    maps.button(key="maps_cluster_guide_generic_0").click().run()
    (analysis,) = store.analyses(prepared)
    assert store.label_names.current(analysis.id) == ["post"]
    given = store.labels.read(analysis.id).table
    assert len(given) == actions.GUIDE_TEXTS and set(given["label"]) == {"post"}
    assert set(given["source"]) == {"cluster"}
    store.labels.undo(analysis.id)
    assert store.labels.read(analysis.id).table.empty
    assert not maps.exception


def test_undo_takes_a_label_back_that_a_cluster_created(maps, store, prepared):
    split_by_k(maps)
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value("post").run()
    maps.button(key="maps_cluster_guide_generic_0").click().run()
    (analysis,) = store.analyses(prepared)
    assert store.label_names.current(analysis.id) == ["post"]
    state_in(maps, Labelling, prepared).open = True
    maps.session_state["maps_side_panel"] = "Texts"
    select(maps, prepared, [0, 1])
    maps.run().button(key="maps_label_undo").click().run()
    assert not maps.exception
    assert store.label_names.current(analysis.id) == []


def test_edits_of_a_reshaped_map_survive_a_refit(app, store, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.session_state["maps_side_panel"] = "Clusters"
    app.switch_page(MAPS).run()
    side = f"analysis-{labelled}"
    app.button(key=f"maps_cluster_rename_{side}_0").click()
    app.run().text_input(key=f"maps_cluster_edit_{side}_0_name").set_value("mine").run()
    store.labels.give(labelled, {13: "angry", 16: "pleased"}, "ada")
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    assert any("mine" in card for card in cards(app))
    assert not app.exception


def test_an_edit_that_finds_no_cluster_is_told(maps):
    split_by_k(maps, 12)
    open_name(maps).text_input(key="maps_cluster_edit_generic_0_name").set_value("tiny").run()
    maps.number_input(key="maps_cluster_k_generic").set_value(2).run()
    assert "1 edit has no cluster here" in captions(maps) and "tiny" in captions(maps)
    maps.number_input(key="maps_cluster_k_generic").set_value(12).run()
    assert any("tiny" in card for card in cards(maps))


def test_the_number_of_k_means_clusters_holds_after_edits_of_others(maps, store, prepared):
    split_by_k(maps, 3)
    open_edits(maps).button(key="maps_cluster_edit_generic_0_split").click().run()
    assert len(cards(maps)) == 4
    maps.number_input(key="maps_cluster_k_generic").set_value(5).run()
    assert len(cards(maps)) == 5 and "5 clusters" in captions(maps)
    maps.number_input(key="maps_cluster_k_generic").set_value(3).run()
    assert len(cards(maps)) == 4 and len(edits(store, prepared)) == 1
    assert edits(store, prepared)[0].cut == "k-means 3"


def test_many_clusters_are_cards_in_portions_or_a_table(maps):
    split_by_k(maps, 20)
    maps.segmented_control(key="maps_cluster_shape_generic").set_value("Cards").run()
    assert len(cards(maps)) == 9
    maps.button(key="maps_cluster_more_generic").click().run()
    assert len(cards(maps)) == 20
    maps.segmented_control(key="maps_cluster_shape_generic").set_value("Table").run()
    assert not maps.exception and cards(maps) == []
    assert any("name" in frame.value.columns and len(frame.value) == 20 for frame in maps.dataframe)


def test_a_language_model_is_not_offered_unless_configured(maps, monkeypatch):
    assert "maps_cluster_titles_generic" not in {button.key for button in maps.button}
    monkeypatch.setenv(URL_VARIABLE, "nowhere")
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    maps.run()
    assert "no web address" in maps.warning[0].value


def test_a_language_model_names_clusters_in_one_step(maps, store, prepared, server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    server.answer = lambda body, number: reply(f"Title {number}" if number < 3 else "I'm sorry")
    split_by_k(maps)
    before = cards(maps)
    assert "Sends texts to 127" in captions(maps)
    maps.button(key="maps_cluster_titles_generic").click().run()
    assert not maps.exception
    assert sum("Title" in card for card in cards(maps)) == 2
    assert "1 of 3 clusters" in maps.warning[0].value
    assert store.clusters.edits(prepared, None)[0].edited_by == "small"
    maps.button(key="maps_cluster_undo_generic").click().run()
    assert cards(maps) == before


def test_a_language_model_that_is_gone_is_told(maps, store, prepared, server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    server.answer = lambda body, number: (401, {})
    maps.run()
    maps.button(key="maps_cluster_titles_generic").click().run()
    assert any("refuses the key" in error.value for error in maps.error)
    assert edits(store, prepared) == []


def test_clusters_by_density_are_shown_while_k_means_runs(maps, store, prepared, monkeypatch):
    before = cards(maps)
    job = Job(
        id="k",
        task="cluster",
        title="Finding 3 clusters",
        arguments={"corpus_key": prepared, "space_key": store.corpus_entry(prepared).embedding_key, "k": 3},
        status="running",
    )
    runner = cache.runner()
    runner._jobs.append(job)
    store.clusters.set_choice(prepared, None, ClusterChoice(method="k-means", k=3).to_text())
    maps.run()
    assert cards(maps) == before
    assert "maps_cluster_cancel_generic" in {button.key for button in maps.button}
    job.status = "cancelled"
    maps.run()
    maps.button(key="maps_cluster_find_generic").click().run()
    assert len(cards(maps)) == 3 and not maps.exception


def test_one_cluster_of_a_level_is_singular(maps):
    for slider in maps.select_slider:
        if slider.key == "maps_cluster_fineness_generic":
            assert "1 clusters" not in slider.options


def test_what_another_did_to_the_same_cluster_meanwhile_is_told(maps, store, prepared):
    def rename(name, rows=None):
        open_name(maps)
        if rows is not None:
            edit = Edit("name", (rows,), ("Vans",), cut=choice(store, prepared).cut)
            store.clusters.add_edit(prepared, None, encode_edit(edit), "bo")
        maps.text_input(key="maps_cluster_edit_generic_0_name").set_value(name).run()
        assert not maps.exception and edits(store, prepared)[-1].names == (name,)
        return [info.value for info in maps.info]

    split_by_k(maps)
    assert rename("Parcels") == []
    rows = edits(store, prepared)[-1].groups[0]
    (told,) = rename("Post", rows)
    assert "bo" in told and "Vans" in told
    assert rename("Mail", np.setdiff1d(np.arange(60), rows)) == []
    edit = Edit("name", (rows,), ("Vans",), cut=choice(store, prepared).cut)
    store.clusters.add_edit(prepared, None, encode_edit(edit), "bo")
    assert any("Vans" in card for card in cards(maps.run()))  # the next click shows it

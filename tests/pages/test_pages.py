"""All pages through Streamlit's own test runner: they open, and lead to each other."""

import numpy as np
import pytest
import streamlit as st

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, keys, name_label, words
from tests.support.page_helpers import guide as guide  # the fixture
from tests.support.page_helpers import quick as quick  # the fixture
from tests.support.session import select


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT])
def test_every_page_opens_on_an_empty_machine(app, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT])
def test_every_page_opens_on_a_prepared_corpus_and_after_a_fit(app, store, prepared, labelled, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("page", [GUIDE, MAPS, EVIDENCE, EXPORT])
def test_a_step_that_cannot_be_taken_says_what_is_missing(app, page):
    app.run()
    app.switch_page(page).run()
    assert "choose a corpus first" in words(app)


def test_names_alone_are_fitted_and_marked_on_every_page(guide, store, prepared):
    name_label(guide, "furious")
    name_label(guide, "lovely")
    assert guide.button(key="guide_fit").label == "Preview from names"
    guide.button(key="guide_fit").click().run()
    assert not guide.exception
    analysis = store.analyses(prepared)[0]
    assert analysis.fit_key is not None
    guide.switch_page(MAPS).run()
    assert "from names only" in words(guide) and "fit_again" not in keys(guide)
    guide.switch_page(EVIDENCE).run()
    assert not guide.exception
    assert "From names only" in words(guide) and "not checked" in words(guide)
    assert "Label by label" not in words(guide)
    guide.switch_page(EXPORT).run()
    assert "From names only" in words(guide)
    guide.switch_page(GUIDE).run()
    guide.button(key="guide_label_0").click().run()
    assert guide.button(key="guide_fit").label == "Reshape map"


def test_fit_leads_to_two_maps_and_evidence(guide, store, prepared, labelled):
    guide.session_state["refract"].analysis_id = labelled
    guide.run()
    guide.button(key="guide_fit").click().run()
    assert not guide.exception
    assert store.analysis(labelled).fit_key is not None
    guide.switch_page(MAPS).run()
    assert not guide.exception
    assert "The same texts in two spaces." in words(guide)
    guide.run()
    assert "check" in words(guide)


def test_analyses_are_switched_in_the_sidebar(app, store, prepared, labelled):
    other = store.add_analysis(prepared, "by cause")
    app.run()
    app.switch_page(GUIDE).run()
    assert app.session_state["refract"].analysis_id == other  # the newest
    app.button(key=f"analysis_{labelled}").click().run()
    assert app.text_input(key="guide_instruction").value == "by feeling"


def test_a_copy_is_numbered_in_the_sidebar_as_on_the_maps(app, store, labelled):
    copy = store.copy_analysis(labelled)
    app.run()
    assert app.button(key=f"analysis_{labelled}").label == "by feeling"
    assert app.button(key=f"analysis_{copy}").label == r"by feeling \(2\)"  # markdown


def test_an_analysis_is_removed_after_a_question(app, store, prepared, labelled):
    other = store.add_analysis(prepared, "by cause")
    app.run()
    app.switch_page(GUIDE).run()
    app.button(key="guide_remove_analysis").click().run()
    assert [analysis.id for analysis in store.analyses(prepared)] == [labelled] and other != labelled
    assert app.session_state["refract"].analysis_id == labelled


def test_a_new_session_goes_on_where_the_last_one_was(app, prepared, labelled):
    app.run()
    assert app.session_state["refract"].corpus_key == prepared
    assert app.session_state["refract"].analysis_id == labelled


def test_a_selection_does_not_follow_into_another_corpus(app, store, prepared):
    small = build_corpus(Table("small.csv", make_frame(24, seed=1), "UTF-8", ()), "text")
    store.add_corpus(small)
    cache.runner().submit("prepare", "x", corpus_key=small.key, encoder="words")
    open_first = store.corpora()[0].key
    app.run()
    app.switch_page(MAPS).run()
    select(app, open_first, np.arange(store.corpora()[0].n_texts))
    app.run()
    assert not app.exception
    for key in (prepared, small.key, open_first):
        app.switch_page(CORPUS).run()
        app.button(key=f"open_{key}").click().run()
        app.switch_page(MAPS).run()
        assert not app.exception and not app.error


def test_a_damaged_map_is_said_and_can_be_made_again(app, store, prepared):
    app.run()
    results = store.results(prepared)
    key = store.corpus_entry(prepared).embedding_key
    path = results.folder / f"{key}.map.npy"
    path.write_bytes(path.read_bytes()[:-8])
    st.cache_resource.clear()  # as after a restart
    app.switch_page(MAPS).run()
    assert "was damaged" in words(app).replace("\\", "")
    app.switch_page(CORPUS).run()
    app.button(key=f"resume_{prepared}").click().run()
    app.switch_page(MAPS).run()
    assert not app.exception and not app.error

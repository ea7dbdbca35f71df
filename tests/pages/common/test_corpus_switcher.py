"""The sidebar names the open corpus and switches to others; nothing of one is seen in the next."""

from dataclasses import replace

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from pages.common.state import STATE_KEY
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, MAPS, csv, follow, keys, upload, words


@pytest.fixture
def other(store, prepared):
    """Another encoded corpus."""
    corpus = build_corpus(Table("numbers.csv", make_frame(seed=1), "UTF-8", ()), "text")
    cache.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    store.mark_opened(prepared)
    return corpus.key


def switched(app):
    """Keys of the corpora that the sidebar offers."""
    return {key for key in keys(app) if key and key.startswith("switch_to_")}


def test_without_a_corpus_there_is_nothing_to_name(app):
    app.run()
    assert not app.exception and not switched(app) and "No corpus open" not in words(app)


def test_the_open_corpus_is_named_on_every_page(app, prepared):
    app.run()
    for page in (CORPUS, MAPS):
        app.switch_page(page).run()
        assert not app.exception
        assert any("letters" in element.value for element in app.sidebar.markdown)
        assert not switched(app)  # there is no other


def test_another_corpus_opens_with_its_maps_and_without_what_was_typed(app, prepared, other):
    app.run()
    app.switch_page(MAPS).run()
    app.text_input(key="maps_search").set_value("driver").run()
    app.button(key=f"switch_to_{other}").click().run()
    follow_to_maps(app)
    assert app.session_state[STATE_KEY].corpus_key == other
    assert not app.text_input(key="maps_search").value
    assert switched(app) == {f"switch_to_{prepared}"}


def test_a_file_that_was_chosen_is_put_aside(app, prepared, other):
    app.run()
    upload(app, "third.csv", csv(make_frame(30, seed=2)))
    app.button(key=f"switch_to_{other}").click().run()
    follow_to_maps(app)
    app.switch_page(CORPUS).run()
    assert not app.exception and "corpus_encode" not in keys(app) and f"open_{other}" in keys(app)


def test_a_corpus_that_nobody_opened_or_is_not_encoded(app, store, corpus, prepared):
    store.add_corpus(replace(corpus, name="raw.csv", key="raw"))
    store.add_corpus(replace(corpus, name="unseen.csv", key="unseen"), opened=False)
    store.mark_opened(prepared)
    app.run()
    app.switch_page(MAPS).run()
    assert switched(app) == {"switch_to_raw"}
    app.button(key="switch_to_raw").click().run()
    assert not app.exception and app.session_state[STATE_KEY].corpus_key == "raw"
    app.switch_page(CORPUS).run()
    assert not app.exception and "resume_raw" in keys(app)


def follow_to_maps(app):
    assert not app.exception
    follow(app)
    assert not app.exception

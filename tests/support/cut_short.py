"""Pages while another program cuts mapped files short; run in a process of its own, which this may end.

All arrays are mapped here, as those of large corpora are.
"""

import os

import pytest
import streamlit as st

from core.errors import StoreError
from core.maps.clusters import ClusterChoice, typical_rows
from core.storage import has_word_table
from core.tasks import keep_word_table
from core.utils.files import arrays
from pages.common import cache
from pages.guide.deck import view
from tests.support.page_helpers import EXPORT, GUIDE, MAPS, quick, words  # noqa: F401

NO_MAP = "reshaped map of “by feeling” is missing, or was damaged and set aside: reshape the map again"
NOT_ENCODED = "The map of “letters.csv” is missing, or was damaged and set aside: encode the corpus again"


@pytest.fixture(autouse=True)
def all_mapped(monkeypatch):
    monkeypatch.setattr(arrays, "MOST_READ", 0)


@pytest.fixture
def fitted(app, store, labelled):
    """The analysis, with both maps on screen."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    visit(app, GUIDE)
    visit(app, MAPS)
    return store.analysis(labelled)


def visit(app, page):
    app.switch_page(page).run()
    assert not app.exception, [error.message for error in app.exception]
    return words(app).replace("\\", "")


def cut(store, analysis, *names):
    """Cut files short, as another program does: in place."""
    folder = store.results(analysis.corpus_key).folder
    for name in names:
        paths = list(folder.glob(f"{name}.npy"))
        assert paths, name
        for path in paths:
            os.truncate(path, 0)


def test_what_is_kept_between_clicks_is_read_again(store, fitted):
    key, space_key = fitted.corpus_key, store.encoded_corpus(fitted.corpus_key).embedding_key
    generic, fit = cache.space(key, space_key), cache.fit(fitted)
    assert typical_rows(generic.vectors, range(9), 2) and fit.space.vectors.sum()
    cut(store, fitted, f"{space_key}.vectors", f"{fitted.fit_key}.probabilities")
    for read in (lambda: cache.space(key, space_key).vectors.sum(), lambda: cache.fit(fitted).probability):
        with pytest.raises(StoreError, match="was damaged and is set aside"):
            read()


def test_a_reshaped_map_is_reshaped_again(app, store, fitted):
    cut(store, fitted, f"{fitted.fit_key}.*")
    assert NO_MAP in visit(app, MAPS)
    app.button(key="next_step").click().run()
    assert not app.exception and NO_MAP not in words(app)
    visit(app, GUIDE)
    visit(app, EXPORT)


def test_a_generic_map_is_encoded_again(app, store, fitted):
    space_key = store.encoded_corpus(fitted.corpus_key).embedding_key
    cut(store, fitted, f"{space_key}.*")
    for page in (MAPS, GUIDE):
        assert NOT_ENCODED in visit(app, page)
    cache.runner().submit("prepare", "x", corpus_key=fitted.corpus_key, encoder="words")
    for page in (MAPS, GUIDE, EXPORT):
        assert NOT_ENCODED not in visit(app, page)


def test_a_key_press_in_the_deck_reads_the_page_again(store, fitted, monkeypatch):
    """The deck is drawn alone after a key press, with what the page gave it minutes ago."""

    class Rerun(Exception):
        pass

    def rerun():
        raise Rerun

    space_key = store.encoded_corpus(fitted.corpus_key).embedding_key
    generic = cache.space(fitted.corpus_key, space_key)
    monkeypatch.setattr(view, "state_of", lambda kind: kind())
    monkeypatch.setattr(view, "has_notice", lambda place: False)
    monkeypatch.setattr(view, "_draw", lambda analysis, corpus, space, fit: drawn.append(space.vectors.sum()))
    monkeypatch.setattr(st, "rerun", rerun)
    drawn = []
    for n_drawn in (1, 1):
        with pytest.raises(Rerun):
            view._draw_then_page.__wrapped__(fitted, None, generic, None)
        assert len(drawn) == n_drawn
        cut(store, fitted, f"{space_key}.vectors")


def test_clusters_are_cut_from_words_that_are_counted_again(app, store, fitted):
    key, results = fitted.corpus_key, store.results(fitted.corpus_key)
    cut(store, fitted, f"{key}.words3.*")
    assert not has_word_table(results, key)  # a task looks, and finds them damaged
    keep_word_table(results, key, store.load_corpus(key).texts)
    coarse = ClusterChoice(fineness=0)
    store.clusters.set_choice(key, fitted.id, coarse.to_text())
    visit(app, MAPS)
    assert not app.error


def test_a_file_is_not_made_from_half_a_map(app, store, fitted, downloads):
    visit(app, EXPORT)
    whole = downloads["export_vectors"]()
    assert whole
    cut(store, fitted, f"{fitted.fit_key}.vectors")
    with pytest.raises(StoreError):
        downloads["export_vectors"]()
    app.run()
    assert "was cut short" in words(app) or NO_MAP in words(app).replace("\\", "")

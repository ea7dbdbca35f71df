"""What every page does."""

import gc

import streamlit as st

from core.tasks import model_cache
from pages.common import cache
from tests.support.page_helpers import MAPS, keys, words


def test_a_corpus_that_cannot_be_read_is_tried_again(app, store, corpus, prepared):
    folder = store.home / "corpora" / prepared
    aside = folder / "aside"
    (folder / "corpus.parquet").rename(aside)
    model_cache.forget()
    st.cache_resource.clear()
    app.run()
    app.switch_page(MAPS).run()
    assert "is missing" in words(app) and not app.exception
    app.button(key="try_again").click().run()
    assert "is missing" in words(app)
    aside.rename(folder / "corpus.parquet")
    app.button(key="try_again").click().run()
    assert "is missing" not in words(app) and "try_again" not in keys(app) and not app.exception


def test_modules_are_left_out_of_collections_of_garbage(app):
    """Streamlit collects after each run: looking at all modules takes 0.1 to 0.2 s of processor time."""
    cache.settle_modules.cache_clear()
    gc.unfreeze()
    app.run()
    modules = gc.get_freeze_count()
    app.run()
    assert modules > 100_000 and gc.get_freeze_count() <= modules  # what a run leaves is still collected

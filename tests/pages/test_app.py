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


def test_modules_are_left_out_of_collections_of_garbage(app, monkeypatch):
    """Looking at all modules takes 0.1 to 0.2 s of processor time."""
    monkeypatch.setattr(cache, "_collected", {})
    gc.unfreeze()
    app.run()
    modules = gc.get_freeze_count()
    app.run()
    assert modules > 100_000 and gc.get_freeze_count() <= modules  # what a run leaves is still collected


def test_garbage_is_collected_once_for_many_runs(monkeypatch):
    collected, now = [], [1000.0]
    monkeypatch.setattr(cache, "_collected", {"last": 0.0})
    monkeypatch.setattr(cache.gc, "collect", lambda: collected.append(now[0]))
    monkeypatch.setattr(cache.time, "monotonic", lambda: now[0])
    for _ in range(50):
        cache.collect_garbage()
        now[0] += 1
    assert len(collected) == 5
    assert st.get_option("runner.postScriptGC") is False  # else Streamlit collects after each run

"""The export page offers the analysis as one file, with or without texts and vectors."""

import io
import threading
import zipfile

import pytest
import streamlit as st

from tests.support.page_helpers import EXPORT, words
from tests.support.saved_analysis import fill, make_corpus


@pytest.fixture
def downloads(monkeypatch):
    found = {}
    monkeypatch.setattr(
        st, "download_button", lambda *_, key, data, **about: found.update({key: (data, about)})
    )
    return found


def members(downloads):
    """The members of the file; Streamlit makes it in a thread without a run of the page."""
    found = []
    thread = threading.Thread(target=lambda: found.append(downloads["export_analysis"][0]()))
    thread.start()
    thread.join()
    return set(zipfile.ZipFile(io.BytesIO(found[0])).namelist())


def test_the_analysis_is_one_file_of_what_is_chosen(app, store, downloads):
    fill(store)
    store.mark_opened(make_corpus().key)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception and "This analysis as one file" in words(app)
    assert downloads["export_analysis"][1]["file_name"] == "letters-by-feeling.refract"
    assert {"corpus/corpus.parquet", "reshaped/vectors.npy", "labels.jsonl"} <= members(downloads)
    app.checkbox(key="export_with_texts").set_value(False).run()
    app.checkbox(key="export_with_vectors").set_value(False).run()
    left = members(downloads)
    assert not app.exception and not {"corpus/corpus.parquet", "reshaped/vectors.npy"} & left
    assert "reshaped/map.npy" in left


def test_without_an_analysis_there_is_no_such_file(app, store, downloads):
    analysis = fill(store)
    store.delete_analysis(analysis)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception and "export_csv" in downloads and "export_analysis" not in downloads
    assert not [box for box in app.checkbox if box.key == "export_with_texts"]

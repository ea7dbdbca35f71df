"""The export page: which files it offers."""

import streamlit as st

from core.transforms import Method
from pages.common import cache
from tests.support.page_helpers import EXPORT


def test_everything_can_be_taken_out(app, prepared, labelled, corpus):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    found = {button.key for button in app.get("download_button")}
    files = ("csv", "parquet", "vectors", "linear", "evidence", "record")
    assert found == {f"export_{file}" for file in files}


def test_the_files_of_two_ways_have_two_names(app, monkeypatch, store, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    copy = store.copy_analysis(labelled)
    store.set_method(copy, Method("reencode", "asking"))
    cache.runner().submit("fit", "x", analysis_id=copy)
    store.set_instruction(copy, "changed since")
    names = []
    monkeypatch.setattr(st, "download_button", lambda *_, file_name, **__: names.append(file_name))
    app.run()
    app.switch_page(EXPORT).run()
    app.button(key=f"analysis_{labelled}").click().run()
    assert {"letters-by-feeling.csv", "letters-by-feeling-asking.csv"} <= set(names)

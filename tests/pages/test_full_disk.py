"""A disk without a free byte under the pages: one sentence, nothing lost, and it goes on with free space."""

import io
import sqlite3
import tempfile
import zipfile
from contextlib import closing, contextmanager

import pandas as pd
import pytest

from core.errors import StoreError
from core.storage import Store
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, EXPORT, GUIDE, csv, keys, shown_text, words
from tests.support.saved_analysis import fill, make_corpus
from tests.support.small_disk import kept_full, mounted


def _is_zip(content):
    return zipfile.ZipFile(io.BytesIO(content)).testzip() is None


MADE = {
    "analysis": _is_zip,
    "xlsx": _is_zip,
    "dataset": _is_zip,
    "csv": lambda content: content.endswith(b"\n"),
    "parquet": lambda content: len(pd.read_parquet(io.BytesIO(content))),
    "vectors": lambda content: len(pd.read_parquet(io.BytesIO(content))),
    "png": lambda content: content.endswith(b"IEND\xaeB`\x82"),
    "pdf": lambda content: b"%%EOF" in content[-10:],
    "svg": lambda content: content.rstrip().endswith(b"</svg>"),
    "report": lambda content: content.rstrip().endswith(b"</html>"),
}
"""Whether the content of a file is whole, by kind."""


@pytest.fixture
def disk(tmp_path):
    """The data folder, before anything is in it, on a small disk of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    with mounted(folder, megabytes=8):
        yield folder


@contextmanager
def used_up(disk):
    """The disk is full, with no room left in the files that SQLite has."""
    log = disk / "refract.sqlite-wal"
    while True:
        with closing(sqlite3.connect(disk / "refract.sqlite")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with kept_full(disk):
                # A thread of the app that reads or writes at this moment leaves room in the log.
                if log.stat().st_size == 0:
                    yield
                    return


def test_a_label_that_is_not_on_disk_is_told_and_its_text_stays(disk, app, store, corpus, labelled):
    app.run()
    app.switch_page(GUIDE).run()
    before, text = store.labels.read(labelled).n_labels, shown_text(app, corpus)
    with used_up(disk):
        app.button(key="guide_label_0").click().run()
    assert not app.exception and [error for error in app.error if "full" in error.value]
    assert shown_text(app, corpus) == text and store.labels.read(labelled).n_labels == before
    app.button(key="guide_label_0").click().run()
    assert not app.exception and not app.error and shown_text(app, corpus) != text
    assert Store(disk).labels.read(labelled).n_labels == before + 1


def test_a_corpus_that_does_not_fit_is_told_and_its_table_stays(disk, app, store):
    app.run()
    app.switch_page(CORPUS).run()
    app.file_uploader(key="corpus_upload").upload("new.csv", csv(make_frame(30)), "text/csv").run()
    with used_up(disk):
        app.button(key="corpus_encode").click().run()
    assert not app.exception and [error for error in app.error if "full" in error.value]
    assert "corpus_encode" in keys(app) and "30" in words(app) and store.corpora() == []
    app.button(key="corpus_encode").click().run()
    assert not app.exception and not app.error
    assert [entry.n_texts for entry in Store(disk).corpora()] == [30]


@pytest.fixture
def small_temporary(tmp_path, monkeypatch):
    """The folder of temporary files, in which files are made, on a small disk of its own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with mounted(folder, megabytes=16):
        yield folder


def test_no_half_file_is_given_and_each_is_made_once_there_is_space(small_temporary, app, store, downloads):
    fill(store)
    store.mark_opened(make_corpus().key)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception and {f"export_{kind}" for kind in MADE} <= set(downloads)
    del downloads["export_text_model"]  # the classifier of this analysis is none
    for key, make in dict(downloads).items():
        with kept_full(small_temporary), pytest.raises(StoreError, match="The file was not made"):
            make()
        app.run()
        assert [error for error in app.error if "full" in error.value], (key, words(app))
        assert not app.exception and not list(small_temporary.iterdir()), key
    app.run()
    assert not app.error
    for kind, is_whole in MADE.items():
        assert is_whole(downloads[f"export_{kind}"]()), kind
    assert not list(small_temporary.iterdir())

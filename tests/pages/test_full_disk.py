"""A disk without a free byte under the pages: one sentence, nothing lost, and it goes on with free space."""

import sqlite3
from contextlib import closing, contextmanager

import pytest

from core.storage import Store
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, GUIDE, csv, keys, shown_text, words
from tests.support.small_disk import kept_full, mounted


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

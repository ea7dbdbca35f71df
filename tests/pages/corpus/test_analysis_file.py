"""The file of an analysis is dropped where tables are, and opens on the maps."""

import pytest

from core.storage import Store
from core.storage.analysis_file import save_analysis
from tests.support.page_helpers import CORPUS, follow, upload, words
from tests.support.saved_analysis import check_at_once, fill, make_corpus


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    check_at_once(monkeypatch)


@pytest.fixture
def other(tmp_path):
    """Another data folder with an analysis, and the bytes of its file."""
    store = Store(tmp_path / "other")
    analysis = fill(store)

    def save(**choices):
        save_analysis(store, analysis, tmp_path / "a.refract", **choices)
        return (tmp_path / "a.refract").read_bytes()

    return save


def titles(app):
    return [toast.value.replace("\\", "") for toast in app.toast]


def said(app):
    return words(app).replace("\\", "")


def test_it_opens_on_the_maps(app, store, other):
    upload(app, "feeling.refract", other())
    assert not app.exception and not app.error
    follow(app)
    assert not app.exception and not app.error
    (entry,) = store.corpora()
    (analysis,) = store.analyses(entry.key)
    assert analysis.instruction == "by feeling" and "“by feeling” was opened." in titles(app)
    upload(app, "feeling.refract", other())
    follow(app)
    assert "“by feeling” is here already: it was opened as it is." in titles(app)
    assert len(store.analyses(entry.key)) == 1
    app.switch_page(CORPUS).run()
    assert not app.exception and "Open again" in words(app)


def test_what_differs_here_is_said_on_the_maps(app, store, other):
    fill(store, seed=4)
    upload(app, "feeling.refract", other())
    follow(app)
    assert not app.exception and "the one that was here stays" in words(app)


def test_a_file_that_cannot_be_opened_says_so(app, store, other):
    upload(app, "feeling.refract", other()[:900])
    assert not app.exception and "“feeling.refract” cannot be opened" in said(app)
    assert store.corpora() == []


def test_without_its_texts_the_corpus_is_asked_for(app, store, other):
    content = other(with_texts=False)
    upload(app, "feeling.refract", content)
    assert "its corpus is not here: add “letters.csv”" in said(app)
    store.add_corpus(make_corpus())
    upload(app, "feeling.refract", content)
    follow(app)
    assert not app.exception and not app.error


def test_without_its_vectors_the_page_offers_to_encode(app, store, other):
    upload(app, "feeling.refract", other(with_vectors=False))
    assert not app.exception and not app.error
    (entry,) = store.corpora()
    assert f"resume_{entry.key}" in {button.key for button in app.button}

"""A corpus encoded before views were kept: what encoding again would add, and doing so."""

import numpy as np
import pytest

from core.encoders import EncoderFacts
from core.errors import Cancelled
from core.storage import has_views, lacks_views, load_views
from core.tasks.prepare import generic_space as preparing
from pages.common import cache
from pages.corpus import views
from tests.conftest import ViewingEncoder, make_frame
from tests.support.page_helpers import CORPUS, csv, keys, upload, words


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """What the files of the encoder "viewing" would say."""

    def describe(name):
        return EncoderFacts(name, "sentence", gives_views=name == "viewing")

    monkeypatch.setattr(views, "describe_encoder", describe)
    monkeypatch.setattr(views, "encoding_cost", lambda *_: (0, 256, 200.0))


@pytest.fixture
def prepared(store, corpus):
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="viewing")
    return corpus.key


@pytest.fixture
def old(store, prepared):
    """Results and embedding key of the corpus, as an earlier version left them."""
    results, key = store.results(prepared), store.corpus_entry(prepared).embedding_key
    for path in results.folder.glob(f"{key}.views*"):
        path.unlink()
    assert lacks_views(results, key)
    return results, key


def open_page(app):
    app.run()
    app.switch_page(CORPUS).run()
    assert not app.exception
    return app


def test_a_new_corpus_has_views_and_no_offer(app, store, prepared):
    assert has_views(store.results(prepared), store.corpus_entry(prepared).embedding_key)
    assert "corpus_add_views" not in keys(open_page(app))


def test_an_old_corpus_gets_views_with_one_click_and_keeps_all_else(app, store, old, labelled):
    results, key = old
    cache.runner().submit("fit", "x", analysis_id=labelled)
    fitted = store.analysis(labelled).fit_key
    n_labels = len(store.labels.read(labelled).table)
    before = {path.name: path.read_bytes() for path in results.folder.iterdir()}
    open_page(app)
    assert "3 min" in words(app)
    app.button(key="corpus_add_views").click().run()
    assert not app.exception and not app.error and "corpus_add_views" not in keys(app)
    texts = store.load_corpus(store.corpora()[0].key).texts.tolist()
    np.testing.assert_array_equal(
        np.stack(load_views(results, key)), ViewingEncoder().encode_with_views(texts)[1]
    )
    after = {path.name: path.read_bytes() for path in results.folder.iterdir()}
    assert before.items() <= after.items()
    assert store.corpora()[0].embedding_key == key
    assert store.analysis(labelled).fit_key == fitted
    assert len(store.labels.read(labelled).table) == n_labels


def test_a_cancelled_encoding_is_offered_again(app, store, old, monkeypatch):
    results, key = old
    real = preparing.encode_corpus

    def cancel(*given):
        raise Cancelled("Cancelled.")

    monkeypatch.setattr(preparing, "encode_corpus", cancel)
    open_page(app)
    app.button(key="corpus_add_views").click().run()
    assert not app.exception and lacks_views(results, key) and store.corpora()[0].embedding_key == key
    monkeypatch.setattr(preparing, "encode_corpus", real)
    app.button(key="corpus_add_views").click().run()
    assert has_views(results, key)


def test_an_uploaded_file_that_was_encoded_before_offers_it_too(app, home, monkeypatch):
    monkeypatch.setattr(views, "lacks_views", lambda *_: True)
    upload(app, "letters.csv", csv(make_frame(30)))
    app.button(key="corpus_encode").click().run()
    assert "corpus_add_views" not in keys(app)  # this encoder gives none
    monkeypatch.setattr(
        views, "describe_encoder", lambda name: EncoderFacts(name, "sentence", gives_views=True)
    )
    app.run()
    assert not app.exception and "corpus_add_views" in keys(app)


def test_an_encoder_that_gives_no_views_gets_no_offer(app, store, old, monkeypatch):
    monkeypatch.setattr(views, "describe_encoder", lambda name: EncoderFacts(name, "sentence"))
    assert "corpus_add_views" not in keys(open_page(app))
    facts = EncoderFacts("viewing", "sentence", gives_views=True, problem="Its folder is gone.")
    monkeypatch.setattr(views, "describe_encoder", lambda name: facts)
    assert "corpus_add_views" not in keys(app.run())

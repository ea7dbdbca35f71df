"""Labels are given while the encoder is still at work, and shape the first map."""

import pytest

from core.jobs import Job
from core.labels import MODES
from core.tasks import TASKS, fit_key
from pages.common import cache
from tests.support.page_helpers import CORPUS, GUIDE, keys, name_label, words


@pytest.fixture
def encoding(app, store, corpus):
    """The guide of a corpus that a job encodes."""
    store.add_corpus(corpus)
    arguments = {"corpus_key": corpus.key, "encoder": "words"}
    job = Job("0", "prepare", "Encoding letters.csv", arguments, status="running", stage="Encoding")
    cache.runner()._jobs.append(job)
    app.run()
    app.switch_page(GUIDE).run()
    assert not app.exception
    return app, job


def test_the_corpus_page_offers_it(encoding):
    app, _ = encoding
    app.switch_page(CORPUS).run()
    assert not app.exception and any("meanwhile" in link.proto.label for link in app.get("page_link"))


def test_labels_given_meanwhile_shape_the_first_map(encoding, store, corpus):
    app, job = encoding
    name_label(app, "angry, pleased")
    assert not app.exception and "guide_label_0" in keys(app) and "guide_fit" not in keys(app)
    assert "Encoding" in words(app) or app.get("progress")
    for number in range(4):
        app.button(key=f"guide_label_{number % 2}").click().run()
        assert not app.exception and not app.error
    (analysis,) = store.analyses(corpus.key)
    assert store.labels.read(analysis.id).n_labels == 4
    TASKS["prepare"](store, lambda *progress: None, **job.arguments)
    job.status = "done"
    analysis = store.analysis(analysis.id)
    assert analysis.fit_key == fit_key(store, analysis.id)
    app.run()
    assert not app.exception and "guide_fit" in keys(app)


def test_every_mode_of_the_deck_can_be_looked_at(encoding):
    app, _ = encoding
    name_label(app, "angry, pleased")
    for mode in MODES[:-1]:  # the last is for labels of a language model
        app.selectbox(key="guide_mode").set_value(mode).run()
        assert not app.exception and not app.error


def test_a_corpus_that_nobody_encodes_sends_to_the_corpus_page(app, store, corpus):
    store.add_corpus(corpus)
    app.run()
    app.switch_page(GUIDE).run()
    assert not app.exception and not app.text_input

"""A quick preview of a corpus that takes long to encode: offered, marked, and replaced by the full map."""

import pytest

from core.encoders import PREVIEW_ENCODER, Legibility
from core.jobs import Job
from core.storage import Store
from pages.common import cache
from pages.common.encoders import preview
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, csv, keys, upload, words

MARK = "quick preview"
READABLE = Legibility(60, 60, 0)


@pytest.fixture
def slow(monkeypatch):
    """Every corpus takes long to encode, as far as the page knows."""
    monkeypatch.setattr(preview, "LONG_WAIT", 0.0)
    monkeypatch.setattr(preview, "MANY_TEXTS", 0)
    monkeypatch.setattr(preview, "legibility", lambda *given: READABLE)


@pytest.fixture
def held(home, monkeypatch):
    """A runner that works on full maps for as long as a test lasts."""
    runner = cache.runner()
    submit = runner.submit

    def hold(task, title, *, priority=None, owner="", **arguments):
        if task != "prepare":
            return submit(task, title, **arguments)
        job = Job(str(len(runner.jobs())), task, title, arguments, status="running")
        runner._jobs.append(job)
        return job

    monkeypatch.setattr(runner, "submit", hold)
    return runner


def start(app):
    upload(app, "letters.csv", csv(make_frame(60)))
    app.button(key="corpus_encode").click().run()
    assert not app.exception
    return app


def test_a_short_wait_needs_no_preview(app, home):
    start(app)
    assert [job.task for job in cache.runner().jobs() if job.task in ("look", "prepare")] == ["prepare"]
    assert Store(home).corpora()[0].encoder != PREVIEW_ENCODER


def test_one_button_shows_the_preview_and_the_full_map_follows(app, home, slow, held):
    upload(app, "letters.csv", csv(make_frame(60)))
    assert MARK in words(app)
    app.button(key="corpus_encode").click().run()
    (entry,) = Store(home).corpora()
    assert entry.encoder == PREVIEW_ENCODER and entry.next_encoder
    app.switch_page(MAPS).run()
    full = [job for job in held.jobs() if job.task == "prepare"]
    assert [job.arguments["encoder"] for job in full] == [entry.next_encoder]  # by itself, once
    app.run()
    assert len([job for job in held.jobs() if job.task == "prepare"]) == 1


def test_every_page_says_that_it_is_a_preview(app, home, slow, held):
    start(app)
    for page in (MAPS, GUIDE, EVIDENCE, EXPORT):
        app.switch_page(page).run()
        assert words(app).count(f"[{MARK}]") == 1, page
        assert "preview_full_map" not in keys(app)  # it is being made


def test_the_full_map_takes_its_place(app, home, slow):
    start(app)
    app.switch_page(MAPS).run()  # inline, the full map is there in the same run
    app.run()
    assert not app.exception
    (entry,) = Store(home).corpora()
    assert entry.encoder != PREVIEW_ENCODER and not entry.is_preview
    assert f"[{MARK}]" not in words(app)


def test_after_a_restart_it_goes_on_by_itself(app, home, slow, held):
    start(app)
    app.switch_page(MAPS).run()
    held._jobs.clear()  # as in a new process
    app.run()
    (job,) = [job for job in held.jobs() if job.task == "prepare"]
    assert job.arguments["encoder"] == Store(home).corpora()[0].next_encoder


def test_who_cancelled_is_offered_the_full_map_again(app, home, slow, held):
    start(app)
    app.switch_page(MAPS).run()
    (job,) = [job for job in held.jobs() if job.task == "prepare"]
    held.cancel(job.id)
    Store(home).drop_next_encoder(job.arguments["corpus_key"])
    app.run()
    assert len([job for job in held.jobs() if job.task == "prepare"]) == 1
    app.button(key="preview_full_map").click().run()
    assert len([job for job in held.jobs() if job.task == "prepare"]) == 2
    assert "preview_full_map" not in keys(app)


def test_the_corpus_page_opens_the_preview_while_the_full_map_is_made(app, home, slow, held):
    start(app)
    app.switch_page(MAPS).run()
    app.switch_page(CORPUS).run()
    upload(app, "letters.csv", csv(make_frame(60)))
    assert not app.button(key="corpus_encode").disabled and "corpus_cancel" not in keys(app)
    assert "preview is ready" in words(app)


def test_texts_that_the_quick_encoder_cannot_read_get_no_preview(app, home, slow, monkeypatch):
    monkeypatch.setattr(preview, "legibility", lambda *given: Legibility(60, 3, 0))
    start(app)
    assert "look" not in [job.task for job in cache.runner().jobs()]


def test_a_deliberate_quick_encoder_is_marked_too(app, store, corpus):
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder=PREVIEW_ENCODER)
    app.run()
    app.switch_page(MAPS).run()
    assert f"[{MARK}]" in words(app) and "preview_full_map" in keys(app)
    app.button(key="preview_full_map").click().run()
    assert not store.corpora()[0].is_preview

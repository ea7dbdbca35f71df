"""The page waits for an answer a second at most; a slow one is drawn when it is there."""

import threading

import pytest

from core.errors import RefractError
from pages.common import cache
from pages.maps.panels import answers, search
from tests.pages.maps.test_text_panels import new_text_page, run, said, search_page


@pytest.fixture
def slow(prepared, monkeypatch):
    """What is asked is answered only after `set`, and the page does not wait for it."""
    may_answer, find, query = threading.Event(), search.find_words, cache.runner().query

    def after(step):
        def waiting(*arguments, **options):
            assert may_answer.wait(60)
            return step(*arguments, **options)

        return waiting

    monkeypatch.setattr(search, "find_words", after(find))
    monkeypatch.setattr(cache.runner(), "query", after(query))
    monkeypatch.setattr(answers, "PATIENCE", 0.05)
    yield may_answer
    may_answer.set()


def answered(app, slow, monkeypatch):
    slow.set()
    monkeypatch.setattr(answers, "PATIENCE", 60.0)
    app.run()
    assert not app.exception


def test_a_slow_search_leaves_the_page_free(prepared, slow, monkeypatch):
    app = run(search_page, prepared, None, None)
    app.text_input(key="maps_search").set_value("furious").run()
    assert not app.exception
    assert "Searching" in said(app) and len(app.session_state["hits"]) == 0
    answered(app, slow, monkeypatch)
    assert "Searching" not in said(app) and len(app.session_state["hits"]) > 5


def test_a_slow_encoder_leaves_the_page_free(prepared, slow, monkeypatch):
    app = run(new_text_page, prepared, None)
    app.text_area(key="maps_new_text").set_value("furious van courier").run()
    assert not app.exception
    assert "Encoding the text" in said(app) and app.session_state["marks"] == [()]
    answered(app, slow, monkeypatch)
    assert "Encoding the text" not in said(app) and len(app.session_state["marks"][0]) == 1


def test_a_search_that_failed_is_tried_again(prepared, monkeypatch):
    find = search.find_words

    def stopped(index, query, *, seconds):
        raise RefractError(f"stopped after {seconds:.0f} s")

    monkeypatch.setattr(search, "find_words", stopped)
    app = run(search_page, prepared, None, None)
    app.text_input(key="maps_search").set_value("furious").run()
    assert "stopped after" in said(app)
    monkeypatch.setattr(search, "find_words", find)
    app.run()
    assert len(app.session_state["hits"]) > 5

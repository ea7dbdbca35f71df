"""The maps page while a Fit that was started in this session is computed."""

import numpy as np
import pytest

from core.jobs.job import Job
from core.storage import save_first_picture
from pages.common import cache
from pages.common.state import STATE_KEY
from tests.pages.maps.test_page import open_maps


@pytest.fixture
def running(store, prepared, labelled, monkeypatch):
    """A Fit that has reshaped the vectors, and draws the map now."""
    job = Job("99", "fit", "Reshaping", {"analysis_id": labelled}, status="running", stage="Drawing")
    monkeypatch.setattr(cache.runner(), "jobs", lambda: [job])
    n = len(store.load_corpus(prepared).texts)
    places = np.random.default_rng(0).normal(size=(n, 2))
    save_first_picture(store.results(prepared), labelled, places, np.arange(n) % 2)
    return job


def keys_of(app):
    return {button.key for button in app.button}


def test_the_first_picture_is_shown_until_the_fit_ends(app, running, labelled):
    app.run()
    app.session_state[STATE_KEY].awaited_fit = labelled
    open_maps(app)
    assert "maps_cancel_fit" in keys_of(app) and app.session_state[STATE_KEY].awaited_fit == labelled
    running.status = "done"
    app.run()
    assert not app.exception and "maps_cancel_fit" not in keys_of(app)
    assert app.session_state[STATE_KEY].awaited_fit is None


def test_it_is_not_shown_where_the_fit_was_not_started(app, running):
    assert "maps_cancel_fit" not in keys_of(open_maps(app))


def test_a_picture_that_a_killed_worker_left_behind_is_not_shown(app, running, labelled):
    app.run()
    app.session_state[STATE_KEY].awaited_fit = labelled
    running.status = "cancelled"
    assert "maps_cancel_fit" not in keys_of(open_maps(app))


def test_the_guide_opens_the_maps_at_the_first_picture(app, running, labelled):
    app.run()
    app.session_state[STATE_KEY].awaited_fit = labelled
    app.switch_page("pages/guide/page.py").run()
    assert not app.exception
    assert "guide_cancel" in keys_of(app) and app.session_state[STATE_KEY].awaited_fit == labelled

"""What an AppTest session holds, reached as the pages reach it."""

import numpy as np

from pages.common import AskedSelection
from pages.common.person import PersonState
from pages.common.state import STATE_KEY, AppState


def state_in(app, kind, owner=None):
    """State of a page or panel in the session of an app, made where it is not there yet."""
    if STATE_KEY not in app.session_state:
        app.session_state[STATE_KEY] = AppState()
    return app.session_state[STATE_KEY].parts.setdefault((kind, owner), kind())


def name_person(app, name):
    """Let the session belong to this person, as if they had typed their name."""
    state_in(app, PersonState).name = name


def select(app, corpus_key, rows, token="token"):
    """Select texts on the maps, as a panel does."""
    state_in(app, AskedSelection, corpus_key).latest = (token, np.asarray(rows, dtype=np.int64))


def selected(app, corpus_key):
    """Rows that a panel selected last."""
    return state_in(app, AskedSelection, corpus_key).latest[1]

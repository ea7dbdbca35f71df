"""Answers to what a person typed: computed in a thread, so that the page waits a second for it at most."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

import streamlit as st

from pages.common import cache

Answer = TypeVar("Answer")
PATIENCE = 1.0  # seconds that the page waits for an answer
POLL_SECONDS = 0.5  # between two looks whether it came


def answer(key: tuple[str | None, ...], ask: Callable[[], Answer]) -> Answer | None:
    """Return the answer to a question; None while it is computed: the page runs again when it is there.

    Sessions that ask the same question at once share its answer, which is kept for the next run.

    Parameters
    ----------
    key : tuple of str, which identifies the question
    ask : callable
        Finds the answer, in a thread of its own: it uses no session. What it raises is raised here, and not
        kept: the next run asks again.
    """
    asked = _asked(key, ask)
    try:
        return asked.result(PATIENCE)
    except TimeoutError:
        st.fragment(_look, run_every=POLL_SECONDS)(asked)
        return None
    except Exception:
        _asked.clear(key)
        raise


@cache.kept(max_entries=64, show_spinner=False)
def _asked(key: tuple[str | None, ...], _ask: Callable[[], Answer]) -> Future[Answer]:
    asked: Future[Answer] = Future()

    def run() -> None:
        try:
            asked.set_result(_ask())
        except Exception as error:
            asked.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return asked


def _look(asked: Future[Answer]) -> None:
    if asked.done():
        st.rerun()

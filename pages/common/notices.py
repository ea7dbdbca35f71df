"""Messages that a callback keeps and the next run shows, and errors on screen.

A callback runs before the page is drawn. Its message is kept in the session, under the name of the place
that will show it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from uuid import uuid4

import streamlit as st

from core.errors import RefractError, StoreError
from core.utils import explain_error
from pages.common.state import Notice, NoticeKind, get_state
from pages.common.text import markdown

ICONS: dict[NoticeKind, str] = {
    "error": ":material/error:",
    "warning": ":material/warning:",
    "info": ":material/info:",
    "success": ":material/check_circle:",
}

MAPS_NOTICE = "maps"
"""Place of messages about the maps."""

FAULTS = (RefractError, OSError, MemoryError, sqlite3.OperationalError)
"""Errors of people, and of the system: of files, memory and databases."""


def show_message(message: str, kind: NoticeKind = "error") -> None:
    """Show a message that is plain text."""
    {"error": st.error, "warning": st.warning, "info": st.info, "success": st.success}[kind](
        markdown(message), icon=ICONS[kind]
    )


def show_failure(error: Exception) -> None:
    """Show an error that nothing else handled, in a sentence, with a way to try again."""
    show_message(explain_error(error, "a page"))
    # The key is new each time: two fragments of one run may fail. Any click runs page or fragment again.
    st.button("Try again", key=f"try_again_{uuid4().hex}")


def keep_notice(place: str, message: str, kind: NoticeKind = "error") -> None:
    """Keep a message until `draw_notice` shows it at this place. For callbacks."""
    get_state().notices[place] = Notice(message, kind)


def keep_toast(message: str, icon: str = "check_circle") -> None:
    """Keep a short message that the next run of the whole page shows in its corner for some seconds.

    For what a step did that is not seen otherwise. A callback of a fragment reruns the fragment alone: there,
    use `attempt` with `redraw`.

    Parameters
    ----------
    message : str, plain text
    icon : str, name of a Material symbol
    """
    get_state().toasts.append((message, icon))


def draw_toasts() -> None:
    """Show the kept toasts, once; a run that ends in a rerun at once would lose them."""
    state = get_state()
    if state.redraw:
        return
    for message, icon in state.toasts:
        st.toast(markdown(message), icon=f":material/{icon}:")
    state.toasts.clear()


def attempt(step: Callable[[], object], place: str, *, redraw: bool = False) -> bool:
    """Run a step, and keep the message of its error for a place. For callbacks.

    Only what the system or a person caused: an error of the code itself is shown where all such are.

    Parameters
    ----------
    step : callable
    place : str
    redraw : bool
        Whether `draw_notice` has to rerun the whole page after a step that succeeded: a callback of a
        fragment reruns the fragment alone, and counts elsewhere may have changed.

    Returns
    -------
    bool
        Whether the step succeeded.
    """
    try:
        step()
    except FAULTS as error:
        keep_notice(place, explain_error(error, "a page"))
        return False
    get_state().redraw |= redraw
    return True


def safe_download(make: Callable[[], bytes], place: str) -> Callable[[], bytes]:
    """Return a function for a download button that keeps the message of an error for a place.

    Streamlit calls it outside any run, tells the browser only that there is no file, and writes what it
    raises to the terminal: that must hold no text.
    """
    notices = get_state().notices

    def content() -> bytes:
        try:
            return make()
        except Exception as error:
            notices[place] = Notice(explain_error(error, "a download"))
        raise StoreError("The file was not made.")  # outside of the handler: the cause may quote texts

    return content


def has_notice(place: str) -> bool:
    """Return whether a message is kept for a place."""
    return place in get_state().notices


def draw_notice(place: str) -> None:
    """Show the message that was kept for a place, once; rerun the page first where a step needs that."""
    state = get_state()
    if state.redraw:
        state.redraw = False
        st.rerun()
    notice = state.notices.pop(place, None)
    if notice is not None:
        show_message(notice.message, notice.kind)

"""Errors that no page handled: of pages, callbacks, fragments and threads."""

from __future__ import annotations

import logging

from core.utils import catch_uncaught
from pages.common.notices import show_failure


def handle_failure(error: Exception) -> bool:
    """Show an error where it happened; return True, as Streamlit then shows nothing of its own.

    For `st.App(on_script_error=...)`, which calls it for the page, its callbacks and its fragments.
    """
    show_failure(error)
    return True


def silence_tracebacks() -> None:
    """Keep messages of errors off the terminal: they may quote texts. `core.utils.log` writes the rest."""
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.exc_info is None)
    catch_uncaught("the app")

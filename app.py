"""Refract: the server, when it is imported; the entry point of its pages, run again at each interaction."""

from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from core.errors import RefractError
from core.utils import return_freed_memory
from pages.common import account, cache, draw_toasts, layout, navigation, show_message
from pages.common.server import Guard, SignInGate, handle_failure, silence_tracebacks


def draw() -> None:
    """Draw the page that is open."""
    st.set_page_config(
        page_title="Refract", page_icon=str(navigation.ROOT / "assets" / "icon.svg"), layout="wide"
    )
    layout.apply_styles()
    with st.container():  # always there: what follows keeps its place, and a fragment its identity
        if PagesManager.uses_pages_directory:
            layout.withdraw_page_not_found()
    page = st.navigation(navigation.build_pages(), position="hidden")
    navigation.note_page(page)
    try:
        if not account.admit():
            st.stop()
        layout.draw_sidebar()
        draw_toasts()
        page.run()
        cache.collect_garbage()  # after the first page was drawn: much is loaded by then
    except RefractError as error:
        show_message(str(error))
        st.button("Try again", key="try_again")


if __name__ == "__main__":
    draw()
else:
    return_freed_memory(most_arenas=2)
    silence_tracebacks()
    app = st.App(
        Path(__file__), middleware=[Middleware(Guard), Middleware(SignInGate)], on_script_error=handle_failure
    )

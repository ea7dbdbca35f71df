"""The app's own server over a page that fails on purpose, and quotes a text as it does."""

import threading
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from pages.common.server import Guard, handle_failure, silence_tracebacks

CANARY = "a text of Mrs Canary"


def fail():
    raise ValueError(f"no number in {CANARY}")


def fail_in_thread():
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


@st.fragment
def draw_part():
    if st.button("part", key="fail_part"):
        fail()


def draw():
    st.button("callback", key="fail_callback", on_click=fail)
    st.button("thread", key="fail_thread", on_click=fail_in_thread)
    draw_part()
    if st.button("page", key="fail_page"):
        fail()


if __name__ == "__main__":
    draw()
else:
    silence_tracebacks()
    app = st.App(Path(__file__), middleware=[Middleware(Guard)], on_script_error=handle_failure)

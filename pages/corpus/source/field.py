"""The field for a path or an address, below the upload."""

from __future__ import annotations

import streamlit as st

from core.corpus.sources import Address, parse_address
from core.errors import CorpusError
from pages.common import markdown, show_message, state_of, widget_value
from pages.corpus.source.reading import SourceState, follow, job_of, kept, start_finding

KEY = "corpus_path"
HELP = (
    "A file, a folder, or a pattern such as /data/reviews/*.parquet: its files become one corpus. Or an "
    "address that begins with https://, hf:// (Hugging Face) or s3://. Parquet is best for very many texts."
)
LONGEST_ADDRESS = 4_096  # characters, as of a path


def draw_path_field() -> None:
    """Draw the field; a path is looked at when it is entered, a server is asked when a button is pressed."""
    st.text_input(
        "Or a path, a folder, or an address",
        key=KEY,
        placeholder="/data/reviews/*.parquet",
        persist_state="session",
        max_chars=LONGEST_ADDRESS,
        help=HELP,
        on_change=_look_here,
    )
    address = _typed()
    if isinstance(address, str):
        show_message(address)
    elif address is not None and address.host:
        host = markdown(address.host)
        st.button(
            f"Ask {host}", key="corpus_ask", icon=":material/dns:", on_click=_start, args=[address.shown]
        )
        st.caption(
            f"Nothing was sent yet. {host} is asked what is there, and how large it is; no file is fetched."
        )
    state = state_of(SourceState)
    job = job_of(state.task)
    if job is not None and not job.active and state.address == widget_value(KEY):
        follow()
        if address is not None and not isinstance(address, str) and not address.host:
            st.button("Look again", key="corpus_look", on_click=_start, args=[address.shown])


def has_source() -> bool:
    """Whether something was found at a path or address, or is looked for."""
    state = state_of(SourceState)
    if not state.import_id:
        return False
    job = job_of("find_texts")
    active = job is not None and job.active
    return active or kept().find_found() is not None or bool(kept().find_moved())


def _typed() -> Address | str | None:
    """Return the address in the field, a sentence where it is none, None where nothing was typed."""
    typed = str(widget_value(KEY) or "").strip()
    if not typed:
        return None
    try:
        return parse_address(typed)
    except CorpusError as error:
        return str(error)


def _look_here() -> None:
    address = _typed()
    if isinstance(address, Address) and not address.host:
        _start(address.shown)


def _start(title: str) -> None:
    start_finding(str(widget_value(KEY)), title)

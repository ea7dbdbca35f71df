"""Corpus page: choose texts, see what is in them, encode."""

from __future__ import annotations

import streamlit as st

from core.corpus.tables import ReadOptions
from core.errors import CorpusError
from core.storage import StoredCorpus
from pages.common import (
    account,
    cache,
    current_corpus,
    forget_widget,
    get_state,
    is_prepared,
    layout,
    markdown,
    navigation,
    reset_state,
    show_message,
    state_of,
    widget_value,
)
from pages.corpus.demo import draw_awaited_demo, draw_demo_card, leave_demo, start_demo_unasked
from pages.corpus.library import draw_resume, draw_stored
from pages.corpus.picture import draw_picture
from pages.corpus.progress import follow_encoding
from pages.corpus.sharing import draw_open_shared, draw_shared
from pages.corpus.source import draw_found, draw_path_field, drop_source, find_read, has_source
from pages.corpus.upload import UploadState, draw_source_table, take_read, uploaded_table
from pages.corpus.views import draw_views_offer

HEADLINE = "See your texts through any question."
SAME_TEXTS = "The same messages on two maps, one for each question. A colour is a feeling."


def corpus_page() -> None:
    """Choose texts, see what is in them, encode."""
    entry = current_corpus()
    if get_state().puts_file_aside:
        get_state().puts_file_aside = False
        drop_upload()
        leave_demo()
    layout.page_head(
        "Corpus",
        f"Your texts stay on this {'server' if account.is_shared_server() else 'machine'}, unless you choose "
        f"{'another' if account.is_shared_server() else 'a server'} to encode them.",
        page=navigation.CORPUS,
        leads_on=not (
            has_upload() or has_source()
        ),  # the way to the map of the file is the primary button then
    )
    if account.place():
        draw_open_shared()
    elif has_upload():
        leave_demo()
        draw_upload()
    elif has_source():
        leave_demo()
        draw_source()
    elif not draw_awaited_demo():
        start_demo_unasked()
        draw_landing(entry)


def reads_addresses() -> bool:
    """Whether people may name paths and addresses: on a shared server, where its rules list some."""
    rules = account.rules()
    return rules is None or bool(rules.sources)


def has_upload() -> bool:
    """Whether a file is chosen, or the table of one is kept."""
    return widget_value("corpus_upload") is not None or state_of(UploadState).uploaded is not None


def draw_back() -> None:
    """Draw the way back to the choice of texts."""
    st.button(
        "Other texts", key="corpus_back", icon=":material/arrow_back:", type="tertiary", on_click=drop_upload
    )


def draw_source() -> None:
    """Draw what was found at a path or address, until it is read."""
    draw_back()
    if find_read() is None:
        draw_found()
    else:
        take_read(state_of(UploadState), ReadOptions())
        st.rerun()  # it is drawn as the table of an upload is


def draw_upload() -> None:
    """Draw the chosen file and the way to its map, or why it cannot be read."""
    draw_back()
    try:
        found = uploaded_table()
        if found is not None:
            draw_source_table(found)
    except CorpusError as error:
        show_message(str(error))


def drop_upload() -> None:
    """Forget the chosen file, or the path. For callbacks, or before it is drawn."""
    reset_state(UploadState)
    drop_source()
    forget_widget("corpus_path")
    forget_widget("corpus_upload")


def draw_landing(entry: StoredCorpus | None) -> None:
    """Draw what Refract does and the ways to begin; what was opened before comes first where there is any."""
    opened = [each for each in cache.store().corpora() if each.opened_at]
    if entry is not None and not is_prepared(entry):
        with st.container(border=True, key="corpus_open"):
            st.markdown(f"**{markdown(entry.name)}** is not encoded yet.")
            draw_resume(entry)
    elif entry is not None and get_state().awaited_map == entry.key:  # encoded while this page showed it
        follow_encoding(entry, cancel_key=f"cancel_{entry.key}")
    if not opened:
        st.markdown(f"## {HEADLINE}")
        st.caption(SAME_TEXTS)
        draw_picture()
    with st.container(key="corpus_source"):
        left, right = st.columns([3, 2], gap="medium")
    with left, st.container(border=True, key="corpus_drop", height="stretch"):
        st.markdown(
            "**Drop a file, or choose one**  \n"
            ":small[One text in each row: CSV, Excel, JSON, Parquet or plain text. "
            "Or an analysis that was saved by Refract: .refract.]"
        )
        uploaded_table()
        if reads_addresses():
            draw_path_field()
    with right:
        draw_demo_card(primary=not opened)
    draw_shared()
    if opened:
        draw_stored(opened, entry)
        if entry is not None and is_prepared(entry):
            draw_views_offer(entry)
        st.caption(f"{HEADLINE} {SAME_TEXTS}")
        draw_picture()


corpus_page()

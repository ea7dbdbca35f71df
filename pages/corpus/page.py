"""Corpus page: choose texts, see what is in them, encode."""

from __future__ import annotations

import streamlit as st

from core.errors import CorpusError
from core.storage import StoredCorpus
from pages.common import cache, current_corpus, is_prepared, layout, markdown, navigation, show_message
from pages.corpus.library import count_of_texts, draw_resume, draw_stored
from pages.corpus.upload import demo_table, draw_source_table, uploaded_table
from pages.corpus.views import draw_views_offer

SOURCES = {
    "demo": ":material/school: **Try the demo**  \n:small[Feedback to a service, ready to explore]",
    "upload": ":material/upload_file: **Upload**  \n:small[CSV, TSV, JSON, Parquet, Excel, plain text]",
    "again": ":material/history: **Open again**  \n:small[Corpora kept on this machine]",
}


def corpus_page() -> None:
    """Choose texts, see what is in them, encode."""
    entry = current_corpus()
    layout.page_head(
        "Corpus",
        "Choose the texts to explore. They stay on this machine, unless you choose a server to encode them.",
        page=navigation.CORPUS,
    )
    stored = cache.store().corpora()
    source = st.segmented_control(
        "Source",
        [name for name in SOURCES if name != "again" or stored],
        format_func=SOURCES.get,
        required=True,  # a second click would take the uploader with its file away
        key="corpus_source",
        label_visibility="collapsed",
        width="stretch",
        persist_state="session",
    )
    if source == "again":
        if is_prepared(entry):
            draw_current(entry)
        draw_stored(stored)
    elif source is None:
        draw_current(entry)
    else:
        try:
            found = demo_table() if source == "demo" else uploaded_table()
            if found is not None:
                draw_source_table(found)
        except CorpusError as error:
            show_message(str(error))


def draw_current(entry: StoredCorpus | None) -> None:
    """Draw the open corpus, or an introduction; shown until a source is chosen, and with the stored ones."""
    if entry is None:
        st.markdown(
            "Refract shows a corpus as a map and **reshapes it by your instruction**: type the "
            "instruction, label a handful of texts, and compare the new map with the generic one. "
            "Start with the demo, or upload your own texts."
        )
        return
    ready = is_prepared(entry)
    with st.container(border=True):
        st.markdown(
            f"**{markdown(entry.name)}** · {count_of_texts(entry)} · "
            + ("encoded" if ready else "not encoded yet")
        )
        if not ready:
            draw_resume(entry)
            return
        with st.container(horizontal=True):
            st.page_link(navigation.MAPS, label="Open the map", icon=":material/map:")
            st.page_link(navigation.GUIDE, label="Give an instruction", icon=":material/edit:")
        draw_views_offer(entry)


corpus_page()

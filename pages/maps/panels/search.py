"""Search on the maps page: by words, by a pattern, or by meaning in either space."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus, TextIndex, build_index, find_meaning, find_pattern, find_words
from core.errors import RefractError
from pages.common import markdown, set_widget, widget_value
from pages.maps.panels.new_text import encoding_host, place_on
from pages.maps.panels.text_rows import TextOrigin, pick_row
from pages.maps.selection import select_texts
from pages.maps.view import MapView

WORDS, PATTERN = "words", "pattern"
NEAREST = (20, 50, 200, 1000)  # texts that a search by meaning may find
ROWS_SHOWN = 1000
TABLE_HEIGHT = 420  # pixels
SEARCH_HELP = (
    "Words: texts that contain all of them, in any case; bag finds bags; put “words in quotation marks” to "
    "find them side by side. Pattern: a regular expression such as refund(ed|s)?, in any case. Meaning: the "
    "texts nearest to what you type, whatever their words, in the space of either map."
)


def draw_search(view: MapView) -> np.ndarray | None:
    """Draw the search field; return the rows found, best first, or None without a query."""
    query = st.text_input(
        "Search", key="maps_search", type="search", placeholder="words, a pattern, or a meaning", width=230,
        help=SEARCH_HELP, persist_state="session",
    )  # fmt: skip
    modes = _modes(view)
    if widget_value("maps_search_by") not in modes:
        set_widget("maps_search_by", WORDS)
    mode = st.selectbox(
        "by", list(modes), format_func=modes.__getitem__, key="maps_search_by", width=170,
        persist_state="session",
    )  # fmt: skip
    if mode not in (WORDS, PATTERN):
        st.selectbox(
            "nearest", NEAREST, index=1, key="maps_search_nearest", width=90, persist_state="session"
        )
        host = encoding_host(view, next(side for side in view.sides if side.key == mode))
        if host:
            st.markdown(
                f":small[:material/send: {markdown(host)}]",
                help="What you type is sent to this server to be encoded.",
                width="content",
            )
    if not query.strip():
        return None
    try:
        found, _ = _search(view)
    except RefractError as error:
        st.markdown(f":orange[:material/error:] :small[{markdown(str(error))}]")
        return None
    visible = found if view.shown is None else found[np.asarray(view.shown)[found]]
    with st.container(key="maps_hits", width="content", gap=None):
        _draw_count(view, mode, len(found), visible)
    return visible


def _draw_count(view: MapView, mode: str, n_found: int, visible: np.ndarray) -> None:
    """Draw how many texts were found, with a button that selects them or searches by meaning."""
    if len(visible):
        hidden = n_found - len(visible)
        st.markdown(f"**{len(visible):,}** found" + (f" :small[({hidden:,} filtered out)]" if hidden else ""))
        st.button(
            "Select them", key="maps_select_hits", type="tertiary", icon=":material/ink_selection:",
            on_click=select_texts, args=[view.corpus.key, visible],
        )  # fmt: skip
    elif n_found:
        st.markdown(f"The {n_found:,} found are filtered out")
    else:
        st.markdown("Nothing found")
        if mode == WORDS:
            host = encoding_host(view, view.right)
            st.button(
                "Search by meaning" + (f", sent to {markdown(host)}" if host else ""),
                key="maps_search_meaning", type="tertiary", icon=":material/lightbulb:",
                on_click=set_widget, args=["maps_search_by", view.right.key],
            )  # fmt: skip


def draw_hits(view: MapView, hits: np.ndarray) -> None:
    """Draw the texts found as a table, best first; a click opens one."""
    query = " ".join(widget_value("maps_search", "").split())
    st.markdown(f"**{len(hits):,} found** :small[best first]", help=f"Searched: {markdown(query)}")
    shown = hits[:ROWS_SHOWN]
    table = pd.DataFrame({"Text": view.corpus.texts[shown]})
    found, similarities = _search(view)
    if similarities is not None:
        table.insert(0, "Cosine", similarities[np.isin(found, hits)][:ROWS_SHOWN])
    st.dataframe(
        table,
        key="maps_hits_table",
        hide_index=True,
        height=min(TABLE_HEIGHT, 38 + 35 * len(shown)),
        on_select=lambda: pick_row(
            view.corpus.key, "maps_hits_table", shown, TextOrigin("the texts found", "Selection", hits[:0])
        ),
        selection_mode="single-cell",
        column_config={
            "Text": st.column_config.TextColumn(width=220, help="Click one to open it."),
            "Cosine": st.column_config.NumberColumn(
                format="%.2f", width=60, help="How near it is to what was typed: 1 is the same direction."
            ),
        },
    )
    if len(hits) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN:,} are listed.")


def _modes(view: MapView) -> dict[str, str]:
    """Ways to search with their names; a side's key stands for meaning in its space."""
    meanings = {
        side.key: "Meaning" if len(view.sides) == 1 else f"Meaning ({side.title})" for side in view.sides
    }
    return {WORDS: "Words", PATTERN: "Pattern"} | meanings


def _search(view: MapView) -> tuple[np.ndarray, np.ndarray | None]:
    """Return the rows found, best first, and their cosines in a search by meaning."""
    query, mode = widget_value("maps_search").strip(), widget_value("maps_search_by")
    if mode in (WORDS, PATTERN):
        return _find_text(view.corpus.key, mode, query, view.corpus), None
    side = next(side for side in view.sides if side.key == mode)
    vector = np.array(place_on(view, side, query)["vector"], dtype=np.float32)
    n = widget_value("maps_search_nearest", NEAREST[1])
    return find_meaning(side.space.vectors, vector, n)


@st.cache_resource(max_entries=16, show_spinner=False)
def _find_text(corpus_key: str, mode: str, query: str, _corpus: Corpus) -> np.ndarray:
    index = _index(corpus_key, _corpus)
    return find_words(index, query) if mode == WORDS else find_pattern(index, query)


@st.cache_resource(max_entries=2, show_spinner=False)
def _index(corpus_key: str, _corpus: Corpus) -> TextIndex:
    return build_index(_corpus.texts)

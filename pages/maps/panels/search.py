"""Search on the maps page: by words, by a pattern, or by meaning in either space."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.corpus import Corpus, TextIndex, build_index, find_meaning, find_pattern, find_words
from core.errors import RefractError
from pages.common import markdown, set_widget, widget_value
from pages.maps.panels.new_text import encoding_host, place_on
from pages.maps.panels.text_rows import TextOrigin, draw_text_table
from pages.maps.selection import draw_select
from pages.maps.view import MapView

WORDS, PATTERN = "words", "pattern"
NEAREST = (20, 50, 200, 1000)  # texts that a search by meaning may find
SEARCH_HELP = (
    "Words: texts that contain all of them, in upper or lower case; bag finds bags; put “words in quotation "
    "marks” to find them side by side. Pattern: a regular expression such as refund(ed|s)?. Meaning: the "
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
    visible = view.passing(found)
    with st.container(key="maps_hits", width="content", gap=None):
        _draw_count(view, mode, len(found), visible)
    return visible


def _draw_count(view: MapView, mode: str, n_found: int, visible: np.ndarray) -> None:
    """Draw how many texts were found, with a button that selects them or searches by meaning."""
    if len(visible):
        hidden = n_found - len(visible)
        st.markdown(f"**{len(visible):,}** found" + (f" :small[({hidden:,} filtered out)]" if hidden else ""))
        icon = ":material/ink_selection:"
        draw_select("Select them", view.corpus.key, visible, "maps_select_hits", icon=icon)
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
    """Draw the texts found as a table, best first."""
    query = " ".join(widget_value("maps_search", "").split())
    st.markdown(f"**{len(hits):,} found** :small[best first]", help=f"Searched: {markdown(query)}")
    found, cosines = _search(view)
    draw_text_table(
        view,
        hits,
        key="maps_hits_table",
        origin=TextOrigin("the texts found", "Selection", hits[:0]),
        cosines=None if cosines is None else cosines[np.isin(found, hits)],
    )


def _modes(view: MapView) -> dict[str, str]:
    """Return the ways to search with their names; a side's key stands for meaning in its space."""
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

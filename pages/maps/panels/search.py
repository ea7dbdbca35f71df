"""Search on the maps page: by words, by a pattern, or by meaning in either space."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.corpus import (
    LONGEST_QUERY,
    Corpus,
    TextIndex,
    build_index,
    find_meaning,
    find_pattern,
    find_words,
    mark_pattern,
    mark_words,
)
from core.errors import RefractError
from pages.common import cache, markdown, set_widget, start_widget, widget_value
from pages.maps.panels.answers import answer
from pages.maps.panels.new_text import encoding_host, place_on
from pages.maps.selection import draw_select
from pages.maps.view import MapView

WORDS, PATTERN = "words", "pattern"
MODE = "maps_search_by"  # widget key
LONGEST_SEARCH = 10.0  # seconds
NEAREST = (20, 50, 200, 1000)  # texts that a search by meaning may find
SEARCH_HELP = (
    "Words: texts that contain all of them, in upper or lower case; bag finds bags; put “words in quotation "
    "marks” to find them side by side. Pattern: a regular expression such as refund(ed|s)?. Meaning: the "
    "texts nearest to what you type, whatever their words, in the space of either map."
)


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    Attributes
    ----------
    rows : int array, the texts found that pass the filters, best first
    n_found : how many were found, filtered out or not
    cosines : similarities of a search by meaning, for `rows`; None for the other ways
    problem : why nothing could be searched; "" when it could
    searching : whether the search goes on, and the page runs again when it ends
    """

    rows: np.ndarray
    n_found: int = 0
    cosines: np.ndarray | None = None
    problem: str = ""
    searching: bool = False


def draw_search(view: MapView, on_change: Callable[[], None] | None = None) -> Found | None:
    """Draw the search field; return what was found, or None without a query."""
    if widget_value(MODE) not in _modes(view):
        set_widget(MODE, WORDS)
    host = _host(view, widget_value(MODE))
    start_widget("maps_search", "")
    query = st.text_input(
        "Search", key="maps_search", type="search", help=SEARCH_HELP, on_change=on_change,
        placeholder=f"sent to {host}" if host else "words, a pattern or a meaning",
        persist_state="session", max_chars=LONGEST_QUERY,
    )  # fmt: skip
    if not query.strip():
        return None
    none = np.empty(0, dtype=np.int64)
    try:
        hits = _search(view)
    except RefractError as error:
        return Found(none, problem=str(error))
    if hits is None:
        return Found(none, searching=True)
    rows, cosines = hits
    passes = np.ones(len(rows), dtype=bool) if view.shown is None else view.shown[rows]
    return Found(rows[passes], len(rows), None if cosines is None else cosines[passes])


def draw_found(view: MapView, found: Found) -> None:
    """Draw how many texts were found, and how they are searched."""
    _draw_count(view, found)
    modes = _modes(view)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="maps_search_how"):
        mode = st.selectbox(
            "Search by", list(modes), format_func=modes.__getitem__, key=MODE, width=210,
            persist_state="session",
        )  # fmt: skip
        if mode in (WORDS, PATTERN):
            return
        st.selectbox("Texts", NEAREST, index=1, key="maps_search_nearest", width=90, persist_state="session")
        host = _host(view, mode)
        if host:
            st.markdown(
                f":small[:material/send: {markdown(host)}]",
                help="What you type is sent to this server to be encoded.",
                width="content",
            )


def mark_found(view: MapView) -> Callable[[Sequence[str]], list[list[str]]] | None:
    """Return what splits texts at the matches of the query; None where they match by meaning."""
    query, mode = widget_value("maps_search").strip(), widget_value(MODE)
    if mode == PATTERN:
        return lambda texts: mark_pattern(texts, query)
    return (lambda texts: [mark_words(text, query) for text in texts]) if mode == WORDS else None


def _draw_count(view: MapView, found: Found) -> None:
    """Draw how many texts were found, with a button that selects them or searches by meaning."""
    mode = widget_value(MODE)
    if found.problem:
        st.markdown(f":orange[:material/error:] :small[{markdown(found.problem)}]")
    elif found.searching:
        st.markdown(":gray[Searching…]")
    elif len(found.rows):
        hidden = found.n_found - len(found.rows)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            filtered = f" :small[({hidden:,} filtered out)]" if hidden else " :small[:gray[best first]]"
            st.markdown(f"**{len(found.rows):,} found**{filtered}", width="stretch")
            icon = ":material/ink_selection:"
            draw_select("Select them", view.corpus.key, found.rows, "maps_select_hits", icon=icon)
    elif found.n_found:
        st.markdown(f"The {found.n_found:,} found are filtered out")
    else:
        st.markdown("Nothing found")
        if mode == WORDS:
            host = encoding_host(view, view.right)
            st.button(
                "Search by meaning" + (f", sent to {markdown(host)}" if host else ""),
                key="maps_search_meaning", type="tertiary", icon=":material/lightbulb:",
                on_click=set_widget, args=[MODE, view.right.key],
            )  # fmt: skip


def _modes(view: MapView) -> dict[str, str]:
    """Return the ways to search with their names; a side's key stands for meaning in its space."""
    meanings = {}
    for side in view.sides:
        name = "Meaning" if len(view.sides) == 1 else f"Meaning ({side.title})"
        host = encoding_host(view, side)
        meanings[side.key] = f"{name}, sent to {host}" if host else name
    return {WORDS: "Words", PATTERN: "Pattern"} | meanings


def _host(view: MapView, mode: str) -> str | None:
    """Return the server that gets what is typed; None where a search stays on this computer."""
    return next((encoding_host(view, side) for side in view.sides if side.key == mode), None)


def _search(view: MapView) -> tuple[np.ndarray, np.ndarray | None] | None:
    """Return the rows found, best first, and their cosines in a search by meaning; None while it goes on."""
    query, mode = widget_value("maps_search").strip(), widget_value(MODE)
    if mode in (WORDS, PATTERN):
        rows = _find_text(view.corpus, mode, query)
        return None if rows is None else (rows, None)
    side = next(side for side in view.sides if side.key == mode)
    placed = place_on(view, side, query)
    if placed is None:
        return None
    n = widget_value("maps_search_nearest", NEAREST[1])
    return find_meaning(side.space.vectors, np.array(placed["vector"], dtype=np.float32), n)


def _find_text(corpus: Corpus, mode: str, query: str) -> np.ndarray | None:
    index, find = _index(corpus.key, corpus), find_words if mode == WORDS else find_pattern
    return answer((corpus.key, mode, query), lambda: find(index, query, seconds=LONGEST_SEARCH))


@cache.kept(max_entries=2, show_spinner=False)
def _index(corpus_key: str, _corpus: Corpus) -> TextIndex:
    return build_index(_corpus.texts)

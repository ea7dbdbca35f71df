"""The row of controls above the maps: which two, in which colours, search, filters, and the side panel."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.common import (
    cache,
    is_fitted,
    set_widget,
    widget_value,
)
from pages.maps.filter_form import draw_filter_form
from pages.maps.opened import SIDE_PANEL, TEXTS, opened_texts
from pages.maps.panels import Found, draw_search, show_found
from pages.maps.side_panel import draw_fold, unfold
from pages.maps.view import GENERIC, MapView, comparable, left_key, make_right, side_key, titles


def draw_tools(view: MapView, colours: Iterable[str]) -> tuple[str, Found | None]:
    """Draw the controls; return the chosen colours, and what a search found."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="maps_tools"):
        if len(view.sides) == 2:
            _choose_left(view)
        _choose_right(view)
        colour = st.selectbox(
            "Colour", list(colours), key=f"maps_colour_{len(view.sides) == 2}", persist_state="session"
        )
        found = draw_search(view, on_change=lambda: _show_search(view.corpus.key))
        draw_filter_form(view)
        draw_fold()
    return colour, found


def _show_search(corpus_key: str) -> None:
    """Show the texts found in the side panel, in place of an open text. For callbacks."""
    state = opened_texts(corpus_key)
    state.rows, state.used = [], True
    show_found()
    if str(widget_value("maps_search") or "").strip():
        set_widget(SIDE_PANEL, TEXTS)
        unfold()


def _choose_left(view: MapView) -> None:
    """Draw the choice of the left map, where there are several."""
    offered = comparable(view.corpus.key, view.analysis)
    if len(offered) < 2:
        return
    key = left_key(view.corpus.key)
    if widget_value(key) not in offered:
        set_widget(key, GENERIC)
    st.selectbox("Left map", list(offered), format_func=offered.__getitem__, key=key, persist_state="session")


def _choose_right(view: MapView) -> None:
    """Draw the choice of the right map, where there are several; it is the analysis in use."""
    named = titles(view.corpus.key)
    fitted = {side_key(each): each for each in cache.store().analyses(view.corpus.key) if is_fitted(each)}
    now = side_key(view.analysis)
    if len(fitted) < 2 or now not in fitted:
        return
    key = f"maps_right_{view.corpus.key}"
    set_widget(key, now)  # as the sidebar and other panels left it

    def open_chosen() -> None:
        chosen = widget_value(key)
        if chosen != now:  # a browser also sends what it shows, when a run is cut short by a click
            make_right(view, fitted[chosen])

    st.selectbox("Right map", list(fitted), format_func=named.__getitem__, key=key, on_change=open_chosen)

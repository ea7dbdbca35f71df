"""The panel beside the maps: its tabs, its width, and whether it is folded away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.maps.drawing import Colouring, NumericColouring
from pages.common import start_widget, state_of
from pages.maps.clusters import draw_clusters
from pages.maps.opened import SIDE_PANEL, TEXTS
from pages.maps.panels import (
    Found,
    draw_all_analyses,
    draw_columns,
    draw_flows,
    draw_label_review,
    draw_moves,
    draw_texts,
)
from pages.maps.view import MapView

MORE, NEW_TEXT = "More", "New text"
WITH_SELECTION = {
    "Clusters": draw_clusters,
    "Flows": draw_flows,
    "Moves": draw_moves,
    "Columns": draw_columns,
}
FURTHER = {"All analyses": draw_all_analyses, "Label review": draw_label_review}
TABS = (TEXTS, *WITH_SELECTION, MORE)
MORE_TABS = (*FURTHER, NEW_TEXT)


@dataclass
class PanelState:
    """Whether the panel is shown, whether that was chosen, and whether it is wide; for the session."""

    shown: bool = True
    chosen: bool = False
    wide: bool = False


def unfold() -> None:
    """Show the panel. For callbacks."""
    state = state_of(PanelState)
    state.shown = state.chosen = True


def _fold(shown: bool) -> None:
    state = state_of(PanelState)
    state.shown, state.chosen = shown, True


def draw_fold() -> None:
    """Draw the button that folds the panel away or shows it."""
    shown = state_of(PanelState).shown
    st.button(
        "Hide panel" if shown else "Show panel", key="maps_fold",
        icon=f":material/right_panel_{'close' if shown else 'open'}:",
        help="Without the panel the maps take its place." if shown else None,
        on_click=_fold, args=[not shown],
    )  # fmt: skip


def is_shown() -> bool:
    """Whether the panel is shown."""
    return state_of(PanelState).shown


def choose_tab() -> str:
    """Draw the tabs of the panel, and return the name of the chosen one."""
    state = state_of(PanelState)

    def widen() -> None:
        state.wide = not state.wide

    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="maps_tabs"):
        start_widget(SIDE_PANEL, TEXTS)
        tab = st.segmented_control(
            "Panel", TABS, required=True, key=SIDE_PANEL, label_visibility="collapsed",
            on_change=unfold, persist_state="session",
        )  # fmt: skip
        st.button(
            f":material/{'close_fullscreen' if state.wide else 'open_in_full'}:", key="maps_widen",
            type="tertiary", help="Narrower panel" if state.wide else "Wider panel", on_click=widen,
        )  # fmt: skip
    if tab != MORE:
        return tab
    start_widget("maps_more", MORE_TABS[0])
    return st.segmented_control(
        "More", MORE_TABS, required=True, key="maps_more", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip


def draw_tab(
    tab: str,
    view: MapView,
    selected: np.ndarray,
    found: Found | None,
    colours: Colouring | NumericColouring,
) -> None:
    """Draw what a tab shows; "New text" is drawn before the maps, which have its marks."""
    if tab == TEXTS:
        draw_texts(view, selected, found, colours)
    elif tab != NEW_TEXT:
        (WITH_SELECTION | FURTHER)[tab](view, selected)


def draw_size(*, has_content: bool) -> None:
    """Mark the panel for the styles: wide; or empty, for a narrow window that has little room."""
    state = state_of(PanelState)
    marks = {"wide": state.wide, "nothing": not has_content and not state.chosen}
    names = " ".join(name for name, holds in marks.items() if holds)
    # Not by a style of its own: Streamlit keeps elements that are nothing but styles.
    st.html(f'<span class="panel-is {names}"></span>')

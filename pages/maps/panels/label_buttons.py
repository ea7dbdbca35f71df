"""Buttons that label the open text: the colours, the order and the keys of the deck."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.maps.drawing import colour_of
from pages.common import (
    cache,
    change_labels,
    markdown,
    on_ground,
    own_step,
    own_undone,
    person,
    set_widget,
    widget_value,
)
from pages.maps.panels.label_actions import draw_undo, give_name, known_name
from pages.maps.view import MapView

KEYS = 9  # labels that a single key gives, as in the deck
TYPED = "maps_text_typed_label"


def draw_label_buttons(view: MapView, row: int) -> None:
    """Draw a button for each label of the analysis, a field for any label or a new one, and Undo."""
    names = view.labels
    given = names[view.given[row]] if view.given[row] >= 0 else None

    def give(name: str | None) -> None:
        if name is None:
            change_labels(
                lambda: cache.store().labels.give(view.analysis.id, {row: None}, person(), source="map")
            )
        else:
            change_labels(lambda: give_name(view, name, np.array([row])))

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps_text_labels"):
        for position, name in enumerate(names[:KEYS]):
            st.button(
                f":material/check: **{markdown(name)}**" if name == given else markdown(name),
                key=f"maps_text_label_{position}", shortcut=str(position + 1), on_click=give, args=[name],
            )  # fmt: skip
        _draw_any_label(names, give)
        if given is not None:
            st.button(
                "Remove label", key="maps_text_unlabel", type="tertiary", shortcut="X",
                on_click=give, args=[None],
            )  # fmt: skip
        if view.analysis is not None and _touches(view.analysis.id, row):
            draw_undo(view.analysis.id, "maps_text_undo")
    side = "border-left: 5px solid"
    colours = enumerate(list(colour_of(names).values())[:KEYS])
    rules = (f".st-key-maps_text_label_{at} button {{{side} {on_ground(colour)}}}" for at, colour in colours)
    st.html(f"<style>{' '.join(rules)}</style>")


def _touches(analysis_id: int, row: int) -> bool:
    """Whether the latest step of this person, or what they undid last, is about this text alone."""
    return any(own and own.step.rows == [row] for own in (own_step(analysis_id), own_undone(analysis_id)))


def _draw_any_label(names: list[str], give: Callable[[str], None]) -> None:
    """Draw a field that gives any label by the beginning of its name, or a new one."""

    def give_typed() -> None:
        typed = widget_value(TYPED)
        set_widget(TYPED, None)
        if typed and typed.strip():
            give(known_name(typed, names))

    st.selectbox(
        "Any label", names, index=None, key=TYPED, accept_new_options=True, label_visibility="collapsed",
        placeholder="other or new label" if names else "type a label", width=180, on_change=give_typed,
    )  # fmt: skip

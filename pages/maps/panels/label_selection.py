"""Label a selection: untick the wrong ones in the list of its texts, and label the rest in one step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from core.maps.drawing import colour_of
from core.utils import content_key
from pages.charts import n_texts
from pages.common import (
    change_labels,
    markdown,
    on_ground,
    state_of,
)
from pages.maps.panels.label_actions import draw_undo, give_name, known_name
from pages.maps.text_list import Ticks
from pages.maps.view import MapView

ROWS_LISTED = 1000  # labelled at once without a tick of its own


@dataclass
class Unticked:
    """Rows that were unticked, and the key of the selection that they belong to."""

    selection: str = ""
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def draw_label_selection(view: MapView, selected: np.ndarray) -> Ticks:
    """Draw what labels the selected texts in one step; return the ticks that their list shows."""
    selection = _selection_key(view, selected)
    unticked = np.intersect1d(_unticked_before(view, selected), selected)
    ticked = np.setdiff1d(_labelled_at_once(view, selected), unticked)
    with st.container(gap="small", key="maps_label"):
        _draw_choice(view, ticked, (selection, unticked))
        if view.analysis is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                draw_undo(view.analysis.id, "maps_label_undo")

    def keep(rows: np.ndarray) -> None:
        known = state_of(Unticked)
        known.selection, known.rows = selection, rows

    return Ticks(unticked, keep)


def _labelled_at_once(view: MapView, selected: np.ndarray) -> np.ndarray:
    """Draw leave to label very many texts; return the texts that may be labelled."""
    rest = len(selected) - ROWS_LISTED
    if rest > 0 and not st.checkbox(
        f"Also the {rest:,} after the first {ROWS_LISTED:,}",
        key=f"maps_label_rest_{_selection_key(view, selected)}",
        help=f"Without this tick, only the first {ROWS_LISTED:,} of the selected texts are labelled.",
    ):
        return selected[:ROWS_LISTED]
    return selected


def _unticked_before(view: MapView, selected: np.ndarray) -> np.ndarray:
    """Return the unticked rows of this selection: they stay unticked after the others were labelled."""
    known = state_of(Unticked)
    return known.rows if known.selection == _selection_key(view, selected) else np.empty(0, dtype=np.int64)


def _selection_key(view: MapView, selected: np.ndarray) -> str:
    """Return a key that identifies a selection."""
    return content_key(view.corpus.key, selected)


def _draw_choice(view: MapView, ticked: np.ndarray, unticked: tuple[str, np.ndarray]) -> None:
    """Draw the choice of the label, the option to change other labels, and the button that labels.

    `unticked` is the key of the selection, and the rows that are to stay unticked.
    """
    instruction = ""
    if view.analysis is None:
        instruction = st.text_input(
            "Instruction",
            key="maps_label_instruction",
            placeholder="by what the customer feels",
            max_chars=200,
            help="What two texts must share to be close to each other. The labels show what it means.",
        )
    typed = st.selectbox(
        "Label",
        view.labels,
        index=None,
        key=f"maps_label_name_{view.analysis.id if view.analysis else 'new'}",
        placeholder="Choose or type a label",
        accept_new_options=True,
        label_visibility="collapsed",
    )
    name = known_name(typed or "", view.labels)
    code = view.labels.index(name) if name in view.labels else -2
    given = view.given[ticked]
    has_it, has_another = given == code, (given >= 0) & (given != code)
    rows = ticked[~has_it & ~has_another] if name else ticked
    if (
        name
        and has_another.any()
        and st.checkbox(
            f"Also {int(has_another.sum()):,} with another label",
            key=f"maps_label_change_{content_key(unticked[0], name)}",
            help="Some ticked texts have another label. Without this tick they keep it. With it they get the "
            "new one; the history keeps the old one.",
        )
    ):
        rows = ticked[~has_it]
    texts = n_texts(len(rows))
    st.button(
        f"Label {texts} as **{markdown(name)}**{'' if name in view.labels else ' (new)'}"
        if name
        else f"Label {texts}…",
        key="maps_label_give",
        type="primary",
        width="stretch",
        disabled=not name or len(rows) == 0,
        on_click=change_labels,
        args=[lambda: _label_texts(view, name, rows, instruction, unticked)],
    )
    if name and len(rows) == 0:
        st.caption(_why_nothing(len(ticked), bool(has_another.any())))
    if name in view.labels and len(rows):
        colour = on_ground(colour_of(view.labels)[name])
        st.html(f"<style>.st-key-maps_label_give button {{border-left: 6px solid {colour}}}</style>")


def _why_nothing(n_ticked: int, some_have_another: bool) -> str:
    """Return why the button has nothing to label."""
    if n_ticked == 0:
        return "No text is ticked."
    return f"All ticked texts have {'a' if some_have_another else 'this'} label already."


def _label_texts(
    view: MapView, name: str, rows: np.ndarray, instruction: str, unticked: tuple[str, np.ndarray]
) -> None:
    """Label texts as one step, and keep the others unticked."""
    give_name(view, name, rows, instruction)
    known = state_of(Unticked)
    known.selection, known.rows = unticked

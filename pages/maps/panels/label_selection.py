"""Panel "Label": untick the wrong ones of the selected texts, and label the rest in one step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from core.labels import name_key
from core.utils import content_key, cut, normal_text
from pages.charts import colour_of
from pages.common import (
    LABELS,
    cache,
    change_labels,
    draw_fit_button,
    draw_notice,
    ensure_analysis,
    markdown,
    person,
    state_of,
)
from pages.maps.panels.label_actions import draw_undo
from pages.maps.view import MapView

ROWS_LISTED = 1000  # at most
TABLE_HEIGHT = 236  # pixels: the button below stays in sight
ROW_HEIGHT = 78  # pixels: four lines; up to 4 rem Streamlit does not wrap
CELL_LENGTH = 96  # characters that four lines hold; longer texts would lose their beginning


@dataclass
class Unticked:
    """Rows that were unticked, and the key of the selection that they belong to."""

    selection: str = ""
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@st.fragment
def draw_label_selection(view: MapView, selected: np.ndarray) -> None:
    """Draw the selected texts with a tick each, and a button that labels the ticked ones.

    A fragment of its own, so that a tick redraws no map.
    """
    draw_notice(LABELS)
    with st.container(gap="small"):
        if len(selected) == 0:
            st.markdown("**Nothing selected**")
            st.caption(
                "Hold Shift and drag around texts on a map. They are listed here: untick the wrong ones, and "
                "label the others in one step."
            )
        else:
            ticked, unticked = _draw_texts(view, selected)
            _draw_choice(view, ticked, (_selection_key(view, selected), unticked))
        if view.analysis is not None:
            with st.container(horizontal=True, vertical_alignment="center"):
                draw_undo(view.analysis.id, "maps_label_undo")
                draw_fit_button(view.analysis, "maps_label_fit")


def _draw_texts(view: MapView, selected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Draw a table of the selected texts; return the ticked rows, and the unticked ones."""
    listed = selected[:ROWS_LISTED]
    given = view.given[listed]
    table = pd.DataFrame(
        {
            "ticked": ~np.isin(listed, _unticked_before(view, selected)),
            "text": [cell(view, row) for row in listed],
            "whole": view.corpus.texts[listed],
        }
    )
    st.markdown(f"**{len(selected):,} selected** :small[of {len(view.corpus.texts):,}]")
    # Ticks belong to texts and labels, so other texts or labels get a table of their own.
    edited = st.data_editor(
        table,
        key=f"maps_label_table_{content_key(view.corpus.key, listed, given)}",
        hide_index=True,
        height=TABLE_HEIGHT,
        row_height=ROW_HEIGHT,
        disabled=["text", "whole"],
        column_config={
            "ticked": st.column_config.CheckboxColumn(
                "", width=30, help="Ticked texts get the label; untick those that do not belong"
            ),
            "text": st.column_config.TextColumn("Text", width=212, help="In brackets: its label"),
            "whole": st.column_config.TextColumn("Whole text", width=600),
        },
    )
    ticked = edited["ticked"].to_numpy(dtype=bool)
    rows = listed[ticked]
    rest = selected[ROWS_LISTED:]
    if len(rest) and st.checkbox(
        f"Also the {len(rest):,} that are not listed",
        key=f"maps_label_rest_{_selection_key(view, selected)}",
        help=f"The first {ROWS_LISTED:,} of the selected texts are listed. Without this tick, only these "
        "are labelled.",
    ):
        rows = np.append(rows, rest)
    return rows, listed[~ticked]


def cell(view: MapView, row: int) -> str:
    """Return the beginning of a text as it fits into a cell, after its label in brackets."""
    code = view.given[row]
    text = f"[{view.labels[code]}] {view.corpus.texts[row]}" if code >= 0 else view.corpus.texts[row]
    return cut(text, CELL_LENGTH)


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
    texts = "1 text" if len(rows) == 1 else f"{len(rows):,} texts"
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
        colour = colour_of(view.labels)[name]
        st.html(f"<style>.st-key-maps_label_give button {{border-left: 6px solid {colour}}}</style>")


def known_name(typed: str, labels: list[str]) -> str:
    """Return the label that was typed: an existing one when only letter case or Unicode form differ."""
    return {name_key(label): label for label in labels}.get(name_key(typed), normal_text(typed))


def _why_nothing(n_ticked: int, some_have_another: bool) -> str:
    """Return why the button has nothing to label."""
    if n_ticked == 0:
        return "No text is ticked."
    return f"All ticked texts have {'a' if some_have_another else 'this'} label already."


def _label_texts(
    view: MapView, name: str, rows: np.ndarray, instruction: str, unticked: tuple[str, np.ndarray]
) -> None:
    """Label texts as one step; create the label and the analysis where they are new."""
    store = cache.store()
    analysis_id = view.analysis.id if view.analysis else ensure_analysis()
    if instruction.strip():
        store.set_instruction(analysis_id, instruction)
    # A label that was offered and is gone was renamed, merged or deleted elsewhere: do not add it again.
    is_new = name not in view.labels and name not in store.label_names.current(analysis_id)
    store.labels.give(
        analysis_id, dict.fromkeys(rows.tolist(), name), person(), source="map", add_names=is_new
    )
    known = state_of(Unticked)
    known.selection, known.rows = unticked

"""Instruction and label names of an analysis."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.storage import Analysis
from pages.common import (
    attempt,
    cache,
    draw_label_manager,
    draw_notice,
    ensure_analysis,
    has_widget,
    jobs,
    open_analysis,
    reset_state,
    set_widget,
    state_of,
    widget_value,
)

MANAGER_WIDTH = 400  # pixels
FIELDS = "fields"  # where messages about the instruction and a new label are shown
COPY_HELP = (
    "Copy this analysis with its labels, to try another method or other labels: the maps page shows any two "
    "side by side."
)
NAMES_HELP = (
    "A Fit also learns from the names: each counts as a text of its label. Name every kind of text that "
    "occurs, if only as “other”: texts of a kind without a name move towards the named ones."
)


@dataclass
class InstructionField:
    """Analysis and instruction that the field was filled by."""

    filled_by: tuple[int | None, str] | None = None


def draw_instruction(analysis: Analysis | None) -> None:
    """Draw the instruction; changing it renames the analysis, and starts one when there is none."""
    key = "guide_instruction"
    kept = (analysis.id, analysis.instruction) if analysis else (None, "")

    def save() -> None:
        typed = widget_value(key)
        if kept[1] and not typed.strip():  # also what a browser may send while the page is being drawn
            reset_state(InstructionField)
            return
        attempt(
            lambda: cache.store().set_instruction(analysis.id if analysis else ensure_analysis(), typed),
            FIELDS,
        )

    def remove() -> None:
        jobs.cancel_of(analysis_id=analysis.id)
        cache.store().delete_analysis(analysis.id)
        remaining = cache.store().analyses(analysis.corpus_key)
        open_analysis(remaining[-1].id if remaining else None)

    # Only when the analysis or its instruction changed: a rerun must not overwrite what is being typed.
    field = state_of(InstructionField)
    if not has_widget(key) or field.filled_by != kept:
        field.filled_by = kept
        set_widget(key, kept[1])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Instruction",
            key=key,
            placeholder="by what the customer feels",
            help="What two texts must share to stand close together. The labels show what it means.",
            on_change=save,
            max_chars=200,
        )
        if analysis is not None:
            st.button(
                "",
                key="guide_copy",
                icon=":material/content_copy:",
                help=COPY_HELP,
                on_click=lambda: open_analysis(cache.store().copy_analysis(analysis.id)),
            )
            remove_key = f"guide_remove_{analysis.id}"  # the popover of another analysis starts closed
            with st.popover("", icon=":material/delete:", help="Remove this analysis", key=remove_key):
                st.markdown("Remove this instruction with its labels and its map? This cannot be undone.")
                st.button("Remove", key="guide_remove_analysis", type="primary", on_click=remove)


def draw_labels(analysis: Analysis | None) -> None:
    """Draw a field that adds a label name, and a popover that changes the names."""
    store = cache.store()
    names = store.label_names.current(analysis.id) if analysis else []

    def add() -> None:
        typed = widget_value("guide_new_label")
        if attempt(lambda: store.label_names.add(ensure_analysis(), typed), FIELDS):
            set_widget("guide_new_label", "")

    with st.container(key="guide_labels", horizontal=True, vertical_alignment="bottom"):
        # No form: both Enter and the button add a name.
        st.text_input(
            "Labels",
            key="guide_new_label",
            placeholder="name a label, Enter",
            width=260,
            help=NAMES_HELP,
            on_change=add,
        )
        st.button("Add label", key="guide_add_label", icon=":material/add:")
        if names or (analysis is not None and store.labels.read(analysis.id).retired):
            popover = st.popover("Edit labels", icon=":material/edit:", key="guide_edit_labels")
            with popover, st.container(width=MANAGER_WIDTH):
                draw_label_manager(analysis, "guide_names")
    draw_notice(FIELDS)

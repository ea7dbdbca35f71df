"""Label names on the guide page: add, rename, remove."""

from __future__ import annotations

import streamlit as st

from core.errors import RefractError
from core.store import Analysis
from pages.common import cache
from pages.common.markdown import markdown
from pages.common.state import ensure_analysis

NAMES_HELP = (
    "The names are read too: a Fit takes each as if it were a text of its label. Name every kind that "
    "occurs, if only as “other”: texts of a kind without a name are drawn towards the others."
)


def draw_labels(analysis: Analysis | None) -> None:
    """A field to add a label name, and a place to change the names."""
    store = cache.store()
    names = store.label_names(analysis.id) if analysis else []

    def add() -> None:
        try:
            store.add_label(ensure_analysis(), st.session_state["guide_new_label"])
            st.session_state["guide_new_label"] = ""
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    with st.container(key="guide_labels", horizontal=True, vertical_alignment="bottom"):
        # No form: a name is added by Enter as well as by the button, one after another.
        st.text_input(
            "Labels",
            key="guide_new_label",
            placeholder="name a label, Enter",
            width=260,
            help=NAMES_HELP,
            on_change=add,
        )
        st.button("Add label", key="guide_add_label", icon=":material/add:")
        if names:
            with st.popover("Edit labels", icon=":material/edit:", key="guide_edit_labels"):
                for name in names:
                    draw_label_editor(analysis.id, name)
    if "guide_label_error" in st.session_state:
        st.warning(markdown(st.session_state.pop("guide_label_error")), icon=":material/warning:")


def draw_label_editor(analysis_id: int, name: str) -> None:
    """Rename or remove one label."""
    store = cache.store()
    key = f"rename_{analysis_id}_{name}"

    def rename() -> None:
        try:
            store.rename_label(analysis_id, name, st.session_state[key])
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    def remove() -> None:
        try:
            store.remove_label(analysis_id, name)
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input("Name", value=name, key=key, label_visibility="collapsed", on_change=rename)
        st.button(
            "",
            icon=":material/delete:",
            key=f"remove_{analysis_id}_{name}",
            help=f"Remove “{markdown(name)}” (only while no text ever had it)",
            type="tertiary",
            on_click=remove,
        )

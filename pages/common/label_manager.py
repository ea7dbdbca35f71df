"""Label names: add, rename, merge, delete and restore them."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.labels import LONGEST_LABEL
from core.storage import Analysis, RetiredLabel
from core.utils import content_key
from pages.charts import colour_of
from pages.common import cache
from pages.common.label_actions import LABELS, change_labels
from pages.common.notices import attempt, draw_notice
from pages.common.state import ensure_analysis, set_widget, widget_value
from pages.common.text import markdown

MOST_ROWS = 10  # of the table, seen at once; more scroll in a height of
TABLE_HEIGHT = 360  # pixels
MANAGER_WIDTH = 400  # pixels
NAMES_HELP = (
    "A Fit also learns from the names: each counts as a text of its label. Name every kind of text that "
    "occurs, if only as “other”: texts of a kind without a name move towards the named ones."
)
MERGE_HELP = "Their texts get this label. The record of who gave which label is kept."
DELETE_HELP = "Its texts then have no label. The record is kept, and the label can be restored."

NEW_LABEL = "new label"  # where messages about the instruction and a new label are shown


def draw_labels(analysis: Analysis | None) -> None:
    """Draw a field that adds a label name, and a popover that changes the names."""
    store = cache.store()
    names = store.label_names.current(analysis.id) if analysis else []

    def add() -> None:
        typed = widget_value("guide_new_label")
        if attempt(lambda: store.label_names.add(ensure_analysis(), typed), NEW_LABEL):
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
        if names or (analysis is not None and store.label_names.retired(analysis.id)):
            popover = st.popover("Edit labels", icon=":material/edit:", key="guide_edit_labels")
            with popover, st.container(width=MANAGER_WIDTH):
                draw_label_manager(analysis, "guide_names")
    draw_notice(NEW_LABEL)


def draw_label_manager(analysis: Analysis, key: str) -> None:
    """Draw a table of the label names; ticked ones can be renamed, merged or deleted.

    Parameters
    ----------
    key : str, start of the keys of all widgets
    """
    draw_notice(LABELS)
    store = cache.store()
    names = store.label_names.current(analysis.id)
    counts = store.labels.read(analysis.id).table["label"].value_counts()
    ticked = draw_name_table(analysis, names, counts, key) if names else []
    if len(ticked) == 1:
        draw_rename(analysis, ticked[0], key)
    if ticked:
        draw_merge(analysis, names, counts, ticked, key)
    elif names:
        st.caption("Tick labels to rename, merge or delete them.")
    for label in store.label_names.retired(analysis.id):
        draw_retired(analysis, label, key)


def draw_name_table(analysis: Analysis, names: list[str], counts: pd.Series, key: str) -> list[str]:
    """Draw the names with colours and counts; return the ticked ones."""
    table = pd.DataFrame(
        {"colour": "■", "name": names, "texts": [int(counts.get(name, 0)) for name in names]}
    )
    colours = [f"color: {colour}" for colour in colour_of(names).values()]
    state = st.dataframe(
        table.style.apply(lambda column: colours, subset=["colour"]),
        key=f"{key}_table_{content_key(analysis.id, names)}",  # ticks belong to the names
        hide_index=True,
        height="content" if len(names) <= MOST_ROWS else TABLE_HEIGHT,
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "colour": st.column_config.TextColumn("", width=30),
            "name": st.column_config.TextColumn("Label", width=170),
            "texts": st.column_config.NumberColumn("Texts", width=60, help="Texts with this label"),
        },
    )
    return [names[position] for position in sorted(state["selection"]["rows"])]


def draw_rename(analysis: Analysis, name: str, key: str) -> None:
    """Draw a field that renames the ticked label."""
    field = f"{key}_rename_{name}"
    st.text_input(
        "Rename",
        value=name,
        key=field,
        width=190,
        max_chars=LONGEST_LABEL,
        help="Its texts keep the label, with the record of who gave it and when.",
        on_change=change_labels,
        args=[lambda: cache.store().label_names.rename(analysis.id, name, widget_value(field))],
    )


def draw_merge(analysis: Analysis, names: list[str], counts: pd.Series, ticked: list[str], key: str) -> None:
    """Draw what merges the ticked labels into one, or deletes them."""
    store = cache.store()
    others = [name for name in names if name not in ticked]
    by_size = sorted(ticked, key=lambda name: -counts.get(name, 0))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.selectbox(
            "Merge into",
            [*by_size, *others] if len(ticked) > 1 else others,
            index=0 if len(ticked) > 1 else None,
            key=f"{key}_into_{content_key(ticked)}",
            placeholder="another label",
            help=MERGE_HELP,
            width=190,
        )
        st.button(
            "Merge",
            key=f"{key}_merge",
            disabled=into is None,
            on_click=change_labels,
            args=[lambda: store.label_names.merge(analysis.id, ticked, into)],
        )
        st.button(
            "Delete" if len(ticked) == 1 else f"Delete {len(ticked)}",
            key=f"{key}_delete",
            type="tertiary",
            icon=":material/delete:",
            help=DELETE_HELP,
            on_click=change_labels,
            args=[lambda: [store.label_names.delete(analysis.id, name) for name in ticked]],
        )


def draw_retired(analysis: Analysis, label: RetiredLabel, key: str) -> None:
    """Draw a merged or deleted label, with a button that restores it."""
    went = f"merged into **{markdown(label.merged_into)}**" if label.merged_into else "deleted"
    texts = "1 text" if label.n_texts == 1 else f"{label.n_texts:,} texts"
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_retired_{label.name}"):
        st.markdown(f":small[**{markdown(label.name)}** {went} · {texts}]", width="stretch")
        st.button(
            "Restore",
            key=f"{key}_restore_{label.name}",
            type="tertiary",
            on_click=change_labels,
            args=[lambda: cache.store().label_names.restore(analysis.id, label.name)],
        )

"""Label names: add, rename, merge, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.labels import LONGEST_LABEL, RetiredLabel
from core.storage import Analysis
from core.utils import content_key
from pages.charts import colour_of
from pages.common import cache
from pages.common.notices import attempt, draw_notice
from pages.common.state import widget_value
from pages.common.text import markdown

MOST_ROWS = 10  # of the table, seen at once; more scroll in a height of
TABLE_HEIGHT = 360  # pixels
LABELS = "labels"  # where messages about labels are shown
MERGE_HELP = "Their texts get this label. The record of who gave which label is kept."
DELETE_HELP = "Its texts then have no label. The record is kept, and the label can be restored."


def change_labels(step: Callable[[], object]) -> None:
    """Run a step that changes labels; `draw_notice(LABELS)` shows its error. For callbacks."""
    attempt(step, LABELS, redraw=True)


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
    for label in store.labels.read(analysis.id).retired:
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

"""Table of the labels given so far, on the guide page."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.storage import Analysis
from core.utils import content_key
from pages.common import attempt, cache, person, widget_value
from pages.guide.deck import DECK

ORIGIN_COLUMNS = ("given_by", "source", "reviewed", "given_at")
"""Columns that say where a label comes from; nobody can change them in the table."""


def draw_labelled(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the table of the labels given so far, in which a label can be changed or removed; when asked.

    Streamlit keeps each table that it ever drew until the session ends, and each label makes another one.
    """
    guide = cache.store().labels.read(analysis.id).table
    given = guide[guide["label"].notna()].reset_index(drop=True)
    if given.empty:
        return
    with st.container(key="guide_labelled"):
        if not st.toggle("Show the table", key="guide_labelled_shown", persist_state="session"):
            return
        shown = given.assign(
            text=[corpus.texts[row] for row in given["row"]],
            source=[
                f"{kind} {name}".strip()
                for kind, name in zip(given["source"], given["source_name"], strict=True)
            ],
            reviewed=given["reviewed"].astype(bool),
        )
        # Edits belong to the rows of the table, so other rows get a table of their own.
        key = f"guide_labelled_{content_key(given['row'].tolist(), given['given_at'].tolist())}"

        def apply() -> None:
            changes = {
                int(given["row"][position]): edit["label"]
                for position, edit in widget_value(key)["edited_rows"].items()
                if "label" in edit
            }
            if changes:
                attempt(lambda: cache.store().labels.give(analysis.id, changes, person()), DECK)

        st.data_editor(
            shown[["text", "label", *ORIGIN_COLUMNS]],
            key=key,
            hide_index=True,
            height=320,
            disabled=["text", *ORIGIN_COLUMNS],
            on_change=apply,
            column_config={
                "text": st.column_config.TextColumn("Text", width="large"),
                "label": st.column_config.SelectboxColumn(
                    "Label",
                    options=cache.store().label_names.current(analysis.id),
                    help="Change it, or empty it to remove it",
                ),
                "given_by": "Given by",
                "source": "Source",
                "reviewed": st.column_config.CheckboxColumn("Reviewed"),
                "given_at": st.column_config.DatetimeColumn("When (UTC)", format="YYYY-MM-DD HH:mm"),
            },
        )

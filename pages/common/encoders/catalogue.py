"""Table of the suggested encoders; a click on a row chooses one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.encoders import available_encoders, describe_encoder, instructed_encoders
from pages.common.encoders.facts_text import languages_text
from pages.common.state import set_widget, state_of, widget_value


@dataclass
class CatalogueState:
    """Whether a row of the table was just chosen."""

    chosen: bool = False


@st.dialog("All encoders", width="large", icon=":material/table_view:")
def show_encoders(key: str, field: str) -> None:
    """Draw the table of suggested encoders in a dialog.

    `key` begins the keys of its widgets; `field` is the key of the field that gets the chosen name.
    """
    table = encoder_table()

    def choose() -> None:
        selected = widget_value(f"{key}_table")["selection"]
        rows = [*selected["rows"], *(row for row, _ in selected["cells"])]
        if rows:
            set_widget(field, table["Encoder"][rows[0]])
            state_of(CatalogueState, key).chosen = True

    st.caption(
        "Any other sentence-transformers, INSTRUCTOR or InBedder model works by its name or folder, unless "
        "it needs code of its own, which Refract never runs. Click a row to choose."
    )
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        key=f"{key}_table",
        on_select=choose,
        selection_mode=["single-row", "single-cell"],
        column_config={
            "Encoder": st.column_config.TextColumn(width=255),
            "Here": st.column_config.CheckboxColumn(help="Its files are on this machine: no network needed"),
            "GB": st.column_config.NumberColumn(format="%.1f", help="To download once, and about its memory"),
            "Tokens": st.column_config.NumberColumn(
                format="localized", help="The most of a text that is encoded; the end of a longer text is cut"
            ),
            "Instructions": st.column_config.TextColumn(
                help="Which instructions change its vectors: any, those of its own list, or none"
            ),
            "Licence": st.column_config.TextColumn(width=190),
            "About": st.column_config.TextColumn(width="large"),
        },
    )
    state = state_of(CatalogueState, key)
    if state.chosen:
        state.chosen = False
        st.rerun()  # closes the table


def encoder_table() -> pd.DataFrame:
    """Return a row for each suggested encoder, generic ones first."""
    found = [describe_encoder(choice.name) for choice in (*available_encoders(), *instructed_encoders())]
    return pd.DataFrame(
        {
            "Encoder": [facts.name for facts in found],
            "Instructions": [facts.follows_instructions for facts in found],
            "Here": [facts.on_this_machine for facts in found],
            "GB": [facts.gigabytes for facts in found],
            "Languages": [languages_text(facts.languages) for facts in found],
            "Tokens": [facts.max_tokens for facts in found],
            "Licence": [facts.licence for facts in found],
            "About": [facts.description for facts in found],
        }
    )

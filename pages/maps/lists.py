"""Long lists on the maps page: buttons that show more."""

from __future__ import annotations

import streamlit as st

from pages.common import n_shown, show_more


def draw_more(n_entries: int, list_key: str, n_first: int, key: str, *, step: int | None = None) -> None:
    """Draw a button that shows the next entries of a list, or without a step all of them."""
    shown = n_shown(list_key, n_first)
    more = min(n_entries - shown, step or n_entries)
    if more > 0:
        st.button(
            f"Show {more:,} more of {n_entries:,}", key=key, type="tertiary",
            on_click=show_more, args=[list_key, shown + more],
        )  # fmt: skip

"""Long lists on the maps page: cards in rows, and buttons that show more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.common import n_shown, show_more

Entry = TypeVar("Entry")


def in_rows(entries: Sequence[Entry], n_columns: int) -> Iterator[tuple[DeltaGenerator, Entry]]:
    """Yield each entry with the place to draw it, row by row."""
    for start in range(0, len(entries), n_columns):
        yield from zip(st.columns(n_columns), entries[start : start + n_columns], strict=False)


def draw_more(n_entries: int, list_key: str, n_first: int, key: str, *, step: int | None = None) -> None:
    """Draw a button that shows the next entries of a list, or without a step all of them."""
    shown = n_shown(list_key, n_first)
    more = min(n_entries - shown, step or n_entries)
    if more > 0:
        st.button(
            f"Show {more:,} more of {n_entries:,}", key=key, type="tertiary",
            on_click=show_more, args=[list_key, shown + more],
        )  # fmt: skip

"""Columns that hold labels already: offered beside the text column."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.labels import LabelColumn, columns_with_labels
from core.utils import cut
from pages.common import markdown, start_widget
from pages.corpus.widget_subject import start_with

KEY = "corpus_label_column"
MOST_PILLS = 3  # columns; more are a list
VALUES_SHOWN, LONGEST_SHOWN = 6, 24  # values of a column, and characters of each
HELP = (
    "The values of the column become labels of the texts. Beside the first map, which shows what the texts "
    "are about, you then get a second one at once: it is reshaped so that texts of one label stand together."
)


def choose_label_column(
    source_id: str, text_column: str, frame: pd.DataFrame, known: Sequence[LabelColumn] | None = None
) -> str | None:
    """Draw the columns that can serve as labels, and return the chosen one; None for none.

    `known` are these columns, where somebody looked for them already.
    """
    start_with((source_id, text_column), KEY)
    start_widget(KEY, None)
    found = _offered(source_id, text_column, frame) if known is None else known
    offered = {column.name: column for column in found}
    if not offered:
        return None
    label = "Your file has labels: pick a column to get a second map"
    if len(offered) == 1:
        label = "Your file has labels: use them to get a second map"
    titles = {name: _title(column, alone=len(offered) == 1) for name, column in offered.items()}
    if len(offered) <= MOST_PILLS:
        chosen = st.pills(
            label,
            list(offered),
            format_func=lambda name: markdown(titles[name]),  # pills are markdown, a list is plain text
            key=KEY,
            help=HELP,
            persist_state="session",
        )
    else:
        chosen = st.selectbox(
            label,
            list(offered),
            index=None,
            format_func=titles.__getitem__,
            key=KEY,
            placeholder="choose a column",
            help=HELP,
            persist_state="session",
        )
    if chosen is not None:
        st.caption(_values(offered[chosen]))
    return chosen


def _title(column: LabelColumn, *, alone: bool) -> str:
    counted = f"{len(column.values)} values"
    return f"Use {column.name} ({counted})" if alone else f"{column.name} ({counted})"


def _values(column: LabelColumn) -> str:
    """Return what the second map will tell apart, as markdown."""
    some = list(zip(column.values, column.counts, strict=True))[:VALUES_SHOWN]
    values = ", ".join(f"{markdown(cut(name, LONGEST_SHOWN))} {n:,}" for name, n in some)
    more = len(column.values) - len(some)
    return (
        f":material/label: Two maps open: by what the texts are about, and **by {markdown(column.name)}** "
        f"({values}{f' and {more} more' if more else ''})."
    )


@st.cache_resource(max_entries=3, scope="session", show_spinner=False)
def _offered(source_id: str, text_column: str, _frame: pd.DataFrame) -> list[LabelColumn]:
    return columns_with_labels(_frame.drop(columns=text_column))

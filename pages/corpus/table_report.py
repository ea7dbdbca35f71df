"""What a table holds, before it is encoded: its first rows, the lengths of its texts, and a report."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pandas.api.types import is_datetime64_any_dtype

from core.corpus import MOST_LOOKED_AT, Corpus, CorpusReport
from core.corpus.tables import Table
from pages.charts import text_length_histogram
from pages.common import layout, markdown, shorten

PREVIEW_ROWS = 50
PREVIEW_HEIGHT, LENGTHS_HEIGHT = 430, 150  # pixels
LANGUAGES_HELP = (
    f"Languages and scripts of up to {MOST_LOOKED_AT:,} different texts, found on this machine. Very short "
    "texts tell no language."
)


def draw_preview(table: Table, text_column: str) -> None:
    """Draw the first rows, the text column first and marked."""
    preview = table.frame.head(PREVIEW_ROWS)
    preview = preview[[text_column, *(column for column in preview.columns if column != text_column)]]
    st.markdown(f"**{markdown(table.name)}** :small[first {len(preview)} of {len(table.frame):,} rows]")
    st.dataframe(
        preview,
        hide_index=True,
        height=PREVIEW_HEIGHT,
        column_config={
            **{name: st.column_config.DateColumn(name) for name in preview if is_days(preview[name])},
            text_column: st.column_config.TextColumn(f"✎ {text_column}", width="large", help="The text"),
        },
    )


def is_days(column: pd.Series) -> bool:
    """Whether a column holds dates without a time of day."""
    return is_datetime64_any_dtype(column.dtype) and bool(
        (column.dropna() == column.dropna().dt.normalize()).all()
    )


def draw_lengths(corpus: Corpus) -> None:
    """Draw the histogram of the lengths of the texts."""
    lengths = text_length_histogram([len(text) for text in corpus.texts])
    layout.draw_chart(lengths, "corpus_lengths", LENGTHS_HEIGHT)


def draw_report(report: CorpusReport, table: Table) -> None:
    """Draw the report: rows, empty texts, duplicates, encoding, lengths, repeated texts, languages."""
    facts = [
        f"**{report.n_rows:,}** rows",
        f"**{report.n_empty:,}** empty" + (" (left out)" if report.n_empty else ""),
        f"**{report.n_duplicates:,}** duplicates",
        f"encoding {report.encoding}" if report.encoding else "",
        f"median {report.median_length:,.0f} characters, longest {report.longest:,}",
    ]
    st.markdown(" · ".join(fact for fact in facts if fact))
    languages = report.languages.sentence()
    if languages:
        st.markdown(f":small[:material/translate: {markdown(languages)}]", help=LANGUAGES_HELP)
    if report.repeated:
        named = ", ".join(f"“{markdown(shorten(text))}” {n_rows:,} times" for text, n_rows in report.repeated)
        st.caption(f":material/content_copy: Repeated most: {named}")
    for note in table.notes:
        st.caption(f":material/info: {markdown(note)}")

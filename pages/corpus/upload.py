"""A table before it is encoded: the demo or an upload, its preview, and a report on its texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column
from core.corpus.tables import Table, read_table
from pages.charts import text_length_histogram
from pages.common import forget_widget, layout, markdown, state_of
from pages.corpus.encode import draw_vector_sources

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo" / "feedback.csv"
FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "txt", "gz"]
PREVIEW_ROWS = 50
PREVIEW_HEIGHT, LENGTHS_HEIGHT = 430, 150  # pixels


@dataclass(frozen=True)
class SourceTable:
    """A table with an id that distinguishes it from others."""

    id: str
    table: Table


@dataclass
class UploadState:
    """The latest upload, and the table whose text column was guessed last."""

    uploaded: SourceTable | None = None
    guessed_id: str = ""


def demo_table() -> SourceTable:
    """Read the demo corpus."""
    return SourceTable("demo", read_table(DEMO.name, DEMO.read_bytes()))


def uploaded_table() -> SourceTable | None:
    """Draw the upload, and return its table, kept for the session; None before the first upload."""
    state = state_of(UploadState)
    file = st.file_uploader("Upload a file with one text a row", type=FORMATS, key="corpus_upload")
    limit = st.get_option("server.maxUploadSize")  # megabytes
    if file is None:
        st.caption(f"Up to {limit} MB; server.maxUploadSize in .streamlit/config.toml raises the limit.")
    elif state.uploaded is None or state.uploaded.id != file.file_id:
        with st.spinner(f"Reading {file.name}…"):
            table = read_table(file.name, file.getvalue(), most_bytes=limit * 2**20)
            state.uploaded = SourceTable(file.file_id, table)
    return state.uploaded


def draw_source_table(source: SourceTable) -> None:
    """Draw the preview at the left, the report and the ways to encode at the right."""
    left, right = st.columns([3, 2], gap="large")
    table = source.table
    with right:
        text_column = choose_text_column(source)
    report, corpus = examine_column(source.id, text_column, table)
    with left:
        draw_preview(table, text_column)
        lengths = text_length_histogram([len(text) for text in corpus.texts])
        layout.draw_chart(lengths, "corpus_lengths", LENGTHS_HEIGHT)
    with right:
        draw_corpus_report(report, table)
        draw_vector_sources(corpus)


def choose_text_column(source: SourceTable) -> str:
    """Draw the choice of the text column; each new table starts with its own guess."""
    state = state_of(UploadState)
    if state.guessed_id != source.id:
        state.guessed_id = source.id
        forget_widget("corpus_text_column")
    columns = [str(column) for column in source.table.frame.columns]
    return st.selectbox(
        "Text column",
        columns,
        index=columns.index(guess_text_column(source.table.frame)),
        key="corpus_text_column",
        help="Guessed: the column with the longest varied texts. The others stay as metadata.",
    )


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def examine_column(table_id: str, text_column: str, _table: Table) -> tuple[CorpusReport, Corpus]:
    """Report on a text column, and the corpus it makes; cached by the table's id and the column."""
    return examine(_table, text_column), build_corpus(_table, text_column)


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
            text_column: st.column_config.TextColumn(f"✎ {text_column}", width="large", help="The text")
        },
    )


def draw_corpus_report(report: CorpusReport, table: Table) -> None:
    """Draw the report: rows, empty texts, duplicates, encoding, lengths."""
    facts = [
        f"**{report.n_rows:,}** rows",
        f"**{report.n_empty:,}** empty" + (" (left out)" if report.n_empty else ""),
        f"**{report.n_duplicates:,}** duplicates" + (" (kept)" if report.n_duplicates else ""),
        f"encoding {report.encoding}" if report.encoding else "",
        f"median {report.median_length:,.0f} characters, longest {report.longest:,}",
    ]
    st.markdown(" · ".join(fact for fact in facts if fact))
    for note in table.notes:
        st.caption(f":material/info: {markdown(note)}")

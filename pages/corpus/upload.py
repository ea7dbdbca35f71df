"""A table before it is encoded: the demo or an upload, and the choice of its text column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column
from core.corpus.tables import Table, read_table
from pages.common import forget_widget, state_of
from pages.corpus.encode import draw_vector_sources
from pages.corpus.table_report import draw_lengths, draw_preview, draw_report

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo" / "feedback.csv"
FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "txt", "gz"]


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
        draw_lengths(corpus)
    with right:
        draw_report(report, table)
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

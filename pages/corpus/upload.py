"""A table before it is encoded: the demo or an upload, and the choice of its text column."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column
from core.corpus.tables import ReadOptions, Table, read_table
from core.errors import CorpusError
from core.utils import content_key
from pages.common import forget_widget, show_message, state_of
from pages.corpus.encode import draw_vector_sources
from pages.corpus.left_out import LeftOutChoice, choose_left_out, draw_left_out
from pages.corpus.read_controls import choose_again, chosen_options, draw_read_controls
from pages.corpus.table_report import draw_lengths, draw_preview, draw_report

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo" / "feedback.csv"


@dataclass(frozen=True)
class SourceTable:
    """A table with an id that distinguishes it from others."""

    id: str
    table: Table


@dataclass
class UploadState:
    """The latest upload with the choices it was read by, and the table whose text column was guessed last."""

    uploaded: SourceTable | None = None
    options: ReadOptions = field(default_factory=ReadOptions)
    guessed_id: str = ""


def demo_table() -> SourceTable:
    """Read the demo corpus."""
    return SourceTable("demo", read_table(DEMO.name, DEMO.read_bytes()))


def uploaded_table() -> SourceTable | None:
    """Draw the upload, and return its table, kept for the session; None before the first upload."""
    state = state_of(UploadState)
    # Any type, as the widget itself would refuse one without words: `read_table` says what is needed.
    file = st.file_uploader("Upload a file with one text a row", key="corpus_upload")
    limit = st.get_option("server.maxUploadSize")  # megabytes
    if file is None:
        st.caption(f"Up to {limit:,} MB; server.maxUploadSize in .streamlit/config.toml raises the limit.")
    else:
        read_upload(file, most_bytes=limit * 2**20)
        if state.uploaded is not None:
            draw_read_controls(state.uploaded.table)  # they also mend a table without texts
    return state.uploaded


def read_upload(file: UploadedFile, *, most_bytes: int) -> None:
    """Read an upload, again where how to read it was changed; a bad choice keeps the table before it."""
    state, options = state_of(UploadState), chosen_options(file.file_id)
    source_id = content_key(file.file_id, str(options))
    if state.uploaded is not None and state.uploaded.id == source_id:
        return
    if options == ReadOptions():
        state.uploaded = None  # the table of the file before
    try:
        with st.spinner(f"Reading {file.name}…"):
            table = read_table(file.name, file.getvalue(), options=options, most_bytes=most_bytes)
    except CorpusError as error:
        if state.uploaded is None:
            raise
        show_message(str(error))
        choose_again(state.options)
        return
    state.uploaded, state.options = SourceTable(source_id, table), options


def draw_source_table(source: SourceTable) -> None:
    """Draw the preview at the left, the report and the ways to encode at the right."""
    table = source.table
    left, right = st.columns([3, 2], gap="large")
    with right:
        text_column = choose_text_column(source)
        report = examine_column(source.id, text_column, table)
        draw_report(report, table)
        choice = choose_left_out(source.id, text_column, report)
    with left:
        draw_preview(table, text_column)
    corpus = build_from_column(source.id, text_column, choice, table)
    with left:
        draw_lengths(corpus)
    with right:
        draw_left_out(len(corpus.texts), corpus.left_out)
        draw_vector_sources(corpus, table, source.id)


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
def examine_column(table_id: str, text_column: str, _table: Table) -> CorpusReport:
    """Report on a text column; cached by the table's id and the column."""
    return examine(_table, text_column)


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def build_from_column(table_id: str, text_column: str, choice: LeftOutChoice, _table: Table) -> Corpus:
    """Build the corpus of a text column; cached by the table's id, the column and what is left out."""
    return build_corpus(_table, text_column, leave_out_copies=choice.copies, set_aside=choice.set_aside)

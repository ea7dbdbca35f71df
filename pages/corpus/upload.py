"""An uploaded table before it is encoded, and the choice of its text column."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column, looks_like_category
from core.corpus.tables import ReadOptions, Table, read_table
from core.errors import CorpusError
from core.utils import content_key
from pages.common import markdown, set_widget, show_message, start_widget, state_of, widget_value
from pages.corpus.encode import choose_vectors, draw_show_map
from pages.corpus.label_column import choose_label_column
from pages.corpus.left_out import LeftOutChoice, choose_left_out, draw_left_out
from pages.corpus.read_controls import choose_again, chosen_options, draw_read_controls
from pages.corpus.table_report import draw_details, draw_lengths, draw_preview, draw_report
from pages.corpus.widget_subject import start_with

NO_VECTORS = (
    ":material/info: The map needs a vector of each text: choose an encoder, or a file of vectors, below."
)
HIDE_UPLOAD = "<style>.st-key-corpus_upload {display: none}</style>"
"""The file is read, and the page has a way to another one."""


@dataclass(frozen=True)
class SourceTable:
    """A table with an id that distinguishes it from others."""

    id: str
    table: Table


@dataclass
class UploadState:
    """The latest upload, and the choices it was read by."""

    uploaded: SourceTable | None = None
    options: ReadOptions = field(default_factory=ReadOptions)


def uploaded_table() -> SourceTable | None:
    """Draw the upload, and return its table, kept for the session; None before the first upload."""
    state = state_of(UploadState)
    # Any type, as the widget itself would refuse one without words: `read_table` says what is needed.
    file = st.file_uploader(
        "A file with one text in each row", key="corpus_upload", label_visibility="collapsed"
    )
    limit = st.get_option("server.maxUploadSize")  # megabytes
    if file is not None:
        read_upload(file, most_bytes=limit * 2**20)
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
    """Draw what is decided about a table, with the way to its map, and its first rows beside it.

    The choices that have a good answer already are folded away below the button.
    """
    table = source.table
    with st.container(key="corpus_table"):
        left, right = st.columns([2, 3], gap="large")
    with left:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            column = st.container()
            if widget_value("corpus_upload") is not None:  # the browser keeps no file for a page that is left
                draw_read_controls(table)  # first: they also mend a table without texts
        with column:
            text_column = choose_text_column(source)
        draw_category_warning(source, text_column)
    with right:
        draw_preview(table, text_column)
    with left:
        report = examine_column(source.id, text_column, table)
        draw_report(report, table)
        beside = st.container()
        label_column = choose_label_column(source.id, text_column, table.frame)
        alerts, start = st.container(), st.container()
        has_copies = bool(report.n_duplicates or report.non_answers)
        what = "Encoder, ready vectors, what is left out" if has_copies else "Encoder and ready vectors"
        with st.expander(what, icon=":material/tune:", key="corpus_options"):
            left_out = choose_left_out(source.id, text_column, report)
            corpus = build_from_column(source.id, text_column, left_out, table)
            vectors = choose_vectors(corpus, table, source.id, alerts)
            draw_details(report)
            draw_lengths(corpus)
        with beside:
            draw_left_out(len(corpus.texts), corpus.left_out)
        with start:
            if vectors is None:
                st.caption(NO_VECTORS)
            else:
                draw_show_map(corpus, vectors, label_column)
    st.html(HIDE_UPLOAD)


def draw_category_warning(source: SourceTable, text_column: str) -> None:
    """Warn that a column holds categories and no texts, with a button that takes a better column."""
    if not _is_category(source.id, text_column, source.table.frame):
        return
    n_values = source.table.frame[text_column].nunique()
    name, better = markdown(text_column), guess_text_column(source.table.frame)
    said = f"*{name}* looks like a category: {n_values:,} {'value' if n_values == 1 else 'values'} in "
    st.warning(
        f"{said}{len(source.table.frame):,} rows. A map needs texts that differ.",
        icon=":material/category:",
    )
    if better != text_column and not _is_category(source.id, better, source.table.frame):
        st.button(
            f"Use *{markdown(better)}* instead",
            key="corpus_better_column",
            icon=":material/swap_horiz:",
            on_click=set_widget,
            args=["corpus_text_column", better],
        )


def choose_text_column(source: SourceTable) -> str:
    """Draw the choice of the text column; each new table starts with its own guess."""
    start_with(source.id, "corpus_text_column")
    start_widget("corpus_text_column", guess_text_column(source.table.frame))
    columns = [str(column) for column in source.table.frame.columns]
    return st.selectbox(
        "Text column",
        columns,
        key="corpus_text_column",
        persist_state="session",
        help="One point of the map for each of its texts. Refract chose the column with the longest varied "
        "texts; the others stay with them.",
    )


@st.cache_resource(max_entries=16, scope="session", show_spinner=False)
def _is_category(table_id: str, column: str, _frame: pd.DataFrame) -> bool:
    return looks_like_category(_frame[column])


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def examine_column(table_id: str, text_column: str, _table: Table) -> CorpusReport:
    """Report on a text column; cached by the table's id and the column."""
    return examine(_table, text_column)


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def build_from_column(table_id: str, text_column: str, choice: LeftOutChoice, _table: Table) -> Corpus:
    """Build the corpus of a text column; cached by the table's id, the column and what is left out."""
    return build_corpus(_table, text_column, leave_out_copies=choice.copies, set_aside=choice.set_aside)

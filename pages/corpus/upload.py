"""An uploaded table before it is encoded, and the choice of its text column."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column, looks_like_category
from core.corpus.sources import read_upload as read_file
from core.corpus.tables import ReadOptions, Table
from core.errors import CorpusError
from core.utils import content_key
from pages.common import (
    account,
    draw_reading,
    markdown,
    set_widget,
    show_message,
    start_widget,
    state_of,
    widget_value,
)
from pages.corpus.analysis_file import is_analysis_file, open_file
from pages.corpus.encode import choose_vectors, draw_show_map
from pages.corpus.label_column import choose_label_column
from pages.corpus.left_out import LeftOutChoice, choose_left_out, draw_left_out
from pages.corpus.read_controls import choose_again, chosen_options, draw_read_controls
from pages.corpus.source import (
    ReadTable,
    find_corpus,
    find_examined,
    find_read,
    follow,
    is_large,
    is_large_file,
    start_reading_again,
    start_upload,
)
from pages.corpus.table_report import draw_details, draw_lengths, draw_preview, draw_report
from pages.corpus.widget_subject import start_with

NO_VECTORS = (
    ":material/info: The map needs a vector of each text: choose an encoder, or a file of vectors, below."
)
MOST_LOOKED_AT = 50_000  # rows by which a column of categories is known
HIDE_UPLOAD = "<style>.st-key-corpus_upload {display: none}</style>"
"""The file is read, and the page has a way to another one."""


@dataclass(frozen=True)
class SourceTable:
    """A table with an id that distinguishes it from others; `read` where the worker read it."""

    id: str
    table: Table
    read: ReadTable | None = None


@dataclass
class UploadState:
    """The latest upload, and the choices it was read by."""

    uploaded: SourceTable | None = None
    options: ReadOptions = field(default_factory=ReadOptions)


def uploaded_table() -> SourceTable | None:
    """Draw the upload, and return its table, kept for the session; None before the first upload.

    A file of an analysis is opened instead.
    """
    state = state_of(UploadState)
    file = account.upload_file("A file with one text in each row", key="corpus_upload", is_labelled=False)
    if file is None:
        return read_again(state)
    if is_analysis_file(file):
        open_file(file)
        return None
    if is_large_file(file):
        start_upload(file, chosen_options(file.file_id))
        return take_read(state, chosen_options(file.file_id))
    read_upload(file, most_bytes=account.upload_limit() * 2**20)
    return state.uploaded


def read_again(state: UploadState) -> SourceTable | None:
    """Return the table of a path or address, read again where how to read it was changed."""
    if state.uploaded is None or state.uploaded.read is None:
        return state.uploaded
    options = chosen_options(state.uploaded.read.import_id)
    if options == state.options:
        return state.uploaded
    start_reading_again(options)
    return take_read(state, options)


def take_read(state: UploadState, options: ReadOptions) -> SourceTable | None:
    """Keep the table that the worker read for the session; until then draw its progress.

    Where how to read it cannot be followed, the table before it stays.
    """
    read = find_read()
    if read is None:
        if follow() or state.uploaded is None:
            return None
        choose_again(state.options)
        return state.uploaded
    source_id = content_key(read.import_id, read.name)
    if state.uploaded is None or state.uploaded.id != source_id:
        state.uploaded, state.options = SourceTable(source_id, read.table, read), options
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
        with draw_reading(file.name) as report:
            table = read_file(file.name, file.getvalue(), report, options=options, most_bytes=most_bytes)
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
            if (
                source.read is not None or widget_value("corpus_upload") is not None
            ):  # the browser keeps no file for a page that is left
                draw_read_controls(table)  # first: they also mend a table without texts
        with column:
            text_column = choose_text_column(source)
        draw_category_warning(source, text_column)
    with right:
        draw_preview(table, text_column, n_rows=len(table.frame))
    with left:
        known = None
        if is_large(source.read):
            known = find_examined(source.read, text_column)
            if known is None:  # its progress is drawn
                st.html(HIDE_UPLOAD)
                return
        report = known.report if known else examine_column(source.id, text_column, table)
        draw_report(report, table)
        beside = st.container()
        label_column = choose_label_column(
            source.id, text_column, table.frame, known.label_columns if known else None
        )
        alerts, start = st.container(), st.container()
        has_copies = bool(report.n_duplicates or report.non_answers)
        what = "Encoder, ready vectors, what is left out" if has_copies else "Encoder and ready vectors"
        with st.expander(what, icon=":material/tune:", key="corpus_options"):
            left_out = choose_left_out(source.id, text_column, report)
            building = start if known else st.container()
            with building:
                corpus = find_built(source, text_column, left_out)
            if corpus is not None:
                vectors = choose_vectors(corpus, table, source.id, alerts)
                draw_details(report)
                draw_lengths(corpus)
        if corpus is not None:
            with beside:
                draw_left_out(len(corpus.texts), corpus.left_out)
            with start:
                if vectors is None:
                    st.caption(NO_VECTORS)
                else:
                    draw_show_map(corpus, vectors, label_column)
    st.html(HIDE_UPLOAD)


def find_built(source: SourceTable, text_column: str, choice: LeftOutChoice) -> Corpus | None:
    """Return the corpus of a text column; None while the worker builds it, which is drawn."""
    if is_large(source.read):
        return find_corpus(source.read, text_column, choice.copies, choice.set_aside)
    return build_from_column(source.id, text_column, choice, source.table)


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
    step = -(-len(_frame) // MOST_LOOKED_AT) or 1
    return looks_like_category(_frame[column].iloc[::step])


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def examine_column(table_id: str, text_column: str, _table: Table) -> CorpusReport:
    """Report on a text column; cached by the table's id and the column."""
    return examine(_table, text_column)


@st.cache_resource(max_entries=3, scope="session", show_spinner="Examining the texts…")
def build_from_column(table_id: str, text_column: str, choice: LeftOutChoice, _table: Table) -> Corpus:
    """Build the corpus of a text column; cached by the table's id, the column and what is left out."""
    return build_corpus(_table, text_column, leave_out_copies=choice.copies, set_aside=choice.set_aside)

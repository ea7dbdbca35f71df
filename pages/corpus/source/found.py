"""What was found at a path or address, before it is fetched or read."""

from __future__ import annotations

import streamlit as st

from core.corpus import guess_text_column
from core.corpus.sources import LOCAL, FoundFiles, count_files
from core.corpus.tables import ReadOptions, Table
from core.errors import CorpusError
from core.tasks.imports import FIRST
from pages.common import gigabytes, markdown, show_message, start_widget, state_of, widget_value
from pages.corpus.source.reading import (
    SourceState,
    follow,
    kept,
    start_fetching,
    start_finding,
    start_reading,
)
from pages.corpus.table_report import draw_preview
from pages.corpus.widget_subject import start_with

PARQUET = ".parquet"
WEB = ("http", "https")  # where each other server is asked about
TEXT, BESIDE = "corpus_found_text", "corpus_found_columns"  # keys of the widgets
MOST_NAMED = 12  # columns, or files
HEAVY = ("bytes", "vector")  # kinds of columns that are left out unless asked for
WORDS = {"parquet": "Parquet", "csv": "CSV", "tsv": "TSV", "jsonl": "JSON Lines", "ndjson": "JSON Lines"}


def draw_found() -> None:
    """Draw what was found, and the way to its texts."""
    if follow():
        return
    if moved := kept().find_moved():
        _draw_moved(moved)
        return
    found = kept().find_found()
    if found is None:
        return
    if found.address.protocol != LOCAL:
        _draw_remote(found)
    else:
        _draw_local(found, kept().find_table(FIRST))


def _draw_moved(host: str) -> None:
    """Draw the question whether the host to which a server referred may be asked."""
    state = state_of(SourceState)
    name = markdown(host)
    st.markdown(f"The files stand on another server, **{name}**. Nothing was sent to it yet.")
    _draw_address(state.title)
    st.button(
        f"Ask {name} too",
        key="corpus_ask_too",
        type="primary",
        icon=":material/dns:",
        on_click=start_finding,
        args=[state.address, state.title, [*state.hosts, host]],
    )


def _draw_remote(found: FoundFiles) -> None:
    host = markdown(found.address.host or found.address.shown)
    size = "" if found.n_bytes is None else f"{_size(found.n_bytes)} "
    _draw_facts(found)
    with st.container(width=520):
        st.button(
            f"Fetch {size}from {host}",
            key="corpus_fetch",
            type="primary",
            icon=":material/download:",
            width="stretch",
            on_click=start_fetching,
        )
        others = "" if found.address.protocol in WEB else f"{host} may pass them on by servers of its own. "
        st.caption(f"{others}The files are kept here for a day at most, unless you make a corpus of them.")


def _draw_local(found: FoundFiles, first: Table | None) -> None:
    start_with(state_of(SourceState).import_id, TEXT, BESIDE)
    with st.container(key="corpus_table"):
        left, right = st.columns([2, 3], gap="large")
    with right:
        if first is not None:
            draw_preview(first, _text_column(first), n_rows=found.n_rows)
    with left:
        _draw_facts(found)
        text_column, columns = None, None
        if first is not None:
            text_column = _choose_text_column(first)
            columns = _choose_columns(found, text_column)
        n_rows = "" if found.n_rows is None else f"{found.n_rows:,} "
        what = "rows" if found.n_rows != 1 else "row"
        st.button(
            f"Read {n_rows}{what}" if n_rows else f"Read {_size(found.n_bytes or 0)}",
            key="corpus_read",
            type="primary",
            icon=":material/table_view:",
            width="stretch",
            on_click=start_reading,
            args=[columns, text_column, ReadOptions()],
        )


def _draw_address(shown: str) -> None:
    """Draw a path or an address as code: markdown would make a link of it."""
    st.caption(f"``{shown.replace('`', '')}``")


def _draw_facts(found: FoundFiles) -> None:
    """Draw one line on the files, their names, and what is left out."""
    kind = WORDS.get(found.kind[1:], found.kind[1:].upper())
    files = count_files(len(found.files)).replace(" ", f" {kind} ", 1)
    facts = [
        f"**{files}**",
        "" if found.n_bytes is None else _size(found.n_bytes),
        "" if found.n_rows is None else f"**{found.n_rows:,}** {'row' if found.n_rows == 1 else 'rows'}",
    ]
    st.markdown(f"**{markdown(found.address.name)}**  \n{' · '.join(filter(None, facts))}")
    _draw_address(found.address.shown)
    if len(found.files) > 1:
        st.caption(f"Files: {_some([file.name for file in found.files])}")
    if found.columns:
        st.caption(f"Columns: {_some([column.name for column in found.columns])}")
    for note in found.notes:
        st.caption(f":material/info: {markdown(note)}")


def _size(n_bytes: int) -> str:
    """Write a size for people: "12 KB", "340 MB"."""
    return f"{max(1, round(n_bytes / 1e3))} KB" if n_bytes < 950_000 else gigabytes(n_bytes / 1e9)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(markdown(name) for name in names[:MOST_NAMED]) + more


def _text_column(first: Table) -> str:
    columns = [str(name) for name in first.frame.columns]
    chosen = widget_value(TEXT)
    if chosen in columns:
        return str(chosen)
    try:
        return guess_text_column(first.frame)
    except CorpusError:
        return columns[0]


def _choose_text_column(first: Table) -> str:
    columns = [str(name) for name in first.frame.columns]
    if widget_value(TEXT) not in columns:
        try:
            start_widget(TEXT, guess_text_column(first.frame))
        except CorpusError as error:
            show_message(str(error), "warning")
            start_widget(TEXT, columns[0])
    return st.selectbox(
        "Text column",
        columns,
        key=TEXT,
        help="One point of the map for each of its texts.",
        persist_state="session",
    )


def _choose_columns(found: FoundFiles, text_column: str) -> list[str] | None:
    """Draw the choice of the columns of Parquet files that stay beside the texts; None for all."""
    if found.kind != PARQUET:
        return None
    own = text_column.partition(".")[0] if text_column not in _names(found) else text_column
    others = [column for column in found.columns if column.name != own]
    if not others:
        return [own]
    start_widget(BESIDE, [column.name for column in others if column.kind not in HEAVY])
    with st.expander("Columns that stay beside the texts", icon=":material/view_column:"):
        chosen = st.multiselect(
            "Columns",
            [column.name for column in others],
            key=BESIDE,
            label_visibility="collapsed",
            persist_state="session",
        )
    return [own, *chosen]


def _names(found: FoundFiles) -> set[str]:
    return {column.name for column in found.columns}

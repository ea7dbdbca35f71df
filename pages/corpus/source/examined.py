"""Large tables: what the worker found out about a text column, and the corpus that it built."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from core.corpus import Corpus
from core.storage.imports import Examined
from core.tasks.imports import MOST_AT_ONCE
from pages.common import jobs, show_message
from pages.corpus.source.reading import ReadTable, import_of

TASK = "examine_texts"


def is_large(read: ReadTable | None) -> bool:
    """Whether a table is examined by the worker."""
    return read is not None and len(read.table.frame) > MOST_AT_ONCE


def find_examined(read: ReadTable, text_column: str) -> Examined | None:
    """Return what is known of a text column, or draw the work that finds it out."""
    found = import_of(read.import_id).find_examined(read.name, text_column)
    if found is None:
        _follow(read, text_column, copies=None, set_aside=None)
        found = import_of(read.import_id).find_examined(read.name, text_column)
    return found


def find_corpus(read: ReadTable, text_column: str, copies: bool, set_aside: Collection[str]) -> Corpus | None:
    """Return the corpus of a text column, or draw the work that builds it."""
    key = read.import_id, read.name, text_column, copies, tuple(sorted(set_aside))
    found = _load(*key)
    if found is None:
        _load.clear(*key)
        _follow(read, text_column, copies=copies, set_aside=sorted(set_aside))
        found = _load(*key)
        if found is None:
            _load.clear(*key)
    return found


@st.cache_resource(max_entries=1, scope="session", show_spinner=False)
def _load(
    import_id: str, table: str, text_column: str, copies: bool, set_aside: tuple[str, ...]
) -> Corpus | None:
    return import_of(import_id).find_corpus(table, text_column, copies, set_aside)


def _follow(read: ReadTable, text_column: str, *, copies: bool | None, set_aside: list[str] | None) -> None:
    """Start the work where it was not yet, and draw its progress or why it ended early."""
    arguments = {
        "import_id": read.import_id,
        "table": read.name,
        "text_column": text_column,
        "copies": copies,
        "set_aside": set_aside,
    }
    job = jobs.latest(TASK, **arguments)
    if job is None:
        job = jobs.start(TASK, f"Examining {read.table.name}", **arguments)
    jobs.draw_job(job, cancel_key="corpus_examine_cancel")
    if job.status == "cancelled":
        show_message("Cancelled.", "info")
        st.button(
            "Examine the texts",
            key="corpus_examine",
            on_click=lambda: jobs.start(TASK, f"Examining {read.table.name}", **arguments),
        )

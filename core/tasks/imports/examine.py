"""The task that examines the text column of a large table, and builds its corpus."""

from __future__ import annotations

from collections.abc import Collection

from ...corpus import build_corpus, examine
from ...corpus.tables import Table
from ...labels import columns_with_labels
from ...storage import Store
from ...storage.imports import Examined, imports_of
from ...utils import Report

MOST_AT_ONCE = 50_000
"""Rows up to which a page examines a table itself, in a second."""


def examine_texts(
    store: Store,
    report: Report,
    *,
    import_id: str,
    table: str,
    text_column: str,
    copies: bool | None = None,
    set_aside: Collection[str] | None = None,
) -> None:
    """Examine a text column of a table that was read, and build the corpus of it.

    Parameters
    ----------
    table : str
        Name under which the table is kept.
    copies, set_aside :
        As `build_corpus` takes them; None for what the report suggests.

    Raises
    ------
    CorpusError
        When the column makes no corpus.
    StoreError
        When the table is no longer kept.
    """
    kept = imports_of(store.home, import_id)
    found, examined = kept.load_table(table), kept.find_examined(table, text_column)
    if examined is None:
        examined = _examine(found, text_column, report)
        kept.save_examined(table, text_column, examined)
    copies = examined.report.suggests_no_copies if copies is None else copies
    aside = frozenset(examined.report.suggested_aside if set_aside is None else set_aside)
    if kept.find_corpus(table, text_column, copies, aside) is not None:
        return
    report("Building the corpus", 0, 1)
    corpus = build_corpus(found, text_column, leave_out_copies=copies, set_aside=aside)
    kept.save_corpus(table, text_column, copies, aside, corpus)


def _examine(table: Table, text_column: str, report: Report) -> Examined:
    report("Examining the texts", 0, 1)
    about = examine(table, text_column)
    report("Looking for labels", 0, 1)
    columns = columns_with_labels(table.frame.drop(columns=text_column))
    return Examined(about, tuple(columns))

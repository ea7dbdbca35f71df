"""Save and load the word table of a corpus."""

from __future__ import annotations

import numpy as np

from ..corpus import WordTable
from .arrays import ArtifactStore, is_within

TABLE_VERSION = 3  # raise it when words are split or counted differently
PARTS = ("starts", "entries", "pairs")


def has_word_table(results: ArtifactStore, corpus_key: str) -> bool:
    """Whether all parts of the word table are saved."""
    key = _table_key(corpus_key)
    return results.has_document(key) and all(results.has_array(f"{key}.{part}") for part in PARTS)


def save_word_table(results: ArtifactStore, corpus_key: str, table: WordTable) -> None:
    """Save the word table of a corpus; the document last, as `has_word_table` looks for all parts."""
    key = _table_key(corpus_key)
    for part in PARTS:
        results.save_array(f"{key}.{part}", getattr(table, part))
    results.save_document(key, table.shown)


def load_word_table(results: ArtifactStore, corpus_key: str) -> WordTable:
    """Read the word table of a corpus.

    Raises
    ------
    StoreError
        Also when its numbers point outside of it: sparse matrices would read memory that is not theirs.
    """
    key = _table_key(corpus_key)
    starts, entries, pairs = (results.load_array(f"{key}.{part}") for part in PARTS)
    table = WordTable(starts, entries, pairs, results.load_document(key))
    if not _is_consistent(table):
        raise results.refuse(key, *(f"{key}.{part}" for part in PARTS))
    return table


def _is_consistent(table: WordTable) -> bool:
    if not isinstance(table.shown, list) or table.starts.ndim != 1 or table.pairs.shape[1:] != (2,):
        return False
    numbered = all(array.dtype.kind == "i" for array in (table.starts, table.entries, table.pairs))
    n_words = max(len(table.shown), 1)
    return (
        numbered
        and is_within(table.starts, len(table.entries) + 1)
        and table.starts[0] == 0
        and table.starts[-1] == len(table.entries)
        and bool(np.all(np.diff(table.starts) >= 0))
        and is_within(table.entries, n_words + len(table.pairs))
        and is_within(table.pairs, n_words)
    )


def _table_key(corpus_key: str) -> str:
    return f"{corpus_key}.words{TABLE_VERSION}"

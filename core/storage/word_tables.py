"""Save and load the word table of a corpus."""

from __future__ import annotations

from core.corpus import WordTable
from core.storage.arrays import ArtifactStore

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
    """Read the word table of a corpus."""
    key = _table_key(corpus_key)
    starts, entries, pairs = (results.load_array(f"{key}.{part}") for part in PARTS)
    return WordTable(starts, entries, pairs, results.load_document(key))


def _table_key(corpus_key: str) -> str:
    return f"{corpus_key}.words{TABLE_VERSION}"

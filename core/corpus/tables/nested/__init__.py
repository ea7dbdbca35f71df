"""Read JSON and Parquet, whose values nest: records as dotted columns, lists of numbers as vectors."""

from core.corpus.tables.nested.json_files import read_json
from core.corpus.tables.nested.parquet import from_arrow, read_parquet, unreadable
from core.corpus.tables.nested.vector_columns import hide_vectors, notes_on_vectors, take_vectors

__all__ = [
    "from_arrow",
    "hide_vectors",
    "notes_on_vectors",
    "read_json",
    "read_parquet",
    "take_vectors",
    "unreadable",
]

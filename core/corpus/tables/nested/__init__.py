"""Read JSON and Parquet, whose values nest: records as dotted columns, lists of numbers as vectors."""

from .json_files import read_json
from .parquet import from_arrow, read_parquet, unreadable
from .vector_columns import hide_vectors, notes_on_vectors, take_vectors

__all__ = [
    "from_arrow",
    "hide_vectors",
    "notes_on_vectors",
    "read_json",
    "read_parquet",
    "take_vectors",
    "unreadable",
]

"""Read a table from any file that people have: CSV, Excel, JSON, Parquet, plain text."""

from core.corpus.tables.read_table import MOST_BYTES, Table, read_table
from core.corpus.tables.tidy_columns import as_text, unique_names

__all__ = [
    "MOST_BYTES",
    "Table",
    "as_text",
    "read_table",
    "unique_names",
]

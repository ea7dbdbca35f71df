"""Files in, one table out: CSV, TSV, JSONL, JSON, Parquet, XLSX and plain text, packed with gzip or not."""

from core.tables.reading import MOST_BYTES, Table, read_table

__all__ = ["MOST_BYTES", "Table", "read_table"]

"""Read columns of strings as numbers and dates."""

from core.corpus.tables.written_columns.columns import MISSING_MARKS, Written, read_written

__all__ = ["MISSING_MARKS", "Written", "read_written"]

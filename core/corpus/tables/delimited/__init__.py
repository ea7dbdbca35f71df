"""Read delimited files: find the dialect, cut the rows, tell missing values."""

from core.corpus.tables.delimited.reader import read_delimited

__all__ = ["read_delimited"]

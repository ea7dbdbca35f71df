"""Read delimited files: find the dialect, cut the rows, find the missing values."""

from core.corpus.tables.delimited.reader import DELIMITER_NAMES, read_delimited

__all__ = ["DELIMITER_NAMES", "read_delimited"]

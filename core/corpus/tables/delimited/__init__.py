"""Read delimited files: find the dialect, cut the rows, find the missing values."""

from .reader import DELIMITER_NAMES, read_delimited

__all__ = ["DELIMITER_NAMES", "read_delimited"]

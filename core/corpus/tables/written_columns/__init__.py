"""Read columns of strings as numbers and dates."""

from .columns import MISSING_MARKS, read_written, whole_numbers

__all__ = ["MISSING_MARKS", "read_written", "whole_numbers"]

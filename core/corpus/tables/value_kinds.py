"""Tell numbers, dates and texts apart, roughly: to find headers and delimiters, not to convert values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time
from numbers import Number

from .written_columns import MISSING_MARKS

TRUTH_VALUES = {"true", "false", "yes", "no"}
LONGEST_TYPED = 40  # characters of a number or a date

_NUMBER = re.compile(
    r"[(+\-\u2212]?\s*[€$£¥₹]?\s*[+\-\u2212]?\s*(\d[\d.,'\u2019\s]*|[.,]\d+)([eE][+-]?\d+)?"
    r"\s*(%|€|\$|£|¥|USD|EUR|GBP|CHF)?\s*\)?"
)
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([T ].*)?"
    r"|\d{1,2}:\d{2}(:\d{2})?([.,]\d+)?( ?[AaPp][Mm])?"
    r"|\d{1,2}\.?[- ][^\W\d_]{3,9}\.?[-, ]+\d{2,4}\b.*"
    r"|[^\W\d_]{3,9}\.? \d{1,2},? \d{4}\b.*"
    r"|[A-Z][a-z]{2},? ([A-Z][a-z]{2} \d{1,2}|\d{1,2} [A-Z][a-z]{2}) .*\d{4}.*"
)


def is_empty(value: object) -> bool:
    """Return whether a value of a file is missing or blank."""
    return value is None or value == "" or (isinstance(value, str) and value.isspace())


def is_typed(value: object) -> bool:
    """Return whether a value is a number, a date, a time or a truth value, or is spelled as one."""
    if not isinstance(value, str):
        return isinstance(value, Number | date | time)
    return value.strip().lower() in TRUTH_VALUES or is_number_or_date(value)


def is_number_or_date(value: object) -> bool:
    """Return whether a value is a number, a date or a time: "No" may be a name, 12 is none."""
    if not isinstance(value, str):
        return isinstance(value, Number | date | time)
    value = value.strip()
    return len(value) <= LONGEST_TYPED and bool(_NUMBER.fullmatch(value) or _DATE.fullmatch(value))


def filled_positions(row: Sequence[object]) -> list[int]:
    """Return the positions of the values of a row that are neither missing nor blank."""
    return [position for position, value in enumerate(row) if not is_empty(value)]


def is_missing(value: object) -> bool:
    """Return whether a value is empty or a usual mark for a missing one."""
    return is_empty(value) or str(value).strip().lower() in MISSING_MARKS

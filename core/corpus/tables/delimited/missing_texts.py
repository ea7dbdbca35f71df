"""Tell R's NA, a missing value, from a text or a code that is spelled so."""

from __future__ import annotations

from collections.abc import Sequence

from core.corpus.tables.value_kinds import is_typed

MARKS = ("NA", "NULL", "\\N", "#N/A", "<NA>")
"""Written by programs in place of a missing value; what people write, as "N/A" or "none", stays a text."""

LONGEST_CODE = 3
LEAST_CODES = 0.8
"""Share of the different values that are short codes, from which NA is one too, as of Namibia or sodium."""


def without_marks(values: Sequence[str | None], *, is_na_missing: bool) -> tuple[list[str | None], int]:
    """Return a column of strings with None for each mark, and the number of marks.

    Columns of numbers and dates are given back as they are: they are read with marks of their own.

    Parameters
    ----------
    values : sequence of str or None
    is_na_missing : bool
        Whether NA stands for a missing value elsewhere in the file, so that it does in short words too.
    """
    found = {mark for mark in MARKS if mark in values}
    if not found:
        return list(values), 0
    others = {value for value in values if value is not None and value not in MARKS}
    if others and all(map(is_typed, others)):
        return list(values), 0
    if others and "NA" in found and not _is_na_missing(others, is_na_missing):
        found.discard("NA")
    n = sum(value in found for value in values if value is not None)
    return [None if value in found else value for value in values], n


def has_na_among_numbers(values: Sequence[str | None]) -> bool:
    """Return whether a column has numbers or dates, and NA for those that are missing."""
    return "NA" in values and all(is_typed(value) for value in values if value not in (None, "NA"))


def _is_na_missing(others: set[str], is_na_missing: bool) -> bool:
    codes = sum(len(value) <= LONGEST_CODE and value.isupper() for value in others)
    if codes >= LEAST_CODES * len(others):
        return False
    # Beside sentences, or beside numbers that are missing, NA is no word.
    return (
        is_na_missing or any(" " in value.strip() for value in others) or min(map(len, others)) > LONGEST_CODE
    )

"""Tell NA and the like, which programs write for a missing value, from texts and codes spelled so."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

from ..value_kinds import is_typed
from .dialect import Dialect

MARKS = frozenset({"NA", "NULL", "\\N", "#N/A", "<NA>"})
"""Written by programs in place of a missing value; what people write, as "N/A" or "none", stays a text."""

BARE_MARK = "\ufdd2"
"""Stands for an NA outside quotation marks while rows are cut; no character of any text."""

LEAST_CODES = 0.8
"""Share of the different values that are codes of two letters, from which NA is one too, as of Namibia."""

_CODE = re.compile(r"[A-Z]{2}")
_WORDS = {"NA": "nan", "TRUE": "1", "FALSE": "0"}


def without_marks(
    values: Sequence[str | None], marks: frozenset[str] = MARKS
) -> tuple[list[str | None], int, int]:
    """Return a column of strings with None for each mark, the number of marks, and that of NA kept as a code.

    Columns of numbers and dates are given back as they are: they are read with marks of their own.
    """
    found = marks.intersection(value for value in values if value is not None)
    if not found:
        return list(values), 0, 0
    others = {value for value in values if value is not None and value not in marks}
    if others and all(map(is_typed, others)):
        return list(values), 0, 0
    n_kept = 0
    if "NA" in found and others and _are_codes(others):
        found -= {"NA"}
        n_kept = sum(value == "NA" for value in values)
    n = sum(value in found for value in values if value is not None)
    return [None if value in found else value for value in values], n, n_kept


def quotes_all_texts(lines: Iterable[str], dialect: Dialect) -> bool:
    """Return whether all texts are between quotation marks, as R writes them: then a bare NA is no text."""
    if dialect.quote != '"' or not dialect.delimiter:
        return False
    words = re.compile(_bare("NA|TRUE|FALSE", dialect.delimiter))
    reader = csv.reader(
        (words.sub(lambda match: _WORDS[match.group()], line) for line in lines),
        delimiter=dialect.delimiter,
        quoting=csv.QUOTE_NONNUMERIC,  # an unquoted value that is no number is an error
    )
    try:
        return any(isinstance(value, str) for row in reader for value in row)
    except ValueError:
        return False


def mark_bare_na(lines: Iterable[str], delimiter: str) -> Iterator[str]:
    """Yield lines with `BARE_MARK` for each NA that is a whole value outside quotation marks.

    Those inside a text of several values, such as "a,NA,b", are marked too: they are not a whole value.
    """
    bare = re.compile(_bare("NA", delimiter))
    for line in lines:
        yield bare.sub(BARE_MARK, line) if "NA" in line else line


def _bare(words: str, delimiter: str) -> str:
    mark = re.escape(delimiter)
    return rf"(?<![^{mark}])(?:{words})(?=[{mark}\r\n]|\Z)"


def _are_codes(values: set[str]) -> bool:
    return sum(bool(_CODE.fullmatch(value)) for value in values) >= LEAST_CODES * len(values)

"""Read the columns of a table that are strings as numbers and dates, where whole columns are written so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from .date_columns import (
    DATE_NAMES,
    TIMES_CHANGED,
    DateColumn,
    choose_orders,
    find_dates,
    find_dates_in_numbers,
)
from .number_columns import (
    NumberColumn,
    find_numbers,
    is_id_name,
    reason_for_text,
)

# "007" is an id, and a number of more than 18 digits would lose its last ones.
PLAIN_NUMBER = re.compile(r"\s*(?!\+\d{7})[+-]?(0|[1-9]\d{0,17})(\.\d+)?([eE][+-]?\d{1,3})?\s*", re.ASCII)
THREE_DECIMALS = re.compile(r"\s*[+-]?[1-9]\d{0,2}\.\d{3}\s*", re.ASCII)
"""A plain number that is a thousand times larger where a point separates thousands."""

DATE_DIGITS = re.compile(r"\d{8}|\d{9,10}(\.\d+)?|\d{13}|\d{16}", re.ASCII)
DAY_FIRST_WORDS = re.compile(
    r"datum|fecha|kommentar|bewertung|comentario|commentaire|opmerking", re.IGNORECASE
)
"""Words in column names of languages in which the day is written before the month."""

_MARKS = """
na n/a nan null nil none - -- --- – — . ? \\n #n/a #na #null! #div/0! #value! #ref! #num! #name? <na> nat
k.a. n.a.
"""
MISSING_MARKS = frozenset(_MARKS.split())
"""What stands for a missing value in columns of numbers and dates, in lower case."""

PROGRAM_MARKS = frozenset(["NA", "NULL", "\\N", "#N/A", "<NA>", "NaN", "nan"])
"""Those that programs write; people write others, too, as answers."""

LONGEST_MARK = 10  # characters
MOST_NAMES = 5  # of columns and marks in one note


@dataclass(frozen=True, eq=False)
class Written:
    """Columns that are read as numbers and dates.

    Attributes
    ----------
    columns : dict of str to Series
        All columns of the table.
    before : dict of str to Series
        Those that were changed, as an earlier version of Refract read them: keys of corpora stay the same.
    notes : list of str
        One sentence for each way in which columns were read.
    day_first : bool or None
        The order taken for dates that can be read in either; None where there are none.
    """

    columns: dict[str, pd.Series]
    before: dict[str, pd.Series]
    notes: list[str]
    day_first: bool | None


def read_written(
    columns: Mapping[str, pd.Series],
    *,
    of_strings: Iterable[str] = (),
    delimiter: str | None = None,
    day_first: bool | None = None,
) -> Written:
    """Read columns of strings as numbers and dates; a value that stands for none is missing in these.

    Which decimal mark a column has, and whether days come before months, is found from all its values, then
    from the other columns, then from the delimiter.

    Parameters
    ----------
    columns : mapping of str to Series
    of_strings : iterable of str
        Columns in which "12" is a number; in others it is a string, since their format has numbers.
    delimiter : str or None
        Of a file whose values are all strings.
    day_first : bool or None
        What a person chose.
    """
    reading = _Reading(dict(columns), frozenset(of_strings), delimiter)
    reading.empty_columns_of_marks()
    decimal_comma = reading.read_numbers()
    reading.read_dates_in_numbers()
    reading.change_zones()
    order = reading.read_dates(decimal_comma, day_first)
    reading.note_marks()
    notes = [_sentence(names, phrase) for phrase, names in reading.phrases.items()]
    return Written(reading.columns, reading.before, notes, order)


@dataclass(eq=False)
class _Reading:
    """Columns while they are read."""

    columns: dict[str, pd.Series]
    of_strings: frozenset[str]
    delimiter: str | None
    before: dict[str, pd.Series] = field(default_factory=dict)
    phrases: dict[str, list[str]] = field(default_factory=dict)
    without_marks: dict[str, tuple[list[str | None], Counter[str]]] = field(default_factory=dict)

    def empty_columns_of_marks(self) -> None:
        """Make columns of nothing but R's NA, or a like mark, columns of missing values."""
        if self.delimiter is None:
            return
        for name, column in self._strings():
            different = column.dropna().unique()
            if 0 < len(different) <= len(PROGRAM_MARKS) and PROGRAM_MARKS.issuperset(different):
                self._values(name, column)  # counts the marks
                self._replace(name, pd.Series([None] * len(column), dtype="str"), before=column)

    def read_numbers(self) -> bool | None:
        """Read numbers; return whether the table has decimal commas, None where nothing says so."""
        votes: list[bool] = []
        found: dict[str, NumberColumn] = {}
        for name, column in self._strings():
            plain = plain_numbers(column) if name in self.of_strings else None
            if plain is not None and not is_real(plain):
                self._replace(name, plain, before=column if self.delimiter is None else plain)
                continue
            if plain is not None and not _three_decimals(column):
                self._read_plain(name, plain)
                votes.append(False)
                continue
            numbers, reason = find_numbers(name, self._values(name, column))
            self._note(name, reason)
            if numbers is None or (name not in self.of_strings and not numbers.needs_words):
                continue
            found[name] = numbers
            if numbers.decimal_comma is not None:
                votes.append(numbers.decimal_comma)
        decimal_comma: bool | None = None
        if 2 * sum(votes) != len(votes):
            decimal_comma = 2 * sum(votes) > len(votes)
        elif self.delimiter == ";":
            decimal_comma = True
        for name, numbers in found.items():
            self._decide_mark(name, numbers, decimal_comma, voted=bool(votes))
        return decimal_comma

    def _read_plain(self, name: str, numbers: pd.Series) -> None:
        """Read numbers in the plain form of programs, unless they are versions or damaged ids."""
        strings = self.columns[name]
        reason = reason_for_text(name, strings.dropna().unique().tolist())
        self._note(name, reason or "")
        if reason is None:
            self._replace(name, numbers, before=strings if self.delimiter is None else numbers)
        elif self.delimiter is not None:
            self.before[name] = numbers

    def _decide_mark(self, name: str, numbers: NumberColumn, decimal_comma: bool | None, voted: bool) -> None:
        comma = bool(decimal_comma) if numbers.decimal_comma is None else numbers.decimal_comma
        strings = self.columns[name]
        plain = plain_numbers(strings) if self.delimiter is not None else None
        self._replace(name, numbers.values(comma), before=strings if plain is None else plain)
        guess = "the other columns" if voted else "the delimiter" if self.delimiter == ";" else "common use"
        programs = not comma and "." in numbers.ambiguous and (voted or self.delimiter == ",")
        for phrase in numbers.notes(comma, guess if numbers.ambiguous and not programs else ""):
            self._note(name, phrase)

    def read_dates_in_numbers(self) -> None:
        """Read numbers, and strings of digits, as dates where their column is called so."""
        for name, column in list(self.columns.items()):
            numbers: pd.Series | None = column
            if isinstance(column.dtype, pd.StringDtype):
                numbers = _digits_of_dates(name, self._values(name, column))
            if numbers is None or not _is_number(numbers) or is_id_name(name):
                continue
            times, phrase = find_dates_in_numbers(name, numbers)
            if times is not None:
                self._replace(name, times, before=self.before.get(name, column))
                self._note(name, phrase)

    def read_dates(self, decimal_comma: bool | None, chosen: bool | None) -> bool | None:
        """Read dates; return the order taken for those that can be read in either."""
        found: dict[str, DateColumn] = {}
        for name, column in self._strings():
            dates, reason = find_dates(name, self._values(name, column))
            self._note(name, reason)
            if dates is not None:
                found[name] = dates
        words = any(map(DAY_FIRST_WORDS.search, self.columns))
        day_first = words if decimal_comma is None else decimal_comma
        usual, orders = choose_orders(found, None, day_first), choose_orders(found, chosen, day_first)
        taken = None
        for name, dates in found.items():
            order = orders[name]
            self._replace(name, dates.times(order), before=self.columns[name])
            if order != usual[name]:  # another reading is another corpus
                del self.before[name]
            if dates.either_order and taken is None:
                taken = order
            guessed = dates.either_order and chosen is None and dates.proven_order() is None
            for phrase in dates.notes(order, guessed):
                self._note(name, phrase)
        return taken

    def change_zones(self) -> None:
        """Change times of other zones to UTC."""
        for name, column in self.columns.items():
            if isinstance(column.dtype, pd.DatetimeTZDtype) and str(column.dt.tz) != "UTC":
                self._replace(name, column.dt.tz_convert("UTC"), before=column)
                self._note(name, TIMES_CHANGED)

    def note_marks(self) -> None:
        """Note the marks that became missing values."""
        for name, (_, found) in self.without_marks.items():
            if found and name in self.before:
                some = [f"{mark} {n:,} times" for mark, n in found.most_common(MOST_NAMES)]
                self._note(name, f"marks for no value are left empty: {', '.join(some)}")

    def _strings(self) -> list[tuple[str, pd.Series]]:
        return [
            (name, column)
            for name, column in self.columns.items()
            if isinstance(column.dtype, pd.StringDtype) and name not in self.before
        ]

    def _values(self, name: str, column: pd.Series) -> list[str | None]:
        """Return the strings of a column; None for a missing one, and for a mark in its place."""
        if name not in self.without_marks:
            found: Counter[str] = Counter()
            values = column.to_numpy(dtype=object, na_value=None).tolist()
            for position, value in enumerate(values):
                if value is None or len(value) > LONGEST_MARK:
                    continue
                short = value.strip()
                if short.lower() in MISSING_MARKS:
                    found[short] += 1
                    values[position] = None
                elif not short:
                    values[position] = None
            self.without_marks[name] = values, found
        return self.without_marks[name][0]

    def _replace(self, name: str, column: pd.Series, before: pd.Series) -> None:
        self.columns[name] = column
        if before is not column:
            self.before[name] = before

    def _note(self, name: str, phrase: str) -> None:
        if phrase:
            self.phrases.setdefault(phrase, []).append(name)


def plain_numbers(column: pd.Series) -> pd.Series | None:
    """Return a column of strings as numbers when all are in the plain form of programs, else None."""
    values = column.to_numpy(dtype=object, na_value=None)
    filled = [value for value in values if value is not None]
    if not filled or not all(map(PLAIN_NUMBER.fullmatch, filled)):
        return None
    try:
        return whole_numbers(pd.array([None if v is None else int(v) for v in values], dtype="Int64"))
    except ValueError:
        numbers = np.array([np.nan if v is None else float(v) for v in values])
        return None if np.isinf(numbers).any() else pd.Series(numbers)  # as 1e999 would be


def whole_numbers(values: pd.api.extensions.ExtensionArray) -> pd.Series:
    """Return whole numbers, as int64 where none is missing."""
    return pd.Series(values) if values.isna().any() else pd.Series(values.to_numpy(dtype=np.int64))


def is_real(column: pd.Series) -> bool:
    """Return whether a column holds numbers with decimals."""
    return pd.api.types.is_float_dtype(column.dtype)


def _is_number(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)


def _three_decimals(column: pd.Series) -> bool:
    """Return whether all numbers with a point have three decimals, as if it separated thousands."""
    pointed = (value for value in column.to_numpy(dtype=object, na_value=None) if value and "." in value)
    return all(map(THREE_DECIMALS.fullmatch, pointed))


def _digits_of_dates(name: str, values: list[str | None]) -> pd.Series | None:
    """Return strings such as 1709280000 as numbers where the column is called as dates are."""
    if not DATE_NAMES.search(name):
        return None
    filled = [value for value in values if value is not None]
    if not filled or not all(DATE_DIGITS.fullmatch(value.strip()) for value in filled):
        return None
    return plain_numbers(pd.Series(values, dtype="str"))


def _sentence(names: list[str], phrase: str) -> str:
    called = ", ".join(f"“{name}”" for name in names[:MOST_NAMES])
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return f"{called}{more}: {phrase}."

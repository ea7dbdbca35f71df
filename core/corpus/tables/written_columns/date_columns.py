"""Read columns of strings, or of numbers with the name of a date, as dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .date_values import WrittenDate, read_compact_date, read_date
from .number_columns import LEAST_SHARE, SAMPLE_VALUES, is_id_name

MOST_WRONG = 0.01
"""Share of values of a column of dates that may be none: they become missing, and a note counts them."""

DATE_NAMES = re.compile(
    r"date|datum|fecha|time|zeit|created|updated|modified|posted|published|submitted|epoch|unix|utc|erstellt"
    r"|(?:^|[^a-z])(?:at|ts|dt|day|tag|data|on)$|[a-z]At$",
    re.IGNORECASE,
)
"""Names of columns in which 20240301 is a day and 1709280000 a time."""

ZERO_DATE = re.compile(r"0{4}[-/.]00[-/.]00.*|00[-/.]00[-/.]0{4}.*")
"""What databases write for no date."""

SHORT_YEAR = re.compile(r"\d\d[-.]\d\d[-.]\d\d(?!\d).*")
EPOCH_UNITS = {"seconds": 1, "milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}
EPOCH_RANGE = (631_152_000, 4_102_444_800)  # seconds since 1970: the years 1990 to 2099
MICROSECONDS = 10**6
TIMES_CHANGED = "times are changed to UTC"


@dataclass(frozen=True, eq=False)
class DateColumn:
    """A column of dates that are written as strings.

    Attributes
    ----------
    codes : int array (n,)
        Position of each value in `dates`; -1 for a missing one.
    texts : list of str
    dates : list of WrittenDate or None
        None for a value that is no date.
    n_zero : int
        Values such as 0000-00-00, which count as missing.
    """

    codes: np.ndarray
    texts: list[str]
    dates: list[WrittenDate | None]
    n_zero: int = 0

    @property
    def separator(self) -> str:
        """Character between day and month, where either may come first; else ""."""
        return next((written.separator for written in self.dates if written and written.separator), "")

    @property
    def ordered(self) -> bool:
        """Whether the order of day and month makes a difference."""
        return any(date.separator and date.first != date.second for date in self.dates if date)

    def wrong(self, day_first: bool) -> np.ndarray:
        """Return which values are no dates when read in an order: bool array (n,)."""
        return self._wrong[day_first]

    @cached_property
    def _wrong(self) -> dict[bool, np.ndarray]:
        wrong = {}
        for day_first in (True, False):
            some = [date is None or date.since_1970(day_first) is None for date in self.dates]
            wrong[day_first] = np.append(some, False)[self.codes]  # the last one for -1
        return wrong

    @property
    def either_order(self) -> bool:
        """Whether day and month may be read in either order, with different dates."""
        return self.ordered and self.may_be(True) and self.may_be(False)

    def may_be(self, day_first: bool) -> bool:
        """Return whether nearly all values are dates in an order."""
        wrong = self.wrong(day_first)
        return int(wrong.sum()) <= MOST_WRONG * (self.codes >= 0).sum()

    def proven_order(self) -> bool | None:
        """Return whether the day is first, where the values say so: a value over 12 cannot be a month."""
        if not self.ordered:
            return None
        day_first, month_first = int(self.wrong(True).sum()), int(self.wrong(False).sum())
        return None if day_first == month_first else day_first < month_first

    def times(self, day_first: bool) -> pd.Series:
        """Return the dates: datetime64[us], in UTC where a value has a zone; wrong ones are missing."""
        found = [None if date is None else date.since_1970(day_first) for date in self.dates]
        return _times([*found, None], self.codes, in_utc=self._has_zone)

    @property
    def _has_zone(self) -> bool:
        return any(date is not None and date.ahead is not None for date in self.dates)

    def notes(self, day_first: bool, guessed: bool) -> list[str]:
        """Return phrases on how the dates were read."""
        known = [date for date in self.dates if date is not None]
        notes = []
        if self.separator and self.ordered:
            parts = ("day", "month", "year") if day_first else ("month", "day", "year")
            guess = ", a guess: no value has a day over 12" if guessed else ""
            notes.append(f"dates are read as {self.separator.join(parts)}{guess}")
        if any(date.short_year for date in known):
            notes.append("years of two digits are read as 1969 to 2068")
        if any(date.whole_month for date in known):
            notes.append("a month is read as its first day")
        zones = {date.ahead for date in known if date.time or date.ahead is not None}
        if len(zones) > 1 or zones - {None, 0}:
            notes.append("times without a zone are taken as UTC" if None in zones else TIMES_CHANGED)
        wrong = self.wrong(day_first)
        if wrong.any():
            text = self.texts[self.codes[np.flatnonzero(wrong)[0]]]
            notes.append(f"values that are no dates are left empty: {int(wrong.sum()):,} (such as “{text}”)")
        if self.n_zero:
            notes.append(f"zero dates are left empty: {self.n_zero:,}")
        return notes


def find_dates(name: str, values: Sequence[str | None]) -> tuple[DateColumn | None, str]:
    """Find the dates of a column of strings.

    Returns None where it holds none, and a phrase that says why; "" where nothing needs to be said.
    """
    filled = [value for value in values if value is not None]
    some = filled[:: -(-len(filled) // SAMPLE_VALUES) or 1]
    dated = sum(read_date(value) is not None or bool(ZERO_DATE.match(value)) for value in some)
    if not some or dated < LEAST_SHARE * len(some):
        return None, ""
    codes, different = pd.factorize(np.asarray(values, dtype=object))
    texts = [text.strip() for text in different]
    zero = np.append([ZERO_DATE.fullmatch(text) is not None for text in texts], False)
    n_zero = int(zero[codes].sum())
    dates = [read_date(text) for text in texts]
    column = DateColumn(np.where(zero[codes], -1, codes), texts, dates, n_zero)
    known = [(text, date) for text, date in zip(texts, dates, strict=True) if date is not None]
    if not known or (is_id_name(name) and any(date.whole_month for _, date in known)):
        return None, ""
    says_date = DATE_NAMES.search(name) is not None
    if not says_date and any(
        date.short_year and date.separator in ("-", ".") and not SHORT_YEAR.match(text)
        for text, date in known  # versions such as 1.2.10
    ):
        return None, ""
    if column.may_be(True) or column.may_be(False):
        return column, ""
    wrong = min(column.wrong(True), column.wrong(False), key=np.sum)
    n_filled = int((column.codes >= 0).sum())
    if wrong.sum() > (1 - LEAST_SHARE) * n_filled:
        return None, ""
    text = texts[codes[np.flatnonzero(wrong)[0]]]
    return None, f"stays text: all its values but {int(wrong.sum()):,} are dates of one form (not “{text}”)"


def choose_orders(
    columns: dict[str, DateColumn], chosen: bool | None, day_first_file: bool
) -> dict[str, bool]:
    """Choose for each column of dates whether the day is first.

    The values decide, then what a person chose, then the other columns of the file, then its language; a
    point between day and month means day first.

    Parameters
    ----------
    columns : dict of column name to DateColumn
    chosen : bool or None
        What a person chose.
    day_first_file : bool
        Whether the file is of a language with the day first, as its decimal commas say.
    """
    proven = {name: column.proven_order() for name, column in columns.items()}
    votes: dict[bool, list[bool]] = {True: [], False: []}  # by whether the separator is a point
    for name, order in proven.items():
        if order is not None:
            votes[columns[name].separator == "."].append(order)
    found = {}
    for name, column in columns.items():
        order = proven[name]
        if chosen is not None and column.may_be(chosen):
            order = chosen
        if order is None:
            point = column.separator == "."
            same = votes[point]
            default = point or day_first_file
            order = default if 2 * sum(same) == len(same) else 2 * sum(same) > len(same)
        if not column.may_be(order):
            order = not order
        found[name] = order
    return found


def find_dates_in_numbers(name: str, column: pd.Series) -> tuple[pd.Series | None, str]:
    """Read numbers as dates where their column is called so: 20240301, or seconds since 1970.

    Returns the dates (datetime64[us], since 1970 in UTC) and a phrase on how they were read; None for other
    numbers.
    """
    if not DATE_NAMES.search(name):
        return None, ""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values)
    if not known.any():
        return None, ""
    for unit, per_second in EPOCH_UNITS.items():
        low, high = (end * per_second for end in EPOCH_RANGE)
        if values[known].min() >= low and values[known].max() <= high:
            exact = column.to_numpy(dtype=object, na_value=None)
            since = [None if value is None else _microseconds(value, per_second) for value in exact]
            times = _times(since, np.arange(len(since)), in_utc=True)
            return times, f"numbers are read as {unit} since 1970, in UTC"
    if (values[known] == np.floor(values[known])).all() and values[known].min() >= 19_000_101:
        codes, different = pd.factorize(values)
        dates = [read_compact_date(f"{value:.0f}") for value in different]
        found = DateColumn(codes, [], dates)
        if None not in dates and not found.wrong(False).any():
            return found.times(False), "numbers are read as year, month and day"
    return None, ""


def _microseconds(value: float, per_second: int) -> int | None:
    if value != value:
        return None
    if isinstance(value, int | np.integer):
        return int(value) * MICROSECONDS // per_second
    return round(value / per_second * MICROSECONDS)


def _times(microseconds: list[int | None], codes: np.ndarray, in_utc: bool) -> pd.Series:
    missing = np.iinfo(np.int64).min  # not a time
    numbers = np.array([missing if value is None else value for value in microseconds], dtype=np.int64)
    times = pd.Series(numbers[codes].view("datetime64[us]"))
    return times.dt.tz_localize("UTC") if in_utc else times

"""Bins of a metadata column of numbers, dates or categories."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from core.corpus.grouping import Partition

MOST_BINS = 30
FEW_VALUES = 12
"""Numbers with no more different values have a bar for each."""

CUT = 0.5
"""Per cent of the numbers at either end in the outermost bin, so that one huge value flattens nothing."""

LONGEST_VALUE = 80
"""Characters; a column of longer values holds texts rather than categories."""

DATE = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?")
UNITS = ("h", "D", "W", "M", "Q", "Y")


@dataclass(frozen=True, eq=False)
class Profile:
    """A column of n texts in bins.

    Attributes
    ----------
    kind : "number", "date" or "category"
        Bins of a category stand from the most frequent value down, the others in their own order.
    codes : int32 array (n,)
        Bin of each text; -1 for no value.
    bins : tuple of str
        What each bin holds, in words; no two are equal. A bin between others may be empty.
    starts : tuple of str
        What stands at the axis under the begin of each bin, or under its middle where it is one value.
    one_value : bool
        Whether each bin is one value, or one stretch of time with a name of its own.
    """

    kind: Literal["number", "date", "category"]
    codes: np.ndarray
    bins: tuple[str, ...]
    starts: tuple[str, ...]
    one_value: bool

    @property
    def partition(self) -> Partition:
        """The bins that have texts as groups."""
        counts = self.counts()
        return Partition(self.codes, {code: self.bins[code] for code in np.flatnonzero(counts).tolist()})

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Texts in each bin: int64 array (n bins,); of some rows, or of a mask, when given."""
        codes = self.codes if rows is None else self.codes[rows]
        return np.bincount(codes[codes >= 0], minlength=len(self.bins))


def profile_column(column: pd.Series) -> Profile | None:
    """Put the values of a column into bins.

    Columns of numbers have at most 30 bins of a round width; columns of dates one for each hour, day, week,
    month, quarter or year, or several years, at most 30 too; a category has a bin for each value.

    Parameters
    ----------
    column : Series of n values

    Returns
    -------
    Profile or None
        None where bins say nothing: fewer than two values, long texts, or ids, that is values most of which
        occur once.
    """
    filled = column.notna().to_numpy()
    if not filled.any():
        return None
    if pd.api.types.is_bool_dtype(column.dtype):
        return _categories(column.map({True: "yes", False: "no"}), filled)
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        return _numbers(values)
    dates = _as_dates(column, filled)
    return _categories(column, filled) if dates is None else _dates(dates)


def _numbers(values: np.ndarray) -> Profile | None:
    known = np.isfinite(values)
    different = np.unique(values[known])
    if len(different) < 2 or different[-1] > different[0] + np.finfo(np.float64).max:
        return None
    whole = bool((different == np.floor(different)).all())
    codes = np.full(len(values), -1, dtype=np.int32)
    if len(different) <= FEW_VALUES:
        codes[known] = np.searchsorted(different, values[known])
        values_shown = tuple(_number(value, float(np.diff(different).min())) for value in different)
        return Profile("number", codes, values_shown, values_shown, one_value=True)
    low, high = np.percentile(values[known], [CUT, 100 - CUT])
    if low == high:
        low, high = different[0], different[-1]
    finest = 2 * np.spacing(np.abs(different).max())  # finer edges would be the same number
    width = _round_width(max((high - low) / (MOST_BINS - 1), finest))
    if whole:
        width = max(width, 1.0)
    first = math.floor(low / width)
    n_bins = math.floor(high / width) - first + 1
    places = np.clip(np.floor(values[known] / width) - first, 0, n_bins - 1)
    codes[known] = places.astype(np.int32)
    edges = [width * (first + position) for position in range(n_bins + 1)]
    starts = tuple(_number(edge, width) for edge in edges[:-1])
    if whole and width == 1:
        words = list(starts)
    else:
        ends = edges[1:] if not whole else [edge - 1 for edge in edges[1:]]
        words = [f"{start} to {_number(end, width)}" for start, end in zip(starts, ends, strict=True)]
    if different[0] < edges[0]:
        words[0] = f"less than {_number(edges[1], width)}"
    if different[-1] >= edges[-1]:
        words[-1] = f"{starts[-1]} or more"
    return Profile("number", codes, tuple(words), starts, one_value=whole and width == 1)


def _round_width(least: float) -> float:
    """Smallest of 1, 2, 5, 10, 20, … times a power of ten that is not below a width."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= least * (1 - 1e-9))


def _number(value: float, step: float) -> str:
    """Return a number as people write it, distinct from those a step away; years have no comma."""
    size = math.floor(math.log10(max(abs(value), step)))
    # Up to a million billions in full, not as 1.7e+09.
    digits = min(17, max(6, size + 1 if size < 15 else 0, size - math.floor(math.log10(step)) + 2))
    text = f"{value:,.{digits}g}" if abs(value) >= 10_000 else f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def _as_dates(column: pd.Series, filled: np.ndarray) -> pd.Series | None:
    """Dates of a column, where it holds dates or strings that begin with year, month and day."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    values = column.to_numpy(dtype=object)[filled]
    if not all(isinstance(value, str) and DATE.fullmatch(value) for value in values[:100]):
        return None
    dates = pd.to_datetime(
        column.astype("str").str.strip(), errors="coerce", utc=True, format="mixed", dayfirst=False
    )
    return dates if dates.notna().sum() == filled.sum() else None


def _dates(dates: pd.Series) -> Profile | None:
    times = dates if dates.dt.tz is None else dates.dt.tz_convert(None)
    known = times.notna().to_numpy()
    if times.nunique() < 2:
        return None
    days_only = bool((times[known] == times[known].dt.normalize()).all())
    for unit in UNITS[1:] if days_only else UNITS:
        periods = times[known].dt.to_period(unit)
        first = periods.min()
        places = periods.array.asi8 - first.ordinal
        if places.max() < MOST_BINS:
            break
    together = 1 + int(places.max()) // MOST_BINS  # more than one only for years
    codes = np.full(len(times), -1, dtype=np.int32)
    codes[known] = places // together
    words = []
    for begin in range(0, int(places.max()) + 1, together):
        word = _period(first + begin)
        words.append(word if together == 1 else f"{word} to {_period(first + begin + together - 1)}")
    return Profile("date", codes, tuple(words), tuple(word.removeprefix("week of ") for word in words), True)


def _period(period: pd.Period) -> str:
    """A stretch of time in words."""
    unit = period.freqstr[0]
    if unit == "Y":  # such as 9999 and later, which have no strftime
        return str(period.year)
    start = period.start_time
    day = f"{start.day} {start:%b %Y}"
    words = {"h": f"{day}, {start:%H}:00", "D": day, "W": f"week of {day}", "M": f"{start:%b %Y}"}
    return words.get(unit) or f"Q{period.quarter} {period.year}"


def _categories(column: pd.Series, filled: np.ndarray) -> Profile | None:
    texts = np.array([str(value).strip() for value in column.to_numpy(dtype=object)], dtype=object)
    filled = filled & (texts != "")
    texts = pd.Series(texts[filled], dtype=object)
    sizes = texts.value_counts()
    names = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    if len(names) < 2 or len(names) > max(2, len(texts) / 2) or texts.str.len().median() > LONGEST_VALUE:
        return None
    codes = np.full(len(filled), -1, dtype=np.int32)
    codes[filled] = pd.Categorical(texts, categories=names).codes
    return Profile("category", codes, tuple(names), tuple(names), one_value=True)

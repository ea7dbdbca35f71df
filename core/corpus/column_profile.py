"""Bins of a metadata column of numbers, dates or categories."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from .corpus import Partition
from .value_range import usual_dates, without_zone

MOST_BINS = 30
FEW_NUMBERS = 12
"""Different numbers up to which each has a bin of its own."""

TAIL_PERCENT = 0.5
"""Per cent of the numbers at either end that share the outermost bin, so that one outlier widens no bin."""

LONGEST_CATEGORY = 80
"""Median of characters above which the values of a column are texts rather than categories."""

DATE_PATTERN = re.compile(r"\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}([T ].*)?")
PERIOD_UNITS = ("h", "D", "W", "M", "Q", "Y")


@dataclass(frozen=True, eq=False)
class Profile:
    """A column of n texts in bins.

    Attributes
    ----------
    kind : "number", "date" or "category"
        Categories are sorted by frequency, numbers and dates by value.
    codes : int32 array (n,)
        Bin of each text; -1 for no value.
    bins : tuple of str
        Name of each bin; no two are equal. A bin between others may be empty.
    starts : tuple of str
        Tick label at the start of each bin, or at its middle where it is one value.
    one_value : bool
        Whether each bin is one value or one named period.
    """

    kind: Literal["number", "date", "category"]
    codes: np.ndarray
    bins: tuple[str, ...]
    starts: tuple[str, ...]
    one_value: bool

    @property
    def partition(self) -> Partition:
        """The bins that have texts, as groups."""
        counts = self.counts()
        return Partition(self.codes, {code: self.bins[code] for code in np.flatnonzero(counts).tolist()})

    def counts(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Count the texts in each bin, (n_bins,): of all rows, of some, or of a mask."""
        codes = self.codes if rows is None else self.codes[rows]
        return np.bincount(codes[codes >= 0], minlength=len(self.bins))


def profile_column(column: pd.Series) -> Profile | None:
    """Bin the values of a column.

    Numbers have at most `MOST_BINS` bins of a round width. So have dates: one per hour, day, week, month,
    quarter or year, or per several years. Categories have one bin per value.

    Returns None where bins are of no use: for fewer than two values, for long texts, and for ids, that is
    values most of which occur once.
    """
    filled = column.notna().to_numpy()
    if not filled.any():
        return None
    if pd.api.types.is_bool_dtype(column.dtype):
        return _categories(column.map({True: "yes", False: "no"}), filled)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _numbers(column.to_numpy(dtype=np.float64, na_value=np.nan))
    dates = dates_of(column)
    return _categories(column, filled) if dates is None else _dates(dates)


def _numbers(values: np.ndarray) -> Profile | None:
    known = np.isfinite(values)
    different = np.unique(values[known])
    if len(different) < 2 or different[-1] > different[0] + np.finfo(np.float64).max:
        return None
    whole = bool((different == np.floor(different)).all())
    codes = np.full(len(values), -1, dtype=np.int32)
    if len(different) <= FEW_NUMBERS:
        codes[known] = np.searchsorted(different, values[known])
        names = tuple(_format_number(value, float(np.diff(different).min())) for value in different)
        return Profile("number", codes, names, names, one_value=True)
    low, high = np.percentile(values[known], [TAIL_PERCENT, 100 - TAIL_PERCENT])
    if low == high:
        low, high = different[0], different[-1]
    finest = 2 * np.spacing(np.abs(different).max())  # finer edges would be the same number
    width = _round_width(max((high - low) / (MOST_BINS - 1), finest))
    if whole:
        width = max(width, 1.0)
    first = math.floor(low / width)
    n_bins = math.floor(high / width) - first + 1
    codes[known] = np.clip(np.floor(values[known] / width) - first, 0, n_bins - 1)
    edges = [width * (first + position) for position in range(n_bins + 1)]
    starts = tuple(_format_number(edge, width) for edge in edges[:-1])
    one_value = whole and width == 1
    ends = [_format_number(edge - 1 if whole else edge, width) for edge in edges[1:]]
    bins = [start if one_value else f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
    if different[0] < edges[0]:
        bins[0] = f"less than {_format_number(edges[1], width)}"
    if different[-1] >= edges[-1]:
        bins[-1] = f"{starts[-1]} or more"
    return Profile("number", codes, tuple(bins), starts, one_value)


def _round_width(least: float) -> float:
    """Return the smallest of 1, 2, 5 and 10 times a power of ten that is not below a width."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * step for step in (1, 2, 5, 10) if power * step >= least * (1 - 1e-9))


def _format_number(value: float, step: float) -> str:
    """Format a number so that it differs from those a step away; years have no comma."""
    size = math.floor(math.log10(max(abs(value), step)))
    # Below 10^15 in full, not as 1.7e+09.
    digits = min(17, max(6, size + 1 if size < 15 else 0, size - math.floor(math.log10(step)) + 2))
    text = f"{value:,.{digits}g}" if abs(value) >= 10_000 else f"{value:.{digits}g}"
    return "0" if text == "-0" else text


def dates_of(column: pd.Series) -> pd.Series | None:
    """Return the dates of a column of dates, or of strings that begin with year, month and day; else None.

    Corpora that an earlier version of Refract stored hold dates as strings.
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column
    filled = column.notna().to_numpy()
    if not filled.any() or pd.api.types.is_numeric_dtype(column.dtype):
        return None
    values = column.to_numpy(dtype=object)[filled]
    if not all(isinstance(value, str) and DATE_PATTERN.fullmatch(value) for value in values[:100]):
        return None
    dates = pd.to_datetime(
        column.astype("str").str.strip(), errors="coerce", utc=True, format="mixed", dayfirst=False
    )
    return dates if dates.notna().sum() == filled.sum() else None


def _dates(dates: pd.Series) -> Profile | None:
    times = without_zone(dates)
    if times.nunique() < 2:
        return None
    low, high = usual_dates(times)
    early, late = (times < low).to_numpy(), (times > high).to_numpy()
    known = times.notna().to_numpy() & ~early & ~late
    days_only = bool((times[known] == times[known].dt.normalize()).all())
    for unit in PERIOD_UNITS[1:] if days_only else PERIOD_UNITS:
        periods = times[known].dt.to_period(unit)
        first = periods.min()
        offsets = periods.array.asi8 - first.ordinal
        if offsets.max() < MOST_BINS:
            break
    per_bin = 1 + int(offsets.max()) // MOST_BINS  # more than one only for years
    codes = np.full(len(times), -1, dtype=np.int32)
    codes[known] = offsets // per_bin
    bins = []
    for start in range(0, int(offsets.max()) + 1, per_bin):
        name = _format_period(first + start)
        bins.append(name if per_bin == 1 else f"{name} to {_format_period(first + start + per_bin - 1)}")
    starts = [name.removeprefix("week of ") for name in bins]
    if late.any():
        codes[late] = len(bins)
        bins, starts = [*bins, f"after {bins[-1]}"], [*starts, "later"]
    if early.any():
        codes[known | late] += 1
        codes[early] = 0
        bins, starts = [f"before {bins[0]}", *bins], ["earlier", *starts]
    return Profile("date", codes, tuple(bins), tuple(starts), True)


def _format_period(period: pd.Period) -> str:
    unit = period.freqstr[0]
    if unit == "Y":  # 9999 and later years have no strftime
        return str(period.year)
    start = period.start_time
    day = f"{start.day} {start:%b %Y}"
    names = {"h": f"{day}, {start:%H}:00", "D": day, "W": f"week of {day}", "M": f"{start:%b %Y}"}
    return names.get(unit) or f"Q{period.quarter} {period.year}"


def _categories(column: pd.Series, filled: np.ndarray) -> Profile | None:
    texts = np.array([str(value).strip() for value in column.to_numpy(dtype=object)], dtype=object)
    filled = filled & (texts != "")
    texts = pd.Series(texts[filled], dtype=object)
    sizes = texts.value_counts()
    names = sorted(sizes.index, key=lambda name: (-sizes[name], name))
    if len(names) < 2 or len(names) > max(2, len(texts) / 2) or texts.str.len().median() > LONGEST_CATEGORY:
        return None
    codes = np.full(len(filled), -1, dtype=np.int32)
    codes[filled] = pd.Categorical(texts, categories=names).codes
    return Profile("category", codes, tuple(names), tuple(names), one_value=True)

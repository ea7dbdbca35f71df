"""Colour scales of the maps: numbers and dates, with ends that one outlier does not move."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from core.corpus import usual_dates, usual_range, without_zone
from core.maps.drawing import NumericColouring

MOST_TICKS = 4
DAY = pd.Timedelta(days=1)
TICK_STEPS = (
    *((pd.DateOffset(minutes=n), "minute") for n in (1, 5, 15, 30)),
    *((pd.DateOffset(hours=n), "hour") for n in (1, 3, 6, 12)),
    *((pd.DateOffset(days=n), "day") for n in (1, 2, 4, 7, 14)),
    *((pd.DateOffset(months=n), "month") for n in (1, 2, 3, 6)),
    *((pd.DateOffset(years=n), "year") for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000)),
)
"""Steps between ticks: the length of a step, the period of its label."""


def numbers_on_scale(title: str, column: pd.Series) -> NumericColouring:
    """Colour by a column of numbers."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    low, high = usual_range(values)
    outside = _outside(values, low, high, ("below", "above"), lambda value: f"{value:,.12g}")
    return NumericColouring(title, values.astype(np.float32), scale=(low, high), outside=outside)


def dates_on_scale(title: str, dates: pd.Series) -> NumericColouring:
    """Colour by a column of dates, on a scale in time."""
    times = without_zone(dates)
    low, high = usual_dates(times)
    origin = low.floor("D")
    days = times.to_numpy(dtype="datetime64[us]") - origin.to_datetime64().astype("datetime64[us]")
    values = np.where(times.isna(), np.nan, days.astype(np.int64) / 86_400e6)
    scale = ((low - origin) / DAY, (high - origin) / DAY)
    with_time = bool((times.dropna() != times.dropna().dt.normalize()).any()) and high - low < 3 * DAY

    def words(value: float) -> str:
        return str(np.datetime64(origin.to_datetime64(), "D") + np.timedelta64(int(np.floor(value)), "D"))

    return NumericColouring(
        title,
        values.astype(np.float32),
        ends=(_date_words(low, with_time), _date_words(high, with_time)),
        scale=scale,
        ticks=tuple(((time - origin) / DAY, label) for time, label in date_ticks(low, high)),
        outside=_outside(values, *scale, ("before", "after"), words),
        origin=float(origin.to_datetime64().astype("datetime64[ms]").astype(np.int64)),
    )


def _date_words(time: pd.Timestamp, with_time: bool) -> str:
    """Write a date for people: "4 Mar 2024", "4 Mar 2024, 08:05"."""
    return f"{time.day} {time:%b} {time.year}" + (f", {time:%H:%M}" if with_time else "")


def date_ticks(low: pd.Timestamp, high: pd.Timestamp) -> list[tuple[pd.Timestamp, str]]:
    """Return up to `MOST_TICKS` round dates between two, each with its label."""
    for step, period in TICK_STEPS:
        found: list[tuple[pd.Timestamp, str]] = []
        try:
            time = _start(low, step, period)
            while time < high and len(found) <= MOST_TICKS:
                if time > low:
                    found.append((time, _tick_label(time, period)))
                time += step
        except (ValueError, OverflowError, pd.errors.OutOfBoundsDatetime):  # beyond the year 9999
            pass
        if len(found) <= MOST_TICKS:
            return found
    return []


def _tick_label(time: pd.Timestamp, period: str) -> str:
    if period == "year":  # years above 9999 and below 1000 have no strftime
        return str(time.year)
    if period == "month":
        return f"{time:%b} {time.year}"
    return f"{time.day} {time:%b}" if period == "day" else f"{time:%H:%M}"


def _start(low: pd.Timestamp, step: pd.DateOffset, period: str) -> pd.Timestamp:
    """Return the last round date before the first of a scale."""
    day = low.normalize()
    if period == "minute":
        return low.floor("h")
    if period == "hour":
        return day
    if period == "day":
        return day - pd.Timedelta(days=day.weekday()) if step.kwds["days"] >= 7 else day
    if period == "month":
        return day.replace(day=1, month=1)
    n = step.kwds["years"]
    return day.replace(day=1, month=1, year=max(1, low.year // n * n))


def _outside(
    values: np.ndarray, low: float, high: float, where: tuple[str, str], words: Callable[[float], str]
) -> str:
    """Say how many values are beyond the ends, and what the most frequent one is."""
    parts = []
    for beyond, place in zip((values < low, values > high), where, strict=True):
        n = int(beyond.sum())
        if n:
            found, counts = np.unique(values[beyond], return_counts=True)
            example = words(float(found[counts.argmax()]))
            parts.append(
                f"{n:,} {place} ({example})" if len(found) == 1 else f"{n:,} {place} (such as {example})"
            )
    return ", ".join(parts)

"""The range that most values of a column lie in: one placeholder or outlier does not widen it."""

from __future__ import annotations

import numpy as np
import pandas as pd

TAIL_PERCENT = 0.5
"""Per cent of the different values at either end that may lie outside."""

FENCE = 3.0
"""Times the distance of the quartiles, from a quartile on, that a value must be away to lie outside."""

GAP = 10.0
"""Times the width of the other values that an outermost value must be away from them to lie outside."""

LEAST_VALUES = 4
"""Different values below which all are inside."""

PLACEHOLDERS = np.array(
    [
        "0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "2099-12-31", "2999-12-31",
        "9999-12-31",
    ],
    dtype="datetime64[us]",
)  # fmt: skip
"""Days that databases write where there is no date."""


def usual_range(values: np.ndarray, placeholders: np.ndarray | None = None) -> tuple[float, float]:
    """Return the ends of the range of most values; (0, 0) without any.

    A value lies outside where it is far from the quartiles and among the outermost 0.5 % of the different
    values, or far from all others. A known placeholder need only be as far as the others are wide.

    Parameters
    ----------
    values : array (n,) of numbers, NaN for a missing one
    placeholders : array of numbers, optional
    """
    known = np.unique(values[np.isfinite(values)])
    if len(known) == 0:
        return 0, 0
    if len(known) < LEAST_VALUES:
        return known[0].item(), known[-1].item()
    first, third = np.percentile(known, [25, 75])
    reach = FENCE * (third - first)
    low = np.percentile(known, TAIL_PERCENT, method="lower")
    high = np.percentile(known, 100 - TAIL_PERCENT, method="higher")
    known = known[(known >= min(low, first - reach)) & (known <= max(high, third + reach))]
    marks = np.empty(0) if placeholders is None else placeholders
    before = None
    while len(known) >= LEAST_VALUES and len(known) != before:
        before = len(known)
        far = 1.0 if known[-1] in marks else GAP
        if known[-1] - known[-2] > far * (known[-2] - known[0]):
            known = known[:-1]
            continue
        far = 1.0 if known[0] in marks else GAP
        if known[1] - known[0] > far * (known[-1] - known[1]):
            known = known[1:]
    return known[0].item(), known[-1].item()


def usual_dates(dates: pd.Series) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last date of the range of most dates, without their zone."""
    times = without_zone(dates).dropna().to_numpy(dtype="datetime64[us]").astype(np.int64)
    low, high = usual_range(times, PLACEHOLDERS.astype(np.int64))
    return pd.Timestamp(np.datetime64(int(low), "us")), pd.Timestamp(np.datetime64(int(high), "us"))


def without_zone(dates: pd.Series) -> pd.Series:
    """Return dates without a zone; those of a zone in UTC."""
    return dates if dates.dt.tz is None else dates.dt.tz_convert(None)

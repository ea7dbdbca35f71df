"""Ranges that one value does not widen."""

import numpy as np
import pandas as pd
import pytest

from core.corpus import dates_of, profile_column, usual_dates, usual_range, without_zone


def test_a_range_of_usual_values_is_whole():
    rng = np.random.default_rng(0)
    for values in (np.arange(1000.0), rng.uniform(size=5000), np.array([1.0, 2, 30]), rng.normal(size=200)):
        assert usual_range(values) == (values.min(), values.max())


@pytest.mark.parametrize("outlier", [1e9, -1e9, 999_999])
def test_one_outlier_is_outside(outlier):
    for values in ([*range(100), outlier], [1, 2, 3, 4, outlier], [*range(50), *[outlier] * 40]):
        low, high = usual_range(np.array(values, dtype=float))
        inside = [value for value in values if value != outlier]
        assert (low, high) == (min(inside), max(inside))


def test_few_values_and_none():
    assert usual_range(np.array([1.0, 1e9])) == (1, 1e9)
    assert usual_range(np.array([np.nan, np.inf])) == (0, 0)


def test_most_of_a_long_tail_is_inside():
    values = np.random.default_rng(0).lognormal(0, 2, 3000)
    low, high = usual_range(values)
    assert (values > high).sum() <= 16 and high < values.max() and low == values.min()


@pytest.mark.parametrize(
    "placeholder", ["9999-12-31", "1900-01-01", "1970-01-01", "0001-01-01", "2099-12-31"]
)
def test_a_placeholder_does_not_widen_dates(placeholder):
    days = pd.date_range("2024-03-01", periods=20).to_series(index=range(20)).astype("datetime64[us]")
    column = pd.concat([days, pd.Series([pd.Timestamp(placeholder), pd.NaT]).astype("datetime64[us]")])
    assert usual_dates(column) == (days.iloc[0], days.iloc[-1])
    profile = profile_column(column.reset_index(drop=True))
    assert profile.kind == "date" and len(profile.bins) == 21
    assert profile.codes[-1] == -1
    early = placeholder < "2024"
    assert profile.codes[-2] == (0 if early else 20)
    assert len(set(profile.codes.tolist())) == 22
    assert len(profile.starts) == len(profile.bins) == len(set(profile.bins))


def test_a_known_placeholder_beside_old_dates_is_outside_but_old_dates_are_not():
    years = pd.Series([pd.Timestamp(f"{year}-05-01") for year in range(2010, 2025)]).astype("datetime64[us]")
    with_zero = pd.concat([years, pd.Series([pd.Timestamp("1970-01-01")]).astype("datetime64[us]")])
    assert usual_dates(with_zero)[0].year == 2010
    with_old = pd.concat([years, pd.Series([pd.Timestamp("1971-02-03")]).astype("datetime64[us]")])
    assert usual_dates(with_old)[0].year == 1971


def test_dates_of_strings_and_of_other_columns():
    assert dates_of(pd.Series(["2024-03-01", None], dtype="str")).dt.day[0] == 1
    assert dates_of(pd.Series(["a", "b"])) is None
    assert dates_of(pd.Series([1, 2])) is None
    assert dates_of(pd.Series([None, None], dtype="str")) is None
    zoned = pd.Series(pd.to_datetime(["2024-03-01 08:00"]).tz_localize("Europe/Berlin"))
    assert without_zone(zoned)[0] == pd.Timestamp("2024-03-01 07:00")

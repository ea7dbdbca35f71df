"""Metadata columns in bins, and their panel."""

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import profile_column
from core.corpus.column_profile import MOST_BINS


def counts(profile):
    return dict(zip(profile.bins, profile.counts().tolist(), strict=True))


def test_a_category_has_a_bin_for_each_value_the_most_frequent_first():
    profile = profile_column(pd.Series(["b", "a", None, "b", "c", "a", "b"]))
    assert profile.kind == "category"
    assert counts(profile) == {"b": 3, "a": 2, "c": 1}
    assert profile.codes.tolist() == [0, 1, -1, 0, 2, 1, 0]
    assert profile.partition.names == {0: "b", 1: "a", 2: "c"}


def test_truth_values_are_named_yes_and_no():
    profile = profile_column(pd.Series([True, False, True, None], dtype="boolean"))
    assert counts(profile) == {"yes": 2, "no": 1}


def test_few_numbers_have_a_bar_each_in_their_order():
    profile = profile_column(pd.Series([5, 1, 2, 2, 5, 5]))
    assert (profile.kind, profile.one_value) == ("number", True)
    assert counts(profile) == {"1": 1, "2": 2, "5": 3}


def test_whole_numbers_have_whole_bins_that_do_not_overlap():
    profile = profile_column(pd.Series(np.arange(100)))
    assert profile.bins[:2] == ("0 to 4", "5 to 9") and profile.bins[-1] == "95 to 99"
    assert set(profile.counts().tolist()) == {5}


def test_one_huge_number_counts_in_the_last_bin():
    profile = profile_column(pd.Series([*np.linspace(0, 10, 999), 1e9]))
    assert len(profile.bins) <= MOST_BINS
    assert profile.bins[-1].endswith("or more") and profile.counts().sum() == 1000
    assert profile.counts().max() < 100  # the others have bins of their own


@pytest.mark.parametrize("seed", range(8))
def test_every_number_lies_in_the_bin_that_its_words_name(seed):
    rng = np.random.default_rng(seed)
    values = pd.Series(rng.normal(size=400) * 10.0 ** rng.integers(-3, 7) + rng.integers(-50, 50))
    profile = profile_column(values)
    assert 5 <= len(profile.bins) <= MOST_BINS and len(set(profile.bins)) == len(profile.bins)
    for value, code in zip(values, profile.codes, strict=True):
        words = profile.bins[code].replace(",", "")
        if " to " in words:
            low, high = map(float, words.split(" to "))
            slack = 1e-5 * max(abs(low), abs(high))  # words have six digits
            assert low - slack <= value <= high + slack


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (1_700_000_000 + np.arange(100), "1,700,000,000 to 1,700,000,004"),
        (1 + 1e-9 * np.arange(100), "1 to 1.000000005"),
        ([0.1234567, 0.1234568], "0.1234567"),
        (126_916_577.4 + 5e-8 * np.arange(20), None),
    ],
)
def test_no_two_bins_have_the_same_words(values, first):
    bins = profile_column(pd.Series(values)).bins
    assert len(set(bins)) == len(bins) and (first is None or bins[0] == first)


def test_whole_numbers_with_missing_ones_have_whole_bins_too():
    assert profile_column(pd.Series([*range(100), np.nan])).bins[:2] == ("0 to 4", "5 to 9")


def test_a_date_at_the_end_of_time_has_a_bin():
    profile = profile_column(pd.Series(["1500-01-01", "9999-12-31"] * 3))
    assert profile.bins[0] == "1500 to 1783" and profile.codes.tolist() == [0, 29] * 3


def test_blank_values_are_none():
    profile = profile_column(pd.Series(["a", " ", "b", "", "a", "b"], dtype=object))
    assert profile.bins == ("a", "b") and profile.codes.tolist() == [0, -1, 1, -1, 0, 1]


def test_years_have_no_comma():
    assert profile_column(pd.Series([1999, 2024, 2001])).bins == ("1999", "2001", "2024")


def test_missing_and_endless_numbers_have_no_bin():
    profile = profile_column(pd.Series([1.0, np.nan, 2.0, np.inf]))
    assert profile.codes.tolist() == [0, -1, 1, -1]


@pytest.mark.parametrize(
    ("dates", "first", "n_bins"),
    [
        (["2025-02-24", "2025-02-26", "2025-02-24"], "24 Feb 2025", 3),
        (["2025-02-24", "2025-02-25"], "24 Feb 2025", 2),
        (["2025-02-24", "2025-02-25"], "24 Feb 2025", 2),
        (["2025-01-15", None, "2025-06-30"], "week of 13 Jan 2025", 25),
        (["2024-01-15", "2025-06-30"], "Jan 2024", 18),
        (["2019-11-02", "2025-06-30"], "Q4 2019", 23),
        (["2000-05-05", "2020-01-01"], "2000", 21),
        (["1890-01-01", "2020-01-01"], "1890 to 1894", 27),
        (["2025-02-24 11:10:00", "2025-02-24T13:10:00"], "24 Feb 2025, 11:00", 3),
    ],
)
def test_dates_have_bins_of_a_length_that_suits_them(dates, first, n_bins):
    profile = profile_column(pd.Series(dates))
    assert profile.kind == "date" and profile.bins[0] == first and len(profile.bins) == n_bins
    assert profile.counts().sum() == sum(date is not None for date in dates)
    assert profile.counts()[0] > 0 and profile.counts()[-1] > 0


def test_a_column_of_dates_with_zones():
    profile = profile_column(pd.Series(["2015-02-24 11:35:52 -0800", "2015-02-17 10:35:52 -0800"] * 3))
    assert profile.kind == "date" and len(profile.bins) == 8


def test_values_that_only_begin_like_dates_are_categories():
    assert profile_column(pd.Series(["2025-99-99", "2025-01-01"] * 3)).kind == "category"


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([None, None], dtype=object),
        pd.Series(["same"] * 5),
        pd.Series([7, 7, 7]),
        pd.Series(["2025-01-01"] * 3),
        pd.Series([f"id {number}" for number in range(50)]),
        pd.Series(["so long a sentence is the name of no category " * 2, "and so is this one " * 5] * 9),
    ],
    ids=["empty", "one value", "one number", "one date", "ids", "texts"],
)
def test_columns_of_one_value_ids_or_texts_have_no_profile(column):
    assert profile_column(column) is None


def test_counts_of_some_rows_and_of_a_mask_agree():
    profile = profile_column(pd.Series([*"aabbbc", None]))
    rows = np.array([0, 2, 3, 6])
    assert profile.counts(rows).tolist() == [2, 1, 0]
    assert profile.counts(np.isin(np.arange(7), rows)).tolist() == [2, 1, 0]


def panel(corpus_key, rows):
    import numpy as np

    from pages.common import cache
    from pages.maps.filter_form import draw_filter_form
    from pages.maps.filters import draw_chips
    from pages.maps.panels import draw_columns
    from pages.maps.view import current_view

    view = current_view(cache.store().find_corpus(corpus_key), None)
    draw_filter_form(view)
    draw_chips(view.corpus)
    draw_columns(view, np.asarray(rows, dtype=np.int64))


def words(app):
    return "\n".join(str(element.value) for element in [*app.markdown, *app.caption])


def test_the_panel_shows_each_useful_column(prepared):
    app = AppTest.from_function(panel, args=(prepared, [1, 2, 3]), default_timeout=30).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == 3
    assert "**topic**" in words(app) and "**3** selected" in words(app)


def test_a_filter_can_be_set_without_a_mouse_and_removed_by_its_chip(prepared):
    app = AppTest.from_function(panel, args=(prepared, []), default_timeout=30).run()
    assert "pass" not in words(app)
    app.multiselect(key="maps_filter_values_topic").select(0).run()
    assert "**20** of 60 texts pass" in words(app) and "**20** that pass the filters" in words(app)
    app.selectbox(key="maps_filter_column").select("feeling").run()
    app.multiselect(key="maps_filter_values_feeling").select(1).run()
    assert "**10** of 60 texts pass" in words(app)
    app.button(key="maps_filter_0").click().run()
    assert "**30** of 60 texts pass" in words(app)
    app.button(key="maps_filter_0").click().run()
    assert not app.exception and "pass" not in words(app)


def test_all_filters_are_removed_at_once(prepared):
    app = AppTest.from_function(panel, args=(prepared, []), default_timeout=30).run()
    app.multiselect(key="maps_filter_values_topic").select(0).run()
    app.selectbox(key="maps_filter_column").select("feeling").run()
    app.multiselect(key="maps_filter_values_feeling").select(1).run()
    app.button(key="maps_filter_clear").click().run()
    assert not app.exception and "pass" not in words(app)

"""Filters: which texts they leave, and how they combine."""

from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st

from core.corpus import build_corpus, profile_column
from core.corpus.tables import Table
from pages.common import set_widget
from pages.maps.filters import (
    NO_VALUE,
    bin_words,
    clear_filters,
    filters,
    set_filter,
    shown_texts,
    toggle_bin,
)
from pages.maps.selection import chart_key, take_click


@pytest.fixture
def letters(monkeypatch):
    """A corpus of six texts with two columns; `kind` has bins a, b in this order."""
    monkeypatch.setattr(st, "session_state", {})
    st.cache_resource.clear()
    frame = pd.DataFrame(
        {
            "text": [f"text {number}" for number in range(6)],
            "kind": ["a", "a", "a", "b", "b", None],
            "stars": [1, 2, 3, 1, 2, 3],
        }
    )
    return build_corpus(Table("letters", frame, None, ()), "text")


def test_without_filters_nothing_is_computed(letters):
    assert shown_texts(letters) is None and filters(letters) == {}


def test_values_of_a_column_add_up_and_columns_must_all_hold(letters):
    set_filter(letters.key, "stars", [0, 1])
    assert shown_texts(letters).tolist() == [True, True, False, True, True, False]
    set_filter(letters.key, "kind", [1])
    assert shown_texts(letters).tolist() == [False, False, False, True, True, False]


def test_texts_without_a_value_can_be_kept(letters):
    set_filter(letters.key, "kind", [NO_VALUE, 1])
    assert shown_texts(letters).tolist() == [False, False, False, True, True, True]
    assert filters(letters) == {"kind": [1, NO_VALUE]}


def test_texts_without_a_value_are_told_from_the_value_called_so():
    profile = profile_column(pd.Series(["no value", "x", "x", None, "no value"], dtype=object))
    assert len({bin_words(profile, bin) for bin in (NO_VALUE, 0, 1)}) == 3


def test_a_second_click_takes_the_first_back(letters):
    toggle_bin(letters.key, "kind", 1)
    toggle_bin(letters.key, "kind", 0)
    assert filters(letters) == {"kind": [0, 1]}
    toggle_bin(letters.key, "kind", 1)
    toggle_bin(letters.key, "kind", 0)
    assert shown_texts(letters) is None


@pytest.mark.parametrize("reported", [1, [1]])
def test_a_click_on_a_bar_filters_and_gives_the_chart_a_new_key(letters, reported):
    before = chart_key("chart")
    for points in ([{"customdata": reported}], []):  # the second is a click beside the bars
        set_widget(chart_key("chart"), SimpleNamespace(selection=SimpleNamespace(points=points)))
        take_click("chart", lambda bar: toggle_bin(letters.key, "kind", bar))
        assert filters(letters) == {"kind": [1]}
        after, before = before, chart_key("chart")
        assert (after == before) == (not points)


def test_filters_belong_to_one_corpus(letters):
    set_filter("another corpus", "kind", [0])
    assert shown_texts(letters) is None
    set_filter(letters.key, "kind", [0])
    clear_filters("another corpus")
    assert shown_texts(letters).sum() == 3
    clear_filters(letters.key)
    assert shown_texts(letters) is None

"""Colour scales of numbers and dates."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table, read_table
from core.maps.drawing import NumericColouring, Pane, encode_maps
from pages.common import cache, metadata_of
from pages.maps.colour_by import colourings
from pages.maps.component.fallback import plain_figure
from pages.maps.scales import MOST_TICKS, date_ticks, dates_on_scale, numbers_on_scale
from pages.maps.view import current_view
from tests.conftest import make_frame
from tests.support.map_payload import decode_payload


def dates(*values):
    return pd.Series([pd.Timestamp(value) for value in values]).astype("datetime64[us]")


DAYS = [f"2024-03-{day:02}" for day in range(1, 21)]


def test_dates_are_days_on_a_scale_with_dates_at_its_ends():
    found = dates_on_scale("when", dates(*DAYS, None))
    assert found.scale == (0, 19) and found.ends == ("1 Mar 2024", "20 Mar 2024")
    assert found.values[:3].tolist() == [0, 1, 2] and np.isnan(found.values[-1])
    assert pd.Timestamp(found.origin, unit="ms") == pd.Timestamp("2024-03-01")
    assert [label for _, label in found.ticks] == ["5 Mar", "9 Mar", "13 Mar", "17 Mar"]
    assert found.outside == ""


@pytest.mark.parametrize(("placeholder", "where"), [("9999-12-31", "after"), ("1900-01-01", "before")])
def test_a_placeholder_is_outside_and_told(placeholder, where):
    found = dates_on_scale("when", dates(*DAYS, placeholder, placeholder))
    assert found.scale == (0, 19)
    assert found.outside == f"2 {where} ({placeholder})"


def test_a_time_before_the_scale_is_named_by_its_own_day():
    assert dates_on_scale("when", dates(*DAYS, "1900-01-01 12:00")).outside == "1 before (1900-01-01)"


def test_hours_of_one_day_and_zones():
    times = pd.Series(pd.date_range("2024-03-01 08:00", "2024-03-01 13:00", periods=11, tz="UTC"))
    found = dates_on_scale("when", times)
    assert found.ends == ("1 Mar 2024, 08:00", "1 Mar 2024, 13:00")
    assert [label for _, label in found.ticks] == ["09:00", "10:00", "11:00", "12:00"]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("2024-03-01 08:00:00", "2024-03-01 08:00:20"),
        ("2024-03-01 08:00", "2024-03-01 08:09"),
        ("2024-03-01", "2024-03-02"),
        ("2024-03-01", "2024-04-15"),
        ("2023-11-05", "2024-05-01"),
        ("2001-01-01", "2024-05-01"),
        ("0001-01-01", "9999-12-31"),
        ("9998-01-01", "9999-12-31"),
        ("2024-03-01", "2024-03-01"),
    ],
)
def test_ticks_are_few_and_inside(low, high):
    ticks = date_ticks(*dates(low, high))
    assert len(ticks) <= MOST_TICKS
    assert all(pd.Timestamp(low) < time < pd.Timestamp(high) for time, _ in ticks)
    assert len({label for _, label in ticks}) == len(ticks)


def test_numbers_have_ends_that_an_outlier_does_not_move():
    found = numbers_on_scale("price", pd.Series([*range(100), 10**9, None], dtype="Int64"))
    assert found.scale == (0, 99) and found.outside == "1 above (1,000,000,000)"
    assert np.isnan(found.values[-1])


def test_columns_of_dates_are_coloured_on_a_scale(store):
    frame = make_frame().assign(
        typed=pd.date_range("2024-03-01", periods=60),
        strings=[f"2024-03-{1 + row % 28:02}" for row in range(60)],  # as earlier versions stored them
    )
    key = cache_corpus(store, frame)
    found = colourings(current_view(store.find_corpus(key), None))
    for column in ("typed", "strings"):
        colouring = found[column]()
        assert colouring.origin == pd.Timestamp("2024-03-01").timestamp() * 1000
        assert colouring.scale == (0, 59 if column == "typed" else 27)
    assert found["stars"]().scale == (0, 59)


def test_a_file_uploaded_again_gives_an_old_corpus_dates(store):
    content = make_frame().assign(when=[f"3/{1 + row % 28}/2024" for row in range(60)]).to_csv(index=False)
    table = read_table("x.csv", content.encode())
    old = replace(table, frame=table.frame.assign(when=table.key_columns["when"]), key_columns={})
    key = cache_corpus(store, old.frame)
    analysis = store.add_analysis(key, "by feeling")
    assert "origin" not in vars(colourings(current_view(store.find_corpus(key), None))["when"]())
    new = build_corpus(table, "text")
    assert new.key == key
    cache.add_corpus(new)
    assert colourings(current_view(store.find_corpus(key), None))["when"]().scale == (0, 27)
    assert [found.id for found in store.analyses(key)] == [analysis]


def test_the_metadata_of_a_text_have_dates_for_people(store):
    days = pd.date_range("2024-03-01", periods=60).astype("datetime64[us]")
    frame = make_frame().assign(day=days, time=days.tz_localize("UTC") + pd.Timedelta(hours=8, minutes=5))
    corpus = build_corpus(Table("x.csv", frame, None), "text")
    known = dict(metadata_of(corpus, 0))
    assert known["day"] == "2024-03-01" and known["time"] == "2024-03-01 08:05:00 UTC"


def cache_corpus(store, frame):
    corpus = build_corpus(Table("x.csv", frame, None), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    return corpus.key


PANE = Pane("generic", np.zeros((22, 2), dtype=np.float32))


def test_the_scale_is_sent_to_the_browser_and_drawn_without_webgl():
    colouring = dates_on_scale("when", dates(*DAYS, "9999-12-31", None))
    content = encode_maps([PANE], colouring, key="maps", places="p", texts="t", height=400)
    found = decode_payload(content)[0]["colouring"]
    assert (found["low"], found["high"]) == (0, 19)
    assert found["ticks"][0] == [4, "5 Mar"] and found["origin"] == 1709251200000
    assert found["outside"] == "1 after (9999-12-31)"
    marker = (
        plain_figure([PANE], colouring, np.empty(0, dtype=np.int64), shown=None, lit=None, height=400)
        .data[0]
        .marker
    )
    assert (marker.cmin, marker.cmax) == (0, 19)
    assert marker.colorbar.ticktext[0] == "1 Mar 2024"


def test_the_key_changes_with_the_scale():
    def key(**scale):
        colouring = NumericColouring("x", np.arange(22.0), **scale)
        content = encode_maps([PANE], colouring, key="maps", places="p", texts="t", height=400)
        return decode_payload(content)[0]["colouring"]["key"]

    assert key() == key(scale=(0, 21)) != key(scale=(0, 10))

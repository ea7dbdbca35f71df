"""Dates as people and programs write them."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus import build_corpus
from core.corpus.tables import ReadOptions, Table, read_table
from core.corpus.tables.tidy_columns import tidy_frame


def tidied(delimiter=",", day_first=None, **columns):
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    return tidy_frame(frame, delimiter=delimiter, day_first=day_first)


def iso(values, name="when", **options):
    column = tidied(**{name: values}, **options).frame[name]
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        return "text"
    return [None if value is pd.NaT else value.isoformat() for value in column]


def day(text):
    return f"{text}T00:00:00"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024-03-01", day("2024-03-01")),
        ("2024/03/01", day("2024-03-01")),
        ("2024-03-01 08:05", "2024-03-01T08:05:00"),
        ("2024-03-01T08:05:07", "2024-03-01T08:05:07"),
        ("2024-03-01T08:05:07.250Z", "2024-03-01T08:05:07.250000+00:00"),
        ("2024-03-01T08:05:07+01:00", "2024-03-01T07:05:07+00:00"),
        ("2024-03-01 08:05:07 -0800", "2024-03-01T16:05:07+00:00"),
        ("2024-03-01 08:05:07 UTC", "2024-03-01T08:05:07+00:00"),
        ("2024-03-01 08:05:07,123", "2024-03-01T08:05:07.123000"),
        ("3/25/2024", day("2024-03-25")),
        ("25/3/2024", day("2024-03-25")),
        ("3/25/24", day("2024-03-25")),
        ("3/25/2024 8:05 PM", "2024-03-25T20:05:00"),
        ("3/25/2024, 12:05:09 AM", "2024-03-25T00:05:09"),
        ("25.03.2024", day("2024-03-25")),
        ("01.03.2024", day("2024-03-01")),
        ("1.3.2024 8:05 Uhr", "2024-03-01T08:05:00"),
        ("01.03.24", day("2024-03-01")),
        ("25-03-2024", day("2024-03-25")),
        ("1-Mar-2024", day("2024-03-01")),
        ("01-MAR-24", day("2024-03-01")),
        ("1 March 2024", day("2024-03-01")),
        ("March 1, 2024", day("2024-03-01")),
        ("Mar 1st, 2024 at 8:05 am", "text"),
        ("Mar 1st, 2024 8:05 am", "2024-03-01T08:05:00"),
        ("Friday, March 1, 2024", day("2024-03-01")),
        ("1. März 2024", day("2024-03-01")),
        ("1er mars 2024", day("2024-03-01")),
        ("1 de marzo de 2024", day("2024-03-01")),
        ("mar. 5 mars 2024", day("2024-03-05")),
        ("Tue Mar 05 12:00:00 +0000 2024", "2024-03-05T12:00:00+00:00"),
        ("Tue Mar  5 12:00:00 2024", "2024-03-05T12:00:00"),
        ("Mon, 04 Mar 2024 12:00:00 +0000", "2024-03-04T12:00:00+00:00"),
        ("Mon Mar 04 2024 12:00:00 GMT+0100 (Central European Standard Time)", "2024-03-04T11:00:00+00:00"),
        ("2024/03/04 8:00:00 PM GMT+1", "2024-03-04T19:00:00+00:00"),
        ("2024年3月1日", day("2024-03-01")),
        ("2024-03", day("2024-03-01")),
        ("Mar 2024", day("2024-03-01")),
        ("9999-12-31", day("9999-12-31")),
        ("0001-01-01", day("0001-01-01")),
    ],
)
def test_written_dates(text, found):
    assert iso([text, text]) == ("text" if found == "text" else [found, found])


@pytest.mark.parametrize(
    ("name", "values", "found"),
    [
        ("date", ["20240301", "20240302"], [day("2024-03-01"), day("2024-03-02")]),
        ("created_utc", ["1709280000", None], ["2024-03-01T08:00:00+00:00", None]),
        ("timestamp", ["1709280000000", None], ["2024-03-01T08:00:00+00:00", None]),
        ("ts", ["1709280000.000100", None], ["2024-03-01T08:00:00.000100+00:00", None]),
        ("amount", ["20240301", "20240302"], "text"),
        ("likes", ["1709280000", "1709280001"], "text"),
        ("response_time", ["120", "340"], "text"),
        ("date", ["20241301", "20240302"], "text"),
    ],
)
def test_numbers_are_dates_only_by_the_name_of_their_column(name, values, found):
    assert iso(values, name) == found


@pytest.mark.parametrize(
    "values",
    [
        ["1.2.10", "10.4.11"],
        ["10/10", "9/10"],
        ["2024-99-99", "2024-01-01"],
        ["24-Mar", "25-Mar"],
        ["March", "May"],
        ["10.0.0.1", "10.0.0.2"],
        ["08:30", "09:45"],
        ["2024-Q1", "2024-Q2"],
        ["see you on 1 March 2024", "no"],
        ["13/1/2024", "1/13/2024"],
        ["may the force be with you 2024", "so 1 mo 2"],
    ],
)
def test_other_values_stay_text(values):
    assert iso(values) == "text"


def test_an_id_that_looks_like_a_month_stays():
    assert iso(["2024-01", "2024-02"], "order id") == "text"


BOTH = ["3/1/2024", "4/2/2024"]
DAY_FIRST = [day("2024-01-03"), day("2024-02-04")]
MONTH_FIRST = [day("2024-03-01"), day("2024-04-02")]


def order_of(tidy, name="when"):
    found = [value.isoformat() for value in tidy.frame[name]]
    return {tuple(DAY_FIRST): True, tuple(MONTH_FIRST): False}[tuple(found)]


def test_the_order_follows_the_file():
    assert order_of(tidied(when=BOTH)) is False
    assert order_of(tidied(when=BOTH, other=["25/3/2024", "1/1/2024"])) is True
    assert order_of(tidied(when=BOTH, other=["3/25/2024", "1/1/2024"])) is False
    assert order_of(tidied(when=BOTH, other=["0,5", "1,25"])) is True
    assert order_of(tidied(";", when=BOTH)) is True
    # A point says nothing about a stroke.
    assert order_of(tidied(when=BOTH, other=["25.03.2024", "01.01.2024"])) is False


def test_the_order_is_told_and_can_be_chosen():
    tidy = tidied(when=BOTH)
    assert "month/day/year" in tidy.notes[0] and "guess" in tidy.notes[0]
    assert tidy.day_first is False
    chosen = tidied(when=BOTH, day_first=True)
    assert order_of(chosen) is True and chosen.day_first is True and "guess" not in chosen.notes[0]


def test_a_choice_does_not_break_what_the_values_prove():
    tidy = tidied(us=["3/25/2024", "3/1/2024"], day_first=True)
    assert tidy.frame["us"].dt.month.tolist() == [3, 3] and tidy.day_first is None


def test_the_order_of_dates_that_say_it_themselves_is_no_choice():
    assert tidied(when=["2024-03-01", "2024-04-02"]).day_first is None
    assert tidied(when=["1/1/2024", "2/2/2024"]).day_first is None


def test_us_and_german_dates_in_one_file():
    us = [f"{3 + row % 2}/{row}/2024" for row in range(1, 21)]
    de = [f"{row:02}.03.2024" for row in range(1, 21)]
    frame = tidied(us=us, de=de).frame
    assert frame["us"].dt.day.tolist() == frame["de"].dt.day.tolist() == list(range(1, 21))


def test_few_wrong_values_are_left_empty_and_told():
    values = [f"2024-03-{1 + row % 28:02}" for row in range(299)] + ["soon"]
    tidy = tidied(when=values)
    assert tidy.frame["when"].isna().sum() == 1
    assert "soon" in tidy.notes[0]
    some = tidied(when=[*values[:49], "soon"])
    assert some.frame["when"].tolist()[-1] == "soon" and "soon" in some.notes[0]


def test_marks_and_zero_dates_are_missing():
    tidy = tidied(when=["2024-03-01", "NULL", "0000-00-00", "-", "0000-00-00 00:00:00", "2024-03-02"])
    assert tidy.frame["when"].isna().tolist() == [False, True, True, True, True, False]
    assert len(tidy.notes) == 2


def test_dates_in_objects_and_zones_of_typed_formats():
    when = pd.Series([pd.Timestamp("2024-03-01 08:00", tz="Europe/Berlin"), pd.NaT])
    frame = tidy_frame(pd.DataFrame({"when": when, "day": [datetime(2024, 3, 1).date(), None]})).frame
    assert str(frame["when"].dtype).endswith("UTC]") and frame["when"][0].hour == 7
    assert frame["day"][0] == pd.Timestamp("2024-03-01")


def old_key(texts, **columns):
    frame = pd.DataFrame({"text": texts, **{name: pd.Series(v, dtype="str") for name, v in columns.items()}})
    return build_corpus(Table("x.csv", frame, None), "text").key


TEXTS = ["the tram was late", "a friendly driver", "no seat, no air"]


def csv_of(**columns):
    return pd.DataFrame({"text": TEXTS, **columns}).to_csv(index=False).encode()


def test_a_file_finds_the_corpus_of_an_earlier_version():
    columns = {"when": ["3/1/2024", "4/2/2024", "NA"], "price": ["1,200.50", "3.5", "-"]}
    table = read_table("x.csv", csv_of(**columns))
    assert build_corpus(table, "text").key == old_key(TEXTS, **columns)
    assert str(table.frame["when"].dtype) == "datetime64[us]" and table.frame["price"].dtype == float
    # Dates that are read another way make another corpus.
    chosen = read_table("x.csv", csv_of(**columns), options=ReadOptions(day_first=True))
    assert chosen.used.day_first is True
    assert build_corpus(chosen, "text").key != old_key(TEXTS, **columns)
    same = read_table("x.csv", csv_of(**columns), options=ReadOptions(day_first=False))
    assert build_corpus(same, "text").key == old_key(TEXTS, **columns)


def test_dates_as_the_texts_stay_as_they_are_written():
    table = read_table("x.csv", csv_of(when=["3/1/2024", "4/2/2024", "5/2/2024"]))
    assert build_corpus(table, "when").texts.tolist() == ["3/1/2024", "4/2/2024", "5/2/2024"]


FORMATS = [
    "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%Y", "%B %d, %Y", "%Y/%m/%d %H:%M:%S",
    "%a %b %d %H:%M:%S +0000 %Y", "%Y-%m-%dT%H:%M:%S.%fZ", "%m/%d/%Y %I:%M:%S %p",
]  # fmt: skip
DAYS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2038, 1, 1))


@settings(derandomize=True, max_examples=40, deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=20), pattern=st.sampled_from(FORMATS))
def test_dates_of_ten_formats_come_back(days, pattern):
    days = [*days, datetime(2024, 3, 25, 14, 30)]
    frame = tidied(when=[when.strftime(pattern) for when in days]).frame
    expected = [datetime.strptime(when.strftime(pattern), pattern).replace(tzinfo=UTC) for when in days]
    found = frame["when"] if frame["when"].dt.tz else frame["when"].dt.tz_localize("UTC")
    assert all(
        abs(a - b) < timedelta(seconds=1) for a, b in zip(found.dt.to_pydatetime(), expected, strict=True)
    )

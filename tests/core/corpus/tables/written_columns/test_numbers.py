"""Numbers as people and programs write them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus.tables import read_table
from core.corpus.tables.tidy_columns import tidy_frame
from core.corpus.tables.written_columns import read_written


def tidied(delimiter=",", **columns):
    frame = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    return tidy_frame(frame, delimiter=delimiter)


def numbers(values, name="x", **options):
    column = tidied(**{name: values}, **options).frame[name]
    return column.tolist() if pd.api.types.is_numeric_dtype(column.dtype) else "text"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["0,5", "1,5", "10,25"], [0.5, 1.5, 10.25]),
        (["1,200.50", "3.5", "1,000,000"], [1200.5, 3.5, 1e6]),
        (["1.200,50", "3,5", "1.000.000"], [1200.5, 3.5, 1e6]),
        (["1 200", "15 000,5", "7"], [1200, 15000.5, 7]),
        (["1\u202f200,5", "1\u00a0200", "7"], [1200.5, 1200, 7]),
        (["1'200.50", "1’200’000.10", "7"], [1200.5, 1200000.1, 7]),
        (["12,34,567.00", "1,00,000", "5"], [1234567, 100000, 5]),
        (["3%", "3 %", "12.5%"], [3, 3, 12.5]),
        (["3,5 %", "4,25 %"], [3.5, 4.25]),
        (["€ 12,50", "3,99 €", "€1.000,00"], [12.5, 3.99, 1000]),
        (["$1,200", "$12.50", "-$3.20"], [1200, 12.5, -3.2]),
        (["12.50 USD", "1,000.00 USD"], [12.5, 1000]),
        (["CHF 1'200.50", "CHF 3.20"], [1200.5, 3.2]),
        (["12,90 kr", "5 kr"], [12.9, 5]),
        (["12.–", "3.50"], [12, 3.5]),
        (["\u22125", "3", "-2"], [-5, 3, -2]),
        (["(1,200)", "1,300.5", "(7)"], [-1200, 1300.5, -7]),
        (["1,200-", "5.5"], [-1200, 5.5]),
        (["1e5", "2E-3", "3"], [1e5, 2e-3, 3]),
        (["1,5E+03", "2,25"], [1500, 2.25]),
        ([".5", "1.5"], [0.5, 1.5]),
        (["1,200", "3,450"], [1200, 3450]),
        (["0,125", "1,200"], [0.125, 1.2]),
        (["1,200", "3,4567"], [1.2, 3.4567]),
        (["1.200", "3.450"], [1.2, 3.45]),
    ],
)
def test_written_numbers(values, found):
    assert numbers(values) == found


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("zip", ["01234", "10115"]),
        ("x", ["007", "12"]),
        ("x", ["12345678901234567890", "1"]),
        ("tweet", ["1.23457E+18", "1.2E+18"]),
        ("phone", ["612 345 678", "699 111 222", "600 000 001"]),
        ("x", ["612 345 678", "699 111 222", "600 000 001"]),
        ("x", ["+49 170 123 456", "+49 171 333 444"]),
        ("phone", ["+493012345", "+493099999"]),
        ("version", ["1.9", "1.10", "2.0"]),
        ("x", ["1.1", "1.10", "1.2"]),
        ("order_id", ["1,200", "1,300"]),
        ("x", ["1.2.3", "1.2.4"]),
        ("x", ["3-5", "6-8"]),
        ("x", ["1,2,5", "2,3", "1"]),
        ("x", ["08:30", "09:15"]),
        ("x", ["$5", "€5"]),
        ("x", ["3%", "0.5"]),
        ("x", ["12 kg", "3 kg"]),
        ("x", ["1,2000", "12,00.5"]),
    ],
)
def test_ids_and_the_like_keep_their_digits(name, values):
    tidy = tidied(**{name: values})
    assert tidy.frame[name].tolist() == values


def test_a_value_for_none_is_missing_and_counted():
    values = ["1", "NA", "n/a", "-", "NULL", "#N/A", "", None, "3", "#DIV/0!", "5", "6", "7", "8"]
    tidy = tidied(x=values)
    assert tidy.frame["x"].dtype == "Int64"
    assert tidy.frame["x"].dropna().tolist() == [1, 3, 5, 6, 7, 8]
    assert len(tidy.notes) == 1 and "NA 1 times" in tidy.notes[0]


def test_words_among_numbers_leave_text_and_are_told():
    values = [str(number) for number in range(40)] + ["five stars"]
    tidy = tidied(x=values)
    assert tidy.frame["x"].tolist() == values
    assert "five stars" in tidy.notes[0]


def test_answers_that_are_words_stay():
    assert tidied(x=["yes", "no", "NA", "-"]).frame["x"].tolist() == ["yes", "no", "NA", "-"]


def test_a_column_of_nothing_but_na_is_empty():
    assert tidied(x=["NA", "NA"], y=["a", "b"]).frame["x"].isna().all()


def test_an_ambiguous_column_follows_the_others_or_the_delimiter():
    assert tidied(x=["1,200", "3,450"], y=["0,5", "1,5"]).frame["x"].tolist() == [1.2, 3.45]
    assert tidied(x=["1,200", "3,450"], y=["0.5", "1.5"]).frame["x"].tolist() == [1200, 3450]
    assert tidied(x=["1.200", "3.450"], y=["0,5", "1,5"]).frame["x"].tolist() == [1200, 3450]
    assert tidied(";", x=["1.200", "3.450"]).frame["x"].tolist() == [1200, 3450]
    assert tidied(";", x=["1.200", "3.450"], y=["0.5", "12.25"]).frame["x"].tolist() == [1.2, 3.45]


def test_a_guess_is_told():
    assert "guess" in tidied(x=["1,200", "3,450"]).notes[0]
    assert "guess" in tidied(";", x=["1.200", "3.450"]).notes[0]
    assert "guess" not in tidied(x=["1,200", "3,450.5"]).notes[0]
    assert tidied(x=["1.200", "3.450"]).notes == []  # as programs write them


def test_plain_numbers_need_no_note():
    tidy = tidied(whole=["1", "-2"], real=["1.5", "2e3"], gaps=["1", None])
    assert tidy.notes == [] and tidy.before == {}
    assert tidy.frame.dtypes.astype(str).tolist() == ["int64", "float64", "Int64"]


def test_whole_numbers_with_separators_are_whole():
    assert tidied(x=["1,200", "3,450", None]).frame["x"].dtype == "Int64"
    assert tidied(x=["3%", "4%"]).frame["x"].dtype == np.int64


def test_formats_with_types_keep_plain_digits_as_strings():
    columns = {"x": pd.Series(["12", "13"], dtype="str"), "y": pd.Series(["0,5", "1,5"], dtype="str")}
    found = read_written(columns).columns
    assert found["x"].tolist() == ["12", "13"] and found["y"].tolist() == [0.5, 1.5]


def test_cells_of_numbers_and_words_for_none_are_numbers():
    tidy = tidy_frame(pd.DataFrame({"x": pd.Series([1, "n/a", 2.5, "-", None], dtype=object)}))
    assert tidy.frame["x"].dropna().tolist() == [1, 2.5]


CASES = {
    "semicolons.csv": "Datum;Bewertung;Kommentar\n01.03.2024;0,5;zu spät, leider\n02.03.2024;1,5;gut\n",
    "thousands.csv": 'text,Bewertung,share\n"spät, leider","1,200.50",3%\ngut,"1,201.50",4%\n',
}


@pytest.mark.parametrize(
    ("name", "encoding", "found"),
    [("semicolons.csv", "utf-16", [0.5, 1.5]), ("thousands.csv", "utf-8", [1200.5, 1201.5])],
)
def test_numbers_of_whole_files(name, encoding, found):
    table = read_table(name, CASES[name].encode(encoding))
    assert table.frame["Bewertung"].tolist() == found
    if "share" in table.frame:
        assert table.frame["share"].tolist() == [3, 4]
    else:
        assert table.frame["Datum"].dt.day.tolist() == [1, 2]


def in_locale(value, group, mark, places):
    text = f"{value:,.{places}f}"
    return text.replace(",", "\0").replace(".", mark).replace("\0", group)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=20),
    locale=st.sampled_from([(",", "."), (".", ","), (" ", ","), ("\u202f", ","), ("'", "."), ("", ",")]),
    unit=st.sampled_from(["", " €", "%"]),
)
def test_numbers_of_six_locales_come_back(values, locale, unit):
    values = [value / 100 for value in [*values, 123]]
    written = [in_locale(value, *locale, 2) + unit for value in values]
    assert numbers(written) == pytest.approx(values, abs=1e-9)

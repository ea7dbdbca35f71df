"""Workbooks of each format, read by the way an upload is read."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError
from tests.core.corpus.tables.spreadsheets.workbooks import ROWS, edited, ods, xls, xlsb, xlsx

WITHOUT_DATES = [(*row[:2], row[3]) for row in ROWS]
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


def strict(_, part):
    for transitional, namespace in STRICT.items():
        part = part.replace(transitional, namespace)
    return part


FILES = {
    "x.xlsx": xlsx(ROWS),
    "x.XLSM": xlsx(ROWS),
    "strict.xlsx": edited(xlsx(ROWS), strict),
    "x.xls": xls(ROWS),
    "x.ods": ods(ROWS),
    "x.xlsb": xlsb(WITHOUT_DATES),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_table(name):
    table = read_table(name, FILES[name])
    frame = table.frame
    assert frame["text"].tolist() == [row[0] for row in ROWS[1:]]
    assert (frame["stars"].dtype, frame["stars"].tolist()) == (np.int64, [3, 5, 1])
    assert (frame["paid"].dtype, frame["paid"].tolist()) == (bool, [True, False, True])
    if "when" in frame:
        assert pd.api.types.is_datetime64_any_dtype(frame["when"].dtype)
        assert frame["when"].tolist() == [row[2] for row in ROWS[1:]]
    assert table.notes == ()
    assert table.source_rows.tolist() == [2, 3, 4]
    assert (table.used.sheet, table.used.header_row, table.choices.sheets) == ("sheet 0", 1, ("sheet 0",))
    assert table.choices.first_rows[0] == (1, tuple(frame.columns))
    assert len(table.choices.first_rows) == 4


@pytest.mark.parametrize("make", [xlsx, xls, ods, xlsb])
def test_each_sheet_may_be_chosen(make):
    name = f"x.{make.__name__}"
    content = make(WITHOUT_DATES, [("note", "n"), ("one", 1), ("two", 2)])
    assert read_table(name, content).used.sheet == "sheet 0"
    table = read_table(name, content, options=ReadOptions(sheet="sheet 1"))
    assert table.frame["note"].tolist() == ["one", "two"]
    assert table.choices.sheets == ("sheet 0", "sheet 1")
    with pytest.raises(CorpusError, match=r"no sheet “no” \(found sheet 0, sheet 1\)"):
        read_table(name, content, options=ReadOptions(sheet="no"))


@pytest.mark.parametrize("make", [xlsx, xls, ods, xlsb])
def test_a_damaged_workbook_is_refused_in_words(make):
    content = make(WITHOUT_DATES)
    for damaged in (content[: len(content) // 2], content[:40]):
        with pytest.raises(CorpusError, match=r"not a readable [A-Z]+ file .*: save it again"):
            read_table(f"x.{make.__name__}", damaged)
    with pytest.raises(CorpusError, match="is empty"):
        read_table(f"x.{make.__name__}", make([]))


@pytest.mark.parametrize("name", ["x.xlsx", "x.xls", "x.csv"])
def test_a_password_is_named(name):
    content = b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    with pytest.raises(CorpusError, match="protected by a password: save it without one"):
        read_table(name, content)


def test_a_value_in_the_last_cell_of_a_sheet_does_no_harm():
    def change(sheets):
        sheets[0]["XFD1048576"] = " "

    table = read_table("x.xlsx", xlsx(ROWS, change=change))
    assert table.frame.shape == (3, 4)


TEXT = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\ufffe\uffff"), min_size=1
)


@st.composite
def tables(draw):
    n = draw(st.integers(3, 8))

    def column(values):
        return draw(st.lists(st.none() | values, min_size=n, max_size=n))

    # A title row, a footer or marks for missing values could be meant otherwise.
    texts = [f"comment {number} {draw(TEXT)} end" for number in range(n)]
    dates = st.datetimes(pd.Timestamp(1930, 1, 1), pd.Timestamp(2100, 1, 1)).map(
        lambda d: d.replace(microsecond=0)
    )
    return pd.DataFrame(
        {
            "text": pd.Series(texts, dtype="str"),
            "other": pd.Series(column(TEXT.map(lambda text: f"so {text}!")), dtype="str"),
            "whole": pd.array(column(st.integers(-(10**14), 10**14)), dtype="Int64"),
            "decimal": pd.array(column(st.floats(-1e6, 1e6).map(lambda x: round(x, 2))), dtype="float64"),
            "when": pd.to_datetime(pd.Series(column(dates))),
            "id": range(n),
        }
    )


@given(tables())
@settings(derandomize=True, max_examples=40, deadline=None)
def test_a_table_that_pandas_writes_comes_back_equal(frame):
    file = io.BytesIO()
    frame.to_excel(file, index=False)
    read = read_table("x.xlsx", file.getvalue()).frame
    for name in ("text", "other"):
        assert (
            read[name].where(read[name].notna(), None).tolist()
            == frame[name].where(frame[name].notna(), None).tolist()
        )
    for name in ("whole", "decimal"):
        if frame[name].notna().any():
            np.testing.assert_array_equal(
                read[name].to_numpy(dtype=float, na_value=np.nan),
                frame[name].to_numpy(dtype=float, na_value=np.nan),
            )
    if frame["when"].notna().any():
        # Dates are stored as days in floating point: to the millisecond.
        gap = (read["when"] - frame["when"]).abs().dropna()
        assert read["when"].isna().tolist() == frame["when"].isna().tolist()
        assert (gap <= pd.Timedelta(milliseconds=1)).all()
    assert read["id"].tolist() == frame["id"].tolist()

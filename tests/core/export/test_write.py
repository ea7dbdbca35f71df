"""Tables as CSV and Parquet, read back by the readers that people use."""

import csv
import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus import build_corpus
from core.corpus.tables import read_table
from core.export import csv_size, export_table, to_csv_bytes, write, write_parquet, write_vectors
from tests.core.export.test_tables import FITTED, GENERIC, TEXTS, corpus_with, left_out_corpus
from tests.support.written import written

HARD_TEXTS = [
    "The\rparcel came late.",  # the lone carriage return that split rows on Python 3.11
    "two\r\nlines",
    "three\n\nlines\n",
    'said "no", twice',
    '"',
    '""',
    " blanks around ",
    "\ta tab before",
    "a,b;c|d\te",
    "NA",
    "null",
    "separated\u2028by\u2029Unicode\x85marks\x0b\x0c",
    "back\\slash\\",
    "é and e\u0301, 🙂, \u200d\ufeff",
    "'quoted'",
    "'",
    "#comment",
    "1.10",
    "007",
]
FORMULAS = ["=1+1", "+1", "-", "@x", "\t=1", "\r-2", "'=1", "''+1", " - a point", "'- b", "-3"]
CELLS = st.text(
    st.one_of(st.sampled_from("=+-@' \t\r\n\",;|\\aNA1é"), st.characters(codec="utf-8")), max_size=12
)


def table_of(texts, **columns):
    n = len(texts)
    rows = {"row": np.arange(n), "source_row": np.arange(2, n + 2)}
    return pd.DataFrame({**rows, "text": pd.Series(texts, dtype="str"), **columns})


def by_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def by_pandas(content):
    return pd.read_csv(io.BytesIO(content), keep_default_na=False, dtype=str)


def by_arrow(content):
    """As readers do that look at the quotation marks, such as those of databases."""
    return pa.csv.read_csv(
        io.BytesIO(content),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False),
    ).to_pandas()


@pytest.mark.parametrize("neutralise", [True, False])
def test_every_reader_finds_every_text_again(neutralise):
    content = to_csv_bytes(table_of(HARD_TEXTS), neutralise=neutralise)
    assert [row[2] for row in by_csv(content)] == ["text", *HARD_TEXTS]
    assert by_pandas(content)["text"].tolist() == HARD_TEXTS
    again = read_table("export.csv", content).frame
    assert again["text"].tolist() == HARD_TEXTS
    assert again["row"].tolist() == list(range(len(HARD_TEXTS)))


def test_an_empty_text_is_told_from_a_missing_one():
    towns = pd.Series(["", None, "NA"], dtype="str")
    content = to_csv_bytes(table_of(["a", "b", "c"], town=towns))
    again = by_arrow(content)["town"]
    assert again.isna().tolist() == [False, True, False]
    assert again.tolist()[0::2] == ["", "NA"]


def test_numbers_and_dates_are_not_texts():
    content = to_csv_bytes(
        table_of(
            ["a", "b", "c"],
            whole=pd.array([-3, None, 2**60], dtype="Int64"),
            share=np.array([-0.5, np.nan, 1 / 3]),
            near=np.array([0.1, np.nan, 0.9], dtype=np.float32),
            day=pd.to_datetime(["2024-03-01", None, "1999-12-31"]),
            time=pd.to_datetime(["2024-03-01T10:00:00", None, "1999-12-31T23:59:59"]),
            moment=pd.to_datetime(["2024-03-01T10:00:00.5", None, "1999-12-31"], format="ISO8601"),
            zone=pd.to_datetime(["2024-03-01T10:00", None, "1999-12-31"], format="ISO8601", utc=True),
            nothing=pd.Series([None, None, None], dtype=object),
            group=pd.Categorical(["=x", None, "y"]),
        )
    )
    lines = content.decode("utf-8-sig").split("\n")
    assert lines[0] == "row,source_row,text,whole,share,near,day,time,moment,zone,nothing,group"
    assert lines[1] == (
        '0,2,"a",-3,-0.5,0.1,2024-03-01,2024-03-01 10:00:00,2024-03-01 10:00:00.500000,2024-03-01 10:00:00Z,,'
        '"\'=x"'
    )
    assert lines[2] == '1,3,"b",,,,,,,,,'
    again = pd.read_csv(io.BytesIO(content), parse_dates=["day"])
    assert again["share"].tolist()[::2] == [-0.5, 1 / 3]
    assert again["whole"].tolist()[::2] == [-3, 2**60]


def test_texts_that_begin_like_a_formula_get_an_apostrophe():
    content = to_csv_bytes(table_of(FORMULAS, **{"=cmd": -np.arange(len(FORMULAS))}))
    rows = by_csv(content)
    assert rows[0][3] == "'=cmd"
    assert [row[2] for row in rows[1:]] == [f"'{text}" for text in FORMULAS]
    assert [row[3] for row in rows[1:]] == [str(-number) for number in range(len(FORMULAS))]


@pytest.mark.parametrize("neutralise", [True, False])
def test_texts_that_begin_like_a_formula_come_back(neutralise):
    table = table_of(FORMULAS, **{"=cmd": range(len(FORMULAS))})
    again = read_table("export.csv", to_csv_bytes(table, neutralise=neutralise)).frame
    assert again["text"].tolist() == FORMULAS
    assert again.columns.tolist() == table.columns.tolist()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.tuples(CELLS, st.none() | CELLS), min_size=1, max_size=6), st.booleans())
def test_any_texts_come_back(cells, neutralise):
    # Blank texts make no corpus; NULs are gone when a table was read.
    texts = [f"{text.replace(chr(0), '')}x" for text, _ in cells]
    notes = [note if note is None else note.replace(chr(0), "") for _, note in cells]
    table = table_of(texts, note=pd.Series(notes, dtype="str"))
    content = to_csv_bytes(table, neutralise=neutralise)
    assert [row[2] for row in by_csv(to_csv_bytes(table, neutralise=False))[1:]] == texts
    again = read_table("export.csv", content).frame
    assert again["text"].tolist() == texts
    if not neutralise:
        found = by_arrow(content)["note"]
        assert [None if pd.isna(note) else note for note in found] == notes


def test_csv_comes_back_as_it_was_and_begins_with_the_mark():
    table = export_table(
        corpus_with(stars=[1, 2, None, 4], town=["Rome", None, "Bonn", ""]), **GENERIC, **FITTED
    )
    content = to_csv_bytes(table)
    assert content.startswith(b"\xef\xbb\xbfrow,source_row,text,stars,town,given_label,")
    again = read_table("export.csv", content).frame
    assert again.columns.tolist() == table.columns.tolist()
    assert again["text"].tolist() == TEXTS
    np.testing.assert_array_equal(again["stars"], [1, 2, np.nan, 4])
    np.testing.assert_array_equal(again["generic_cluster"], table["generic_cluster"])
    np.testing.assert_allclose(again["probability"], table["probability"])
    assert again["given_label"].isna().tolist() == [False, True, True, False]


def test_an_export_is_a_corpus_again():
    table = export_table(corpus_with(stars=[1, 2, 3, 4]), **GENERIC, **FITTED)
    corpus = build_corpus(read_table("export.csv", to_csv_bytes(table)), "text")
    again = export_table(corpus, **GENERIC)
    assert again.columns[:5].tolist() == [
        "row",
        "source_row",
        "text",
        "row (metadata)",
        "source_row (metadata)",
    ]
    assert again["text"].tolist() == TEXTS


def test_parquet_comes_back_as_it_was():
    table = export_table(corpus_with(stars=[1, 2, None, 4]), **GENERIC, **FITTED)
    again = pd.read_parquet(io.BytesIO(written(write_parquet, table)))
    pd.testing.assert_frame_equal(again, table)
    read = read_table("export.parquet", written(write_parquet, table)).frame
    assert read["text"].tolist() == TEXTS
    assert read["reshaped_cluster"].tolist() == [0, 0, 1, -1]


def test_vectors_come_back_exactly_beside_all_columns():
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    table = export_table(corpus_with(vector=["a", "b", "c", "d"]), **GENERIC, **FITTED)
    read = pyarrow.parquet.read_table(io.BytesIO(written(write_vectors, table, vectors)))
    assert read.column_names == [*table.columns, "vector"]
    assert "vector (metadata)" in read.column_names
    assert str(read.schema.field("vector").type).startswith("fixed_size_list<")
    assert read["vector"].type.list_size == 3
    assert read["row"].to_pylist() == [0, 1, 2, 3]
    assert read["source_row"].to_pylist() == [1, 2, 3, 4]
    assert read["text"].to_pylist() == TEXTS
    assert np.array(read["vector"].to_pylist(), dtype=np.float32).tobytes() == vectors.tobytes()
    part = pyarrow.parquet.read_table(io.BytesIO(written(write_vectors, table.iloc[[3, 1]], vectors)))
    assert part["text"].to_pylist() == [TEXTS[3], TEXTS[1]]
    assert np.array(part["vector"].to_pylist(), dtype=np.float32).tobytes() == vectors[[3, 1]].tobytes()
    with pytest.raises(ValueError, match="3 vectors, and a text of row 3"):
        written(write_vectors, table, np.zeros((3, 2)))


def test_copies_have_the_vector_of_their_original_and_texts_set_aside_have_none():
    vectors = np.eye(4, dtype=np.float32)
    table = export_table(left_out_corpus(), **GENERIC)
    read = pyarrow.parquet.read_table(io.BytesIO(written(write_vectors, table, vectors)))
    assert read["source_row"].to_pylist() == [3, 4, 5, 7, 8, 9]
    assert np.argmax(read["vector"].to_pylist(), axis=1).tolist() == [0, 1, 1, 2, 3, 0]


def test_a_long_table_is_written_in_parts():
    texts = [f"text {number}" for number in range(45_000)]
    content = to_csv_bytes(table_of(texts))
    assert [row[2] for row in by_csv(content)[1:]] == texts


def test_the_size_of_a_table_is_told_beforehand():
    table = pd.DataFrame({"text": [f"text {'long ' * (row % 7)}" for row in range(9000)]})
    assert csv_size(table) == pytest.approx(len(to_csv_bytes(table)), rel=0.05)
    assert csv_size(table.head(0)) == 0


def test_parquet_is_written_in_parts_with_the_vectors_of_each_row(monkeypatch):
    monkeypatch.setattr(write, "GROUP_ROWS", 2)
    table = table_of(["a", "b", "c", "d", "e"])
    vectors = np.arange(10, dtype=np.float32).reshape(5, 2)
    for content in (written(write_vectors, table, vectors), written(write_parquet, table)):
        file = pyarrow.parquet.ParquetFile(io.BytesIO(content))
        assert file.num_row_groups == 3
        assert file.read()["text"].to_pylist() == ["a", "b", "c", "d", "e"]
    found = pyarrow.parquet.read_table(io.BytesIO(written(write_vectors, table, vectors)))
    assert found["vector"].to_pylist() == vectors.tolist()

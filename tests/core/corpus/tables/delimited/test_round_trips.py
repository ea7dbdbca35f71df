"""Any table, written in any dialect, comes back equal."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from core.corpus.tables import read_table

# A text that no program takes for a number, a date or a missing value, as it begins with a word.
ALPHABET = [*"abz ,;\t|\"'\\.:-=#", "\n", "\r\n", "é", "ß", "中", "🙂", "’", "\u00a0", "\u2028"]
TEXT = st.builds(
    lambda first, rest: first + "".join(rest),
    st.sampled_from(["it was ", "“so”", "Größe", '"quoted" ', "no, ", "a;b ", "a\tb ", " blank"]),
    st.lists(st.sampled_from(ALPHABET), max_size=12),
)
ROW = st.tuples(
    TEXT, st.none() | st.integers(-999, 999), st.none() | TEXT, st.integers(0, 99).map(lambda n: n / 4)
)
TABLE = st.lists(ROW, min_size=3, max_size=12)
NAMES = ["text", "whole", "more", "real"]
COMMON = settings(
    derandomize=True,
    max_examples=25,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # to shrink a table takes minutes
)


def text_of(value):
    return "" if value is None else str(value)


def written(rows, names=NAMES, **dialect):
    file = io.StringIO(newline="")
    writer = csv.writer(file, **dialect)
    writer.writerow(names)
    writer.writerows([[text_of(value) for value in row] for row in rows])
    return file.getvalue()


def assert_equal(content, rows, names=NAMES, name="x.csv"):
    table = read_table(name, content if isinstance(content, bytes) else content.encode())
    assert table.frame.columns.tolist() == list(names)
    for position, column in enumerate(zip(*rows, strict=True)):
        read = table.frame.iloc[:, position]
        found = [None if pd.isna(value) else value for value in read.tolist()]
        assert found == list(column), (names[position], table.used)
    return table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@given(rows=TABLE, mark=st.sampled_from(["", "\ufeff", "sep=%s\r\n"]))
@settings(COMMON, max_examples=8)
def test_every_dialect(delimiter, quoting, end, rows, mark):
    content = written(rows, delimiter=delimiter, quoting=quoting, lineterminator=end)
    start = mark % delimiter if "%" in mark else mark
    assert_equal(start + content, rows)


@given(rows=TABLE, delimiter=st.sampled_from(",;\t|"))
@COMMON
def test_quotes_after_a_backslash(rows, delimiter):
    content = written(
        rows,
        delimiter=delimiter,
        quoting=csv.QUOTE_ALL,
        doublequote=False,
        escapechar="\\",
        lineterminator="\n",
    )
    assume(any('"' in str(value) for row in rows for value in row))  # or nothing tells
    assert_equal(content, rows)


@given(rows=TABLE)
@COMMON
def test_rows_of_r_with_names_and_na(rows):
    def cell(value):
        if value is None:
            return "NA"
        return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else str(value)

    for names in (NAMES, ["", *NAMES]):  # write.table, and write.csv
        lines = [",".join(f'"{name}"' for name in names)]
        lines += [",".join([f'"{i}"', *map(cell, row)]) for i, row in enumerate(rows, start=1)]
        numbered = [(i, *row) for i, row in enumerate(rows, start=1)]
        first = "row name" if names == NAMES else "column 1"
        assert_equal("\n".join(lines) + "\n", numbered, [first, *NAMES])


@given(rows=TABLE, index=st.booleans(), delimiter=st.sampled_from(",;\t"))
@COMMON
def test_tables_of_pandas(rows, index, delimiter):
    frame = pd.DataFrame(rows, columns=NAMES).astype({"whole": "Int64"})
    content = frame.to_csv(index=index, sep=delimiter)
    names = ["column 1", *NAMES] if index else NAMES
    assert_equal(content, [(i, *row) for i, row in enumerate(rows)] if index else rows, names)


@given(rows=TABLE)
@COMMON
def test_lone_carriage_returns_inside_texts(rows):
    rows = [(text.replace("\n", "\r"), *rest) for text, *rest in rows]
    assert_equal(written(rows, lineterminator="\n"), rows)
    assert_equal(written(rows, lineterminator="\n", quoting=csv.QUOTE_ALL), rows)


@given(rows=TABLE, codec=st.sampled_from(["utf-16", "utf-8-sig", "utf-32"]))
@settings(COMMON, max_examples=8)
def test_wide_characters(rows, codec):
    assert_equal(written(rows, delimiter="\t", lineterminator="\r\n").encode(codec), rows)


@given(texts=st.lists(TEXT, min_size=3, max_size=12))
@COMMON
def test_one_column(texts):
    texts = ["all in one line", "a, b, c", "d; e", *texts]
    rows = [(text,) for text in texts]
    assert_equal(written(rows, ["text"], lineterminator="\n"), rows, ["text"])
    assert_equal(written(rows, ["text"], lineterminator="\n", quoting=csv.QUOTE_ALL), rows, ["text"])


def test_texts_of_random_characters_come_back_through_csv():
    rng = np.random.default_rng(1)
    alphabet = np.array([*'ab ,;"|\t\n', "é", "中", "🙂", "’"])
    texts = ["".join(rng.choice(alphabet, size=rng.integers(1, 12))) for _ in range(300)]
    file = io.StringIO(newline="")
    pd.DataFrame({"n": range(300), "text": texts}).to_csv(file, index=False)
    assert read_table("x.csv", file.getvalue().encode()).frame["text"].tolist() == texts

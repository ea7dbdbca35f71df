"""Vectors that a table of strings holds."""

import io

import numpy as np
import pandas as pd
import pytest

from core.corpus.tables import read_table
from core.corpus.tables.nested import take_vectors

ROWS = np.random.default_rng(0).standard_normal((12, 16)).round(6)
TEXTS = [f"text number {n}" for n in range(12)]

WAYS = {
    "a list": lambda row: str(row.tolist()),
    "a list of JSON": lambda row: "[" + ",".join(map(str, row)) + "]",
    "an array of NumPy": lambda row: np.array2string(row, max_line_width=40, precision=8),
    "a tuple": lambda row: str(tuple(row.tolist())),
    "braces of PostgreSQL": lambda row: "{" + ",".join(map(str, row)) + "}",
    "bare numbers": lambda row: " ".join(map(str, row)),
    "bare numbers with commas": lambda row: ", ".join(map(str, row)),
    "semicolons": lambda row: ";".join(map(str, row)),
    "exponents": lambda row: "[" + ", ".join(f"{number:.8e}" for number in row) + "]",
}


@pytest.mark.parametrize("ending", ["csv", "tsv", "xlsx"])
@pytest.mark.parametrize("way", WAYS)
def test_written_vectors_are_read(way, ending):
    frame = pd.DataFrame({"text": TEXTS, "embedding": list(map(WAYS[way], ROWS)), "n": range(12)})
    file = io.BytesIO()
    if ending == "xlsx":
        frame.to_excel(file, index=False)
    else:
        frame.to_csv(file, index=False, sep="," if ending == "csv" else "\t")
    table = read_table(f"x.{ending}", file.getvalue())
    assert table.frame.columns.tolist() == ["text", "n"]
    np.testing.assert_allclose(table.vectors["embedding"], ROWS, atol=1e-6)
    assert table.vectors["embedding"].dtype == np.float32
    assert any("“embedding”" in note and "16 numbers" in note for note in table.notes)


def test_rows_without_a_vector_are_nan():
    frame = pd.DataFrame({"v": [str(row.tolist()) for row in ROWS] * 2})
    frame.loc[3, "v"] = None
    frame.loc[5, "v"] = "[0.5, 0.25]"
    left, vectors = take_vectors(frame)
    assert left.shape == (24, 0)
    assert np.isnan(vectors["v"]).all(axis=1).nonzero()[0].tolist() == [3, 5]


@pytest.mark.parametrize(
    "values",
    [
        ["[1.5, 2.5]", "[3.5, 4.5]", "[1, 2]"],
        ["1 2 3 4 5 6 7 8", "8 7 6 5 4 3 2 1", "1 1 1 1 1 1 1 1"],
        ["+41 44 123 45 67 89 01 23 45", "+41 44 123 45 67 89 01 23 46", "+41 1 1 1 1 1 1 1 1 1"],
        ["[0.1 0.2 0.3 ... 0.7 0.8 0.9 1.0]"] * 3,
        [str(list(range(n))) for n in (8, 9, 10)],
        ["2024-01-02 10:00:00", "2024-01-03 10:00:00", "2024-01-04 10:00:00"],
        ["a text", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]", "another"],
        [None, None, None],
    ],
)
def test_other_strings_are_no_vectors(values):
    frame = pd.DataFrame({"x": values})
    left, vectors = take_vectors(frame)
    assert vectors == {} and left.equals(frame)


@pytest.mark.parametrize("name", ["emb_{}", "dim{}", "{}", "x.{}"])
def test_a_column_for_each_number(name):
    rows = np.random.default_rng(0).standard_normal((12, 40)).round(6)
    numbers = pd.DataFrame(rows, columns=[name.format(n) for n in range(40)])
    csv = pd.concat([pd.DataFrame({"text": TEXTS, "n": range(12)}), numbers], axis=1).to_csv(index=False)
    table = read_table("x.csv", csv.encode())
    assert table.frame.columns.tolist() == ["text", "n"]
    (vectors,) = table.vectors.values()
    np.testing.assert_allclose(vectors, rows, atol=1e-6)
    assert any("40 numbers" in note for note in table.notes)


def test_ratings_are_no_vectors():
    ratings = {f"q{n}": [1.0, np.nan, 5.0, 3.0] for n in range(1, 41)}
    few = {f"p{n}": [0.5, 0.25, 0.1, 0.7] for n in range(1, 11)}
    gaps = {f"r{n}": [0.5, 0.25, 0.1, 0.7] for n in range(1, 100, 2)}
    frame = pd.DataFrame({**ratings, **few, **gaps})
    left, vectors = take_vectors(frame)
    assert vectors == {} and left.equals(frame)

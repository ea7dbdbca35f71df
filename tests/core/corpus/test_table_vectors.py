"""The vectors of a table go to the texts of its corpus."""

import io

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus, vectors_of_texts
from core.corpus.tables import Table, read_table
from core.errors import CorpusError

TEXTS = ["a b", "", "c d", None, "e f", "a b"]
VECTORS = np.arange(60, dtype=np.float32).reshape(6, 10)


def table(source_rows=None, vectors=VECTORS):
    frame = pd.DataFrame({"text": TEXTS, "n": range(6)})
    return Table("x.parquet", frame, None, source_rows=source_rows, vectors={"v": vectors})


@pytest.mark.parametrize("source_rows", [None, np.arange(2, 8), np.array([2, 4, 5, 9, 11, 12])])
def test_rows_without_a_text_take_their_vectors_away(source_rows):
    given = table(source_rows)
    np.testing.assert_array_equal(
        vectors_of_texts(given, build_corpus(given, "text"), "v"), VECTORS[[0, 2, 4, 5]]
    )


def test_copies_that_are_left_out_take_their_vectors_away():
    given = table()
    corpus = build_corpus(given, "text", leave_out_copies=True)
    np.testing.assert_array_equal(vectors_of_texts(given, corpus, "v"), VECTORS[[0, 2, 4]])


def test_a_text_without_a_vector_is_named():
    vectors = VECTORS.copy()
    vectors[[1, 4]] = np.nan  # row 2 has no text
    given = table(np.arange(2, 8), vectors)
    with pytest.raises(CorpusError, match=r"“v” of “x.parquet” .* 1 of 4 texts .* row 6"):
        vectors_of_texts(given, build_corpus(given, "text"), "v")


def test_a_corpus_of_another_table_is_refused():
    corpus = build_corpus(table(np.arange(102, 108)), "text")
    with pytest.raises(CorpusError, match="are not those of"):
        vectors_of_texts(table(), corpus, "v")


def test_the_key_of_a_corpus_does_not_depend_on_the_vectors():
    records = pd.DataFrame({"text": list("abcd"), "n": range(4), "v": VECTORS[:4].tolist()})

    def read(frame):
        file = io.BytesIO()
        frame.to_parquet(file)
        return build_corpus(read_table("x.parquet", file.getvalue()), "text")

    assert read(records).key == read(records.drop(columns="v")).key

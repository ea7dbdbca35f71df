import io

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table, read_table
from core.export import (
    build_record,
    csv_size,
    export_table,
    to_csv_bytes,
    to_parquet_bytes,
    vectors_to_parquet_bytes,
)

RESULT_COLUMNS = [
    "given_label", "predicted_label", "probability", "answer",
    "generic_cluster", "generic_cluster_name", "reshaped_cluster", "reshaped_cluster_name",
    "generic_x", "generic_y", "reshaped_x", "reshaped_y", "neighbours_replaced",
]  # fmt: skip
TEXTS = ["late, again", '=SUM(1) said "Ann"', "two\nlines\rthree ", "café 🙂"]


def corpus_with(**metadata):
    return build_corpus(Table("x.csv", pd.DataFrame({"said": TEXTS, **metadata}), "UTF-8"), "said")


GENERIC = {
    "generic_clusters": np.array([0, 1, -1, 1], dtype=np.int32),
    "generic_names": {0: "late", 1: "people"},
    "generic_map": np.arange(8, dtype=np.float32).reshape(4, 2),
}
FITTED = {
    "given": ["sad", None, None, "glad"],
    "predicted": ["sad", "sad", "glad", "glad"],
    "probability": np.array([0.9, 0.5, 0.75, 1.0], dtype=np.float32),
    "answers": ["late", "", "=people", "late"],
    "reshaped_clusters": np.array([0, 0, 1, -1], dtype=np.int32),
    "reshaped_names": {0: "sad", 1: "glad"},
    "reshaped_map": -np.arange(8, dtype=np.float32).reshape(4, 2),
    "neighbours_replaced": np.array([0.0, 0.25, 0.5, 1.0], dtype=np.float32),
}


@pytest.fixture
def table():
    return export_table(
        corpus_with(stars=[1, 2, None, 4], town=["Rome", None, "Bonn", ""]), **GENERIC, **FITTED
    )


def test_every_result_has_its_column_in_a_fixed_order(table):
    assert table.columns.tolist() == ["text", "stars", "town", *RESULT_COLUMNS]
    assert table["text"].tolist() == TEXTS
    third = table.iloc[2]
    assert pd.isna(third["stars"])
    assert third["town"] == "Bonn"
    assert pd.isna(third["given_label"])
    assert third["predicted_label"] == "glad"
    assert third["probability"] == 0.75
    assert table["answer"].fillna("none").tolist() == ["late", "none", "=people", "late"]
    assert third["generic_cluster"] == -1
    assert pd.isna(third["generic_cluster_name"])
    assert third["reshaped_cluster":"reshaped_cluster_name"].tolist() == [1, "glad"]
    assert third["generic_x":"reshaped_y"].tolist() == [4, 5, -4, -5]
    assert third["neighbours_replaced"] == 0.5


def test_before_the_first_fit_there_are_only_generic_columns():
    table = export_table(corpus_with(), **GENERIC)
    assert table.columns.tolist() == [
        "text",
        "generic_cluster",
        "generic_cluster_name",
        "generic_x",
        "generic_y",
    ]


def test_metadata_that_are_called_like_a_result_are_renamed():
    names = ["text", "probability", "probability (metadata)", "reshaped_x"]
    corpus = corpus_with(**{name: range(4) for name in names})
    expected = [
        "text (metadata)",
        "probability (metadata 2)",
        "probability (metadata)",
        "reshaped_x (metadata)",
    ]
    for results in (GENERIC, GENERIC | FITTED):
        table = export_table(corpus, **results)
        assert table.columns[1:5].tolist() == expected
        assert table["text"].tolist() == TEXTS


def test_a_result_of_another_corpus_is_refused():
    with pytest.raises(ValueError, match="given_label has 2 rows, the corpus has 4"):
        export_table(corpus_with(), **GENERIC, given=["sad", None])
    with pytest.raises(ValueError, match="3 vectors for 4 texts"):
        vectors_to_parquet_bytes(TEXTS, np.zeros((3, 2)))


def test_csv_comes_back_as_it_was_and_begins_with_the_mark(table):
    content = to_csv_bytes(table)
    assert content.startswith(b"\xef\xbb\xbftext,stars,town,given_label,")
    again = read_table("export.csv", content).frame
    assert again.columns.tolist() == table.columns.tolist()
    assert again["text"].tolist() == TEXTS
    np.testing.assert_array_equal(again["stars"], [1, 2, np.nan, 4])
    np.testing.assert_array_equal(again["generic_cluster"], table["generic_cluster"])
    np.testing.assert_allclose(again["probability"], table["probability"])
    assert again["given_label"].isna().tolist() == [False, True, True, False]


def test_parquet_comes_back_as_it_was(table):
    again = pd.read_parquet(io.BytesIO(to_parquet_bytes(table)))
    pd.testing.assert_frame_equal(again, table)
    read = read_table("export.parquet", to_parquet_bytes(table)).frame
    assert read["text"].tolist() == TEXTS
    assert read["reshaped_cluster"].tolist() == [0, 0, 1, -1]


def test_vectors_come_back_exactly():
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    read = pyarrow.parquet.read_table(io.BytesIO(vectors_to_parquet_bytes(TEXTS, vectors)))
    assert read.column_names == ["row", "text", "vector"]
    assert (
        str(read.schema.field("vector").type).startswith("fixed_size_list<")
        and read["vector"].type.list_size == 3
    )
    assert read["row"].to_pylist() == [0, 1, 2, 3]
    assert read["text"].to_pylist() == TEXTS
    again = np.array(read["vector"].to_pylist(), dtype=np.float32)
    assert again.tobytes() == vectors.tobytes()


def test_the_record_of_labels_leaves_with_its_texts(store):
    corpus = corpus_with()
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by mood")
    for name in ("cross", "fond"):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {2: "cross", 1: None}, "ada")
    store.labels.give(analysis, {2: "fond"}, "model:small")
    store.label_names.merge(analysis, ["cross", "fond"], "fond")
    record = build_record(corpus, store.labels.history(analysis))
    kept = record[["text", "label", "counts_as", "given_by", "row", "step"]].to_numpy(dtype=object).tolist()
    assert kept == [
        [TEXTS[2], "cross", "fond", "ada", 2, 1],
        [TEXTS[1], None, None, "ada", 1, 1],
        [TEXTS[2], "fond", "fond", "model:small", 2, 2],
    ]


def test_the_size_of_a_table_is_told_beforehand():
    table = pd.DataFrame({"text": [f"text {'long ' * (row % 7)}" for row in range(9000)]})
    assert csv_size(table) == pytest.approx(len(to_csv_bytes(table)), rel=0.05)
    assert csv_size(table.head(0)) == 0

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.export import build_record, export_table
from core.export.tables import add_results

RESULT_COLUMNS = [
    "given_label", "check_label", "predicted_label", "probability", "fits_none", "answer",
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
    "checked": [None, "glad", "none of these", None],
    "predicted": ["sad", "sad", "glad", "glad"],
    "probability": np.array([0.9, 0.5, 0.75, 1.0], dtype=np.float32),
    "fits_none": np.array([0.125, 0.25, 0.5, 0.0], dtype=np.float32),
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
    assert table.columns.tolist() == ["row", "source_row", "text", "stars", "town", *RESULT_COLUMNS]
    assert table["row"].tolist() == [0, 1, 2, 3]
    assert table["source_row"].tolist() == [1, 2, 3, 4]  # a table made here has no header in a file
    assert table["text"].tolist() == TEXTS
    third = table.iloc[2]
    assert pd.isna(third["stars"])
    assert third["town"] == "Bonn"
    assert pd.isna(third["given_label"])
    assert third["check_label"] == "none of these"
    assert pd.isna(table.loc[0, "check_label"])
    assert third["predicted_label"] == "glad"
    assert third["probability"] == 0.75
    assert third["fits_none"] == 0.5
    assert table["answer"].fillna("none").tolist() == ["late", "none", "=people", "late"]
    assert third["generic_cluster"] == -1
    assert pd.isna(third["generic_cluster_name"])
    assert third["reshaped_cluster":"reshaped_cluster_name"].tolist() == [1, "glad"]
    assert third["generic_x":"reshaped_y"].tolist() == [4, 5, -4, -5]
    assert third["neighbours_replaced"] == 0.5


def test_before_the_first_fit_there_are_only_generic_columns():
    table = export_table(corpus_with(), **GENERIC)
    assert table.columns.tolist() == [
        "row",
        "source_row",
        "text",
        "generic_cluster",
        "generic_cluster_name",
        "generic_x",
        "generic_y",
    ]


def test_metadata_that_are_called_like_a_result_are_renamed():
    names = ["text", "probability", "probability (metadata)", "reshaped_x", "row", "source_row", "copy_of"]
    corpus = corpus_with(**{name: range(4) for name in names})
    expected = [
        "text (metadata)",
        "probability (metadata 2)",
        "probability (metadata)",
        "reshaped_x (metadata)",
        "row (metadata)",
        "source_row (metadata)",
        "copy_of (metadata)",
    ]
    for results in (GENERIC, GENERIC | FITTED):
        table = export_table(corpus, **results)
        assert table.columns[3:10].tolist() == expected
        assert table["text"].tolist() == TEXTS


def test_a_result_of_another_corpus_is_refused():
    with pytest.raises(ValueError, match="given_label has 2 rows, the corpus has 4"):
        export_table(corpus_with(), **GENERIC, given=["sad", None])


@pytest.mark.parametrize("dtype", ["uint8", "uint64", "int16", "int32", "Int64", "UInt8", "int64[pyarrow]"])
def test_whole_numbers_stay_whole_beside_texts_without_results(dtype):
    values = pd.Series([3, 1, 2, 0], dtype=dtype)
    column = add_results(left_out_corpus(), {"count": values})["count"]
    kept = column[column.notna()]
    assert pd.api.types.is_integer_dtype(column.dtype) and column.isna().sum() == 1
    assert set(kept.tolist()) == {0, 1, 2, 3}


def test_a_corpus_of_an_earlier_version_leaves_without_source_rows():
    corpus = replace(corpus_with(), source_rows=None)
    table = export_table(corpus, **GENERIC)
    assert table.columns[:3].tolist() == ["row", "source_row", "text"]
    assert table["source_row"].isna().all()


def left_out_corpus():
    """Four texts on the map; a copy of the second, a text set aside, and a copy of the first."""
    texts = [TEXTS[0], TEXTS[1], f" {TEXTS[1]}", "N/A", TEXTS[2], TEXTS[3], TEXTS[0]]
    frame = pd.DataFrame({"said": texts, "stars": [1, 2, 3, 4, 5, 6, 7]})
    table = Table("x.csv", frame, "UTF-8", source_rows=np.arange(3, 10))
    return build_corpus(table, "said", leave_out_copies=True, set_aside=frozenset({"N/A"}))


def test_rows_beside_the_map_leave_with_the_results_of_their_originals():
    table = export_table(left_out_corpus(), **GENERIC, **FITTED)
    assert table.columns[:5].tolist() == ["row", "source_row", "copy_of", "text", "stars"]
    assert table["source_row"].tolist() == [3, 4, 5, 6, 7, 8, 9]
    assert table["row"].fillna(-1).tolist() == [0, 1, -1, -1, 2, 3, -1]
    assert table["copy_of"].fillna(-1).tolist() == [-1, -1, 1, -1, -1, -1, 0]
    assert table["text"].tolist()[2:4] == [f" {TEXTS[1]}", "N/A"]
    assert table["stars"].tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert table["given_label"].fillna("").tolist() == ["sad", "", "", "", "", "glad", "sad"]
    assert table["predicted_label"].fillna("").tolist() == ["sad", "sad", "sad", "", "glad", "glad", "sad"]
    assert table["generic_cluster"].fillna(9).tolist() == [0, 1, 1, 9, -1, 1, 0]
    assert table["generic_cluster_name"].fillna("").tolist() == [
        "late",
        "people",
        "people",
        "",
        "",
        "people",
        "late",
    ]
    np.testing.assert_array_equal(table["reshaped_x"], [0, -2, -2, np.nan, -4, -6, 0])
    assert table.loc[3, "given_label":].isna().all()


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
    assert record.columns[:4].tolist() == ["row", "source_row", "text", "label"]
    columns = ["row", "source_row", "text", "label", "counts_as", "given_by", "step"]
    assert record[columns].to_numpy(dtype=object).tolist() == [
        [2, 3, TEXTS[2], "cross", "fond", "ada", 1],
        [1, 2, TEXTS[1], None, None, "ada", 1],
        [2, 3, TEXTS[2], "fond", "fond", "model:small", 2],
    ]

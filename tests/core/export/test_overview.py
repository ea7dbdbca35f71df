import io

import numpy as np
import pandas as pd

from core.corpus import Partition
from core.corpus.tables import read_table
from core.export import AnalysisResults, overview_table, to_csv_bytes, write_parquet
from tests.core.export.test_tables import TEXTS, corpus_with, left_out_corpus
from tests.support.written import written


def groups(codes, **names):
    return Partition(np.array(codes, dtype=np.int32), {int(code[1:]): name for code, name in names.items()})


MOOD = AnalysisResults(
    "By mood",
    given=groups([0, -1, -1, 2], _0="sad", _1="cross", _2="glad"),
    predicted=groups([0, 0, 2, 2], _0="sad", _1="cross", _2="glad"),
    probability=np.array([0.9, 0.5, 0.75, 1.0], dtype=np.float32),
    fits_none=np.array([0.125, 0.25, 0.5, 0.0], dtype=np.float32),
    clusters=groups([3, 3, -1, 7], _3="late", _7="=people"),
    map=np.arange(8, dtype=np.float32).reshape(4, 2),
)
LABELLED = AnalysisResults(
    "by mood!", given=groups([-1, 0, -1, -1], _0="late"), checked=[None, None, "late", "none of these"]
)

COLUMNS = [
    "by_mood_given_label", "by_mood_predicted_label", "by_mood_probability", "by_mood_fits_none",
    "by_mood_reshaped_cluster", "by_mood_reshaped_cluster_name", "by_mood_reshaped_x", "by_mood_reshaped_y",
    "by_mood_2_given_label", "by_mood_2_check_label",
]  # fmt: skip


def names(column):
    return column.astype(object).where(column.notna(), None).tolist()


def test_each_analysis_has_its_columns_beside_the_texts():
    table = overview_table(corpus_with(by_mood_probability=["a", "b", "c", "d"]), [MOOD, LABELLED])
    first = ["row", "source_row", "text", "by_mood_probability (metadata)"]
    assert table.columns.tolist() == [*first, *COLUMNS]
    assert table["text"].tolist() == TEXTS
    assert names(table["by_mood_given_label"]) == ["sad", None, None, "glad"]
    assert names(table["by_mood_predicted_label"]) == ["sad", "sad", "glad", "glad"]
    assert table["by_mood_reshaped_cluster"].tolist() == [3, 3, -1, 7]
    assert names(table["by_mood_reshaped_cluster_name"]) == ["late", "late", None, "=people"]
    assert table["by_mood_reshaped_y"].tolist() == [1, 3, 5, 7]
    assert names(table["by_mood_2_given_label"]) == [None, "late", None, None]
    assert names(table["by_mood_2_check_label"]) == [None, None, "late", "none of these"]


def test_copies_have_the_results_of_their_originals():
    table = overview_table(left_out_corpus(), [MOOD, LABELLED])
    assert names(table["by_mood_predicted_label"]) == ["sad", "sad", "sad", None, "glad", "glad", "sad"]
    assert table["by_mood_reshaped_cluster"].fillna(-9).tolist() == [3, 3, 3, -9, -1, 7, 3]
    assert names(table["by_mood_2_given_label"]) == [None, "late", "late", None, None, None, None]


def test_the_table_comes_back_from_csv_and_parquet():
    table = overview_table(corpus_with(), [MOOD, LABELLED])
    again = read_table("all.csv", to_csv_bytes(table)).frame
    kept = pd.read_parquet(io.BytesIO(written(write_parquet, table)))
    for frame in (again, kept):
        assert frame.columns.tolist() == table.columns.tolist()
        for name in table:
            if table[name].dtype == np.float32:
                np.testing.assert_array_equal(frame[name].astype(np.float32), table[name])
            else:
                assert [x if pd.notna(x) else None for x in frame[name]] == names(table[name]), name


def test_titles_become_different_names():
    titles = ["?", "!", "Über Stimmung · asking", "很长" * 60, "a" * 60, "a" * 50]
    found = [AnalysisResults(title, given=groups([0, -1, -1, -1], _0="x")) for title in titles]
    table = overview_table(corpus_with(), found)
    prefixes = [name.removesuffix("_given_label") for name in table.columns[3:]]
    assert prefixes == [
        "analysis", "analysis_2", "über_stimmung_asking", "很长" * 20, "a" * 40, f"{'a' * 40}_2",
    ]  # fmt: skip


def test_analyses_are_read_one_after_another():
    alive = []

    def read(number):
        alive.append(number)
        return AnalysisResults(f"analysis {number}", given=groups([0, -1, -1, -1], _0="x"))

    table = overview_table(corpus_with(), (read(number) for number in range(10)))
    assert alive == list(range(10)) and table.shape == (4, 3 + 10)

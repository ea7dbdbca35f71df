"""A store of the version before labels had `source` and `reviewed` opens with everything that was in it."""

import json
import shutil
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import StoreError
from core.evidence import WORKS
from core.maps.clusters import ClusterChoice, cluster_map, decode_edit
from core.storage import (
    Store,
    encode_corpus,
    lacks_views,
    load_answers,
    load_finding,
    load_fit,
    load_space,
    load_views,
)
from core.storage.database import MIGRATIONS, split_given_by
from core.tasks import open_source
from tests.conftest import ViewingEncoder

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "store_1"
EXPECTED = json.loads((FIXTURE / "expected.json").read_text())


@pytest.fixture
def old_home(home):
    shutil.rmtree(home)  # which holds a store of the present version
    with zipfile.ZipFile(FIXTURE / "home.zip") as archive:
        archive.extractall(home)
    return home


@pytest.fixture
def old(old_home):
    return Store(old_home)


@pytest.mark.parametrize("expected", EXPECTED["analyses"], ids=lambda each: each["kind"])
def test_labels_and_their_record_are_as_before(old, expected):
    analysis = expected["id"]
    guide = old.labels.read(analysis)
    assert list(guide.names) == expected["names"] == old.label_names.current(analysis)
    assert guide.codes.tolist() == expected["codes"]
    assert guide.table["row"].tolist() == expected["rows"]
    assert guide.table["given_at"].tolist() == expected["given_at"]
    retired = [[each.name, each.merged_into, each.n_texts] for each in old.labels.read(analysis).retired]
    assert retired == expected["retired"]
    history = old.labels.history(analysis)[["step", "row", "label", "counts_as", "given_at"]]
    assert history.to_numpy(dtype=object).tolist() == expected["history"]


def test_what_stood_in_given_by_has_columns_now(old):
    by_row = old.labels.read(EXPECTED["analyses"][0]["id"]).table.set_index("row")
    columns = ["given_by", "source", "source_name", "reviewed"]
    assert by_row.loc[1, columns].tolist() == ["ada", "deck", "", False]
    assert by_row.loc[0, columns].tolist() == ["ada", "deck", "", True]
    # A column of this name is no review: its labels can be shown as possible mistakes.
    assert by_row.loc[8, columns].tolist() == ["ada", "column", "status, checked", False]
    assert by_row.loc[10, columns].tolist() == ["ada", "file", "labels.csv", False]
    assert by_row.loc[11, columns].tolist() == ["ada", "map", "", False]
    assert by_row.loc[12, columns].tolist() == ["ada", "cluster", "", False]
    assert by_row.loc[14, columns].tolist() == ["small", "model", "", False]
    assert by_row.loc[15, columns].tolist() == ["bob", "deck", "", True]


def test_maps_clusters_edits_and_vectors_are_as_before(old):
    key = EXPECTED["corpus"]
    entry, results, corpus = old.corpus_entry(key), old.results(key), old.load_corpus(key)
    assert corpus.texts[:3].tolist() == EXPECTED["texts"]
    space = load_space(results, entry.embedding_key)
    np.testing.assert_allclose(space.map, EXPECTED["map"], atol=1e-3)
    source = open_source(results, key, corpus.texts, entry.embedding_key, space.map, space.vectors)
    choice = ClusterChoice.from_text(old.clusters.choice(key, None))
    edits = [decode_edit(edit.edit) for edit in old.clusters.edits(key, None)]
    shown = cluster_map(source, choice, edits).partition
    assert shown.codes.tolist() == EXPECTED["clusters"]["codes"]
    assert {str(code): name for code, name in shown.names.items()} == EXPECTED["clusters"]["names"]
    assert results.has_array(f"{EXPECTED['ready'].rpartition('#')[2]}.vectors")


def test_views_can_be_added_beside_the_vectors(old):
    key = EXPECTED["corpus"]
    entry, results, texts = old.corpus_entry(key), old.results(key), old.load_corpus(key).texts.tolist()
    assert lacks_views(results, entry.embedding_key) and load_views(results, entry.embedding_key) == []
    vectors = np.array(results.load_array(f"{entry.embedding_key}.vectors"))
    encode_corpus(results, entry.embedding_key, texts, ViewingEncoder())
    views = ViewingEncoder().encode_with_views(texts)[1]
    np.testing.assert_array_equal(np.stack(load_views(results, entry.embedding_key)), views)
    np.testing.assert_array_equal(results.load_array(f"{entry.embedding_key}.vectors"), vectors)


@pytest.mark.parametrize("expected", EXPECTED["analyses"], ids=lambda each: each["kind"])
def test_fits_are_as_before(old, expected):
    results, analysis = old.results(EXPECTED["corpus"]), old.analysis(expected["id"])
    fit = load_fit(results, analysis.fit_key)
    np.testing.assert_allclose(fit.space.map, expected["map"], atol=1e-3)
    assert [fit.labels[code] for code in fit.predicted] == expected["predicted"]
    assert load_answers(results, fit.space_key) == expected["answers"]
    assert fit.fits_none is None  # earlier versions knew none
    if expected["evidence"]:
        assert expected["evidence"] == "helps"  # what that version called it
        assert load_finding(results, analysis.fit_key, "evidence").verdict == WORKS


def test_it_is_migrated_once_and_whole(old_home):
    Store(old_home)
    with sqlite3.connect(old_home / "refract.sqlite") as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        before = connection.execute("SELECT * FROM label_events").fetchall()
    Store(old_home)
    with sqlite3.connect(old_home / "refract.sqlite") as connection:
        assert connection.execute("SELECT * FROM label_events").fetchall() == before


def test_steps_of_the_old_file_belong_to_who_gave_them(old):
    analysis = EXPECTED["analyses"][0]["id"]
    history = old.labels.history(analysis)
    by_model = set(history["step"][history["source"] == "model"])
    of_bob = history["step"][history["given_by"] == "bob"].max()
    assert old.labels.last_step(analysis, "bob").rows == history["row"][history["step"] == of_bob].tolist()
    of_ada = set(history["step"][history["given_by"] == "ada"])
    while step := old.labels.last_step(analysis, "ada"):  # her own, and the model's, which is everybody's
        assert step.given_by in ("ada", "small")
        old.labels.undo(analysis, "ada", meant=step)
    left = old.labels.history(analysis)
    pd.testing.assert_frame_equal(left, history[history["given_by"] == "bob"].reset_index(drop=True))
    assert by_model and of_ada and (left["label"].notna()).any()
    edits = old.clusters.edits(EXPECTED["corpus"], None)
    assert [edit.started_by for edit in edits] == [*["ada"] * (len(edits) - 1), ""]


def test_a_file_of_a_later_version_is_left_alone(old_home):
    shutil.copy(old_home / "refract.sqlite", old_home / "before.sqlite")
    with sqlite3.connect(old_home / "refract.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="later version"):
        Store(old_home)


def test_a_later_label_by_the_same_person_leaves_an_earlier_review_as_it_was(old_home):
    analysis = EXPECTED["analyses"][0]["id"]
    with sqlite3.connect(old_home / "refract.sqlite") as connection:
        columns = "analysis_id, step, text_row, given_by, given_at"
        insert = f"INSERT INTO label_events ({columns}) VALUES (?, ?, ?, ?, ?)"
        for number, given_by in enumerate(("eve, checked", "eve", "model:eve", "eve")):
            connection.execute(insert, (analysis, 90 + number, 30 + number, given_by, "2026-01-01"))
    by_row = Store(old_home).labels.read(analysis).table.set_index("row").loc[[30, 31, 32, 33]]
    assert by_row["given_by"].tolist() == ["eve"] * 4
    assert by_row["source"].tolist() == ["deck", "deck", "model", "deck"]
    assert by_row["reviewed"].tolist() == [True, False, False, False]


@pytest.mark.parametrize(
    ("kept", "split"),
    [
        ("ada", ("ada", "deck", "", False)),
        ("ada, checked", ("ada", "deck", "", True)),
        ("ada, column status, checked", ("ada", "column", "status, checked", False)),
        ("ada, file a, on the map", ("ada", "file", "a, on the map", False)),
        ("ada, from a cluster", ("ada", "cluster", "", False)),
        ("model:small, checked", ("small, checked", "model", "", False)),
    ],
)
def test_given_by_of_earlier_versions(kept, split):
    assert split_given_by(kept) == split

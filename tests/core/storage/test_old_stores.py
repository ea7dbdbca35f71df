"""A data folder of every earlier version opens with exactly what its own commit wrote into it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest

from core.maps.clusters import decode_edit
from core.storage import Store, has_fit, load_fit, load_space
from core.storage.database import MIGRATIONS
from core.storage.integrity import find_backups
from core.storage.safety import examine
from tests.support.old_stores import NAMES, unpack, version_of

FIRST, SECOND = (f"version_0-{commit}" for commit in ("1828ae1", "a34b9cd"))
LABELS = {
    0: ("angry", "ada", "deck", "", True),
    1: ("angry", "ada", "deck", "", False),
    2: ("pleased", "ada", "deck", "", False),
    3: ("pleased", "ada", "deck", "", False),
    4: ("angry", "ada", "column", "status, checked", False),
    5: ("pleased", "ada", "column", "status, checked", False),
    6: ("angry", "ada", "file", "labels.csv", False),
    7: ("pleased", "ada", "map", "", False),
    8: ("pleased", "ada", "cluster", "", False),
    9: (None, "ada", "deck", "", False),
    11: ("angry", "bob", "deck", "", True),
}
"""Text 10 had a label that was deleted. Files from before maps could give labels say "deck" for 7 and 8."""


class Old:
    """A migrated store, with what is known of it."""

    def __init__(self, name, home):
        self.name, self.version, self.home = name, version_of(name), home
        self.is_early = name in (FIRST, SECOND)
        self.made = unpack(name, home)
        self.before = rows_of(home / "refract.sqlite")
        self.store = Store(home)
        self.key = self.made["corpus"]
        self.analysis = self.store.analyses(self.key)[0]

    def codes(self):
        return self.store.labels.read(self.analysis.id).codes.tolist()


def rows_of(path):
    """Return the columns and rows of each table of a file."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        tables = {}
        for name in names:
            found = connection.execute(f"SELECT * FROM {name} ORDER BY rowid")
            tables[name] = [column[0] for column in found.description], found.fetchall()
        return tables


@pytest.fixture(params=NAMES, scope="module")
def old(request, tmp_path_factory):
    return Old(request.param, tmp_path_factory.mktemp("old") / "home")


def test_every_version_that_a_commit_made_is_here():
    assert {version_of(name) for name in NAMES} == set(range(len(MIGRATIONS))) - {1}


def test_each_row_is_as_it_was_and_a_copy_of_the_file_is_kept(old):
    after = rows_of(old.home / "refract.sqlite")
    for table, (columns, rows) in old.before.items():
        if table == "label_events" and old.version < 2:
            columns = [name for name in columns if name != "given_by"]  # taken apart: see LABELS
        columns = [
            name for name in columns if name != "row_check"
        ]  # of more columns now: the doctor reads it
        positions = [old.before[table][0].index(name) for name in columns]
        new_positions = [after[table][0].index(name) for name in columns]
        assert [[row[each] for each in new_positions] for row in after[table][1]] == [
            [row[each] for each in positions] for row in rows
        ], table
    (copy,) = find_backups(old.home)
    assert copy.stem.endswith(f"-version{old.version}") and rows_of(copy) == old.before


def test_the_doctor_finds_it_sound(old):
    assert [each for each in examine(old.home) if each.state == "problem"] == []


def test_texts_and_instructions_are_as_they_were(old):
    corpus = old.store.load_corpus(old.key)
    assert corpus.texts[7] == "The letter said “yes”\nand I read it four times"
    assert corpus.texts[10] == "Всё получилось с первого раза 🎉" and len(corpus.texts) == 12
    assert corpus.metadata["place"].tolist()[:3] == ["house", "road", "house"]
    assert corpus.metadata["stars"].tolist() == list(range(12))
    instructions = [each.instruction for each in old.store.analyses(old.key)]
    assert instructions == ["by feeling, whatever the place", "по месту"]
    entry = old.store.corpus_entry(old.key)
    assert (entry.name, entry.encoder) == ("days.csv", "words")
    assert entry.next_encoder == ("other words" if old.version >= 7 else None)


def test_labels_and_names_are_as_they_were(old):
    guide = old.store.labels.read(old.analysis.id)
    expected, names, retired = dict(LABELS), ["angry", "pleased", "überrascht 😀"], []
    if old.is_early:
        names.insert(2, "odd")  # no labels were merged yet
        expected |= {7: ("pleased", *LABELS[1][1:]), 8: ("odd", *LABELS[1][1:])}
    else:
        retired = [("odd", "pleased", 1), ("gone", None, 1)]
    if old.version >= 3:
        expected |= dict.fromkeys((2, 3), ("angry", "bob", "deck", "", False))
    columns = guide.table[["row", "label", "given_by", "source", "source_name", "reviewed"]]
    found = {row: (label or None, *rest) for row, label, *rest in columns.itertuples(index=False)}
    assert found == expected
    assert list(guide.names) == names == old.store.label_names.current(old.analysis.id)
    assert [(each.name, each.merged_into, each.n_texts) for each in guide.retired] == retired
    changed = [each.row for each in old.store.changed_labels.of(old.analysis.id, "ada")]
    assert changed == ([3] if old.version >= 3 else [])  # of 2 she was told
    assert guide.codes[10] == -1
    assert not guide.definitions


def test_its_labels_can_be_defined(old):
    old.store.label_names.define(old.analysis.id, "überrascht 😀", "Damit war nicht zu rechnen.")
    assert old.store.labels.read(old.analysis.id).definitions == {
        "überrascht 😀": "Damit war nicht zu rechnen."
    }
    assert [each for each in examine(old.home) if each.state == "problem"] == []
    old.store.label_names.define(old.analysis.id, "überrascht 😀", "")


def test_check_labels_are_as_they_were(old):
    found = old.store.check_labels.read(old.analysis.id)
    if old.version < 4:
        assert not len(found.rows) + len(found.skipped)
        return
    assert (found.rows.tolist(), found.codes.tolist()) == ([0, 8], [0, -1])
    assert (found.skipped.tolist(), found.given_by) == ([9], ("ada", "ada"))


def test_cluster_edits_are_as_they_were(old):
    if old.is_early:
        assert old.store.clusters.edits(old.key, None) == []
        return
    for owner, name in ((None, "Lärm & Ruhe"), (old.analysis.id, "<b>bold</b>")):
        stored = old.store.clusters.edits(old.key, owner)
        edits = [decode_edit(each.edit) for each in stored]
        assert [each.kind for each in edits] == ["name", "merge"]
        assert edits[0].names == (name,)
        assert [group.tolist() for group in edits[1].groups] == [[0, 1, 2, 3, 4], [5, 6, 7]]
        assert {each.edited_by for each in stored} == {each.started_by for each in stored} == {"ada"}
        assert '"k": 3' in old.store.clusters.choice(old.key, owner)


def test_the_maps_are_as_they_were(old):
    results = old.store.results(old.key)
    assert len(load_space(results, old.made["embedding_key"]).map) == 12
    if old.name == FIRST:  # which kept too little of a fit: the maps ask for a new one
        assert old.analysis.embedding_key is None and not has_fit(results, old.analysis.fit_key)
        return
    assert old.analysis.embedding_key == old.made["embedding_key"]
    fit = load_fit(results, old.analysis.fit_key)
    assert [fit.labels[code] for code in fit.predicted] == old.made["predicted"]
    np.testing.assert_allclose(fit.space.map, old.made["map"], atol=1e-3)


def test_work_goes_on_where_it_was_left(old):  # the last: it changes the store
    labels, analysis = old.store.labels, old.analysis.id
    if old.version >= 5:
        assert labels.redo(analysis, "eve") == [9]
        assert old.store.label_names.current(analysis)[-1] == "passing"
        labels.undo(analysis, "eve")
    if old.version >= 6:
        assert old.store.check_labels.redo(analysis, "bob")
        assert old.store.check_labels.read(analysis).rows.tolist() == [0, 8, 1]
    before = old.codes()
    old.store.label_names.merge(analysis, ["pleased"], "angry")
    labels.give(analysis, {9: "angry"}, "eve")
    assert set(old.codes()) <= {0, 1, 2, -1} and old.codes()[9] == 0
    labels.undo(analysis, "eve")
    old.store.label_names.restore(analysis, "pleased")
    assert old.codes() == before
    assert [each for each in examine(old.home) if each.state == "problem"] == []


@pytest.mark.parametrize("name", NAMES[::3])
def test_several_open_an_old_store_at_once(name, tmp_path):
    unpack(name, tmp_path)
    before = rows_of(tmp_path / "refract.sqlite")["labels"]
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(Store, [tmp_path] * 8))
    assert len(opened[0].analyses("0fc0d3c26a47e4a1c2628759")) == 2
    (copy,) = find_backups(tmp_path)
    assert rows_of(copy)["labels"] == before

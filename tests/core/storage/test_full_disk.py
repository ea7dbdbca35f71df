"""A real disk that is full, or read-only for a while: a small tmpfs, where this process may mount one."""

import os
import subprocess

import numpy as np
import pytest

from core.errors import StoreError
from core.storage import ArtifactStore, Store
from core.utils import find_leftovers
from tests.support.small_disk import fill, mounted


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "größe mit Leerzeichen"
    folder.mkdir()
    with mounted(folder):
        yield folder


def leftovers(folder):
    return [path for each in (folder, *folder.rglob("*")) if each.is_dir() for path in find_leftovers(each)]


def test_a_full_disk_refuses_results_and_corpora_and_loses_none(disk, corpus):
    store = Store(disk / "home")
    store.add_corpus(corpus)
    results, array = store.results(corpus.key), np.arange(5_000)
    results.save_array("k.map", array)
    results.save_document("k.names", ["old"])
    filler = fill(disk)
    with pytest.raises(StoreError, match=r"is full: nothing was lost.*free some space"):
        results.save_array("k.map", np.zeros(200_000))
    with pytest.raises(StoreError, match="is full"):
        results.save_document("k.names", ["new" * 100_000])
    results_before = results.load_array("k.map")
    np.testing.assert_array_equal(results_before, array)
    assert results.load_document("k.names") == ["old"]
    assert store.load_corpus(corpus.key).texts.tolist() == corpus.texts.tolist()
    assert leftovers(disk) == []
    filler.unlink()
    results.save_document("k.names", ["new"])
    assert results.load_document("k.names") == ["new"]


def test_a_full_disk_refuses_a_label_and_keeps_those_before(disk, corpus):
    store = Store(disk / "home")
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by feeling")
    store.label_names.add(analysis, "angry")
    store.labels.give(analysis, {0: "angry"}, "ada")
    filler = fill(disk)
    given = 1
    with pytest.raises(StoreError, match=r"full, so this was not recorded.*recorded before is safe"):
        while True:
            store.labels.give(analysis, {given % 60: "angry"}, "ada" * 1_000)
            given += 1
    n_labels = store.labels.read(analysis).n_labels
    assert n_labels == min(given, 60)
    filler.unlink()
    store.labels.give(analysis, {59: "angry"}, "ada")
    again = Store(disk / "home").labels.read(analysis)
    assert again.n_labels == n_labels + (n_labels < 60) and again.codes[59] == 0


def test_a_store_on_a_full_disk_says_so(disk):
    filler = fill(disk)
    with pytest.raises(StoreError, match="is full"):
        Store(disk / "home").add_analysis("none", "x")
    filler.unlink()
    assert Store(disk / "home").corpora() == []


@pytest.fixture
def read_only(disk):
    """The same disk at another path, where nothing can be written."""
    folder = disk.parent / "read-only"
    folder.mkdir()
    subprocess.run(["mount", "--bind", str(disk), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_read_only_disk_is_named_and_nothing_is_lost(disk, read_only, corpus):
    store = Store(disk / "home")
    store.add_corpus(corpus)
    store.results(corpus.key).save_array("k.map", np.arange(3))
    results = ArtifactStore(read_only / "home" / "corpora" / corpus.key / "results")
    with pytest.raises(StoreError, match=r"cannot be written \(Read-only file system\).*make it writable"):
        results.save_array("k.map", np.arange(4))
    assert results.has_array("k.map") and results.load_array("k.map").tolist() == [0, 1, 2]
    with pytest.raises(StoreError, match="writable"):
        Store(read_only / "home").add_analysis(corpus.key, "by feeling")
    assert store.load_corpus(corpus.key).texts.tolist() == corpus.texts.tolist()
    assert store.analyses(corpus.key) == []


def test_a_clock_set_back_changes_no_result(store, corpus):
    store.add_corpus(corpus)
    results = store.results(corpus.key)
    for number, seconds in enumerate((2_000_000_000, 1_000_000_000, 0)):
        results.save_array("k.map", np.full(3, number))
        os.utime(results.folder / "k.map.npy", (seconds, seconds))
        assert results.has_array("k.map") and results.load_array("k.map").tolist() == [number] * 3

"""A backup holds everything, is made while the app works, and a restore trusts no file."""

import json
import stat
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest

from core.__main__ import main
from core.corpus import Corpus
from core.errors import StoreError
from core.storage import Store
from core.storage.safety import back_up, restore
from tests.support.labelled_store import contents, fill


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "home")
    fill(store, 16)
    texts = np.array(["one", "two", "three"], dtype=object)
    store.add_corpus(Corpus("b.csv", texts, pd.DataFrame({"stars": [1, 2, 3]}), "text", "k3"))
    store.results("k3").save_array("e.vectors", np.arange(6, dtype=np.float32))
    store.results("k3").save_document("e", {"some": "words"})
    return store


@pytest.fixture
def file(store, tmp_path):
    back_up(store.home, tmp_path / "all.zip")
    return tmp_path / "all.zip"


def changed(source, target, change):
    """Copy a zip file, with what `change` makes of each (info, content)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for info in old.infolist():
            for made in change(info.filename, old.read(info)):
                new.writestr(*made)
    return target


def test_the_way_there_and_back(store, tmp_path):
    assert main(["backup", str(tmp_path / "a.zip"), "--home", str(store.home)]) == 0
    assert main(["restore", str(tmp_path / "a.zip"), "--home", str(tmp_path / "new")]) == 0
    again = Store(tmp_path / "new")
    assert contents(again) == contents(store)
    assert again.load_corpus("k3").metadata["stars"].tolist() == [1, 2, 3]
    np.testing.assert_array_equal(again.results("k3").load_array("e.vectors"), np.arange(6))
    assert again.results("k3").load_document("e") == {"some": "words"}


def test_results_can_be_left_out(store, tmp_path):
    back_up(store.home, tmp_path / "a.zip", with_results=False)
    restore(tmp_path / "a.zip", tmp_path / "new")
    again = Store(tmp_path / "new")
    assert contents(again) == contents(store) and again.load_corpus("k3").texts.tolist()[0] == "one"
    assert not again.results("k3").has_array("e.vectors")


def test_a_backup_while_labels_are_given_is_of_one_moment(store, tmp_path):
    analysis, ended = store.analyses("k1")[0].id, threading.Event()
    before = len(store.labels.history(analysis))

    def label():
        while not ended.is_set():
            store.labels.give(analysis, {1: "cross", 2: "cross", 3: "cross"}, "bo")

    thread = threading.Thread(target=label)
    thread.start()
    try:
        back_up(store.home, tmp_path / "a.zip")
    finally:
        ended.set()
        thread.join()
    restore(tmp_path / "a.zip", tmp_path / "new")
    assert (len(Store(tmp_path / "new").labels.history(analysis)) - before) % 3 == 0


def test_a_folder_with_data_is_replaced_only_when_asked_and_set_aside(store, file, tmp_path):
    other = tmp_path / "other"
    (other / "corpora" / "k7").mkdir(parents=True)
    (other / "refract.sqlite").write_bytes(b"mine")
    with pytest.raises(StoreError, match="--replace"):
        restore(file, other)
    assert (other / "refract.sqlite").read_bytes() == b"mine"
    aside = restore(file, other, replace=True)
    assert (aside / "refract.sqlite").read_bytes() == b"mine" and (aside / "corpora" / "k7").is_dir()
    assert contents(Store(other)) == contents(store)


def test_nothing_is_restored_under_a_running_app(store, file):
    with pytest.raises(StoreError, match="stop it"):
        restore(file, store.home, replace=True)
    assert contents(store)["labels"]


@pytest.mark.parametrize(
    "name", ["../out", "/out", "a/../../out", "C:out", "a\\..\\out", "backups/x", "folder/"]
)
def test_a_name_outside_the_folder_is_refused(file, tmp_path, name):
    bad = changed(file, tmp_path / "bad.zip", lambda *entry: [entry])
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(StoreError, match="unsafe name"):
        restore(bad, tmp_path / "deep" / "new")
    assert not (tmp_path / "deep" / "new").exists() and not list(tmp_path.rglob("out"))


def test_a_link_is_refused(file, tmp_path):
    link = zipfile.ZipInfo("corpora/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    bad = changed(file, tmp_path / "bad.zip", lambda *entry: [entry])
    with zipfile.ZipFile(bad, "a") as archive:
        archive.writestr(link, "/")
    with pytest.raises(StoreError, match="unsafe name"):
        restore(bad, tmp_path / "new")


def test_more_than_the_disk_holds_is_refused_before_anything_is_written(file, tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 50_010_000})())
    with pytest.raises(StoreError, match="GB are free"):
        restore(file, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_zip_bomb_ends_at_the_size_that_it_states(file, tmp_path):
    bad = changed(file, tmp_path / "bad.zip", lambda *entry: [entry])
    with zipfile.ZipFile(bad, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("corpora/zeros", bytes(20_000_000))
    size = (20_000_000).to_bytes(4, "little")
    bad.write_bytes(bad.read_bytes().replace(size, (100).to_bytes(4, "little")))
    with pytest.raises(StoreError, match="could not be restored"):
        restore(bad, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_damaged_or_foreign_file_is_refused(file, tmp_path):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    (tmp_path / "flipped.zip").write_bytes(content)
    (tmp_path / "half.zip").write_bytes(content[: len(content) // 2])
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("a.txt", "a")
    rows = changed(
        file,
        tmp_path / "rows.zip",
        lambda name, content: [(name, content.replace(b"by feeling", b"by feeming"))],
    )
    for bad in (
        tmp_path / "flipped.zip",
        tmp_path / "half.zip",
        tmp_path / "other.zip",
        rows,
        tmp_path / "none",
    ):
        with pytest.raises(StoreError):
            restore(bad, tmp_path / "new")
        assert not (tmp_path / "new").exists()


def test_a_damaged_store_makes_no_backup(store, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="no store"):
        back_up(tmp_path / "empty", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("refract-backup.json", json.dumps({}))
        archive.writestr("refract.sqlite", b"no database")
    with pytest.raises(StoreError, match="damaged"):
        restore(tmp_path / "b.zip", tmp_path / "new")

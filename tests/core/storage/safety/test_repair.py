"""A repair brings back what can be brought back, says what cannot, and keeps the damaged file."""

import json
import random
import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from core.__main__ import main
from core.corpus import Corpus
from core.errors import StoreError
from core.storage import Store
from core.storage.integrity import copy_database
from core.storage.safety import examine, repair_database
from core.utils import unlock_shared
from tests.support.labelled_store import contents, copy_home, fill


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    home = tmp_path_factory.mktemp("kept") / "home"
    store = Store(home)
    fill(store, 16)
    held = rows_of(store)
    store._database.close()
    unlock_shared(home)
    return home, held


@pytest.fixture
def damaged(kept, tmp_path):
    return copy_home(kept[0], tmp_path / "home")


def rows_of(store):
    return {table: sorted(rows, key=str) for table, rows in contents(store).items()}


def reopened(home):
    store = Store(home)
    try:
        return rows_of(store)
    finally:
        store._database.close()
        unlock_shared(home)


def flip(file, place):
    content = bytearray(file.read_bytes())
    content[place // 8] ^= 1 << place % 8
    file.write_bytes(content)
    return bytes(content)


def test_a_changed_bit_of_a_row_is_put_right_without_a_backup(kept, damaged):
    place = (damaged / "refract.sqlite").read_bytes().index(b"by feeling")
    flip(damaged / "refract.sqlite", 8 * place + 19)
    saved, _ = repair_database(damaged)
    assert saved.corrected == 1 and reopened(damaged) == kept[1]


@pytest.mark.parametrize("seed", range(6))
def test_a_changed_bit_is_put_right_without_a_backup_or_told(kept, tmp_path, seed):
    chance = random.Random(seed)
    size = (kept[0] / "refract.sqlite").stat().st_size * 8
    for number in range(30):
        home = copy_home(kept[0], tmp_path / str(number))
        content = flip(home / "refract.sqlite", chance.randrange(size))
        try:
            reopened(home)
        except StoreError:
            try:
                saved, aside = repair_database(home)
            except StoreError:  # the page that says where the tables are: it needs a backup
                assert (home / "refract.sqlite").read_bytes() == content
                continue
            assert (aside / "refract.sqlite").read_bytes() == content
            found = reopened(home)
            assert found == kept[1] or saved.left_out or saved.as_found


def test_a_row_that_changed_more_comes_from_a_backup(kept, damaged):
    copy_database(damaged / "refract.sqlite", damaged / "backups" / "refract-20260101T000000000000Z.sqlite")
    file = damaged / "refract.sqlite"
    file.write_bytes(file.read_bytes().replace(b"2026-", b"1999-"))
    with pytest.raises(StoreError):
        reopened(damaged)
    saved, _ = repair_database(damaged)
    assert saved.from_backup > 20 and not saved.left_out
    assert reopened(damaged) == kept[1]


def test_a_row_that_nothing_puts_right_is_told(damaged):
    file = damaged / "refract.sqlite"
    file.write_bytes(file.read_bytes().replace("по теме".encode(), "по тону".encode()))
    saved, aside = repair_database(damaged)
    assert len(saved.as_found) == 1 and not saved.left_out
    assert "as it reads, with a wrong checksum" in (aside / "left-out.txt").read_text()
    assert len(reopened(damaged)["label_events"])


@pytest.mark.parametrize("content", [None, b"", b"no database" * 999])
def test_an_unreadable_file_is_replaced_by_the_newest_backup(kept, damaged, content):
    copy_database(damaged / "refract.sqlite", damaged / "backups" / "refract-20260101T000000000000Z.sqlite")
    (damaged / "refract.sqlite").unlink()
    if content is not None:
        (damaged / "refract.sqlite").write_bytes(content)
    repair_database(damaged)
    assert reopened(damaged) == kept[1]


def test_without_anything_to_read_nothing_is_changed(tmp_path):
    (tmp_path / "refract.sqlite").write_bytes(b"no database" * 999)
    with pytest.raises(StoreError, match="Nothing of"):
        repair_database(tmp_path)
    assert (tmp_path / "refract.sqlite").read_bytes() == b"no database" * 999
    assert not (tmp_path / "set-aside").exists()


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_loses_nothing_that_a_backup_has(kept, damaged, part):
    copy_database(damaged / "refract.sqlite", damaged / "backups" / "refract-20260101T000000000000Z.sqlite")
    file = damaged / "refract.sqlite"
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part) // 4096 * 4096])
    repair_database(damaged)
    assert reopened(damaged) == kept[1]


def test_nothing_is_repaired_under_a_running_app(kept, damaged):
    store = Store(damaged)
    try:
        with pytest.raises(StoreError, match="stop it"):
            repair_database(damaged)
    finally:
        store._database.close()
        unlock_shared(damaged)


def test_the_doctor_finds_each_kind_and_repairs(tmp_path, capsys):
    home = tmp_path / "home"
    store = Store(home)
    fill(store, 16)
    store.delete_corpus("k2")
    texts = np.array(["one", "two"], dtype=object)
    store.add_corpus(Corpus("b.csv", texts, pd.DataFrame(index=range(2)), "text", "k3"))
    store.results("k1").save_array("a.vectors", np.ones((40, 3), np.float32))
    store.results("k1").save_document("b", {"some": "words"})
    store._database.close()
    unlock_shared(home)
    assert main(["doctor", "--home", str(home)]) == 0
    flip(home / "corpora" / "k1" / "results" / "a.vectors.npy", 8 * 300)
    flip(home / "corpora" / "k3" / "corpus.parquet", 8 * 60)
    (home / "corpora" / "k9").mkdir()
    database = home / "refract.sqlite"
    database.write_bytes(database.read_bytes().replace("по теме".encode(), "по тему".encode()))
    database.write_bytes(database.read_bytes().replace(b"by feeling", b"by feeming"))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["doctor", "--json", "--home", str(home)])
    assert ended.value.code == 1
    found = [(each["what"], each["state"]) for each in json.loads(capsys.readouterr().out)]
    for what in ("labels and instructions", "corpus “b.csv”", "result"):
        assert (what, "problem") in found
    assert ("corpus", "note") in found  # a folder of none
    states = [
        each.state
        for each in examine(home, repair=True)
        if each.what in ("result", "labels and instructions")
    ]
    assert "problem" not in states
    assert not any(each.what == "result" and each.state == "problem" for each in examine(home))
    assert (home / "corpora" / "k1" / "results" / "a.vectors.npy.damaged").exists()
    assert Store(home).analyses("k1")[0].instruction == "by feeling"


def test_other_tools_agree_that_the_repaired_file_is_sound(damaged):
    copy_database(damaged / "refract.sqlite", damaged / "backups" / "refract-20260101T000000000000Z.sqlite")
    flip(damaged / "refract.sqlite", 8 * 103)
    repair_database(damaged)
    with closing(sqlite3.connect(damaged / "refract.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"

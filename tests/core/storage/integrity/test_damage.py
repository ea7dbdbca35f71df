"""A damaged file is noticed at the next opening, left as it is, and never read as other data."""

import random
import sqlite3
import threading
from contextlib import closing

import pytest

from core.errors import StoreError
from core.storage import Store
from core.storage.database import MIGRATIONS
from core.storage.integrity import CHECKED, check_file
from core.utils import sqlite as sqlite_file
from tests.support.labelled_store import contents, copy_home, fill


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A data folder whose latest changes are all in the file itself, and what it holds."""
    home = tmp_path_factory.mktemp("kept") / "home"
    store = Store(home)
    fill(store, 16)
    held = contents(store)
    store._database.close()
    assert not (home / "refract.sqlite-wal").exists()
    return home, held


def files_of(home):
    return {path.name: path.read_bytes() for path in home.iterdir() if path.is_file() and path.stat().st_size}


def test_every_table_of_the_file_has_checksums(kept):
    with closing(sqlite3.connect(kept[0] / "refract.sqlite")) as connection:
        tables = {
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        }
        assert tables == set(CHECKED)
        for table in tables:
            n_rows, n_checks = connection.execute(
                f"SELECT COUNT(*), COUNT(row_check) FROM {table}"
            ).fetchone()
            assert n_rows == n_checks > 0
    assert check_file(kept[0] / "refract.sqlite").is_sound


@pytest.mark.parametrize("seed", range(8))
def test_a_changed_bit_is_refused_or_changes_nothing(kept, tmp_path, seed):
    home, held = kept
    chance, refused = random.Random(seed), 0
    for number in range(20):
        damaged = copy_home(home, tmp_path / str(number))
        file = damaged / "refract.sqlite"
        bits = bytearray(file.read_bytes())
        place = chance.randrange(len(bits) * 8)
        bits[place // 8] ^= 1 << place % 8
        file.write_bytes(bits)
        try:
            store = Store(damaged)
        except StoreError as error:
            refused += 1
            assert "core doctor" in str(error)
            assert files_of(damaged)["refract.sqlite"] == bits
        else:
            assert contents(store) == held
            store._database.close()
    assert 0 < refused < 20  # much of a small file is unused


def test_a_row_changed_by_another_way_is_named(kept, tmp_path):
    home = copy_home(kept[0], tmp_path / "home")
    file = home / "refract.sqlite"
    file.write_bytes(file.read_bytes().replace("по теме".encode(), "по тему".encode()))
    with pytest.raises(StoreError, match="1 row differs from its checksum, in analyses"):
        Store(home)


def test_other_tools_can_read_and_not_write(kept, tmp_path):
    home = copy_home(kept[0], tmp_path / "home")
    with closing(sqlite3.connect(home / "refract.sqlite")) as connection:
        assert connection.execute("SELECT COUNT(*) FROM label_events").fetchone()[0] > 0
        with pytest.raises(sqlite3.OperationalError, match="no such function"):
            connection.execute("UPDATE labels SET name = 'other'")


def test_a_version_number_that_changed_is_no_other_version(kept, tmp_path):
    for version in (0, len(MIGRATIONS) - 1, len(MIGRATIONS) + 1):
        home = copy_home(kept[0], tmp_path / str(version))
        with closing(sqlite3.connect(home / "refract.sqlite")) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        with pytest.raises(StoreError, match="is damaged"):
            Store(home)


def test_a_damaged_log_is_no_end_of_the_log(tmp_path):
    store = Store(tmp_path / "home")
    fill(store, 8)
    held = contents(store)
    assert contents(Store(copy_home(store.home, tmp_path / "whole"))) == held
    log = (store.home / "refract.sqlite-wal").read_bytes()
    chance = random.Random(0)
    for number in range(10):
        damaged = copy_home(store.home, tmp_path / str(number))
        bits = bytearray(log)
        place = chance.randrange(len(bits) * 8 * 9 // 10)
        bits[place // 8] ^= 1 << place % 8
        (damaged / "refract.sqlite-wal").write_bytes(bits)
        with pytest.raises(StoreError, match="log of the latest changes is damaged"):
            Store(damaged)
        assert (damaged / "refract.sqlite-wal").read_bytes() == bits


def test_a_log_that_was_cut_off_ends_there(tmp_path):
    store = Store(tmp_path / "home")
    fill(store, 8)
    size = (store.home / "refract.sqlite-wal").stat().st_size
    for number, cut in enumerate((1, 100, 5000)):
        home = copy_home(store.home, tmp_path / str(number))
        with (home / "refract.sqlite-wal").open("r+b") as file:
            file.truncate(size - cut)
        assert Store(home).corpora()


@pytest.mark.parametrize("content", [None, b""])
@pytest.mark.parametrize("beside", ["corpora", "backups"])
def test_a_missing_or_empty_file_beside_data_is_no_new_store(tmp_path, content, beside):
    if beside == "corpora":
        (tmp_path / "corpora" / "k1").mkdir(parents=True)
    else:
        (tmp_path / "backups").mkdir()
        (tmp_path / "backups" / "refract-20260101T000000000000Z.sqlite").write_bytes(b"x")
    if content is not None:
        (tmp_path / "refract.sqlite").write_bytes(content)
    for _ in range(2):  # the first try makes nothing that the second takes for a store
        with pytest.raises(StoreError, match="empty" if content is not None else "missing"):
            Store(tmp_path)
    assert (tmp_path / "refract.sqlite").exists() == (content is not None)


def test_a_folder_in_its_place_is_named(tmp_path):
    (tmp_path / "refract.sqlite").mkdir()
    with pytest.raises(StoreError, match="is a folder"):
        Store(tmp_path)


@pytest.mark.parametrize("part", [0.5, 0.9, 0.02])
def test_a_truncated_file_is_refused(kept, tmp_path, part):
    home = copy_home(kept[0], tmp_path / "home")
    file = home / "refract.sqlite"
    file.write_bytes(file.read_bytes()[: int(file.stat().st_size * part)])
    with pytest.raises(StoreError, match="is damaged"):
        Store(home)


def test_a_file_locked_by_another_program_is_said(kept, tmp_path, monkeypatch):
    home = copy_home(kept[0], tmp_path / "home")
    store = Store(home)
    monkeypatch.setattr(sqlite_file, "LOCK_TIMEOUT", 0.1)
    other = sqlite3.connect(home / "refract.sqlite")
    other.execute("BEGIN IMMEDIATE")
    failed = []

    def write():  # a connection of this thread has the short timeout
        with pytest.raises(StoreError) as raised:
            store.add_analysis("k1", "another")
        failed.append(str(raised.value))

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    assert "Another program" in failed[0] and "locked" in failed[0]
    other.close()
    assert store.add_analysis("k1", "another")


def test_a_change_cut_short_before_the_file_had_a_log_is_taken_back(kept, tmp_path):
    home, held = copy_home(kept[0], tmp_path / "home"), kept[1]
    with closing(sqlite3.connect(home / "refract.sqlite", isolation_level=None)) as connection:
        for setting in ("journal_mode = DELETE", "cache_size = 1"):  # pages go to the file at once
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE half_made AS SELECT zeroblob(4000) FROM labels, labels")
        cut = copy_home(home, tmp_path / "cut")  # as kill -9 leaves it
    assert (cut / "refract.sqlite-journal").stat().st_size
    assert check_file(cut / "refract.sqlite").is_sound
    assert contents(Store(cut)) == held

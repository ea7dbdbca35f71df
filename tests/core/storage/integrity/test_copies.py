"""Copies of the SQLite file: whole, consistent while others write, few, and never in the way."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import StoreError
from core.storage import Store
from core.storage.integrity import back_up_daily, check_file, copy_database, find_backups
from tests.support.labelled_store import contents, fill

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "home")
    fill(store, 8)
    return store


def touch(store, minutes=0):
    """Label a text; the file's time is after that of every copy."""
    analysis = store.analyses("k1")[0].id
    store.labels.give(analysis, {7: "cross"}, "ada")
    for file in store.home.glob("refract.sqlite*"):
        os.utime(file, (4e9 + minutes, 4e9 + minutes))


def test_a_copy_made_while_others_write_is_of_one_moment(store, tmp_path):
    analysis = store.analyses("k1")[0].id
    before, ended = len(store.labels.history(analysis)), threading.Event()

    def label():
        while not ended.is_set():
            store.labels.give(analysis, {1: "cross", 2: "cross", 3: "cross"}, "bo")  # one transaction

    thread = threading.Thread(target=label)
    thread.start()
    try:
        for number in range(5):
            target = tmp_path / str(number) / "refract.sqlite"
            copy_database(store.home / "refract.sqlite", target)
            assert check_file(target).is_sound
            n_events = len(Store(target.parent).labels.history(analysis))
            assert n_events >= before and (n_events - before) % 3 == 0
    finally:
        ended.set()
        thread.join()


def test_a_copy_holds_all_that_the_store_holds(store, tmp_path):
    copy_database(store.home / "refract.sqlite", tmp_path / "other" / "refract.sqlite")
    assert contents(Store(tmp_path / "other")) == contents(store)


def test_one_copy_a_day_and_the_latest_stay(store):
    made = []
    for day in range(12):
        touch(store, day)
        made.append(back_up_daily(store.home, now=NOON + timedelta(days=day)))
        assert back_up_daily(store.home, now=NOON + timedelta(days=day, hours=23)) is None
    assert find_backups(store.home) == made[:-9:-1]
    assert check_file(made[-1]).is_sound


def test_nothing_new_needs_no_copy(store):
    assert back_up_daily(store.home, now=NOON)
    assert back_up_daily(store.home, now=NOON + timedelta(days=9)) is None


def test_a_clock_set_back_neither_stops_copies_nor_removes_the_new_one(store):
    for day in range(9):
        touch(store, day)
        back_up_daily(store.home, now=NOON + timedelta(days=400 + day))
    touch(store, 20)
    new = back_up_daily(store.home, now=NOON)
    assert new and new in find_backups(store.home)
    touch(store, 21)
    assert back_up_daily(store.home, now=NOON + timedelta(hours=1)) is None


def test_a_damaged_store_gets_no_copy_and_keeps_the_old_ones(store):
    first = back_up_daily(store.home, now=NOON)
    with store._database.transaction() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store._database.close()
    file = store.home / "refract.sqlite"
    file.write_bytes(file.read_bytes().replace("по теме".encode(), "по тему".encode()))
    assert back_up_daily(store.home, now=NOON + timedelta(days=3)) is None
    assert find_backups(store.home) == [first]
    assert not list((store.home / "backups").glob("*.part"))
    with pytest.raises(StoreError, match="damaged"):
        copy_database(file, store.home / "copy.sqlite")
    assert not (store.home / "copy.sqlite").exists()


def test_a_folder_that_cannot_be_written_only_means_no_copy(store):
    (store.home / "backups").write_text("in the way")
    assert back_up_daily(store.home, now=NOON) is None


def test_what_a_killed_copy_left_goes_after_a_day(store):
    left = store.home / "backups" / "abc.part"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    os.utime(left, (NOON.timestamp(), NOON.timestamp()))
    back_up_daily(store.home, now=NOON + timedelta(hours=2))
    assert left.exists()
    touch(store)
    back_up_daily(store.home, now=NOON + timedelta(days=2))
    assert not left.exists()


def test_other_tools_open_a_copy(store):
    with closing(sqlite3.connect(back_up_daily(store.home, now=NOON))) as connection:
        assert connection.execute("SELECT COUNT(*) FROM labels").fetchone()[0] > 0
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "delete"

"""Several processes on one store: made, migrated and written at the same moment, and killed in between."""

import multiprocessing
import os
import signal
import time

import pytest

from core.storage import Store
from core.storage.integrity import check_file, find_backups
from tests.support.labelled_store import contents, fill
from tests.support.old_stores import NAMES, unpack

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="processes that start at once are made by a fork"),
]
FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None
OLD = NAMES[0]  # most is to be done to it


def go_together(n, act):
    """Call `act` with its number in n processes at the same moment; return how each ended."""
    barrier = FORK.Barrier(n)

    def run(number):
        barrier.wait(60)
        act(number)

    processes = [FORK.Process(target=run, args=[number]) for number in range(n)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def filled(home):
    store = Store(home)
    fill(store, 16)
    return store


def migrated(home):
    """Return what an old store holds once it is migrated, in peace."""
    unpack(OLD, home)
    store = Store(home)
    try:
        return contents(store)
    finally:
        store._database.close()


@pytest.mark.parametrize("attempt", range(3))
def test_eight_processes_make_a_store_at_the_same_moment(tmp_path, attempt):
    assert go_together(8, lambda number: Store(tmp_path / "home")) == [0] * 8
    assert check_file(tmp_path / "home" / "refract.sqlite").is_sound
    assert Store(tmp_path / "home").corpora() == []


@pytest.mark.parametrize("attempt", range(3))
def test_eight_processes_migrate_a_store_at_the_same_moment(tmp_path, attempt):
    home, kept = tmp_path / "home", migrated(tmp_path / "other")
    unpack(OLD, home)
    assert go_together(8, lambda number: Store(home)) == [0] * 8
    assert len(find_backups(home)) == 1  # whoever migrated made it
    assert contents(Store(home)) == kept
    assert check_file(home / "refract.sqlite").is_sound


def test_processes_that_label_at_once_lose_and_double_nothing(tmp_path):
    store = filled(tmp_path / "home")
    analysis = store.analyses("k2")[0].id
    before = len(store.labels.history(analysis))
    store._database.close()

    def label(number):
        mine = Store(store.home)
        for row in range(40):
            mine.labels.give(analysis, {row % 8: "cross"}, f"person {number}")

    assert go_together(4, label) == [0] * 4
    history = store.labels.history(analysis)[before:]
    assert history["given_by"].value_counts().to_dict() == {f"person {number}": 40 for number in range(4)}
    assert history["step"].is_unique
    assert check_file(store.home / "refract.sqlite").is_sound


@pytest.mark.parametrize("milliseconds", [0, 3, 6, 10, 15, 20, 30, 50])
def test_a_kill_during_a_migration_leaves_the_old_store_or_the_new_one(tmp_path, milliseconds):
    home, kept = tmp_path / "home", migrated(tmp_path / "other")
    unpack(OLD, home)
    ready = FORK.Event()

    def migrate():
        ready.set()
        Store(home)
        time.sleep(60)

    process = FORK.Process(target=migrate)
    process.start()
    assert ready.wait(60)
    time.sleep(milliseconds / 1000)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    found = contents(Store(home))
    assert check_file(home / "refract.sqlite").is_sound
    assert found == kept

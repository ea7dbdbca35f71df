"""SQLite files: connections."""

import gc
import threading

import psutil
import pytest

from core.utils import SqliteFile


@pytest.fixture
def no_collection():
    gc.disable()
    yield
    gc.enable()


def n_open(path):
    return sum(each.path.startswith(str(path)) for each in psutil.Process().open_files())


def test_the_connection_of_a_thread_is_closed_when_the_thread_ends(tmp_path, no_collection):
    path = tmp_path / "file.sqlite"
    database = SqliteFile(path)
    database.close()

    def use():
        with database.transaction() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS numbers (number)")
        used.append(n_open(path))

    used = []
    for _ in range(5):
        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    assert min(used) > 0 and n_open(path) == 0


def test_a_file_that_nothing_uses_any_more_is_closed(tmp_path, no_collection):
    path = tmp_path / "file.sqlite"
    database = SqliteFile(path)
    assert n_open(path) > 0
    del database
    assert n_open(path) == 0

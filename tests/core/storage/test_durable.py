"""What people type is flushed to disk when a transaction ends, on each connection."""

import threading

from core.storage.database import open_database

FULL = 2  # https://sqlite.org/pragma.html#pragma_synchronous


def settings(database):
    with database.transaction() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return tuple(connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names)


def test_each_connection_flushes_at_the_end_of_a_transaction(tmp_path):
    database = open_database(tmp_path)
    found = [settings(database)]
    thread = threading.Thread(target=lambda: found.append(settings(database)))
    thread.start()
    thread.join()
    database.close()
    found.append(settings(database))
    assert found == [("wal", FULL, 1)] * 3

"""What the labelling queues of several processes show, in a small file that they share."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ..errors import StoreError
from ..utils import SqliteFile

BEAT_SECONDS = 5.0
"""How often a process says which of its queues are open."""

ALIVE_SECONDS = 20.0
"""After which a process that said nothing has ended, or was killed: its texts are free."""

LONGEST_WAIT_MS = 1000  # for another process; then texts are handed out without it
TABLES = """
CREATE TABLE IF NOT EXISTS shown (
    process TEXT NOT NULL, analysis_id INTEGER NOT NULL, text_row INTEGER, person TEXT NOT NULL,
    since REAL NOT NULL, said_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS shared_names (person TEXT PRIMARY KEY);
"""


@dataclass(frozen=True)
class Shown:
    """The text that a queue shows.

    Attributes
    ----------
    analysis_id : int
    row : int or None, the text; None where the queue is empty
    person : str
    since : float, seconds of the clock
    """

    analysis_id: int
    row: int | None
    person: str
    since: float


class HandOutFile:
    """A SQLite file with what queues show, of all processes that use it.

    Nothing in it is anybody's work: it may be removed at any time, a damaged one is made again, and where it
    cannot be used, each process knows its own queues only.

    Parameters
    ----------
    path : Path
    clock : callable, the seconds now
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._process = uuid4().hex
        self._file = _open(path)
        self.exchange(lambda _: [], ())
        if not self.elsewhere():  # no other process is at work: what was known of names is over
            self._write("DELETE FROM shared_names")

    def exchange(self, choose: Callable[[list[Shown]], Sequence[Shown]], shared: Collection[str]) -> bool:
        """Replace what queues of this process show by what `choose` makes of what those of others show.

        No other process chooses meanwhile. Cost: below a millisecond. Return False where the file cannot be
        used; `choose` may have been called.
        """
        if self._file is None:
            return False
        now = self._clock()
        try:
            with self._file.transaction() as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(
                    "DELETE FROM shown WHERE process = ? OR said_at NOT BETWEEN ? AND ?",
                    (self._process, now - ALIVE_SECONDS, now + ALIVE_SECONDS),
                )
                here = choose(_read(connection, self._process, now))
                connection.executemany(
                    "INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (self._process, each.analysis_id, each.row, each.person, each.since, now)
                        for each in here
                    ],
                )
                connection.executemany(
                    "INSERT OR IGNORE INTO shared_names VALUES (?)", [(name,) for name in shared]
                )
        except StoreError:
            return False
        return True

    def elsewhere(self) -> list[Shown]:
        """Return what queues of other processes show."""
        if self._file is not None:
            with suppress(StoreError), self._file.transaction() as connection:
                return _read(connection, self._process, self._clock())
        return []

    def is_shared(self, person: str) -> bool:
        """Return whether queues of two processes were open at once under this name."""
        if self._file is not None:
            with suppress(StoreError), self._file.transaction() as connection:
                query = "SELECT 1 FROM shared_names WHERE person = ?"
                return connection.execute(query, (person,)).fetchone() is not None
        return False

    def _write(self, statement: str) -> None:
        if self._file is not None:
            with suppress(StoreError), self._file.transaction() as connection:
                connection.execute(statement)


def _read(connection: sqlite3.Connection, process: str, now: float) -> list[Shown]:
    """Return what queues of processes that are alive show, without one of them."""
    found = connection.execute(
        "SELECT analysis_id, text_row, person, since FROM shown "
        "WHERE process != ? AND said_at BETWEEN ? AND ?",
        (process, now - ALIVE_SECONDS, now + ALIVE_SECONDS),
    )
    return [Shown(*row) for row in found]


def _open(path: Path) -> SqliteFile | None:
    """Return the file, made again where it is damaged; None where it cannot be used."""
    try:
        return _connect(path)
    except StoreError as error:
        if not isinstance(error.__cause__, sqlite3.DatabaseError):
            return None
        if isinstance(error.__cause__, sqlite3.OperationalError):  # locked, or no disk space: not damaged
            return None
    with suppress(OSError, StoreError):
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
        return _connect(path)
    return None


def _connect(path: Path) -> SqliteFile:
    # Nothing is lost where a power cut takes the latest changes, or the file.
    return SqliteFile(path, synchronous="OFF", advice="it may be removed.", prepare=_prepare)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA busy_timeout = {LONGEST_WAIT_MS}")
    for statement in TABLES.split(";"):
        connection.execute(statement)

"""SQLite file: one connection per thread, transactions, errors as sentences."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from ..errors import StoreError
from .files import storage_error

Value = TypeVar("Value")

LOCK_TIMEOUT = 30  # seconds of waiting for another writer
LEAST_FREE = 1 << 20  # bytes: an error of input or output on a disk with less means that it is full
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class SqliteFile:
    """A SQLite file in WAL mode, so that readers and the one writer do not wait for each other.

    Each thread that uses it has one connection, closed when the thread ends.

    Parameters
    ----------
    path : Path
        Its folder is made when missing.
    synchronous : str, default="FULL"
        "FULL": what was written is on disk when the transaction ends. "NORMAL": a power cut may lose the
        latest transactions, never the file.
    advice : str, optional
        End of the message when the file cannot be used or is damaged.
    prepare : callable, optional
        Called with each new connection.

    Raises
    ------
    StoreError
        When the folder or the file cannot be used.
    """

    def __init__(
        self,
        path: Path,
        *,
        synchronous: str = "FULL",
        advice: str = "",
        prepare: Callable[[sqlite3.Connection], None] | None = None,
    ) -> None:
        self.path = path
        self._synchronous = synchronous
        self._advice = advice
        self._prepare = prepare
        self._local = threading.local()
        self._watching = threading.Lock()
        self._watcher: sqlite3.Connection | None = None
        self._watched, self._n_watchers = 0, 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, path.parent) from error
        with self._explained():
            self._set_wal_mode()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Transaction on the connection of this thread: on disk at the end, rolled back on any exception.

        Raises
        ------
        StoreError
            When the file cannot be opened or is damaged, or the disk is full.
        sqlite3.IntegrityError
            When a rule of the schema is broken: the caller knows which, and explains it.
        """
        with self._explained():
            connection = self._connect()
            with connection:
                yield connection

    def version(self) -> tuple[int, int]:
        """Return numbers that differ whenever the file may have changed; reads no table. Any thread may ask.

        SQLite counts for a connection the changes that others make, so one connection does nothing else.

        Raises
        ------
        StoreError
            When the file is no longer there, or cannot be opened.
        """
        try:
            file = self.path.stat().st_ino  # another after the file was replaced
        except OSError as error:
            raise StoreError(self._unusable(error.strerror or str(error))) from error
        with self._explained(), self._watching:
            if self._watcher is None or self._watched != file:
                self._close_watcher()
                self._watched = file
                self._watcher = self._open(check_same_thread=False)
                self._n_watchers += 1
            return self._n_watchers, self._watcher.execute("PRAGMA data_version").fetchone()[0]

    def close(self) -> None:
        """Close this thread's connection, and that of `version`."""
        if hasattr(self._local, "opened"):
            del self._local.opened
        with self._watching:
            self._close_watcher()

    def _close_watcher(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    def _set_wal_mode(self) -> None:
        """Switch to WAL mode; of several processes that make the file, each waits for the others here.

        SQLite does not wait for a lock when it switches.
        """
        end = time.monotonic() + LOCK_TIMEOUT
        while True:
            try:
                self._connect().execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if _code(error) not in BUSY or time.monotonic() > end:
                    raise
                time.sleep(0.02)
            else:
                return

    def _connect(self) -> sqlite3.Connection:
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None:
            opened = _Opened(self._open())
            opened.connection.execute("PRAGMA foreign_keys = ON")
            opened.connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            if self._prepare is not None:
                self._prepare(opened.connection)
            self._local.opened = opened
        return opened.connection

    def _open(self, *, check_same_thread: bool = True) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=LOCK_TIMEOUT, check_same_thread=check_same_thread)
        connection.row_factory = sqlite3.Row
        return connection

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            self.close()  # the next try opens the file again
            if self._is_full(error):
                raise StoreError(
                    f"The disk that holds {self.path} is full, so this was not recorded: free some space and "
                    "do it again; everything recorded before is safe."
                ) from error
            raise StoreError(self._explain(error)) from error

    def _is_full(self, error: sqlite3.DatabaseError) -> bool:
        """Whether the disk is full; SQLite may call that an error of input or output."""
        if _code(error) not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN):
            return _code(error) == sqlite3.SQLITE_FULL
        with suppress(OSError):
            return shutil.disk_usage(self.path.parent).free < LEAST_FREE
        return False

    def _explain(self, error: sqlite3.DatabaseError) -> str:
        """Return what was found, and the way on."""
        if self._advice:
            return f"The file {self.path} cannot be used ({error}): {self._advice}"
        if _code(error) in DAMAGED:
            return (
                f"The file {self.path} is damaged ({error}): stop Refract, and "
                "`python -m core doctor` says what is damaged and how to mend it."
            )
        if _code(error) in BUSY:
            return (
                f"Another program kept the file {self.path} locked for {LOCK_TIMEOUT} s, so nothing was "
                "recorded: close that program, or wait until it is done, and try again."
            )
        return self._unusable(str(error))

    def _unusable(self, reason: str) -> str:
        return (
            f"The file {self.path} cannot be used ({reason}): make the file and its folder readable and "
            "writable, or set REFRACT_HOME to another folder."
        )


def _code(error: sqlite3.Error) -> int | None:
    """Return SQLite's primary result code; None where the error is of Python's module."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


@dataclass
class _Opened:
    """Closes the connection of a thread as soon as the thread ends.

    A connection refers to itself through its cache of statements, so it would stay open, with its two or
    three files, until garbage is collected.
    """

    connection: sqlite3.Connection

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # another thread may not close it: left to the collection
            self.connection.close()


class LatestReads(Generic[Value]):
    """What was read of a file by number, until the file changes; all threads share it.

    Parameters
    ----------
    database : SqliteFile
    read : callable
        Reads the value of a number. What it returns is not to be changed.
    """

    def __init__(self, database: SqliteFile, read: Callable[[int], Value]) -> None:
        self._database = database
        self._read = read
        self._lock = threading.Lock()
        self._version: object = None
        self._known: dict[int, Value] = {}

    def get(self, number: int) -> Value:
        """Return the value of a number; a second call reads again only if the file changed.

        What was written before the call is in it. Threads that need the same wait for the one that reads.
        """
        with self._lock:
            version = self._database.version()  # before it is read: a change in between is read again
            if version != self._version:
                self._version, self._known = version, {}
            if number not in self._known:
                self._known[number] = self._read(number)
            return self._known[number]

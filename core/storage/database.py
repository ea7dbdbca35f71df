"""The SQLite file of what people type: its tables, and transactions that say what went wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import StoreError
from core.utils import storage_error

SCHEMA = """
CREATE TABLE IF NOT EXISTS corpora (
    key TEXT PRIMARY KEY, name TEXT NOT NULL, text_column TEXT NOT NULL, n_texts INTEGER NOT NULL,
    encoder TEXT, embedding_key TEXT, created_at TEXT NOT NULL, opened_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS analyses (
    id INTEGER PRIMARY KEY AUTOINCREMENT, corpus_key TEXT NOT NULL REFERENCES corpora (key) ON DELETE CASCADE,
    instruction TEXT NOT NULL, fit_key TEXT, embedding_key TEXT, created_at TEXT NOT NULL, approach TEXT);
CREATE TABLE IF NOT EXISTS labels (
    id INTEGER PRIMARY KEY, analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
    name TEXT NOT NULL, merged_into INTEGER REFERENCES labels (id), deleted_at TEXT,
    UNIQUE (analysis_id, name));
CREATE TABLE IF NOT EXISTS label_events (
    id INTEGER PRIMARY KEY, analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
    step INTEGER NOT NULL, text_row INTEGER NOT NULL, label_id INTEGER REFERENCES labels (id),
    given_by TEXT NOT NULL, given_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cluster_choices (
    corpus_key TEXT NOT NULL REFERENCES corpora (key) ON DELETE CASCADE,
    analysis_id INTEGER REFERENCES analyses (id) ON DELETE CASCADE, choice TEXT NOT NULL,
    UNIQUE (corpus_key, analysis_id));
CREATE TABLE IF NOT EXISTS cluster_edits (
    id INTEGER PRIMARY KEY, corpus_key TEXT NOT NULL REFERENCES corpora (key) ON DELETE CASCADE,
    analysis_id INTEGER REFERENCES analyses (id) ON DELETE CASCADE, edit BLOB NOT NULL,
    edited_by TEXT NOT NULL, edited_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS label_events_of_analysis ON label_events (analysis_id, text_row, id);
"""

ADDED = {
    "labels": ("merged_into INTEGER REFERENCES labels (id)", "deleted_at TEXT"),
    "analyses": ("approach TEXT",),
}
"""Columns that files made by earlier versions lack."""


class Database:
    """Tables in `home/refract.sqlite`, in WAL mode: readers and the one writer do not wait for each other.

    Parameters
    ----------
    home : Path
        Data folder; made when missing.

    Raises
    ------
    StoreError
        When the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        self.path = home / "refract.sqlite"
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, home) from error
        with self.transaction() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)
            _add_columns(connection)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One connection, one transaction: on disk at the end, rolled back when anything is raised.

        Raises
        ------
        StoreError
            When the file cannot be opened or is damaged, or the disk is full.
        """
        try:
            connection = sqlite3.connect(self.path, timeout=30)
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = FULL")  # a label is on disk when the call returns
            with connection:
                yield connection
        except sqlite3.IntegrityError:
            raise  # the caller knows which rule was broken, and says so
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error
        finally:
            connection.close()

    def _explained(self, error: sqlite3.DatabaseError) -> StoreError:
        if "full" in str(error):
            return StoreError(
                f"The disk that holds {self.path} is full, so this was not recorded: free some space and do "
                "it again; everything recorded before is safe."
            )
        return StoreError(
            f"The file {self.path} cannot be used ({error}): close other programs that use it, make its "
            "folder writable, or set REFRACT_HOME to another folder."
        )


def _add_columns(connection: sqlite3.Connection) -> None:
    if _missing_columns(connection):
        connection.execute("BEGIN IMMEDIATE")  # whoever opens the file at the same moment waits here
        for table, column in _missing_columns(connection):
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _missing_columns(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    missing = []
    for table, columns in ADDED.items():
        present = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        missing += [(table, column) for column in columns if column.split()[0] not in present]
    return missing

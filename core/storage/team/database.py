"""The file `team.sqlite` of a shared server: its tables, and the migrations from earlier versions."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ...utils import SqliteFile
from ..integrity import find_backups, open_checked

TEAM_FILE = "team.sqlite"
TEAM_TABLES = ("people", "corpora", "shares", "ended_sign_ins")
"""Parents before what refers to them."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS people (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, signed_in_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS corpora (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES people (id), corpus_key TEXT NOT NULL,
    name TEXT NOT NULL, shared_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shares (
    corpus_id TEXT NOT NULL REFERENCES corpora (id) ON DELETE CASCADE, email TEXT NOT NULL,
    given_at TEXT NOT NULL, PRIMARY KEY (corpus_id, email));
CREATE TABLE IF NOT EXISTS ended_sign_ins (sign_in TEXT PRIMARY KEY, ended_at TEXT NOT NULL);
"""


def open_team(root: Path) -> SqliteFile:
    """Open `root/team.sqlite`; make it when missing, migrate it when an earlier version made it.

    Raises
    ------
    StoreError
        As `open_checked`: nobody then gets to any corpus.
    """
    return open_checked(
        root / TEAM_FILE,
        MIGRATIONS,
        holds="who may open which corpus",
        has_kept_data=lambda: has_shared_data(root),
    )


def has_shared_data(root: Path) -> bool:
    """Whether a server's data folder has shared corpora, or copies of its record of them."""
    shared = root / "shared"
    return (shared.is_dir() and any(shared.iterdir())) or bool(find_backups(root, Path(TEAM_FILE).stem))


def _add_tables(connection: sqlite3.Connection) -> None:
    """Version 1: every table, which files from before the versions have already."""
    for statement in SCHEMA.split(";"):
        connection.execute(statement)


def _add_row_checks(connection: sqlite3.Connection) -> None:
    """Version 2: a checksum in each row; whoever migrates sets it."""
    for table in TEAM_TABLES:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN row_check INTEGER")


MIGRATIONS = (_add_tables, _add_row_checks)
"""Each takes a file to the next version, in one transaction with those after it."""

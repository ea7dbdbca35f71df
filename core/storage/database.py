"""The SQLite file of what people type: its tables, and the migrations from earlier versions."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from ..utils import SqliteFile
from .integrity import CHECKED, find_backups, open_checked

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
    given_by TEXT NOT NULL, given_at TEXT NOT NULL, source TEXT NOT NULL DEFAULT 'deck',
    source_name TEXT NOT NULL DEFAULT '', reviewed INTEGER NOT NULL DEFAULT 0);
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


def open_database(home: Path) -> SqliteFile:
    """Open `home/refract.sqlite`; make it when missing, migrate it when an earlier version made it.

    Raises
    ------
    StoreError
        As `open_checked`; the file is then left as it is.
    """
    path = home / "refract.sqlite"
    return open_checked(path, MIGRATIONS, holds="all labels", has_kept_data=lambda: has_kept_data(home))


def has_kept_data(home: Path) -> bool:
    """Whether a data folder has corpora, backups or a log of changes."""
    log = home / "refract.sqlite-wal"
    corpora = home / "corpora"
    return (
        (corpora.is_dir() and any(corpora.iterdir()))
        or bool(find_backups(home))
        or (log.exists() and log.stat().st_size > 0)
    )


def _add_missing(connection: sqlite3.Connection) -> None:
    """Version 1: every table, and the columns that files from before the versions may lack."""
    for statement in SCHEMA.split(";"):
        connection.execute(statement)
    for table, column in (
        ("labels", "merged_into INTEGER REFERENCES labels (id)"),
        ("labels", "deleted_at TEXT"),
        ("analyses", "embedding_key TEXT"),  # not known for the Fits of such files: they are to be made again
        ("analyses", "approach TEXT"),
        ("label_events", "source TEXT NOT NULL DEFAULT 'deck'"),
        ("label_events", "source_name TEXT NOT NULL DEFAULT ''"),
        ("label_events", "reviewed INTEGER NOT NULL DEFAULT 0"),
    ):
        _add_column(connection, table, column)


def _split_given_by(connection: sqlite3.Connection) -> None:
    """Version 2: where a label came from, and whether it was reviewed, stood in `given_by` as a suffix."""
    found = connection.execute("SELECT id, given_by FROM label_events").fetchall()
    connection.executemany(
        "UPDATE label_events SET given_by = ?, source = ?, source_name = ?, reviewed = ? WHERE id = ?",
        [(*split_given_by(event["given_by"]), event["id"]) for event in found],
    )


def split_given_by(text: str) -> tuple[str, str, str, bool]:
    """Split what versions before 2 kept as `given_by`: (given_by, source, source_name, reviewed).

    "ada", "ada, checked", "ada, column NAME", "ada, file NAME", "ada, on the map", "ada, from a cluster" and
    "model:NAME" were written. A column or file may itself be called "status, checked".
    """
    if text.startswith("model:"):
        return text.removeprefix("model:"), "model", "", False
    imported = re.match(r"(?s)(.*?), (column|file) (.*)", text)
    if imported:
        return imported[1], imported[2], imported[3], False
    for suffix, source, reviewed in (
        (", checked", "deck", True),
        (", on the map", "map", False),
        (", from a cluster", "cluster", False),
    ):
        if text.endswith(suffix):
            return text.removesuffix(suffix), source, "", reviewed
    return text, "deck", "", False


def _add_started_by(connection: sqlite3.Connection) -> None:
    """Version 3: who started a step, and who was told that a label of theirs was changed.

    Who started a language model was not recorded: `started_by` is then empty, and everybody may undo it.
    Names of clusters by a model did not differ from those by a person who gave no label.
    """
    for table, column in (
        ("label_events", "started_by TEXT NOT NULL DEFAULT ''"),
        ("label_events", "told TEXT NOT NULL DEFAULT ''"),
        ("cluster_edits", "started_by TEXT NOT NULL DEFAULT ''"),
    ):
        _add_column(connection, table, column)
    of_person = "SELECT given_by FROM label_events WHERE source != 'model'"
    connection.execute(
        "UPDATE cluster_edits SET started_by = edited_by "
        f"WHERE started_by = '' AND edited_by IN ({of_person})"
    )
    connection.execute(
        "UPDATE label_events SET started_by = given_by WHERE started_by = '' AND source != 'model'"
    )
    connection.execute(
        "CREATE INDEX IF NOT EXISTS label_events_of_person ON label_events (analysis_id, started_by, step)"
    )


def _add_check_labels(connection: sqlite3.Connection) -> None:
    """Version 4: check samples. `position` is that of the text in the random order.

    `answer` is "label" with a `label_id`, "none" for a text that none of the labels fits, or "skip".
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS check_labels (id INTEGER PRIMARY KEY, "
        "analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE, "
        "text_row INTEGER NOT NULL, position INTEGER NOT NULL, label_id INTEGER REFERENCES labels (id), "
        "answer TEXT NOT NULL CHECK ((answer = 'label') = (label_id IS NOT NULL)), "
        "given_by TEXT NOT NULL, given_at TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE INDEX IF NOT EXISTS check_labels_of_text ON check_labels (analysis_id, text_row, id)"
    )


def _add_undone(connection: sqlite3.Connection) -> None:
    """Version 5: what was undone, to be redone; whether a step added a label; labels that were removed.

    Columns of `undone_events` are those of `label_events`, then who undid it, and in which order.
    """
    _add_column(connection, "labels", "added_by_step INTEGER NOT NULL DEFAULT 0")
    _add_column(connection, "labels", "hidden_name TEXT")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS undone_events (id INTEGER PRIMARY KEY, "
        "analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE, "
        "step INTEGER NOT NULL, text_row INTEGER NOT NULL, label_id INTEGER REFERENCES labels (id), "
        "given_by TEXT NOT NULL, given_at TEXT NOT NULL, source TEXT NOT NULL, source_name TEXT NOT NULL, "
        "reviewed INTEGER NOT NULL, started_by TEXT NOT NULL, told TEXT NOT NULL, "
        "undone_by TEXT NOT NULL, undone INTEGER NOT NULL)"
    )
    connection.execute(
        "CREATE INDEX IF NOT EXISTS undone_events_of_person ON undone_events (analysis_id, undone_by, undone)"
    )
    connection.execute("CREATE INDEX IF NOT EXISTS label_events_of_label ON label_events (label_id)")


def _add_undone_check_labels(connection: sqlite3.Connection) -> None:
    """Version 6: answers to a check sample that were taken back, to be given again."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS undone_check_labels (id INTEGER PRIMARY KEY, "
        "analysis_id INTEGER NOT NULL REFERENCES analyses (id) ON DELETE CASCADE, "
        "text_row INTEGER NOT NULL, position INTEGER NOT NULL, label_id INTEGER REFERENCES labels (id), "
        "answer TEXT NOT NULL, given_by TEXT NOT NULL, given_at TEXT NOT NULL)"
    )


def _add_next_encoder(connection: sqlite3.Connection) -> None:
    """Version 7: the encoder whose embeddings are to replace those of a quick preview."""
    _add_column(connection, "corpora", "next_encoder TEXT")


def _add_row_checks(connection: sqlite3.Connection) -> None:
    """Version 8: a checksum in each row; whoever migrates sets it, in later versions too."""
    for table in CHECKED:
        _add_column(connection, table, "row_check INTEGER")


def _add_definitions(connection: sqlite3.Connection) -> None:
    """Version 9: what a label means, in words; "" where nobody wrote that down."""
    _add_column(connection, "labels", "definition TEXT NOT NULL DEFAULT ''")


def _add_column(connection: sqlite3.Connection, table: str, column: str) -> None:
    present = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
    if column.split()[0] not in present:
        connection.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


MIGRATIONS = (
    _add_missing,
    _split_given_by,
    _add_started_by,
    _add_check_labels,
    _add_undone,
    _add_undone_check_labels,
    _add_next_encoder,
    _add_row_checks,
    _add_definitions,
)
"""Each takes a file to the next version, in one transaction with those after it."""

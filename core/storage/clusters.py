"""Decisions of people about clusters: how a map is cut, and edits, oldest first."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from ..utils import SqliteFile

OWNER = "corpus_key = ? AND analysis_id IS ?"


@dataclass(frozen=True)
class StoredEdit:
    """One encoded edit; `core.maps.clusters.decode_edit` decodes it.

    Attributes
    ----------
    id : int
    edit : bytes
    edited_by : str, a person or a language model
    edited_at : str, UTC, ISO
    started_by : str, the person whose `undo_edit` takes it back; "" where that was not recorded
    """

    id: int
    edit: bytes
    edited_by: str
    edited_at: str
    started_by: str


class ClusterRecord:
    """Choices and edits of each map; a map belongs to a corpus and an analysis, None for the generic one."""

    def __init__(self, database: SqliteFile) -> None:
        self._database = database

    def choice(self, corpus_key: str, analysis_id: int | None) -> str | None:
        """Return the saved choice of how the map is cut; None where nobody chose."""
        with self._database.transaction() as connection:
            row = connection.execute(
                f"SELECT choice FROM cluster_choices WHERE {OWNER}", (corpus_key, analysis_id)
            ).fetchone()
        return row["choice"] if row else None

    def set_choice(self, corpus_key: str, analysis_id: int | None, choice: str) -> None:
        """Save how the map is cut; nothing is saved for a map that another tab removed."""
        with suppress(sqlite3.IntegrityError), self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            # No upsert: for SQLite two rows without an analysis never conflict.
            connection.execute(f"DELETE FROM cluster_choices WHERE {OWNER}", (corpus_key, analysis_id))
            connection.execute(
                "INSERT INTO cluster_choices (corpus_key, analysis_id, choice) VALUES (?, ?, ?)",
                (corpus_key, analysis_id, choice),
            )

    def edits(self, corpus_key: str, analysis_id: int | None) -> list[StoredEdit]:
        """Return the edits of the map that were not undone, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT id, edit, edited_by, edited_at, started_by "
                f"FROM cluster_edits WHERE {OWNER} ORDER BY id",
                (corpus_key, analysis_id),
            ).fetchall()
        return [StoredEdit(**row) for row in rows]

    def last_edit(self, corpus_key: str, analysis_id: int | None) -> str:
        """Return a token that changes whenever the edits do; cheaper than reading them."""
        with self._database.transaction() as connection:
            row = connection.execute(
                f"SELECT id, edited_at FROM cluster_edits WHERE {OWNER} ORDER BY id DESC LIMIT 1",
                (corpus_key, analysis_id),
            ).fetchone()
        return f"{row['id']} {row['edited_at']}" if row else ""

    def edits_since(self, corpus_key: str, analysis_id: int | None, token: str) -> list[StoredEdit]:
        """Return the edits that were added since `last_edit` returned a token, oldest first."""
        number, _, time = token.partition(" ")
        return [
            edit
            for edit in self.edits(corpus_key, analysis_id)
            if edit.id > int(number or 0) or edit.edited_at > time  # the number of an undone one comes again
        ]

    def add_edit(
        self,
        corpus_key: str,
        analysis_id: int | None,
        edit: bytes,
        edited_by: str,
        *,
        started_by: str | None = None,
    ) -> None:
        """Save an edit, on disk before this returns; nothing is saved for a map that another tab removed.

        `started_by` is the person who may undo it: `edited_by` when left out, "" for everybody.
        """
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        started_by = edited_by if started_by is None else started_by
        with suppress(sqlite3.IntegrityError), self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO cluster_edits (corpus_key, analysis_id, edit, edited_by, edited_at, started_by) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (corpus_key, analysis_id, edit, edited_by, now, started_by),
            )

    def undo_edit(self, corpus_key: str, analysis_id: int | None, person: str | None = None) -> bool:
        """Undo the latest edit that a person started, or of all when `person` is left out.

        Returns False when there is none. Edits by others stay, also later ones of the same cluster.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "DELETE FROM cluster_edits WHERE id = "
                f"(SELECT MAX(id) FROM cluster_edits WHERE {OWNER} "
                "AND (? IS NULL OR started_by IN (?, ''))) RETURNING id",
                (corpus_key, analysis_id, person, person),
            ).fetchall()
        return bool(rows)

"""Answers of a language model kept on disk: what was asked once is never sent or paid for again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from core.errors import StoreError
from core.utils import content_key, storage_error

AT_A_TIME = 500
"""Keys in one query: SQLite takes a limited number."""


class AnswerCache:
    """Answers by model, prompt and text, in one SQLite file; for one thread, closed as a context manager.

    Each answer is on disk when `keep` returns, so that a run that is stopped goes on where it was.

    Parameters
    ----------
    path : Path
        The file; its folder is made when missing.

    Raises
    ------
    StoreError
        When the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(path, timeout=30, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            # An answer lost with the power can be asked for again.
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL)"
            )
        except OSError as error:
            raise storage_error(error, path.parent) from error
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """Answers that are kept, by key."""
        found: dict[str, str] = {}
        try:
            for start in range(0, len(keys), AT_A_TIME):
                some = keys[start : start + AT_A_TIME]
                marks = ", ".join("?" * len(some))
                rows = self._connection.execute(
                    f"SELECT key, answer FROM answers WHERE key IN ({marks})", some
                )
                found.update(rows.fetchall())
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error
        return found

    def keep(self, key: str, answer: str) -> None:
        """Keep an answer; an earlier one of the same key is replaced."""
        try:
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answer))
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def _explained(self, error: sqlite3.DatabaseError) -> StoreError:
        return StoreError(
            f"The file {self.path} of kept answers cannot be used ({error}): free some disk space, or remove "
            "the file; answers can be asked for again."
        )


def answer_keys(model: str, instruction: str, questions: Iterable[str]) -> list[str]:
    """Key of each question to one model under one prompt."""
    return [content_key("answer", model, instruction, question) for question in questions]

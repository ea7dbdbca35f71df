"""Cache of language model replies on disk, so that no prompt is paid for twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from ...utils import SqliteFile, content_key

KEYS_PER_QUERY = 500
"""SQLite takes a limited number of parameters."""


class ReplyCache:
    """Replies by model, task and prompt, in one SQLite file; closed as a context manager.

    Each reply is on disk when `keep` returns, so that a stopped run can be resumed.

    Raises
    ------
    StoreError
        When the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(
            path,
            synchronous="NORMAL",  # a reply lost in a power cut can be requested again
            advice="free some disk space, or remove the file; replies can be requested again.",
        )
        with self._file.transaction() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL)"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """Return the kept replies, by key."""
        found: dict[str, str] = {}
        with self._file.transaction() as connection:
            for start in range(0, len(keys), KEYS_PER_QUERY):
                some = keys[start : start + KEYS_PER_QUERY]
                marks = ", ".join("?" * len(some))
                query = f"SELECT key, answer FROM answers WHERE key IN ({marks})"
                found.update(tuple(row) for row in connection.execute(query, some))
        return found

    def keep(self, key: str, answer: str) -> None:
        """Keep a reply; an earlier one of the same key is replaced."""
        with self._file.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answer))


def reply_keys(model: str, task: str, prompts: Iterable[str]) -> list[str]:
    """Return the key of each prompt for one model and one task (the system message)."""
    return [content_key("answer", model, task, prompt) for prompt in prompts]

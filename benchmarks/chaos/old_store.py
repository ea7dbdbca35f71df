"""A store as the first version wrote it, and what it says: the migration is killed on it."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

from benchmarks.chaos.material import LABELS, make_corpus
from core.storage import Store
from core.storage.database import SCHEMA  # of version 1, which had fewer columns

N_OLD_EVENTS = 20_000
SUFFIXES = {
    "ada": ("ada", "deck"),
    "ada, on the map": ("ada", "map"),
    "ada, column kind": ("ada", "column"),
    "model:small": ("small", "model"),
}
"""What the first version kept as `given_by`, and what it says: a person or model, and a source."""


def make_old_store(home: Path) -> None:
    """Make a store as the first version wrote it, with many labels."""
    store = Store(home)
    corpus = make_corpus()
    store.add_corpus(corpus)
    for path in home.glob("refract.sqlite*"):
        path.unlink()
    first = SCHEMA.replace(
        ", source TEXT NOT NULL DEFAULT 'deck',\n"
        "    source_name TEXT NOT NULL DEFAULT '', reviewed INTEGER NOT NULL DEFAULT 0",
        "",
    )
    chance = random.Random(0)
    with closing(sqlite3.connect(home / "refract.sqlite")) as connection, connection:
        connection.executescript(first)
        connection.execute(
            "INSERT INTO corpora (key, name, text_column, n_texts, created_at, opened_at) "
            "VALUES (?, ?, 'text', ?, '2025', '2025')",
            (corpus.key, corpus.name, len(corpus.texts)),
        )
        connection.execute(
            "INSERT INTO analyses (corpus_key, instruction, created_at) VALUES (?, 'by kind', '2025')",
            (corpus.key,),
        )
        names = [(number, 1, name) for number, name in enumerate(LABELS, 1)]
        connection.executemany("INSERT INTO labels (id, analysis_id, name) VALUES (?, ?, ?)", names)
        connection.executemany(
            "INSERT INTO label_events (analysis_id, step, text_row, label_id, given_by, given_at) "
            "VALUES (1, ?, ?, ?, ?, '2025')",
            [
                (step, chance.randrange(400), chance.randint(1, 4), chance.choice(list(SUFFIXES)))
                for step in range(N_OLD_EVENTS)
            ],
        )


def old_events(home: Path) -> list[tuple[int, str, str, str]]:
    """Return the label entries of such a store, read without Refract, as `looks.find_events` does."""
    with closing(sqlite3.connect(home / "refract.sqlite")) as connection:
        rows = connection.execute(
            "SELECT text_row, name, given_by FROM label_events JOIN labels ON labels.id = label_id "
            "ORDER BY label_events.id"
        ).fetchall()
    return [(row, name, *SUFFIXES[given_by]) for row, name, given_by in rows]

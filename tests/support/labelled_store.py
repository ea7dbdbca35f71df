"""A store with everything that people type, and what it holds as plain values."""

import shutil

import numpy as np
import pandas as pd

from core.corpus import Corpus
from core.transforms import Method

TABLES = (
    "corpora",
    "analyses",
    "labels",
    "label_events",
    "undone_events",
    "check_labels",
    "undone_check_labels",
    "cluster_choices",
    "cluster_edits",
)


def fill(store, n=40):
    """Two corpora, three analyses, labels, undone labels, check labels, cluster choices and edits."""
    texts = np.array([f"text number {number}" for number in range(n)], dtype=object)
    for key in ("k1", "k2"):
        store.add_corpus(Corpus(f"{key}, Größe.csv", texts, pd.DataFrame(index=range(n)), "text", key))
        store.set_encoding(key, "words", f"e-{key}")
        store.clusters.set_choice(key, None, '{"algorithm": "hdbscan"}')
    for key, instruction in (("k1", "by feeling"), ("k1", "by “cause”"), ("k2", "по теме")):
        analysis = store.add_analysis(key, instruction)
        store.set_method(analysis, Method())
        store.set_fit(analysis, "fit", f"e-{key}")
        for name in ("cross", "fond", "Ärger", "gone"):
            store.label_names.add(analysis, name)
        for row in range(n // 2):
            store.labels.give(analysis, {row: ("cross", "fond", "Ärger", None)[row % 4]}, "ada")
        store.labels.give(analysis, dict.fromkeys(range(5, 12), "gone"), "bo", source="map")
        store.labels.give(analysis, {3: "new"}, "bo", add_names=True)
        store.labels.undo(analysis, "bo")
        store.label_names.merge(analysis, ["fond"], "cross")
        for row in range(6):
            store.check_labels.give(analysis, row, "cross" if row % 2 else None, "ada", none=row == 4)
        store.check_labels.undo(analysis, "ada")
        store.clusters.set_choice(key, analysis, '{"algorithm": "kmeans"}')
        for number in range(3):
            store.clusters.add_edit(key, analysis, bytes([120, number, 0, 255]) * 9, "ada")


def contents(store):
    """All rows of all tables, as the app reads them."""
    with store._database.transaction() as connection:
        return {
            table: [tuple(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            for table in TABLES
        }


def copy_home(source, target):
    """Copy a data folder without backups, and without what SQLite makes again at each opening."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*-shm", "backups"))
    return target

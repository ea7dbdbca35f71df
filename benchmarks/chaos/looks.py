"""What a fresh process finds in a data folder after a kill: whether it is sound, and what is in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.chaos.actors import ENCODED_TEXTS, analysis_of, digest, person_of
from benchmarks.chaos.material import SlowEncoder, vectors_of
from core.errors import RefractError
from core.export import read_text_model
from core.storage import ArtifactStore, Store, load_fit, load_space
from core.storage.embeddings import PART_SIZE
from core.storage.imports import imports_of
from core.storage.team import TEAM_FILE, data_folders
from core.utils import content_key

State = Any  # plain values: each kind of kill knows its own


def find_damage(home: Path) -> list[str]:
    """Return what is not sound: in SQLite by its own checks, in each array and document by reading it."""
    found = []
    Store(home)
    for folder in data_folders(home):  # of a shared server: those of all people, too
        found += _find_damage(folder)
    if (home / TEAM_FILE).exists():
        found += _check_sqlite(home / TEAM_FILE)
    return found


def _check_sqlite(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        checked = [row[0] for row in connection.execute("PRAGMA integrity_check")]
        return [f"SQLite: {line}" for line in checked if line != "ok"] + [
            f"SQLite: a row without its owner, {tuple(row)}"
            for row in connection.execute("PRAGMA foreign_key_check")
        ]


def _find_damage(home: Path) -> list[str]:
    store = Store(home)
    found = _check_sqlite(home / "refract.sqlite")
    for entry in store.corpora():
        try:
            store.load_corpus(entry.key)
        except RefractError as error:
            found.append(str(error))
    for folder in home.glob("corpora/*/results"):
        kept = ArtifactStore(folder)
        for path in folder.iterdir():
            try:
                if path.suffix == ".npy":
                    kept.load_array(path.stem).tobytes()
                elif path.suffix == ".json":
                    kept.load_document(path.stem)
            except RefractError as error:
                found.append(f"{path.name}: {error}")
    return found


def find_labels(home: Path, actor: int) -> State:
    """Return the steps of a person in their order, and the tag of the one that Redo would bring back."""
    store = Store(home)
    analysis = analysis_of(store).id
    history = store.labels.history(analysis)
    own = history[history["given_by"] == person_of(actor)]
    steps: dict[int, tuple[str, list]] = {}
    for step, tag, row, name in zip(own["step"], own["source_name"], own["row"], own["label"], strict=True):
        steps.setdefault(step, (tag, []))[1].append((row, name))
    undone = store.labels.last_undone(analysis, person_of(actor))
    return list(steps.values()), undone and undone.source_name


def find_decisions(home: Path, actor: int) -> State:
    """Return instruction, edits, cut, check labels and label names of an analysis."""
    store = Store(home)
    analysis = analysis_of(store, actor)
    checks = store.check_labels.read(analysis.id)
    return {
        "instruction": analysis.instruction,
        "edits": [edit.edit for edit in store.clusters.edits(analysis.corpus_key, analysis.id)],
        "choice": store.clusters.choice(analysis.corpus_key, analysis.id),
        "checks": sorted(
            (int(row), checks.names[code]) for row, code in zip(checks.rows, checks.codes, strict=True)
        ),
        "names": store.label_names.current(analysis.id),
    }


def find_files(home: Path, actor: int) -> State:
    """Return what tells each stored corpus and table from others."""
    store = Store(home)
    corpora = {entry.key: digest(store.load_corpus(entry.key)) for entry in store.corpora()}
    kept = imports_of(home, "chaos")
    tables = {}
    for folder in sorted(kept.folder.glob("table *")):
        corpus = kept.find_corpus(folder.name, "text", True, ())
        if corpus is not None:
            tables[folder.name] = digest(corpus)
    return corpora, tables


def count_encoded(home: Path, actor: int) -> tuple[int, list[str]]:
    """Return the texts whose vectors are kept, and which vectors are not those of their texts."""
    store = Store(home)
    (entry,) = store.corpora()
    results = store.results(entry.key)
    texts = store.load_corpus(entry.key).texts.tolist()
    saved, wrong, number = 0, [], 0
    while True:
        instruction = f"by {number}"
        key = content_key("reading", 1, entry.key, SlowEncoder().key_for(instruction))
        if results.has_array(f"{key}.vectors"):
            saved += ENCODED_TEXTS
            if not np.array_equal(results.load_array(f"{key}.vectors"), vectors_of(texts, instruction)):
                wrong.append(f"vectors of “{instruction}”")
            number += 1
            continue
        parts = -(-ENCODED_TEXTS // PART_SIZE)
        for part in range(parts):
            if results.has_array(f"{key}.part{part}.vectors"):
                saved += min(PART_SIZE, ENCODED_TEXTS - part * PART_SIZE)
        return saved, wrong


def find_fit(home: Path, actor: int) -> State:
    """Return the labels as `find_labels`, and the key of the Fit, all of which was read."""
    store = Store(home)
    analysis = analysis_of(store)
    results = store.results(analysis.corpus_key)
    fit = load_fit(results, analysis.fit_key)
    load_space(results, fit.space_key)
    return (*find_labels(home, actor), analysis.fit_key)


def find_events(home: Path, actor: int) -> State:
    """Return the label entries of every analysis of a store that is migrated by now, oldest first."""
    store = Store(home)
    return [
        (row, label, given_by, source)
        for corpus in store.corpora()
        for analysis in store.analyses(corpus.key)
        for row, label, given_by, source in store.labels.history(analysis.id)[
            ["row", "label", "given_by", "source"]
        ].itertuples(index=False)
    ]


def find_exports(home: Path, actor: int) -> State:
    """Return which exported files are there; each was read whole."""
    found = set()
    for path in (home / "exports").glob("*.safetensors"):
        read_text_model(path.read_bytes(), path.name)
        found.add(path.name)
    return found

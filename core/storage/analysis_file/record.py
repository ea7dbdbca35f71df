"""What people decided in an analysis, as JSON: labels with their history, check labels, edits of clusters.

Numbers of rows of a data folder are replaced by positions, so that the record of an analysis is the same
wherever it is kept.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from typing import Any, cast

import numpy as np

from ...errors import StoreError
from ...maps.clusters import ClusterChoice, Edit, decode_edit, encode_edit
from ...transforms import Method
from ..label_steps import next_numbers
from .contents import GENERIC, RECORDS, RESHAPED

Row = dict[str, Any]  # values that JSON can hold
Record = dict[str, Any]
"""The tables of `RECORDS`, each a list of `Row`; "clusters": of the reshaped and of the generic map; and
"analysis": instruction, method, keys of its Fit and embeddings, when it was started."""

LABEL_COLUMNS = "id, name, merged_into, deleted_at, added_by_step, hidden_name, definition"
EVENT_COLUMNS = (
    "step, text_row, label_id, given_by, given_at, source, source_name, reviewed, started_by, told"
)
UNDONE_COLUMNS = f"{EVENT_COLUMNS}, undone_by, undone"
CHECK_COLUMNS = "text_row, position, label_id, answer, given_by, given_at"
EDITED = ("edited_by", "edited_at", "started_by")


def read_record(connection: sqlite3.Connection, analysis_id: int) -> tuple[Record, dict[int, int]]:
    """Return the record of an analysis, and the position of each of its labels by id.

    Raises
    ------
    StoreError
        When the analysis was removed.
    """
    analysis = connection.execute(
        "SELECT corpus_key, instruction, created_at, approach, fit_key, embedding_key FROM analyses "
        "WHERE id = ?",
        (analysis_id,),
    ).fetchone()
    if analysis is None:
        raise StoreError("This analysis was removed: choose another.")
    labels = _rows(connection, "labels", LABEL_COLUMNS, analysis_id)
    own = {int(label["id"]): position for position, label in enumerate(labels)}
    positions: dict[int | None, int | None] = {None: None}
    positions |= {label: own[label] for label in own}
    events = {
        "label_events": _rows(connection, "label_events", f"id, {EVENT_COLUMNS}", analysis_id),
        "undone_events": _rows(connection, "undone_events", f"id, {UNDONE_COLUMNS}", analysis_id),
    }
    order = sorted(event["id"] for table in events.values() for event in table)
    order_of = {number: position for position, number in enumerate(order)}
    record: Record = {
        "analysis": _analysis(analysis),
        "labels": [_label(label, positions) for label in labels],
        "clusters": {
            RESHAPED: read_clusters(connection, analysis["corpus_key"], analysis_id),
            GENERIC: read_clusters(connection, analysis["corpus_key"], None),
        },
    }
    for name, table in events.items():
        record[name] = [{"order": order_of[each["id"]], **_given(each, positions)} for each in table]
    for name in ("check_labels", "undone_check_labels"):
        record[name] = [
            _given(each, positions) for each in _rows(connection, name, CHECK_COLUMNS, analysis_id)
        ]
    return record, own


def identity(corpus_key: str, record: Record) -> str:
    """Return a hash that is equal for the same analysis in two data folders, and changes with any decision.

    Clusters of the generic map do not count: they belong to all analyses of the corpus.
    """
    own = {name: record[name] for name in ("analysis", *RECORDS)}
    own["clusters"] = record["clusters"][RESHAPED]
    content = json.dumps([corpus_key, own], ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def find_same(connection: sqlite3.Connection, corpus_key: str, record: Record) -> int | None:
    """Return the id of the analysis with this record; None where there is none. Cost: O(their entries)."""
    wanted = identity(corpus_key, record)
    found = connection.execute(
        "SELECT id FROM analyses WHERE corpus_key = ? AND instruction = ? AND created_at = ? ORDER BY id",
        (corpus_key, record["analysis"]["instruction"], record["analysis"]["created_at"]),
    ).fetchall()
    for row in found:
        if identity(corpus_key, read_record(connection, row["id"])[0]) == wanted:
            return int(row["id"])
    return None


def add_record(connection: sqlite3.Connection, corpus_key: str, record: Record) -> tuple[int, list[int]]:
    """Add an analysis with all that was decided in it; return its id, and the ids of its labels."""
    about = record["analysis"]
    added = connection.execute(
        "INSERT INTO analyses (corpus_key, instruction, fit_key, embedding_key, created_at, approach) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            corpus_key,
            about["instruction"],
            about["fit_key"],
            about["embedding_key"],
            about["created_at"],
            None if about["method"] is None else Method(**about["method"]).to_text(),
        ),
    )
    analysis_id = cast("int", added.lastrowid)
    ids = _add_labels(connection, analysis_id, record["labels"])
    _add_events(connection, analysis_id, record, ids)
    for table in ("check_labels", "undone_check_labels"):
        connection.executemany(
            f"INSERT INTO {table} (analysis_id, {CHECK_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(analysis_id, *_values(each, CHECK_COLUMNS.split(", "), ids)) for each in record[table]],
        )
    add_clusters(connection, corpus_key, analysis_id, record["clusters"][RESHAPED])
    return analysis_id, ids


def add_clusters(
    connection: sqlite3.Connection, corpus_key: str, analysis_id: int | None, clusters: Row
) -> None:
    """Add the choice and the edits of a map that has none."""
    if clusters["choice"] is not None:
        connection.execute(
            "INSERT INTO cluster_choices (corpus_key, analysis_id, choice) VALUES (?, ?, ?)",
            (corpus_key, analysis_id, ClusterChoice(**clusters["choice"]).to_text()),
        )
    for each in clusters["edits"]:
        connection.execute(
            "INSERT INTO cluster_edits (corpus_key, analysis_id, edit, edited_by, edited_at, started_by) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                corpus_key,
                analysis_id,
                encode_edit(as_edit(each)),
                *(each[name] for name in EDITED),
            ),
        )


def read_clusters(connection: sqlite3.Connection, corpus_key: str, analysis_id: int | None) -> Row:
    """Return the choice and the edits of a map, without edits that are damaged."""
    owner = (corpus_key, analysis_id)
    where = "corpus_key = ? AND analysis_id IS ?"
    chosen = connection.execute(f"SELECT choice FROM cluster_choices WHERE {where}", owner).fetchone()
    found = connection.execute(
        f"SELECT edit, edited_by, edited_at, started_by FROM cluster_edits WHERE {where} ORDER BY id", owner
    ).fetchall()
    edits = []
    for row in found:
        with suppress(StoreError):
            edit = decode_edit(row["edit"])
            groups = [rows.tolist() for rows in edit.groups]
            made = {"kind": edit.kind, "groups": groups, "names": list(edit.names), "cut": edit.cut}
            edits.append(made | {name: row[name] for name in EDITED})
    choice = None
    with suppress(ValueError, TypeError):  # of a later version: the default, until somebody chooses again
        choice = asdict(ClusterChoice.from_text(chosen["choice"])) if chosen else None
    return {"choice": choice, "edits": edits}


def _rows(connection: sqlite3.Connection, table: str, columns: str, analysis_id: int) -> list[sqlite3.Row]:
    return connection.execute(
        f"SELECT {columns} FROM {table} WHERE analysis_id = ? ORDER BY id", (analysis_id,)
    ).fetchall()


def _analysis(row: sqlite3.Row) -> Row:
    try:
        method = None if row["approach"] is None else asdict(Method.from_text(row["approach"]))
    except StoreError:  # of a later version
        method = None
    kept = ("instruction", "created_at", "fit_key", "embedding_key")
    return {name: row[name] for name in kept} | {"method": method}


def _label(row: sqlite3.Row, positions: dict[int | None, int | None]) -> Row:
    """Return a label; one that was removed has its name in "hidden_name" alone."""
    hidden = row["hidden_name"]
    return {
        "label": positions[row["id"]],
        "name": row["name"] if hidden is None else "",
        "merged_into": positions[row["merged_into"]],
        "deleted_at": row["deleted_at"],
        "added_by_step": bool(row["added_by_step"]),
        "hidden_name": hidden,
        "definition": row["definition"],
    }


def _given(row: sqlite3.Row, positions: dict[int | None, int | None]) -> Row:
    """Return an entry of labels or of the check sample, with the position of its label."""
    found = {name: row[name] for name in row.keys() if name not in ("id", "text_row", "label_id")}  # noqa: SIM118
    if "reviewed" in found:
        found["reviewed"] = bool(found["reviewed"])
    return {"row": row["text_row"], "label": positions[row["label_id"]], **found}


def as_edit(row: Row) -> Edit:
    """Return an edit of clusters as it is applied."""
    groups = tuple(np.array(rows, dtype=np.int64) for rows in row["groups"])
    return Edit(row["kind"], groups, tuple(row["names"]), row["cut"])


def _add_labels(connection: sqlite3.Connection, analysis_id: int, labels: list[Row]) -> list[int]:
    """Add labels; return their ids. A removed one has no name but its id (see `hide_name`)."""
    ids: list[int] = []
    for label in labels:
        hidden = label["hidden_name"]
        added = connection.execute(
            "INSERT INTO labels (analysis_id, name, deleted_at, added_by_step, hidden_name, definition) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (
                analysis_id,
                label["name"] if hidden is None else f" new {len(ids)}",
                label["deleted_at"],
                label["added_by_step"],
                hidden,
                label["definition"],
            ),
        )
        ids.append(cast("int", added.lastrowid))
    connection.execute(
        "UPDATE labels SET name = ' ' || id WHERE analysis_id = ? AND hidden_name IS NOT NULL", (analysis_id,)
    )
    connection.executemany(
        "UPDATE labels SET merged_into = ? WHERE id = ?",
        [
            (ids[label["merged_into"]], ids[label["label"]])
            for label in labels
            if label["merged_into"] is not None
        ],
    )
    return ids


def _add_events(connection: sqlite3.Connection, analysis_id: int, record: Record, ids: list[int]) -> None:
    first, _ = next_numbers(connection, analysis_id)
    for table, columns in (("label_events", EVENT_COLUMNS), ("undone_events", UNDONE_COLUMNS)):
        names = columns.split(", ")
        marks = ", ".join("?" * (2 + len(names)))
        connection.executemany(
            f"INSERT INTO {table} (id, analysis_id, {columns}) VALUES ({marks})",
            [(first + each["order"], analysis_id, *_values(each, names, ids)) for each in record[table]],
        )


def _values(row: Row, columns: list[str], ids: list[int]) -> list[object]:
    """Return the values of an entry in the order of the columns of its table."""
    label = None if row["label"] is None else ids[row["label"]]
    known = row | {"text_row": row["row"], "label_id": label}
    return [known[column] for column in columns]

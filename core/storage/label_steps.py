"""Steps of labels: what Undo would take back and Redo would bring back, and doing so.

Undo moves the entries of a step to the table `undone_events`, and redo moves them back to their old place:
what someone else said about a text since stays the latest word on it. Label names that a step had added, and
that nothing else uses, go and come with it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from ..errors import LabelError
from .label_names import (
    counts_for,
    hidden_names,
    hide_name,
    labels_of,
    only_used_by,
    show_name,
)

COLUMNS = (
    "id, analysis_id, step, text_row, label_id, given_by, given_at, source, source_name, reviewed, "
    "started_by, told"
)


@dataclass(frozen=True)
class LabelEvent:
    """What one call of `LabelStore.give` did.

    Attributes
    ----------
    rows : list of int, the texts
    labels : list of str, the labels given, as they are called now, each once; empty where all were taken away
    given_by, given_at : str
    source, source_name : str
        As `LabelStore.give` got them.
    overtaken : list of int
        Of the texts, those that someone else labelled or skipped since: undo and redo leave that as it is.
    overtaken_by : list of str, who did, each once
    names : list of str
        Label names that go with the step when it is undone: a step added them, no other step, check label or
        merge uses them, and nobody defined them. For a step that was undone, those that come back with it.
    """

    rows: list[int]
    labels: list[str]
    given_by: str
    given_at: str
    source: str = "deck"
    source_name: str = ""
    overtaken: list[int] = field(default_factory=list)
    overtaken_by: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def next_numbers(connection: sqlite3.Connection, analysis_id: int) -> tuple[int, int]:
    """Return the next id of an entry and the next step; none that an undone step may take again."""
    numbers = connection.execute(
        "SELECT MAX((SELECT COALESCE(MAX(id), 0) FROM label_events), "
        "(SELECT COALESCE(MAX(id), 0) FROM undone_events)) + 1 AS id, "
        "MAX((SELECT COALESCE(MAX(step), 0) FROM label_events WHERE analysis_id = :id), "
        "(SELECT COALESCE(MAX(step), 0) FROM undone_events WHERE analysis_id = :id)) + 1 AS step",
        {"id": analysis_id},
    ).fetchone()
    return numbers["id"], numbers["step"]


def last_entries(connection: sqlite3.Connection, analysis_id: int, person: str | None) -> list[sqlite3.Row]:
    """Return the entries of the latest step of a person, or of all.

    `latest_by` is who gave the latest entry of the text where that is of a later step, else None.
    """
    of_person = "" if person is None else "AND started_by IN (:person, '')"
    return _entries(
        connection,
        "label_events",
        f"step = (SELECT MAX(step) FROM label_events WHERE analysis_id = :id {of_person})",
        {"id": analysis_id, "person": person},
    )


def undone_entries(connection: sqlite3.Connection, analysis_id: int, person: str) -> list[sqlite3.Row]:
    """Return the entries of the step that this person undid last, as `last_entries` does."""
    return _entries(
        connection,
        "undone_events",
        "undone = (SELECT MAX(undone) FROM undone_events WHERE analysis_id = :id AND undone_by = :person)",
        {"id": analysis_id, "person": person},
    )


def describe(
    connection: sqlite3.Connection, analysis_id: int, entries: list[sqlite3.Row]
) -> LabelEvent | None:
    """Return what the entries of a step say; None for no entries."""
    if not entries:
        return None
    labels, hidden = labels_of(connection, analysis_id), hidden_names(connection, analysis_id)
    names, present = {label["id"]: label["name"] for label in labels} | hidden, counts_for(labels)
    given = dict.fromkeys(entry["label_id"] for entry in entries)
    found = dict.fromkeys(names.get(present.get(label) or label) for label in given)
    going = only_used_by(connection, analysis_id, entries[0]["step"])
    overtaken = [entry for entry in entries if entry["latest_by"] is not None]
    return LabelEvent(
        rows=[entry["text_row"] for entry in entries],
        labels=[name for name in found if name is not None],
        given_by=entries[0]["given_by"],
        given_at=entries[0]["given_at"],
        source=entries[0]["source"],
        source_name=entries[0]["source_name"],
        overtaken=[entry["text_row"] for entry in overtaken],
        overtaken_by=list(dict.fromkeys(entry["latest_by"] for entry in overtaken)),
        names=[names[label] for label in [*going, *(label for label in given if label in hidden)]],
    )


def check_meant(entries: list[sqlite3.Row], meant: LabelEvent | None, done: str) -> None:
    """Raise LabelError when the entries are of another step than the one that is meant."""
    found = [(entry["text_row"], entry["given_at"]) for entry in entries]
    if meant is not None and found != [(row, meant.given_at) for row in meant.rows]:
        raise LabelError(
            f"Labels changed in another tab meanwhile, so nothing was {done}: check the latest step, then "
            "try again."
        )


def undo_step(connection: sqlite3.Connection, analysis_id: int, step: int, undone_by: str) -> None:
    """Take the entries of a step away, and the names that it added where nothing else uses them."""
    which = {"id": analysis_id, "step": step, "by": undone_by}
    connection.execute(
        f"INSERT INTO undone_events ({COLUMNS}, undone_by, undone) SELECT {COLUMNS}, :by, "
        "(SELECT COALESCE(MAX(undone), 0) + 1 FROM undone_events) "
        "FROM label_events WHERE analysis_id = :id AND step = :step ORDER BY id",
        which,
    )
    going = only_used_by(connection, analysis_id, step)
    connection.execute("DELETE FROM label_events WHERE analysis_id = :id AND step = :step", which)
    for label in going:
        hide_name(connection, label)


def redo_step(connection: sqlite3.Connection, analysis_id: int, entries: list[sqlite3.Row]) -> None:
    """Bring the entries of an undone step back to their old place, with the names that they need.

    Where a label in use has such a name by now, the entries are of that label.
    """
    given = {entry["label_id"] for entry in entries}
    for label in given & hidden_names(connection, analysis_id).keys():
        connection.execute(
            "UPDATE undone_events SET label_id = ? WHERE analysis_id = ? AND label_id = ?",
            (show_name(connection, analysis_id, label), analysis_id, label),
        )
    which = {"id": analysis_id, "step": entries[0]["step"]}
    connection.execute(
        f"INSERT INTO label_events ({COLUMNS}) SELECT {COLUMNS} FROM undone_events "
        "WHERE analysis_id = :id AND step = :step",
        which,
    )
    connection.execute("DELETE FROM undone_events WHERE analysis_id = :id AND step = :step", which)


def forget_undone(connection: sqlite3.Connection, analysis_id: int, person: str) -> None:
    """Forget what this person undid, as a new label of theirs does."""
    connection.execute(
        "DELETE FROM undone_events WHERE analysis_id = ? AND undone_by = ?", (analysis_id, person)
    )


def _entries(
    connection: sqlite3.Connection, table: str, where: str, which: dict[str, int | str | None]
) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT id, step, text_row, label_id, given_by, given_at, source, source_name, "
        "(SELECT given_by FROM label_events AS later WHERE later.analysis_id = :id "
        "AND later.text_row = event.text_row AND later.step > event.step ORDER BY later.id DESC LIMIT 1) "
        f"AS latest_by FROM {table} AS event WHERE analysis_id = :id AND {where} ORDER BY id",
        which,
    ).fetchall()

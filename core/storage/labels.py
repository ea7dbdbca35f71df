"""Labels of texts: who gave which, when, and from where."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from ..errors import LabelError
from ..labels import SOURCES, GuideLabels
from ..utils import LatestReads, SqliteFile
from .check_labels import rows_checked
from .label_names import (
    add_missing_names,
    counts_for,
    find_retired,
    is_retired,
    labels_of,
    need_analysis,
    utc_now,
)
from .label_steps import (
    LabelEvent,
    check_meant,
    describe,
    forget_undone,
    last_entries,
    next_numbers,
    redo_step,
    undo_step,
    undone_entries,
)

LATEST = "(SELECT MAX(id) FROM label_events WHERE analysis_id = ? GROUP BY text_row)"
"""SQL: ids of the latest entry of each text, which is the one that counts."""
EVENT_COLUMNS = ("given_by", "source", "source_name", "reviewed", "given_at")
LATEST_COLUMNS = ", ".join(
    f"json_group_array({column})" for column in ("id", "text_row", "label_id", *EVENT_COLUMNS)
)
"""SQL: whole columns at once. SQLite gathers them while other threads run Python: 6 ms for 6,000 texts, where
rows take 28 ms, all of which these wait."""
INSERT_EVENT = (
    "INSERT INTO label_events (id, analysis_id, started_by, told, step, text_row, label_id, "
    f"{', '.join(EVENT_COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class LabelStore:
    """Labels of the texts of every analysis.

    Entries are only ever added. The label of a text is its latest entry. A step belongs to the person who
    started it: `undo` takes the latest step of one person away, and `redo` brings it back to its place until
    this person gives another label. Which label an entry counts for today is up to `LabelNames`.
    """

    def __init__(self, database: SqliteFile) -> None:
        self._database = database
        self._latest = LatestReads(database, self._read_now)

    def give(
        self,
        analysis_id: int,
        labels: Mapping[int, str | None],
        given_by: str,
        *,
        source: str = "deck",
        source_name: str = "",
        reviewed: bool = False,
        unless: Callable[[str], bool] | None = None,
        started_by: str | None = None,
        add_names: bool = False,
    ) -> list[int]:
        """Record the label of each text row, on disk before this returns; None takes a label away or skips.

        All of them are one step for `undo`.

        Parameters
        ----------
        labels : mapping of text row to label name
        given_by : str
            Name of the person or the language model.
        source : str, default="deck"
            One of `SOURCES`.
        source_name : str
            Column or file that the labels come from.
        reviewed : bool, default=False
            Whether a person kept a label that was shown as doubtful.
        unless : callable, optional
            Takes the source of a text's latest entry, at this moment; where it returns True, the text keeps
            its label.
        started_by : str, optional
            The person whose `undo` takes the step back: `given_by` when left out, or everybody's for a
            language model.
        add_names : bool, default=False
            Whether names that no label in use has are added, in the same step: they go with the last step
            that uses them. A name in other letters is that of the label in use.

        Returns
        -------
        list of int
            The rows that were given their label.

        Raises
        ------
        LabelError
            For a label name that the analysis does not have, or an analysis that was removed.
        StoreError
            When the disk is full; nothing is then recorded.
        """
        if source not in SOURCES:
            raise ValueError(f"{source!r} found; a source is one of {SOURCES}.")
        if started_by is None:
            started_by = "" if source == "model" else given_by
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two at once must not take the same step number
            need_analysis(connection, analysis_id)
            if unless is not None:
                kept = {row for row, latest in _latest_sources(connection, analysis_id) if unless(latest)}
                labels = {row: name for row, name in labels.items() if int(row) not in kept}
            if add_names:
                wanted = dict.fromkeys(name for name in labels.values() if name is not None)
                saved = add_missing_names(connection, analysis_id, wanted, by_step=True)
                labels = {row: None if name is None else saved[name] for row, name in labels.items()}
            found = labels_of(connection, analysis_id)
            known = {label["name"]: label["id"] for label in found if not is_retired(label)}
            unknown = {name for name in labels.values() if name is not None} - known.keys()
            if unknown:
                raise LabelError(
                    f"The label “{min(unknown)}” is not one of this analysis "
                    f"({', '.join(known) or 'it has none'}): add it first."
                )
            entry, step = next_numbers(connection, analysis_id)
            given = (given_by, source, source_name, reviewed, utc_now())
            connection.executemany(
                INSERT_EVENT,
                [
                    (number, analysis_id, started_by, "", step, int(row), known.get(name or ""), *given)
                    for number, (row, name) in enumerate(labels.items(), start=entry)
                ],
            )
            if labels:
                forget_undone(connection, analysis_id, started_by)
        return [int(row) for row in labels]

    def undo(
        self, analysis_id: int, person: str | None = None, *, meant: LabelEvent | None = None
    ) -> list[int]:
        """Undo the latest step of a person, or of all; return the text rows of the step (empty for none).

        Entries of others stay: a text that someone labelled since keeps that label. Label names that the step
        added go with it, unless something else uses them (`LabelEvent.names`).

        Parameters
        ----------
        person : str, optional
            Whose step: one that `give` recorded as started by this person, or by nobody.
        meant : LabelEvent, optional
            The step to undo, as `last_step` returned it for the same person.

        Raises
        ------
        LabelError
            When the latest step is another one by now; nothing is then undone.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            entries = last_entries(connection, analysis_id, person)
            check_meant(entries, meant, "undone")
            if entries:
                undo_step(connection, analysis_id, entries[0]["step"], person or "")
        return [entry["text_row"] for entry in entries]

    def redo(self, analysis_id: int, person: str = "", *, meant: LabelEvent | None = None) -> list[int]:
        """Bring back the step that a person undid last; return its text rows (empty for none).

        It returns to its old place: a text that someone else labelled since keeps that label. A new label of
        the person ends what can be redone.

        Parameters
        ----------
        person : str
            As `undo` got it; "" where it got none.
        meant : LabelEvent, optional
            The step to redo, as `last_undone` returned it for the same person.

        Raises
        ------
        LabelError
            When that step is another one by now; nothing is then redone.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            entries = undone_entries(connection, analysis_id, person)
            check_meant(entries, meant, "redone")
            if entries:
                redo_step(connection, analysis_id, entries)
        return [entry["text_row"] for entry in entries]

    def last_step(self, analysis_id: int, person: str | None = None) -> LabelEvent | None:
        """Return the step that `undo` would undo for this person; None when there is none."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            return describe(connection, analysis_id, last_entries(connection, analysis_id, person))

    def last_undone(self, analysis_id: int, person: str = "") -> LabelEvent | None:
        """Return the step that `redo` would bring back for this person; None when there is none."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            return describe(connection, analysis_id, undone_entries(connection, analysis_id, person))

    def read(self, analysis_id: int) -> GuideLabels:
        """Return the labels of an analysis, all read at one moment.

        A second call from the same thread reads the table again only if the file changed. A text whose label
        was deleted is not in `GuideLabels.table`.
        """
        return self._latest.get(analysis_id)

    def _read_now(self, analysis_id: int) -> GuideLabels:
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels = labels_of(connection, analysis_id)
            found = connection.execute(
                f"SELECT {LATEST_COLUMNS} FROM label_events WHERE id IN {LATEST}", (analysis_id,)
            ).fetchone()
            checked = rows_checked(connection, analysis_id)
            corpus = connection.execute(
                "SELECT n_texts FROM corpora WHERE key = (SELECT corpus_key FROM analyses WHERE id = ?)",
                (analysis_id,),
            ).fetchone()
        in_use = [label for label in labels if not is_retired(label)]
        names = {None: None} | {label["id"]: label["name"] for label in labels}
        positions = {None: -1} | {label["id"]: position for position, label in enumerate(in_use)}
        present = {None: None} | counts_for(labels)
        ids, rows, given, *others = (json.loads(column) for column in found)
        counted = [present[label] for label in given]
        latest = {
            "row": np.array(rows, dtype=np.int64),
            "label": np.array([names[label] for label in counted], dtype=object),
        }
        for name, column in zip(EVENT_COLUMNS, others, strict=True):
            latest[name] = np.array(column, dtype=bool if name == "reviewed" else object)
        # A text whose label was deleted counts as if it had no entry; one that was skipped has one.
        stays = [label is None or now is not None for label, now in zip(given, counted, strict=True)]
        newest_first = np.argsort(-np.array(ids, dtype=np.int64))
        newest_first = newest_first[np.array(stays, dtype=bool)[newest_first]]
        codes = np.full(corpus["n_texts"] if corpus else 0, -1, dtype=np.int64)
        codes[latest["row"]] = [positions[label] for label in counted]
        return GuideLabels(
            names=tuple(label["name"] for label in in_use),
            ids=tuple(label["id"] for label in in_use),
            codes=codes,
            latest={name: column[newest_first] for name, column in latest.items()},
            retired=find_retired(labels, given),
            checked=checked,
            definitions={label["name"]: label["definition"] for label in in_use if label["definition"]},
        )

    def given_before(self, analysis_id: int, row: int, *, skip: int = 0) -> tuple[str | None, str] | None:
        """Return the label that the latest entry of a text counts for, and who gave it; None for no entry.

        `skip` is the number of entries to leave out, the latest first.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            entry = connection.execute(
                "SELECT label_id, given_by FROM label_events WHERE analysis_id = ? AND text_row = ? "
                "ORDER BY id DESC LIMIT 1 OFFSET ?",
                (analysis_id, row, skip),
            ).fetchone()
            if entry is None:
                return None
            labels = labels_of(connection, analysis_id)
        names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
        return names.get(present.get(entry["label_id"])), entry["given_by"]

    def history(self, analysis_id: int) -> pd.DataFrame:
        """Return every entry that was not undone, oldest first, also those that a later entry replaced.

        Returns
        -------
        DataFrame
            Columns step (int), row (int), label (str, the label that was given, also where it was merged or
            deleted since; None where skipped or taken away), counts_as (str, the label that it counts for
            today, None for none), given_by, source, source_name, reviewed, given_at (UTC, ISO).
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels, events = labels_of(connection, analysis_id), _all_events(connection, analysis_id)
        names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
        rows = [
            (
                event["step"],
                event["text_row"],
                names.get(event["label_id"]),
                names.get(present.get(event["label_id"])),
                *event[3:-2],
            )
            for event in events
        ]
        return _tabulate(rows, "step", "row", "label", "counts_as")


def copy_labels(connection: sqlite3.Connection, analysis_id: int, copy: int) -> dict[int | None, int | None]:
    """Copy the labels of an analysis with their history to an analysis that has none.

    Returns the id of the copy of each label by that of the label; None stays None.
    """
    copies: dict[int | None, int | None] = {None: None}
    labels = labels_of(connection, analysis_id)
    for label in labels:
        copies[label["id"]] = connection.execute(
            "INSERT INTO labels (analysis_id, name, deleted_at, added_by_step, definition) "
            "VALUES (?, ?, ?, ?, ?)",
            (copy, label["name"], label["deleted_at"], label["added_by_step"], label["definition"]),
        ).lastrowid
    connection.executemany(
        "UPDATE labels SET merged_into = ? WHERE id = ?",
        [(copies[label["merged_into"]], copies[label["id"]]) for label in labels],
    )
    first, _ = next_numbers(connection, copy)
    connection.executemany(
        INSERT_EVENT,
        [
            (number, copy, each["started_by"], each["told"], *each[:2], copies[each[2]], *each[3:-2])
            for number, each in enumerate(_all_events(connection, analysis_id), start=first)
        ],
    )
    return copies


def _tabulate(rows: list[tuple], *columns: str) -> pd.DataFrame:
    """Return a table of entries: `columns`, then `EVENT_COLUMNS`; a missing label is None."""
    table = pd.DataFrame(rows, columns=[*columns, *EVENT_COLUMNS]).astype({"row": np.int64, "reviewed": bool})
    for column in {"label", "counts_as"} & set(columns):
        table[column] = table[column].astype(object).where(table[column].notna(), None)
    return table


def _all_events(connection: sqlite3.Connection, analysis_id: int) -> list[sqlite3.Row]:
    """Return every entry, oldest first: step, row, label, `EVENT_COLUMNS`, told."""
    return connection.execute(
        f"SELECT step, text_row, label_id, {', '.join(EVENT_COLUMNS)}, started_by, told "
        f"FROM label_events WHERE analysis_id = ? ORDER BY id",
        (analysis_id,),
    ).fetchall()


def _latest_sources(connection: sqlite3.Connection, analysis_id: int) -> list[tuple[int, str]]:
    """Return the texts that were labelled or skipped, each with the source of its latest entry."""
    return connection.execute(
        f"SELECT text_row, source FROM label_events WHERE id IN {LATEST}", (analysis_id,)
    ).fetchall()

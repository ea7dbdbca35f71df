"""The record of labels: who gave which to which text, and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import LabelError
from core.storage.label_names import LATEST, LabelNames, counts_for, is_retired, labels_of, utc_now


@dataclass(frozen=True)
class LabelEvent:
    """What one step of `give_labels` did.

    Attributes
    ----------
    rows : list of int, the texts
    labels : list of str, the labels given, as they are called now, each once; empty where all were taken away
    given_by, given_at : str
    """

    rows: list[int]
    labels: list[str]
    given_by: str
    given_at: str


class LabelRecord(LabelNames):
    """Labels of every analysis; the part of the `Store` that deals with them.

    Who gave what and when is only ever added to; the label of a text is its latest entry, and undo takes the
    latest step back. What a label counts for today is up to the names (`LabelNames`).
    """

    def give_labels(
        self,
        analysis_id: int,
        labels: Mapping[int, str | None],
        given_by: str,
        *,
        unless: Callable[[str], bool] | None = None,
    ) -> list[int]:
        """Record the label of each text row, on disk before this returns; None takes a label away or skips.

        All of them are one step for `undo`.

        Parameters
        ----------
        labels : mapping of text row to label name
        unless : callable, optional
            Takes the name of who gave a text its latest label, at this moment; where it says so, the text
            keeps it.

        Returns
        -------
        list of int
            The rows that were given their label.

        Raises
        ------
        LabelError
            For a label name that the analysis does not have.
        StoreError
            When the disk is full; nothing is then recorded.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two at once must not take the same step number
            found = labels_of(connection, analysis_id)
            known = {label["name"]: label["id"] for label in found if not is_retired(label)}
            unknown = {name for name in labels.values() if name is not None} - known.keys()
            if unknown:
                raise LabelError(
                    f"The label “{min(unknown)}” is not one of this analysis "
                    f"({', '.join(known) or 'it has none'}): add it first."
                )
            step = connection.execute(
                "SELECT COALESCE(MAX(step), 0) + 1 AS next FROM label_events WHERE analysis_id = ?",
                (analysis_id,),
            ).fetchone()["next"]
            if unless is not None:
                kept = {row for row, who in _latest_givers(connection, analysis_id) if unless(who)}
                labels = {row: name for row, name in labels.items() if int(row) not in kept}
            now = utc_now()
            connection.executemany(
                "INSERT INTO label_events (analysis_id, step, text_row, label_id, given_by, given_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (analysis_id, step, int(row), known.get(name), given_by, now)
                    for row, name in labels.items()
                ],
            )
        return [int(row) for row in labels]

    def undo(self, analysis_id: int, meant: LabelEvent | None = None) -> list[int]:
        """Take the latest step back; returns the text rows it had touched (empty when there is none).

        Parameters
        ----------
        meant : LabelEvent, optional
            What is to be taken back, as `last_step` said it.

        Raises
        ------
        LabelError
            When another step was given or taken back since; nothing is then taken back.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            events = _last_events(connection, analysis_id)
            found = [(event["text_row"], event["given_at"]) for event in events]
            if meant is not None and found != [(row, meant.given_at) for row in meant.rows]:
                raise LabelError(
                    "Labels changed in another tab meanwhile, so nothing was taken back: see what Undo says "
                    "now."
                )
            connection.executemany(
                "DELETE FROM label_events WHERE id = ?", [(event["id"],) for event in events]
            )
        return [row for row, _ in found]

    def last_step(self, analysis_id: int) -> LabelEvent | None:
        """What `undo` would take back; None when there is nothing."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels = labels_of(connection, analysis_id)
            events = _last_events(connection, analysis_id)
        if not events:
            return None
        names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
        given = dict.fromkeys(event["label_id"] for event in events)
        found = dict.fromkeys(names.get(present.get(label) or label) for label in given)
        return LabelEvent(
            rows=[event["text_row"] for event in events],
            labels=[name for name in found if name is not None],
            given_by=events[0]["given_by"],
            given_at=events[0]["given_at"],
        )

    def guide_labels(self, analysis_id: int) -> pd.DataFrame:
        """Latest entry of every text that was labelled or skipped, newest first.

        A text whose label was deleted is as one that was never labelled: it is not among them.

        Returns
        -------
        DataFrame
            Columns row (int), label (str, None where skipped or taken away; a merged label under the name it
            counts for), given_by, given_at (UTC, ISO).
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels = labels_of(connection, analysis_id)
            events = connection.execute(
                "SELECT text_row, label_id, given_by, given_at FROM label_events "
                f"WHERE id IN {LATEST} ORDER BY id DESC",
                (analysis_id,),
            ).fetchall()
        names = {label["id"]: label["name"] for label in labels}
        counts_as = {label: names.get(now) for label, now in counts_for(labels).items()} | {None: None}
        rows = [
            (event["text_row"], counts_as[event["label_id"]], event["given_by"], event["given_at"])
            for event in events
            if event["label_id"] is None or counts_as[event["label_id"]] is not None
        ]
        frame = pd.DataFrame(rows, columns=["row", "label", "given_by", "given_at"])
        frame["label"] = frame["label"].astype(object).where(frame["label"].notna(), None)
        return frame

    def label_history(self, analysis_id: int) -> pd.DataFrame:
        """Every entry ever made and not undone, oldest first: what the record says, whatever counts today.

        Returns
        -------
        DataFrame
            Columns step (int), row (int), label (str, the label that was given, also where it was merged or
            deleted since; None where skipped or taken away), counts_as (str, the label that it counts for
            today, None for none), given_by, given_at (UTC, ISO).
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels = labels_of(connection, analysis_id)
            events = connection.execute(
                "SELECT step, text_row, label_id, given_by, given_at FROM label_events "
                "WHERE analysis_id = ? ORDER BY id",
                (analysis_id,),
            ).fetchall()
        names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
        rows = [
            (
                event["step"],
                event["text_row"],
                names.get(event["label_id"]),
                names.get(present.get(event["label_id"])),
                event["given_by"],
                event["given_at"],
            )
            for event in events
        ]
        frame = pd.DataFrame(rows, columns=["step", "row", "label", "counts_as", "given_by", "given_at"])
        for column in ("label", "counts_as"):
            frame[column] = frame[column].astype(object).where(frame[column].notna(), None)
        return frame

    def label_codes(self, analysis_id: int, n_texts: int) -> np.ndarray:
        """Label of each text as its position in `label_names`.

        Returns
        -------
        int64 array (n_texts,), -1 where there is none.
        """
        return self.named_codes(analysis_id, n_texts)[1]

    def named_codes(self, analysis_id: int, n_texts: int) -> tuple[list[str], np.ndarray]:
        """Label names, and the label of each text as its position in them: see `known_codes`."""
        _, names, codes = self.known_codes(analysis_id, n_texts)
        return names, codes

    def known_codes(self, analysis_id: int, n_texts: int) -> tuple[list[int], list[str], np.ndarray]:
        """Labels, and that of each text as its position among them: all of one moment.

        Read one after the other, a label that another tab deletes in between would move all positions.

        Returns
        -------
        ids : list of int, what each is known by, whatever it is called later
        names : list of str, as `label_names`
        codes : int64 array (n_texts,), -1 where there is none
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")  # both are read at one moment
            labels = labels_of(connection, analysis_id)
            given = connection.execute(
                f"SELECT text_row, label_id FROM label_events WHERE label_id IS NOT NULL AND id IN {LATEST}",
                (analysis_id,),
            ).fetchall()
        in_use = [label for label in labels if not is_retired(label)]
        positions = {label["id"]: position for position, label in enumerate(in_use)}
        code_of = {label: positions.get(now, -1) for label, now in counts_for(labels).items()}
        codes = np.full(n_texts, -1, dtype=np.int64)
        for row in given:
            codes[row["text_row"]] = code_of[row["label_id"]]
        return [label["id"] for label in in_use], [label["name"] for label in in_use], codes


def copy_labels(connection: sqlite3.Connection, analysis_id: int, copy: int) -> None:
    """Give an analysis without labels those of another, with the record of who gave them."""
    copies: dict[int | None, int | None] = {None: None}
    labels = labels_of(connection, analysis_id)
    for label in labels:
        copies[label["id"]] = connection.execute(
            "INSERT INTO labels (analysis_id, name, deleted_at) VALUES (?, ?, ?)",
            (copy, label["name"], label["deleted_at"]),
        ).lastrowid
    connection.executemany(
        "UPDATE labels SET merged_into = ? WHERE id = ?",
        [(copies[label["merged_into"]], copies[label["id"]]) for label in labels],
    )
    events = connection.execute(
        "SELECT step, text_row, label_id, given_by, given_at FROM label_events WHERE analysis_id = ? "
        "ORDER BY id",
        (analysis_id,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO label_events (analysis_id, step, text_row, label_id, given_by, given_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(copy, each[0], each[1], copies[each[2]], *each[3:]) for each in events],
    )


def _latest_givers(connection: sqlite3.Connection, analysis_id: int) -> list[tuple[int, str]]:
    """Texts that were labelled or skipped, and who did so last."""
    return connection.execute(
        f"SELECT text_row, given_by FROM label_events WHERE id IN {LATEST}", (analysis_id,)
    ).fetchall()


def _last_events(connection: sqlite3.Connection, analysis_id: int) -> list[sqlite3.Row]:
    """Entries of the latest step."""
    return connection.execute(
        "SELECT id, text_row, label_id, given_by, given_at FROM label_events WHERE analysis_id = :id "
        "AND step = (SELECT MAX(step) FROM label_events WHERE analysis_id = :id) ORDER BY id",
        {"id": analysis_id},
    ).fetchall()

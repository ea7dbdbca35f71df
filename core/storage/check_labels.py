"""Check labels: what people answered about the random texts of a check sample."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from ..errors import LabelError
from ..labels import NONE, CheckLabels, random_order
from ..utils import LatestReads, SqliteFile
from .label_names import (
    counts_for,
    find_in_use,
    hidden_names,
    is_retired,
    labels_of,
    need_analysis,
    show_name,
    utc_now,
)

LATEST = "(SELECT MAX(id) FROM check_labels WHERE analysis_id = ? GROUP BY text_row)"
"""SQL: ids of the latest answer to each text, which is the one that counts."""
LABEL, NO_LABEL_FITS, SKIP = "label", "none", "skip"
COLUMNS = "text_row, position, label_id, answer, given_by, given_at"


@dataclass(frozen=True)
class CheckEvent:
    """One answer to a check sample.

    Attributes
    ----------
    row : int, the text
    label : str or None
        As it is called now; None for a skip, for "none of these", and for a label deleted since.
    none : bool, whether the person said that none of the labels fits
    skipped : bool
    given_by, given_at : str
    """

    row: int
    label: str | None
    none: bool
    skipped: bool
    given_by: str
    given_at: str


class CheckLabelStore:
    """Check labels of every analysis, apart from its guide labels.

    An answer refers to a label as a guide label does: renaming, merging, deleting and restoring the label act
    on it alike. The first answer to a text counts, whoever gives it, until it is undone or its label is
    deleted.
    """

    def __init__(self, database: SqliteFile) -> None:
        self._database = database
        self._latest = LatestReads(database, self._read_now)

    def give(
        self, analysis_id: int, row: int, label: str | None, given_by: str, *, none: bool = False
    ) -> bool:
        """Record the answer to one text, on disk before this returns.

        Parameters
        ----------
        label : str or None
            None is a skip, or with `none` the answer that none of the labels fits.
        none : bool, default=False

        Returns
        -------
        bool
            Whether it was recorded: False where the text was answered or skipped meanwhile.

        Raises
        ------
        LabelError
            For a label name that the analysis does not have, or an analysis that was removed.
        StoreError
            When the disk is full; nothing is then recorded.
        ValueError
            For a label together with `none`, or a row that the corpus does not have.
        """
        if none and label is not None:
            raise ValueError(f"The label {label!r} and none=True found; give one of them.")
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # of two people with the same text, one waits here
            need_analysis(connection, analysis_id)
            order = _order(connection, analysis_id)
            if not 0 <= row < len(order):
                raise ValueError(f"Row {row} found; the corpus has rows 0 to {len(order) - 1}.")
            label_id = None if label is None else find_in_use(connection, analysis_id, label)
            if _is_answered(connection, analysis_id, row):
                return False
            answer = LABEL if label is not None else NO_LABEL_FITS if none else SKIP
            position = int(np.flatnonzero(order == row)[0])
            connection.execute(
                f"INSERT INTO check_labels (analysis_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (analysis_id, int(row), position, label_id, answer, given_by, utc_now()),
            )
            connection.execute(
                "DELETE FROM undone_check_labels WHERE analysis_id = ? AND given_by = ?",
                (analysis_id, given_by),
            )
        return True

    def last_step(self, analysis_id: int, person: str | None = None) -> CheckEvent | None:
        """Return the answer that `undo` would undo for this person, or for all; None when there is none."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            return _describe(connection, analysis_id, _last(connection, "check_labels", analysis_id, person))

    def last_undone(self, analysis_id: int, person: str) -> CheckEvent | None:
        """Return the answer that `redo` would give again for this person; None when there is none."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            undone = _last(connection, "undone_check_labels", analysis_id, person)
            return _describe(connection, analysis_id, undone)

    def undo(
        self, analysis_id: int, person: str | None = None, *, meant: CheckEvent | None = None
    ) -> int | None:
        """Take back the latest answer of a person, or of all; return the text row, None where there is none.

        Parameters
        ----------
        meant : CheckEvent, optional
            The answer to take back, as `last_step` returned it for the same person.

        Raises
        ------
        LabelError
            When the latest answer is another one by now; nothing is then undone.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            last = _last(connection, "check_labels", analysis_id, person)
            _check_meant(last, meant, "undone")
            if last is None:
                return None
            connection.execute(
                f"INSERT INTO undone_check_labels (analysis_id, {COLUMNS}) "
                f"SELECT analysis_id, {COLUMNS} FROM check_labels WHERE id = ?",
                (last["id"],),
            )
            connection.execute("DELETE FROM check_labels WHERE id = ?", (last["id"],))
        return int(last["text_row"])

    def redo(self, analysis_id: int, person: str, *, meant: CheckEvent | None = None) -> bool:
        """Give the answer again that a person took back last.

        A new answer of the person ends what can be redone.

        Parameters
        ----------
        meant : CheckEvent, optional
            The answer to give, as `last_undone` returned it for the same person.

        Returns
        -------
        bool
            Whether it was recorded: False where there is none, or where someone answered the text meanwhile.

        Raises
        ------
        LabelError
            When that answer is another one by now; nothing is then redone.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            undone = _last(connection, "undone_check_labels", analysis_id, person)
            _check_meant(undone, meant, "redone")
            if undone is None:
                return False
            connection.execute("DELETE FROM undone_check_labels WHERE id = ?", (undone["id"],))
            if _is_answered(connection, analysis_id, undone["text_row"]):
                return False
            answer = {name: undone[name] for name in COLUMNS.split(", ")}
            if answer["label_id"] in hidden_names(connection, analysis_id):  # removed since, as unused
                answer["label_id"] = show_name(connection, analysis_id, answer["label_id"])
            connection.execute(
                f"INSERT INTO check_labels (analysis_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (analysis_id, *answer.values()),
            )
        return True

    def read(self, analysis_id: int) -> CheckLabels:
        """Return the check labels of an analysis, all read at one moment.

        A second call from the same thread reads the table again only if the file changed.
        """
        return self._latest.get(analysis_id)

    def _read_now(self, analysis_id: int) -> CheckLabels:
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            labels = labels_of(connection, analysis_id)
            order = _order(connection, analysis_id)
            answers = connection.execute(
                f"SELECT {COLUMNS} FROM check_labels WHERE id IN {LATEST} ORDER BY id", (analysis_id,)
            ).fetchall()
        in_use, present = [label for label in labels if not is_retired(label)], counts_for(labels)
        codes: dict[int | None, int] = {label["id"]: code for code, label in enumerate(in_use)}
        counted = [
            (each, NONE if each["answer"] == NO_LABEL_FITS else codes[present[each["label_id"]]])
            for each in answers
            if each["answer"] == NO_LABEL_FITS or present.get(each["label_id"]) is not None
        ]
        return CheckLabels(
            names=tuple(label["name"] for label in in_use),
            ids=tuple(label["id"] for label in in_use),
            rows=np.array([each["text_row"] for each, _ in counted], dtype=np.int64),
            codes=np.array([code for _, code in counted], dtype=np.int64),
            skipped=np.array(
                [each["text_row"] for each in answers if each["answer"] == SKIP], dtype=np.int64
            ),
            given_by=tuple(each["given_by"] for each, _ in counted),
            given_at=tuple(each["given_at"] for each, _ in counted),
            order=order,
        )


def rows_checked(connection: sqlite3.Connection, analysis_id: int) -> np.ndarray:
    """Return the texts that the labelling queue must not show: those of `CheckLabels.seen`, int64 array.

    A text whose label was deleted is among them: it waits to be asked again.
    """
    found = connection.execute(
        "SELECT DISTINCT text_row FROM check_labels WHERE analysis_id = ? ORDER BY text_row", (analysis_id,)
    ).fetchall()
    return np.array([row["text_row"] for row in found], dtype=np.int64)


def copy_check_labels(
    connection: sqlite3.Connection, analysis_id: int, copy: int, labels: dict[int | None, int | None]
) -> None:
    """Copy the check labels of an analysis to an analysis that has none; `labels` maps ids of labels."""
    found = connection.execute(
        f"SELECT {COLUMNS} FROM check_labels WHERE analysis_id = ? ORDER BY id", (analysis_id,)
    ).fetchall()
    connection.executemany(
        f"INSERT INTO check_labels (analysis_id, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(copy, *each[:2], labels[each["label_id"]], *each[3:]) for each in found],
    )


def _order(connection: sqlite3.Connection, analysis_id: int) -> np.ndarray:
    corpus = connection.execute(
        "SELECT key, n_texts FROM corpora WHERE key = (SELECT corpus_key FROM analyses WHERE id = ?)",
        (analysis_id,),
    ).fetchone()
    return random_order(corpus["key"], corpus["n_texts"]) if corpus else np.empty(0, dtype=np.int64)


def _is_answered(connection: sqlite3.Connection, analysis_id: int, row: int) -> bool:
    """Whether a text was answered or skipped; a text whose label was deleted waits to be asked again."""
    latest = connection.execute(
        "SELECT label_id, answer FROM check_labels WHERE analysis_id = ? AND text_row = ? "
        "ORDER BY id DESC LIMIT 1",
        (analysis_id, row),
    ).fetchone()
    if latest is None:
        return False
    present = counts_for(labels_of(connection, analysis_id))
    return latest["answer"] != LABEL or present[latest["label_id"]] is not None


def _last(
    connection: sqlite3.Connection, table: str, analysis_id: int, person: str | None
) -> sqlite3.Row | None:
    of_person = "" if person is None else "AND given_by = :person"
    found: sqlite3.Row | None = connection.execute(
        f"SELECT id, {COLUMNS} FROM {table} WHERE analysis_id = :id {of_person} ORDER BY id DESC LIMIT 1",
        {"id": analysis_id, "person": person},
    ).fetchone()
    return found


def _describe(
    connection: sqlite3.Connection, analysis_id: int, answer: sqlite3.Row | None
) -> CheckEvent | None:
    if answer is None:
        return None
    labels = labels_of(connection, analysis_id)
    names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
    return CheckEvent(
        row=answer["text_row"],
        label=names.get(present.get(answer["label_id"])),
        none=answer["answer"] == NO_LABEL_FITS,
        skipped=answer["answer"] == SKIP,
        given_by=answer["given_by"],
        given_at=answer["given_at"],
    )


def _check_meant(found: sqlite3.Row | None, meant: CheckEvent | None, done: str) -> None:
    """Raise LabelError when an answer is another one than the one that is meant."""
    if meant is not None and (
        found is None or (found["text_row"], found["given_at"]) != (meant.row, meant.given_at)
    ):
        raise LabelError(
            f"The check sample changed in another tab meanwhile, so nothing was {done}: look at the latest "
            "answer, then try again."
        )

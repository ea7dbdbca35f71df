"""Labels of one person that another person changed, until the first was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..utils import SqliteFile
from .label_names import counts_for, labels_of

# The entry after a label of the person is by someone else, and the person gave none since. The latest entry
# says what the text is labelled now. A language model's label is nobody's.
CHANGED = """
SELECT mine.text_row, mine.label_id AS mine, next.id, latest.label_id AS now, latest.given_by, latest.given_at
FROM label_events AS mine
JOIN label_events AS next ON next.id = (
    SELECT MIN(id) FROM label_events
    WHERE analysis_id = mine.analysis_id AND text_row = mine.text_row AND id > mine.id)
JOIN label_events AS latest ON latest.id = (
    SELECT MAX(id) FROM label_events WHERE analysis_id = mine.analysis_id AND text_row = mine.text_row)
WHERE mine.analysis_id = :analysis AND mine.started_by = :person AND mine.source != 'model'
AND mine.label_id IS NOT NULL AND next.started_by != :person AND next.told != :person
AND NOT EXISTS (
    SELECT 1 FROM label_events WHERE analysis_id = mine.analysis_id AND text_row = mine.text_row
    AND id > mine.id AND started_by = :person)
ORDER BY next.id
"""
OTHERS = """
SELECT EXISTS (SELECT 1 FROM label_events WHERE analysis_id = :analysis AND started_by < :person)
OR EXISTS (SELECT 1 FROM label_events WHERE analysis_id = :analysis AND started_by > :person) AS found
"""


@dataclass(frozen=True)
class ChangedLabel:
    """A label of one person that another person replaced or took away.

    Attributes
    ----------
    event : int, the entry that replaced it
    row : int, the text
    mine : str, the label that the person gave, as it is called now
    now : str or None, the text's label now
    changed_by, changed_at : str, of the text's latest entry
    """

    event: int
    row: int
    mine: str
    now: str | None
    changed_by: str
    changed_at: str


class ChangedLabels:
    """What each person is still to be told about changes of their labels by others."""

    def __init__(self, database: SqliteFile) -> None:
        self._database = database

    def of(self, analysis_id: int, person: str) -> list[ChangedLabel]:
        """Return the labels of a person that others changed and `tell` did not mark, the earliest first.

        A change to a label that counts as the same one today is none, nor is one of a label deleted since.
        Cost O(n_entries of the person x log n_entries), O(log n_entries) where nobody else labelled.
        """
        which = {"analysis": analysis_id, "person": person}
        with self._database.transaction() as connection:
            connection.execute("BEGIN")
            if not connection.execute(OTHERS, which).fetchone()["found"]:
                return []
            found = connection.execute(CHANGED, which).fetchall()
            labels = labels_of(connection, analysis_id)
        names, present = {label["id"]: label["name"] for label in labels}, counts_for(labels)
        changed = []
        for each in found:
            mine, now = names.get(present.get(each["mine"])), names.get(present.get(each["now"]))
            if mine is not None and mine != now:
                event, row, by, at = each["id"], each["text_row"], each["given_by"], each["given_at"]
                changed.append(ChangedLabel(event, row, mine, now, changed_by=by, changed_at=at))
        return changed

    def tell(self, person: str, changed: Iterable[ChangedLabel]) -> None:
        """Record that a person has seen these changes, so that `of` leaves them out from now on."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE label_events SET told = ? WHERE id = ? AND text_row = ?",
                [(person, each.event, each.row) for each in changed],
            )

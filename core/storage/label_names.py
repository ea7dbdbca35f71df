"""Label names of an analysis: add, rename, define, merge, delete, restore."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from ..errors import LabelError
from ..labels import LONGEST_DEFINITION, LONGEST_LABEL, RetiredLabel, name_key
from ..utils import SqliteFile, normal_text


class LabelNames:
    """Label names of every analysis.

    Renaming, merging and deleting change names only. A merged label counts as the one it was merged into, a
    deleted one as none; `restore` brings either back with the texts that had it. A label keeps its
    definition through all of these.

    Two names are equal when they differ only in letter case, Unicode form or kind and number of blanks.

    A name is free again once its label is merged or deleted. The next label of that name starts without
    texts, and the retired one is renamed to “name (earlier)”.
    """

    def __init__(self, database: SqliteFile) -> None:
        self._database = database

    def add(self, analysis_id: int, name: str) -> str:
        """Add a label name; return it as saved: in Unicode's NFC, each run of blanks made one.

        Raises LabelError for an empty, too long or already used name.
        """
        try:
            with self._database.transaction() as connection:
                connection.execute("BEGIN IMMEDIATE")  # so that two tabs cannot take the same name
                name = _free_name(connection, analysis_id, name)
                _insert_name(connection, analysis_id, name)
        except sqlite3.IntegrityError as error:
            raise LabelError(f"“{name}” could not be added: another tab removed this analysis.") from error
        return name

    def add_missing(self, analysis_id: int, names: Iterable[str]) -> dict[str, str]:
        """Add the names that no label in use has; return for each name that of its label.

        Raises LabelError for an empty or too long name; nothing is then added.
        """
        try:
            with self._database.transaction() as connection:
                connection.execute("BEGIN IMMEDIATE")
                return add_missing_names(connection, analysis_id, names)
        except sqlite3.IntegrityError as error:
            raise LabelError("No label could be added: another tab removed this analysis.") from error

    def rename(self, analysis_id: int, old: str, new: str) -> None:
        """Rename a label; its texts keep it, with who gave it and when.

        Raises LabelError for an empty, too long or already used name, or when there is no label `old`.
        """
        if normal_text(new) == old:
            return
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            label = find_in_use(connection, analysis_id, old)
            new = _free_name(connection, analysis_id, new, instead_of=old)
            connection.execute("UPDATE labels SET name = ? WHERE id = ?", (new, label))

    def define(self, analysis_id: int, name: str, definition: str, *, instead_of: str | None = None) -> str:
        """Write down what a label means; return it as saved, as `add` does with a name.

        Parameters
        ----------
        definition : str
            At most `LONGEST_DEFINITION` characters; "" takes it away.
        instead_of : str, optional
            The definition to be replaced, where that must not be another one by now.

        Raises
        ------
        LabelError
            When it is too long, the analysis does not have the label, or someone else changed the definition.
        """
        definition = normal_text(definition)
        if len(definition) > LONGEST_DEFINITION:
            raise LabelError(
                f"The definition has {len(definition)} characters, at most {LONGEST_DEFINITION} fit: "
                "shorten it."
            )
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two tabs at once must not replace the same definition
            label = find_in_use(connection, analysis_id, name)
            found = connection.execute("SELECT definition FROM labels WHERE id = ?", (label,)).fetchone()
            now = found["definition"]
            if instead_of is not None and now not in (instead_of, definition):
                became = f"changed in another tab meanwhile, to “{now}”" if now else "removed in another tab"
                raise LabelError(
                    f"The definition of “{name}” was {became}, so yours was not saved: change yours, and it "
                    "replaces that one."
                )
            connection.execute("UPDATE labels SET definition = ? WHERE id = ?", (definition, label))
        return definition

    def merge(self, analysis_id: int, names: Sequence[str], into: str) -> None:
        """Count several labels as one: the texts of `names` count for `into` from now on.

        `names` may contain `into`. Raises LabelError for a name that the analysis does not have; nothing is
        then merged.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # no other tab merges the two in the opposite direction
            target = find_in_use(connection, analysis_id, into)
            merged = {find_in_use(connection, analysis_id, name) for name in names} - {target}
            connection.executemany(
                "UPDATE labels SET merged_into = ? WHERE id = ?", [(target, label) for label in merged]
            )

    def delete(self, analysis_id: int, name: str) -> None:
        """Retire a label: its texts count as unlabelled.

        A label that no text ever had and nobody defined is removed, and cannot be restored.

        Raises LabelError for a name that the analysis does not have.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            label = find_in_use(connection, analysis_id, name)
            if _is_used(connection, label):
                connection.execute("UPDATE labels SET deleted_at = ? WHERE id = ?", (utc_now(), label))
            else:
                hide_name(connection, label)

    def restore(self, analysis_id: int, name: str) -> None:
        """Bring back a merged or deleted label with the texts that had it.

        Raises LabelError when there is no such retired label, or when a label in use has an equal name.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            labels = labels_of(connection, analysis_id)
            found = [label["id"] for label in labels if label["name"] == name and is_retired(label)]
            if not found:
                raise LabelError(f"“{name}” is neither merged nor deleted: another tab may have changed it.")
            for label in labels:
                if not is_retired(label) and name_key(label["name"]) == name_key(name):
                    raise LabelError(f"There is a label “{label['name']}” already: rename that one first.")
            connection.execute(
                "UPDATE labels SET merged_into = NULL, deleted_at = NULL WHERE id = ?", (found[0],)
            )

    def current(self, analysis_id: int) -> list[str]:
        """Return the label names in use, in the order in which they were added."""
        with self._database.transaction() as connection:
            return [label["name"] for label in labels_of(connection, analysis_id) if not is_retired(label)]

    def of_ids(self, analysis_id: int, ids: Sequence[int]) -> list[str | None]:
        """Return the present names of labels by id, retired ones too; None for an unknown id."""
        with self._database.transaction() as connection:
            names = {label["id"]: label["name"] for label in labels_of(connection, analysis_id)}
        return [names.get(label) for label in ids]


def need_analysis(connection: sqlite3.Connection, analysis_id: int) -> None:
    """Raise LabelError where an analysis was removed."""
    if connection.execute("SELECT 1 FROM analyses WHERE id = ?", (analysis_id,)).fetchone() is None:
        raise LabelError("Nothing was recorded: this analysis was removed in another tab. Open another one.")


def labels_of(connection: sqlite3.Connection, analysis_id: int) -> list[sqlite3.Row]:
    """Return all labels of an analysis, retired ones too, in the order in which they were added.

    Without those that `hide_name` hid.
    """
    return connection.execute(
        "SELECT id, name, merged_into, deleted_at, added_by_step, definition FROM labels "
        "WHERE analysis_id = ? AND hidden_name IS NULL ORDER BY id",
        (analysis_id,),
    ).fetchall()


def add_missing_names(
    connection: sqlite3.Connection, analysis_id: int, names: Iterable[str], *, by_step: bool = False
) -> dict[str, str]:
    """Add the names that no label in use has; return for each name that of its label.

    Parameters
    ----------
    by_step : bool, default=False
        Whether a step of labels adds them: the name then goes with the last step that uses it.
    """
    labels = labels_of(connection, analysis_id)
    known = {name_key(label["name"]): label["name"] for label in labels if not is_retired(label)}
    retired = {label["name"] for label in labels if is_retired(label)}
    found = {}
    for name in names:
        key = name_key(name)
        if key not in known:
            known[key] = _usable_name(name)
            if known[key] in retired:
                _free_name(connection, analysis_id, name)
            _insert_name(connection, analysis_id, known[key], by_step=by_step)
        found[name] = known[key]
    return found


def hide_name(connection: sqlite3.Connection, label: int) -> None:
    """Remove a label that nothing uses; its id is never given again, as a Fit may know it.

    A name that begins with a blank is no label's, so that the name is free.
    """
    connection.execute(
        "UPDATE labels SET hidden_name = name, name = ' ' || id WHERE id = ? AND hidden_name IS NULL",
        (label,),
    )


def hidden_names(connection: sqlite3.Connection, analysis_id: int) -> dict[int, str]:
    """Return the names of the labels that `hide_name` hid, by id."""
    found = connection.execute(
        "SELECT id, hidden_name FROM labels WHERE analysis_id = ? AND hidden_name IS NOT NULL", (analysis_id,)
    ).fetchall()
    return {label["id"]: label["hidden_name"] for label in found}


def show_name(connection: sqlite3.Connection, analysis_id: int, label: int) -> int:
    """Bring back a hidden label; return its id, or that of the label in use that has its name by now."""
    name = hidden_names(connection, analysis_id)[label]
    for other in labels_of(connection, analysis_id):
        if not is_retired(other) and name_key(other["name"]) == name_key(name):
            return int(other["id"])
    name = _free_name(connection, analysis_id, name)
    connection.execute("UPDATE labels SET name = ?, hidden_name = NULL WHERE id = ?", (name, label))
    return label


def only_used_by(connection: sqlite3.Connection, analysis_id: int, step: int) -> list[int]:
    """Return the labels in use that a step gave, and that would go with it.

    A step added them, no other step, check label or merge uses them, and nobody defined them.
    """
    found = connection.execute(
        "SELECT DISTINCT label_id AS id FROM label_events WHERE analysis_id = ? AND step = ?",
        (analysis_id, step),
    ).fetchall()
    given = {entry["id"] for entry in found}
    return [
        label["id"]
        for label in labels_of(connection, analysis_id)
        if label["id"] in given
        and label["added_by_step"]
        and not is_retired(label)
        and not _is_used(connection, label["id"], but_by=step)
    ]


def _is_used(connection: sqlite3.Connection, label: int, *, but_by: int = -1) -> bool:
    """Whether an entry, a check label or a merge uses a label, or it is defined: it must not just go.

    The entries of one step may be left out.
    """
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM label_events WHERE label_id = :id AND step != :step) "
        "OR EXISTS (SELECT 1 FROM check_labels WHERE label_id = :id) "
        "OR EXISTS (SELECT 1 FROM labels WHERE merged_into = :id) "
        "OR EXISTS (SELECT 1 FROM labels WHERE id = :id AND definition != '') AS used",
        {"id": label, "step": but_by},
    ).fetchone()
    return bool(found["used"])


def _insert_name(
    connection: sqlite3.Connection, analysis_id: int, name: str, *, by_step: bool = False
) -> None:
    connection.execute(
        "INSERT INTO labels (analysis_id, name, added_by_step) VALUES (?, ?, ?)", (analysis_id, name, by_step)
    )


def is_retired(label: sqlite3.Row) -> bool:
    """Whether a label was merged or deleted."""
    return label["merged_into"] is not None or label["deleted_at"] is not None


def counts_for(labels: Sequence[sqlite3.Row]) -> dict[int, int | None]:
    """Return for each label's id the label it counts for today, None for none.

    A merge always goes from a label in use to another in use, so there is no cycle.
    """
    merged = {label["id"]: label["merged_into"] for label in labels}
    deleted = {label["id"] for label in labels if label["deleted_at"] is not None}
    present: dict[int, int | None] = {}
    for label in merged:
        end = label
        while merged[end] is not None:
            end = merged[end]
        present[label] = None if end in deleted else end
    return present


def find_retired(labels: Sequence[sqlite3.Row], latest: Iterable[int | None]) -> tuple[RetiredLabel, ...]:
    """Return the merged and deleted labels, from the label id of each text's latest entry."""
    names = {label["id"]: label["name"] for label in labels}
    merged = {label["id"]: label["merged_into"] for label in labels}
    n_texts = dict.fromkeys(merged, 0)
    for found, n in Counter(latest).items():
        label = found
        while label is not None:  # it is restored with each label that it was merged into
            n_texts[label] += n
            label = merged[label]
    present = counts_for(labels)
    return tuple(
        RetiredLabel(label["name"], names.get(present[label["id"]]), n_texts[label["id"]])
        for label in labels
        if is_retired(label)
    )


def find_in_use(connection: sqlite3.Connection, analysis_id: int, name: str) -> int:
    """Return the id of a label in use; raise LabelError for a name that the analysis does not have."""
    for label in labels_of(connection, analysis_id):
        if label["name"] == name and not is_retired(label):
            return label["id"]
    raise LabelError(f"There is no label “{name}” (any more): another tab may have changed this analysis.")


def _free_name(connection: sqlite3.Connection, analysis_id: int, name: str, *, instead_of: str = "") -> str:
    """Return the normalised name if no label in use has it; a retired label of that name is renamed."""
    name = _usable_name(name)
    labels = {label["name"]: label for label in labels_of(connection, analysis_id)}
    for used, label in labels.items():
        if not is_retired(label) and used != instead_of and name_key(used) == name_key(name):
            raise LabelError(f"There is a label “{used}” already: choose another name.")
    if name in labels and is_retired(labels[name]):
        _set_aside(connection, labels, name)
    return name


def _usable_name(name: str) -> str:
    """Return the normalised name; raise LabelError when it is empty or too long."""
    name = normal_text(name)
    if not name:
        raise LabelError("The label has no name: type one.")
    if len(name) > LONGEST_LABEL:
        raise LabelError(
            f"The label has {len(name)} characters, at most {LONGEST_LABEL} fit: choose a shorter name."
        )
    return name


def _set_aside(connection: sqlite3.Connection, labels: Mapping[str, sqlite3.Row], name: str) -> None:
    aside, number = f"{name} (earlier)", 1
    while aside in labels:
        number += 1
        aside = f"{name} (earlier {number})"
    connection.execute("UPDATE labels SET name = ? WHERE id = ?", (aside, labels[name]["id"]))


def utc_now() -> str:
    """Return the present time as it is recorded: UTC, ISO, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")

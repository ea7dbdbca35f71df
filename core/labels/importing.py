"""Guide labels that exist already: from a file with `text` and `label`, or from a metadata column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import LabelError

LONGEST_LABEL = 60  # characters: a longer one fits no button and no legend
MAX_LABEL_NAMES = 150  # more names than that are values (dates, ids), not labels


@dataclass(frozen=True)
class FoundLabels:
    """Labels that belong to texts of a corpus.

    Attributes
    ----------
    labels : dict of text row to label name
    n_unknown : int, entries whose text is not in the corpus
    n_conflicting : int, entries that give a text another label than an earlier entry (the earlier one counts)
    """

    labels: dict[int, str]
    n_unknown: int = 0
    n_conflicting: int = 0


def match_labels(texts: Sequence[str], table: pd.DataFrame) -> FoundLabels:
    """Find the texts of a corpus that a table with the columns `text` and `label` names.

    Texts are equal when they differ in nothing but outer blanks; equal texts of the corpus all get the label.
    Empty labels are passed over.

    Raises
    ------
    LabelError
        When a column is missing, no text is known, or there are too many different labels.
    """
    columns = {str(name).strip().casefold(): name for name in table.columns}
    if not {"text", "label"} <= columns.keys():
        raise LabelError(
            f"The file has the columns {', '.join(map(str, table.columns))}; the columns text and label are "
            "needed: rename them in its first line."
        )
    rows: dict[str, list[int]] = {}
    for row, text in enumerate(texts):
        rows.setdefault(text.strip(), []).append(row)
    labels: dict[int, str] = {}
    n_unknown = n_conflicting = n_entries = 0
    for text, name in zip(table[columns["text"]], _names(table[columns["label"]]), strict=True):
        if name is None:
            continue
        n_entries += 1
        found = rows.get(str(text).strip(), [])
        n_unknown += not found
        n_conflicting += bool(found) and labels.get(found[0], name) != name
        for row in found:
            labels.setdefault(row, name)
    if n_entries == 0:
        raise LabelError("The file has no row with a label: fill its column label.")
    if not labels:
        raise LabelError(
            f"None of the {n_entries:,} labelled texts of the file is in this corpus: export the texts from "
            "here, label them, and import that file."
        )
    _check_number(set(labels.values()))
    return FoundLabels(labels, n_unknown, n_conflicting)


def labels_from_column(column: pd.Series, *, most_per_label: int | None = None) -> FoundLabels:
    """Take the values of a metadata column as labels.

    Parameters
    ----------
    column : Series of n values, aligned with the texts; missing and empty ones give no label
    most_per_label : int or None
        Take at most so many texts of each label, spread evenly by a fixed seed; None takes all.

    Raises
    ------
    LabelError
        When there is no value, or there are too many different ones.
    """
    names = _names(column)
    known = {row: name for row, name in enumerate(names) if name is not None}
    if not known:
        raise LabelError(f"The column “{column.name}” is empty: choose another.")
    _check_number(set(known.values()))
    rows = list(known)
    if most_per_label is not None:
        rows = np.random.default_rng(0).permutation(rows).tolist()
    taken: dict[str, int] = {}
    labels = {}
    for row in rows:
        name = known[row]
        taken[name] = taken.get(name, 0) + 1
        if most_per_label is None or taken[name] <= most_per_label:
            labels[row] = name
    return FoundLabels(labels)


def _names(column: pd.Series) -> list[str | None]:
    missing = column.isna().to_numpy()
    values = column.to_numpy(dtype=object)
    names = [
        None if gone else " ".join(str(value).split()) for value, gone in zip(values, missing, strict=True)
    ]
    return [name or None for name in names]


def _check_number(names: set[str]) -> None:
    if len(names) > MAX_LABEL_NAMES:
        raise LabelError(
            f"There are {len(names):,} different labels, at most {MAX_LABEL_NAMES} can be shown: choose a "
            "column with fewer values, or merge some."
        )
    longest = max(names, key=len)
    if len(longest) > LONGEST_LABEL:
        raise LabelError(
            f"The label “{longest[:LONGEST_LABEL]}…” has {len(longest)} characters, at most "
            f"{LONGEST_LABEL} fit: choose another column, or shorten it."
        )

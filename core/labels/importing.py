"""Import guide labels from a file with `text` and `label`, or from a metadata column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.errors import LabelError

LONGEST_LABEL = 60
"""Characters: a longer label fits no button and no legend."""

MAX_LABEL_NAMES = 150
"""Different labels: a column with more holds values such as dates or ids."""


@dataclass(frozen=True)
class FoundLabels:
    """Labels of texts of a corpus: label names by row.

    `n_unknown` counts the entries whose text is not in the corpus. `n_conflicting` counts those that give a
    text another label than an earlier entry, which is kept.
    """

    labels: dict[int, str]
    n_unknown: int = 0
    n_conflicting: int = 0


def match_labels(texts: Sequence[str], table: pd.DataFrame) -> FoundLabels:
    """Match a table with the columns `text` and `label` to the texts of a corpus.

    Outer blanks are ignored in the comparison. Equal texts of the corpus all get the label. Rows with an
    empty label are skipped.

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
    names = _label_names(table[columns["label"]])
    if names.empty:
        raise LabelError("The file has no row with a label: fill its column label.")
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(texts):
        rows[text.strip()].append(row)
    labels: dict[int, str] = {}
    n_unknown = n_conflicting = 0
    for text, name in zip(table[columns["text"]].iloc[names.index], names, strict=True):
        found = rows.get(str(text).strip(), [])
        n_unknown += not found
        n_conflicting += bool(found) and labels.get(found[0], name) != name
        for row in found:
            labels.setdefault(row, name)
    if not labels:
        raise LabelError(
            f"None of the {len(names):,} labelled texts of the file is in this corpus: export the texts from "
            "here, label them, and import that file."
        )
    _check_names(labels.values())
    return FoundLabels(labels, n_unknown, n_conflicting)


def labels_from_column(column: pd.Series, *, most_per_label: int | None = None) -> FoundLabels:
    """Take the values of a metadata column as labels; missing and empty values give none.

    Parameters
    ----------
    column : Series of n values, aligned with the texts
    most_per_label : int, optional
        Texts of each label at most, drawn by a fixed seed; all when not given.

    Raises
    ------
    LabelError
        When there is no value, or there are too many different ones.
    """
    names = _label_names(column)
    if names.empty:
        raise LabelError(f"The column “{column.name}” is empty: choose another.")
    _check_names(names)
    if most_per_label is not None:
        names = names.iloc[np.random.default_rng(0).permutation(len(names))]
        names = names.groupby(names).head(most_per_label)
    return FoundLabels(names.to_dict())


def _label_names(column: pd.Series) -> pd.Series:
    """Return the labels in a column by position, without stray blanks; positions without one are left out."""
    values = column.reset_index(drop=True).dropna().astype(object)
    names = values.map(lambda value: " ".join(str(value).split()))
    return names[names != ""]


def _check_names(names: Iterable[str]) -> None:
    """Raise LabelError for too many different labels, or one that is too long."""
    different = set(names)
    if len(different) > MAX_LABEL_NAMES:
        raise LabelError(
            f"There are {len(different):,} different labels, at most {MAX_LABEL_NAMES} can be shown: choose "
            "a column with fewer values, or merge some."
        )
    longest = max(different, key=len)
    if len(longest) > LONGEST_LABEL:
        raise LabelError(
            f"The label “{longest[:LONGEST_LABEL]}…” has {len(longest)} characters, at most "
            f"{LONGEST_LABEL} fit: choose another column, or shorten it."
        )

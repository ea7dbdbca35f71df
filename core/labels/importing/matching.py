"""Match the entries of a file of labels to the texts of a corpus, or take labels from a metadata column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...corpus.tables import as_text
from ...errors import LabelError
from .cells import Answer, read_cells, read_names
from .column_choice import LabelColumns, choose_columns, is_given, usual_text_column
from .found_labels import (
    MOST_EXAMPLES,
    FoundLabels,
    Reason,
    check_names,
    name_key,
    spell_alike,
)
from .label_file import LabelFile
from .text_rows import TextRows, plain_name

MOST_CONTRADICTIONS = 0.1
"""Share of the texts of the corpus that ids may contradict: with more, the ids are of something else."""

LEAST_DIGITS = 5
"""Of a number that is an id also without its text; shorter ones may count the rows of any file."""

BY_TEXT = "text"
ROW_NAMES = ("row", "source_row")


@dataclass(frozen=True)
class Match:
    """Where the entries of a file belong.

    Attributes
    ----------
    rows : list of n lists of int
        Rows of the corpus whose text each entry has, or the one row that its number says.
    exact : list of n lists of int
        Those of `rows` whose text is the same to the last sign.
    by : list of n str or None
        What each entry was matched by; None where it is not in the corpus.
    notes : list of str
    """

    rows: list[list[int]]
    exact: list[list[int]]
    by: list[str | None]
    notes: list[str]


def match_labels(
    texts: Sequence[str] | TextRows, table: pd.DataFrame | LabelFile, *, columns: LabelColumns | None = None
) -> FoundLabels:
    """Match a file of labels to the texts of a corpus.

    An entry belongs to the row that its `row`, `source_row` or id says, where the texts there are equal; else
    to all rows with its text. Unicode form, blanks and line breaks make no difference. An entry whose text is
    unknown is matched by its id where the other ids of the column agree with their texts, and by any number
    where the file has no texts. The first label of a text counts; in Refract's own record the latest.

    Parameters
    ----------
    texts : sequence of n str, or TextRows, which also knows the ids and source rows
    table : DataFrame or LabelFile
    columns : LabelColumns, optional
        By default as `choose_columns` finds them.

    Raises
    ------
    LabelError
        When there is no column of labels, no text is known, or there are too many different labels.
    """
    known = texts if isinstance(texts, TextRows) else TextRows(texts)
    file = table if isinstance(table, LabelFile) else LabelFile.of_table(table)
    columns = columns or choose_columns(file.frame, known)
    names = [str(name) for name in file.frame.columns]
    text = columns.text or usual_text_column(names)
    keys = known.keys_in(file.frame)
    if columns.label is None or (text is None and not keys):
        raise LabelError(
            f"The file has the columns {', '.join(names)}; the columns text and label are needed: rename "
            "them in its first line."
        )
    cells = file.frame[columns.label]
    answers, notes = (read_names(cells), []) if is_given(columns.label) else read_cells(cells)
    answers = [reason or answer for reason, answer in zip(file.reasons, answers, strict=True)]
    if all(isinstance(answer, Reason) for answer in answers):
        raise LabelError(_why_no_label(columns.label, answers))
    given = [""] * len(answers) if text is None else _as_texts(file.frame[text])
    match = _match(known, given, keys, has_texts=text is not None)
    found = _collect(answers, given, match)
    if not found.labels and not found.removed:
        n_labelled = sum(not isinstance(answer, Reason) for answer in answers)
        raise LabelError(
            f"None of the {n_labelled:,} labelled texts of the file is in this corpus: export the texts from "
            "here, label them, and import that file."
        )
    labels = spell_alike(found.labels)
    check_names(labels.values())
    by = Counter(each for each, answer in zip(match.by, answers, strict=True) if each and _counts(answer))
    if not columns.sure:
        notes.append(f"The labels were taken from the column “{columns.label}”.")
    return FoundLabels(
        labels,
        tuple(sorted(found.removed)),
        dict(found.passed_over),
        tuple(found.examples),
        tuple(name for name, _ in by.most_common()),
        columns.text or "",
        columns.label,
        (*_notes_on(file, text, columns.label), *notes, *match.notes),
    )


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
    answers, notes = read_cells(column.to_numpy(dtype=object))
    labels = {row: name for row, name in enumerate(answers) if not isinstance(name, Reason)}
    if not labels:
        raise LabelError(f"The column “{column.name}” is empty: choose another.")
    names = pd.Series(spell_alike(labels))
    check_names(names)
    if most_per_label is not None:
        names = names.iloc[np.random.default_rng(0).permutation(len(names))]
        names = names.groupby(names).head(most_per_label)
    n_several = answers.count(Reason.SEVERAL)
    return FoundLabels(
        {int(row): name for row, name in names.items()},
        passed_over={Reason.SEVERAL: n_several} if n_several else {},
        label_column=str(column.name),
        notes=tuple(notes),
    )


def _notes_on(file: LabelFile, text: str | None, label: str) -> list[str]:
    """Return the notes on a file without those that are only about other columns."""
    others = [f"“{name}”" for name in file.frame.columns if name not in (text, label)]
    used = [f"“{name}”" for name in (text, label)]
    return [
        note
        for note in file.notes
        if any(name in note for name in used) or not any(name in note for name in others)
    ]


def _as_texts(column: pd.Series) -> list[str]:
    missing = column.isna().to_numpy()
    return ["" if gone else as_text(value) for value, gone in zip(column.tolist(), missing, strict=True)]


def _counts(answer: Answer) -> bool:
    return not isinstance(answer, Reason) or answer is Reason.REMOVED


def _match(known: TextRows, given: list[str], keys: dict[str, np.ndarray], *, has_texts: bool) -> Match:
    """Find the rows of each entry; see `match_labels`."""
    by_text = [known.by_text.get(known.key_of(text), []) if text.strip() else [] for text in given]
    rows = list(by_text)
    exact = [
        [row for row in found if str(known.texts[row]).strip() == text.strip()]
        for found, text in zip(by_text, given, strict=True)
    ]
    by: list[str | None] = [BY_TEXT if found else None for found in rows]
    notes = []
    for name, entries in reversed(keys.items()):  # the best last, so that it counts
        numbers = entries.tolist()
        agrees = [number in found for number, found in zip(numbers, by_text, strict=True)]
        n_both = sum(number >= 0 and bool(found) for number, found in zip(numbers, by_text, strict=True))
        n_against = n_both - sum(agrees)
        is_id = plain_name(name) not in ROW_NAMES
        # A few numbers may be wrong. Where many are, they count something else, as the rows of this file.
        trusted = n_both > 0 and n_against <= MOST_CONTRADICTIONS * n_both
        if n_against and (trusted or not is_id):
            notes.append(
                f"{n_against:,} of the numbers in the column “{name}” belong to other texts of the corpus: "
                "these entries were matched by their texts."
            )
        stands_alone = not has_texts
        if is_id and has_texts:
            stands_alone = trusted or (not any(by_text) and _are_distinctive(entries, known))
            if stands_alone and not trusted:
                notes.append(f"No text of the file is in this corpus; the ids in the column “{name}” are.")
        for place, number in enumerate(numbers):
            alone = stands_alone and number >= 0 and not by_text[place]
            if alone or (trusted and agrees[place]):
                rows[place] = exact[place] = [number]
                by[place] = name
    return Match(rows, exact, by, notes)


def _are_distinctive(entries: np.ndarray, known: TextRows) -> bool:
    """Return whether ids without known texts can be trusted: nearly all known, and no mere row numbers."""
    if (entries >= 0).mean() < 1 - MOST_CONTRADICTIONS:
        return False
    found = entries[entries >= 0]
    return any(
        not all(value.isdigit() and len(value) < LEAST_DIGITS for value, row in rows.items() if row in found)
        for rows in known.ids.values()
    )


@dataclass
class Collected:
    """Labels by row, and what was passed over."""

    labels: dict[int, str] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    passed_over: Counter[Reason] = field(default_factory=Counter)
    examples: list[tuple[Reason, str]] = field(default_factory=list)

    def add(self, answer: Answer, rows: list[int], text: str) -> None:
        """Add an entry."""
        if isinstance(answer, Reason) and answer is not Reason.REMOVED:
            self.pass_over(answer, text)
        elif not rows:
            self.pass_over(Reason.UNKNOWN, text)
        elif isinstance(answer, Reason):
            self.removed.update(rows)
        elif name_key(self.labels.get(rows[0], answer)) != name_key(answer):
            self.pass_over(Reason.SECOND, text)
        else:
            self.fill(answer, rows)

    def pass_over(self, reason: Reason, text: str) -> None:
        """Count an entry without a label, and keep the first as examples."""
        self.passed_over[reason] += 1
        if reason is not Reason.NONE and text and len(self.examples) < MOST_EXAMPLES:
            self.examples.append((reason, text))

    def fill(self, label: str, rows: list[int]) -> None:
        """Give a label to the rows that have none."""
        for row in rows:
            self.labels.setdefault(row, label)


def _collect(answers: list[Answer], given: list[str], match: Match) -> Collected:
    """Return the label of each row, the rows whose label is taken away, and what was passed over."""
    collected = Collected()
    by_number = [by not in (None, BY_TEXT) for by in match.by]
    # Numbers tell equal texts apart, so they count first.
    for place in sorted(range(len(answers)), key=lambda place: not by_number[place]):
        collected.add(answers[place], match.exact[place] or match.rows[place], given[place])
    for answer, rows in zip(answers, match.rows, strict=True):
        if not isinstance(answer, Reason):
            collected.fill(answer, rows)  # also texts that only look the same
    collected.removed -= collected.labels.keys()
    return collected


def _why_no_label(column: str, answers: list[Answer]) -> str:
    counts = Counter(answer for answer in answers if answer is not Reason.NONE)
    if not counts:
        return f"The file has no row with a label: fill its column {column}."
    why = ", ".join(f"{n:,} × {reason}" for reason, n in counts.most_common())
    return f"The file has no row with one label in its column {column} ({why}): give each text one label."

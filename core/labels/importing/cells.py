"""Read the labels in the cells of a column: names, numbers, lists, and lists written as text."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np
import pandas as pd

from ...corpus.tables import as_text
from ...utils import normal_text
from .found_labels import Reason, name_key

Answer = str | Reason
"""The label of an entry, or the reason why it gives none."""

MISSING_NAMES = ("nan", "null", "<na>", "nat")  # as programs write a missing value; “none” may be a label
FASTTEXT_MARK = "__label__"
SEPARATORS = ("|", "#", ";", ",")  # between two labels of one cell; doccano writes #
FEWEST_SURE = 0.5
"""A category with this figure or more is given (spaCy's `cats`)."""

VALUE_KEYS = ("choices", "value", "values", "label", "labels", "name", "text", "rating", "number")
NOT_GIVEN = ("discarded", "draft", "pending", "rejected", "skipped", "cancelled")
NUMPY_LIST = re.compile(r"""\[\s*(?:'[^']*'|"[^"]*")(?:\s+(?:'[^']*'|"[^"]*"))+\s*\]""")
WHOLE_NUMBER = re.compile(r"[+-]?\d+\.0+")


def read_names(cells: Iterable[object]) -> list[Answer]:
    """Return the answer of each cell of a column that Refract wrote: each text is one name."""
    return [
        (normal_text(cell) or Reason.NONE) if isinstance(cell, str) else answer_of(cell) for cell in cells
    ]


def read_cells(cells: Iterable[object]) -> tuple[list[Answer], list[str]]:
    """Return the answer of each cell, and notes.

    A list with one label is that label, an empty one is none. Whole numbers lose their decimals, truth values
    are "true" and "false". A text such as "late|rude" is several labels where both are labels of other cells;
    where most cells have such a sign, each is one name, and a note says so.
    """
    known: dict[object, Answer] = {}
    answers: list[Answer] = []
    for cell in cells:
        if not isinstance(cell, str | int | float):
            answers.append(answer_of(cell))
            continue
        key = cell if isinstance(cell, str) else (type(cell), cell)  # 1, 1.0 and True are written otherwise
        if key not in known:
            known[key] = answer_of(cell)
        answers.append(known[key])
    return _separate(_without_decimals(answers))


def answer_of(cell: object) -> Answer:
    """Return the one label of a cell, or why there is none."""
    labels = labels_in(cell)
    if isinstance(labels, Reason):
        return labels
    different = list({name_key(label): label for label in reversed(labels)}.values())
    if len(different) > 1:
        return Reason.SEVERAL
    return different[0] if different else Reason.NONE


def labels_in(cell: object) -> list[str] | Reason:
    """Return the labels of a cell, or why they do not count."""
    if isinstance(cell, str):
        nested = parse_cell(cell)
        return _named(cell) if isinstance(nested, str) else labels_in(nested)
    if isinstance(cell, Mapping):
        return _labels_of_record(cell)
    if isinstance(cell, list | tuple | np.ndarray):
        return _labels_of_list(list(cell))
    if cell is None or pd.isna(cell):
        return []
    if isinstance(cell, bool | np.bool_):
        return ["true" if cell else "false"]
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return [str(int(cell))]
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return [cell.date().isoformat()]
    return _named(as_text(cell))


def parse_cell(cell: object) -> object:
    """Return the list or record that is written in a text; anything else as it is."""
    if not isinstance(cell, str):
        return cell
    text = cell.strip()
    if not (text.startswith(("[", "{")) and text.endswith(("]", "}"))):
        return cell
    if NUMPY_LIST.fullmatch(text):
        return [quoted[1:-1] for quoted in re.findall(r"""'[^']*'|"[^"]*\"""", text)]
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return cell


def _named(text: str) -> list[str]:
    """Return a name in a list of its own; several where fastText's mark says so; none for a missing value."""
    name = normal_text(text)
    if name.startswith(FASTTEXT_MARK):
        return [part.removeprefix(FASTTEXT_MARK) for part in name.split(" ") if part != FASTTEXT_MARK]
    lower = name.casefold()
    if lower in ("true", "false"):
        return [lower]
    return [] if not name or lower in MISSING_NAMES else [name]


def _labels_of_record(record: Mapping) -> list[str] | Reason:
    """Return the labels of a record: `{"choices": […]}`, `{"value": …, "status": …}`, `{"angry": 1.0, …}`."""
    if str(record.get("status", "")).casefold() in NOT_GIVEN:
        return Reason.SKIPPED
    if "taxonomy" in record:
        return [normal_text(" / ".join(map(str, path))) for path in record["taxonomy"] or ()]
    if {"start", "end"} <= record.keys() or {"start_offset", "end_offset"} <= record.keys():
        return []  # of a part of the text
    for key in VALUE_KEYS:
        if key in record and (key not in ("label", "name", "text") or not isinstance(record[key], float)):
            return labels_in(record[key])
    figures = [value for value in record.values() if isinstance(value, int | float)]
    if len(figures) == len(record):
        return [normal_text(str(name)) for name, figure in record.items() if figure >= FEWEST_SURE]
    return []


def _labels_of_list(items: Sequence[object]) -> list[str] | Reason:
    """Return the labels of all items; the reason of the items where none of them counts."""
    if len(items) == 3 and all(isinstance(item, int) for item in items[:2]) and isinstance(items[2], str):
        return []  # start, end and label of a part of the text
    labels: list[str] = []
    reason = None
    for item in items:
        found = labels_in(item)
        if isinstance(found, Reason):
            reason = found
        else:
            labels += found
    return reason if reason is not None and not labels else labels


def _without_decimals(answers: list[Answer]) -> list[Answer]:
    """Return "1" for "1.0" where all labels are whole numbers written with decimals, or whole numbers."""
    names = {answer for answer in answers if not isinstance(answer, Reason)}
    decimal = {name for name in names if WHOLE_NUMBER.fullmatch(name)}
    if not decimal or not all(name in decimal or name.lstrip("+-").isdigit() for name in names):
        return answers
    return [answer.partition(".")[0] if answer in decimal else answer for answer in answers]


def _separate(answers: list[Answer]) -> tuple[list[Answer], list[str]]:
    """Return `Reason.SEVERAL` for names that are made of others; see `read_cells`."""
    counts = Counter(answer for answer in answers if not isinstance(answer, Reason))
    for sign in SEPARATORS:
        parts = {
            name: [name_key(part) for part in name.split(sign) if part.strip()]
            for name in counts
            if sign in name
        }
        parts = {name: found for name, found in parts.items() if len(found) > 1}
        if not parts:
            continue
        alone = {name_key(name) for name in counts if name not in parts}
        if sign in "|#":  # rarely part of a name: a part of two different cells counts as a label, too
            in_cells = Counter(part for found in parts.values() for part in set(found))
            alone |= {part for part, n in in_cells.items() if n > 1}
        several = {name for name, found in parts.items() if set(found) <= alone}
        if not several:
            continue
        n_several = sum(counts[name] for name in several)
        if n_several > counts.total() / 2:
            return answers, [
                f"Most labels hold “{sign}”, such as “{next(iter(several))}”: each was taken as one name."
            ]
        return [Reason.SEVERAL if answer in several else answer for answer in answers], []
    return answers, []

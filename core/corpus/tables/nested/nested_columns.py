"""Turn nested records into columns: a field of a record in a record becomes "outer.inner"."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .vector_columns import stack_vectors

MOST_LEVELS = 8
"""Of records in records; deeper ones stay JSON."""

MOST_COLUMNS = 1_000
"""Of a table; fields of the fewest records are left out."""

MANY_FIELDS, LEAST_SHARED, LEAST_FILLED = 20, 1.5, 0.1
"""Nested records of more fields, each in fewer records or a smaller share of them on average, have ids as
their keys and stay JSON."""

EXACT_WHOLE = 2**53
"""From which a float64 no longer holds each whole number."""

WHO = ("role", "from", "speaker", "author", "sender", "user", "username", "name")
SAID = ("content", "text", "message", "body", "utterance")
SENTENCE_LENGTH = 20  # characters: shorter strings are tags, tokens and the like
NEARLY_ALL = 0.9
SAMPLE_ROWS = 200
JSON = json.JSONEncoder(ensure_ascii=False, default=str)


@dataclass
class Columns:
    """Columns of a table, in order; names may repeat.

    Attributes
    ----------
    names : list
    values : list of lists
        Of each column: strings, numbers, truth values, dates, None.
    vectors : dict of str to float32 array (n, d)
        Columns of vectors, which are none of `values`; rows without one are NaN.
    notes : list of str
    """

    names: list[object] = field(default_factory=list)
    values: list[list] = field(default_factory=list)
    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def columns_of_records(records: Sequence[Mapping]) -> Columns:
    """Return the columns of records, one for each field of any record.

    A record in a record gives dotted columns; a list of messages one text with a line for each; a list of
    numbers a vector; any other list is written as JSON. A list of at most one record in each row gives dotted
    columns too.
    """
    found = Columns()
    names = _frequent_names(records, found)
    _expand_all(found, names, ([record.get(name) for record in records] for name in names))
    return found


def columns_of_values(names: Sequence[object], values: Iterable[list]) -> Columns:
    """Return the columns of a table by columns, its nested values as in `columns_of_records`."""
    found = Columns()
    _expand_all(found, names, values)
    return found


def _expand_all(found: Columns, names: Iterable[object], values: Iterable[list]) -> None:
    for name, column in zip(names, values, strict=True):
        _expand(found, name, column, level=0)


def _frequent_names(records: Iterable[Mapping], found: Columns) -> list[str]:
    counts: Counter[str] = Counter()
    for record in records:
        counts.update(record.keys())
    if len(counts) <= MOST_COLUMNS:
        return list(counts)
    found.notes.append(
        f"The records have {len(counts):,} different fields: the {MOST_COLUMNS:,} most frequent are read."
    )
    frequent = {name for name, _ in counts.most_common(MOST_COLUMNS)}
    return [name for name in counts if name in frequent]


def _expand(found: Columns, name: object, values: list, level: int) -> None:
    """Add the columns that the values of a field give."""
    kinds = set(map(type, values)) - {type(None)}
    if dict in kinds and _add_fields(found, name, values, level):
        if kinds == {dict}:
            return
        values = [None if type(value) is dict else value for value in values]
    if list in kinds or dict in kinds:
        vectors = stack_vectors(values) if kinds == {list} else None
        if vectors is not None:
            found.vectors[str(name)] = vectors
            return
        items = [value for value in values if type(value) is list]
        if items and kinds <= {list, dict} and max(map(len, items)) == 1:
            first = [value[0] if type(value) is list and value else None for value in values]
            if any(type(value) is dict for value in first):
                _expand(found, name, [value if type(value) is dict else None for value in first], level + 1)
        values = _as_strings(values)
    elif kinds == {int, float} and any(type(value) is int and abs(value) > EXACT_WHOLE for value in values):
        values = [None if value is None else str(value) for value in values]
    found.names.append(name)
    found.values.append(values)


def _add_fields(found: Columns, name: object, values: list, level: int) -> bool:
    """Add a column for each field of nested records; False where they stay JSON."""
    records = [value for value in values if type(value) is dict]
    counts = Counter(key for record in records for key in record)
    filled = sum(counts.values()) / (len(counts) * len(records)) if counts else 1.0
    if level >= MOST_LEVELS or len(found.names) + len(counts) > MOST_COLUMNS:
        return False
    if len(counts) > MANY_FIELDS and (filled < LEAST_FILLED or filled * len(records) < LEAST_SHARED):
        return False
    for key in counts:
        inner = [value.get(key) if type(value) is dict else None for value in values]
        _expand(found, f"{name}.{key}", inner, level + 1)
    return True


def _as_strings(values: list) -> list:
    """Return lists and records as strings: messages and sentences as lines, anything else as JSON."""
    lists = [value for value in values if type(value) is list and value][:SAMPLE_ROWS]
    items = [item for value in lists for item in value]
    write = _as_lines if _are_lines(items) else _as_json
    return [write(value) if type(value) in (list, dict) else value for value in values]


def _are_lines(items: list) -> bool:
    """Return whether the items of lists are messages with a speaker, or sentences."""
    said = [text for item in items if (text := _said(item))]
    if not items or len(said) < NEARLY_ALL * len(items):
        return False
    if sum(bool(_who(item)) for item in items) >= NEARLY_ALL * len(items):
        return True
    sentences = sum(" " in text.strip() for text in said)
    return sentences >= len(said) / 2 and sum(map(len, said)) >= SENTENCE_LENGTH * len(said)


def _as_lines(value: object) -> str | None:
    if not isinstance(value, list):
        return _as_json(value)
    lines = []
    for item in value:
        who, said = _who(item), _said(item)
        lines.append(f"{who}: {said}" if who else said or _as_json(item))
    return "\n".join(lines) or None


def _said(item: object) -> str:
    """Return the words of a message or the string itself; "" where it has none."""
    if isinstance(item, str):
        return item
    if not isinstance(item, Mapping):
        return ""
    keys = (*SAID, "value") if "from" in item else SAID
    for key in keys:
        words = item.get(key)
        if isinstance(words, str) and words:
            return words
        if isinstance(words, list | Mapping):  # parts, such as [{"type": "text", "text": "…"}]
            parts = words.get("parts", []) if isinstance(words, Mapping) else words
            joined = "\n".join(filter(None, map(_said, parts if isinstance(parts, list) else [])))
            if joined:
                return joined
    return ""


def _who(item: object) -> str:
    """Return who wrote a message; "" where nothing says so."""
    if not isinstance(item, Mapping):
        return ""
    for key in WHO:
        who = item.get(key)
        if isinstance(who, Mapping):
            who = who.get("name") or who.get("role")
        if isinstance(who, str | int) and not isinstance(who, bool) and str(who).strip():
            return str(who).strip()
    return ""


def _as_json(value: object) -> str:
    return JSON.encode(value)

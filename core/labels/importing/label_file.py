"""Read a file of labels: a table, or the export of an annotation tool."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from ...corpus.tables import Table, read_table
from .annotation_tools import Reasons, unfold

MEGABYTE = 2**20
JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
HALF = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
"""An escaped backslash, a character of two halves, or (as the group) a half, which nothing can store."""

DEEPEST = 3
"""Levels of a document in which the list of its records is looked for."""


@dataclass(frozen=True, eq=False)
class LabelFile:
    """A file of labels.

    Attributes
    ----------
    frame : DataFrame of n rows
        Its columns; cells may be lists.
    reasons : list of n Reason or None
        Why a row gives no label, whatever its label is.
    notes : tuple of str
        One sentence for each change to the content.
    """

    frame: pd.DataFrame
    reasons: Reasons
    notes: tuple[str, ...] = ()

    @classmethod
    def of_table(cls, table: pd.DataFrame, notes: Sequence[str] = ()) -> LabelFile:
        """Return a table as a file of labels; exports of annotation tools are recognised by their columns."""
        table = table.set_axis([str(name).strip() for name in table.columns], axis=1)
        frame, reasons, more = unfold(table.reset_index(drop=True))
        return cls(frame, reasons, (*notes, *more))


def read_label_file(name: str, content: bytes, *, most_bytes: int = 200 * MEGABYTE) -> LabelFile:
    """Read a file of labels in any format of a corpus.

    JSON is read with its lists and records; JSON without a list of records, and other formats, as a table.

    Raises
    ------
    CorpusError
        As `read_table` does.
    """
    records = read_records(name, content, most_bytes)
    if records is not None:
        return LabelFile.of_table(records)
    table = read_table(name, content, most_bytes=most_bytes)
    return file_of_table(table, read_class_names(name, content))


def read_records(name: str, content: bytes, most_bytes: int) -> pd.DataFrame | None:
    """Return the records of a JSON file, with a column for each key; None for another format."""
    records = None if len(content) > most_bytes else _records(name, content, most_bytes)
    if records is None:
        return None
    names = list(dict.fromkeys(str(key) for record in records for key in record))
    return pd.DataFrame(
        {name: pd.Series([record.get(name) for record in records], dtype=object) for name in names}
    )


def read_class_names(name: str, content: bytes) -> dict[str, list[str]]:
    """Return the names of the classes of each column, where a Parquet file of Hugging Face has them."""
    if PurePath(name).suffix.lower() != ".parquet":
        return {}
    import pyarrow as pa
    import pyarrow.parquet

    try:
        metadata = pyarrow.parquet.read_schema(io.BytesIO(content)).metadata or {}
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features")
    except (pa.ArrowException, ValueError, AttributeError, RecursionError):
        return {}
    return _class_names(features)


def file_of_table(table: Table, class_names: Mapping[str, list[str]]) -> LabelFile:
    """Return a table as a file of labels; numbers of classes become names."""
    frame = table.frame
    columns = {
        column: pd.Series([_class_name(class_names, column, value) for value in frame[column]], dtype=object)
        for column in set(class_names) & set(frame.columns)
    }
    return LabelFile.of_table(frame.assign(**columns), table.notes)


def _records(name: str, content: bytes, most_bytes: int) -> list[Mapping[str, Any]] | None:
    """Return the records of a JSON file; None for another format, or a document without such a list."""
    inner = PurePath(name)
    if inner.suffix.lower() == ".gz":
        inner = PurePath(inner.stem)
        if inner.suffix.lower() not in JSON_ENDINGS:
            return None
        try:
            with gzip.open(io.BytesIO(content)) as file:
                content = file.read(most_bytes + 1)
        except (OSError, EOFError):
            return None
        if len(content) > most_bytes:
            return None
    if inner.suffix.lower() not in JSON_ENDINGS:
        return None
    try:
        text = content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
        text = HALF.sub(lambda found: "\\ufffd" if found[1] else found[0], text)
    except UnicodeDecodeError:
        return None
    lines = [line for line in text.split("\n") if line.strip()]
    by_line = inner.suffix.lower() != ".json"  # one line of JSON Lines is a record, not a document
    for parts in (lines, [text]) if by_line else ([text], lines):
        try:
            items = [json.loads(part) for part in parts]
        except (ValueError, RecursionError):
            continue
        whole = len(items) == 1 and not (by_line and isinstance(items[0], Mapping))
        return _records_of(items[0] if whole else items)
    return None


def _records_of(document: object) -> list[Mapping[str, Any]] | None:
    """Return the records of a document: a list of them under any key, or of pairs of text and label."""
    if isinstance(document, Mapping):
        return _records_of_mapping(document)
    if not isinstance(document, list) or not document:
        return None
    if all(isinstance(item, Mapping) for item in document):
        return document
    if all(_is_pair(item) for item in document):
        return [
            {"text": text, **(label if isinstance(label, Mapping) else {"label": label})}
            for text, label in document
        ]
    return None


def _records_of_mapping(document: Mapping, depth: int = 1) -> list[Mapping[str, Any]] | None:
    names = _class_names(document.get("features"))
    found = []
    for key, value in document.items():
        inner = None
        if key == "schema":  # of pandas' orient "table"
            continue
        if isinstance(value, list):
            inner = _records_of(value)
        elif isinstance(value, Mapping) and depth < DEEPEST:
            inner = _records_of_mapping(value, depth + 1)
        if inner:
            found.append((value, inner))
    if not found:
        return None
    if all(isinstance(value, list) and _is_pair(value[0]) for value, _ in found):
        return [record for _, records in found for record in records]  # training, validation and test
    _, records = max(found, key=lambda each: (len(each[1]), isinstance(each[0], list)))
    if names and all(isinstance(record.get("row"), Mapping) for record in records):  # Hugging Face's viewer
        rows = [record["row"] for record in records]
        return [{key: _class_name(names, key, value) for key, value in row.items()} for row in rows]
    return records


def _is_pair(item: object) -> bool:
    """Return whether an item is a text with its label or its record."""
    return (
        isinstance(item, list)
        and len(item) == 2
        and isinstance(item[0], str)
        and isinstance(item[1], str | Mapping)
    )


def _class_names(features: object) -> dict[str, list[str]]:
    """Return the names of the classes of each column, from the features of a Hugging Face data set."""
    if isinstance(features, list):
        features = {each.get("name"): each.get("type") for each in features if isinstance(each, Mapping)}
    if not isinstance(features, Mapping):
        return {}
    return {
        str(name): list(kind["names"])
        for name, kind in features.items()
        if isinstance(kind, Mapping) and isinstance(kind.get("names"), list)
    }


def _class_name(names: Mapping[str, list[str]], column: str, value: object) -> object:
    """Return the name of a class that is stored as its number; another value as it is."""
    known = names.get(column, [])
    if isinstance(value, int | float) and value == value and 0 <= value < len(known):
        return known[int(value)]
    return None if known and value == -1 else value  # -1 is a text without a label

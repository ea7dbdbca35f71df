"""Read JSON and JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from core.corpus.tables.raw_table import RawTable, ReadOptions
from core.corpus.tables.text_encoding import find_encoding
from core.errors import CorpusError

SHAPES = "a list of records, a list of texts, or one list a column"


def read_json(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a JSON file; JSON Lines are recognised.

    Raises
    ------
    CorpusError
        With the line of the first mistake, or when the content has no rows.
    """
    encoding = find_encoding(name, content)
    text = encoding.decode(content)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        if getattr(error, "msg", "") == "Extra data":
            return read_json_lines(name, content, options)
        raise _broken(name, getattr(error, "lineno", 1)) from error
    frame = _frame_of_document(document)
    if frame is None:
        raise CorpusError(
            f"“{name}” holds no rows that could be read; {SHAPES} is needed: save it as one of these."
        )
    return RawTable(frame, encoding.label, encoding.notes)


def read_json_lines(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a JSON Lines file, one record or one text per line.

    Raises
    ------
    CorpusError
        With the line of the first mistake.
    """
    encoding = find_encoding(name, content)
    items = []
    for number, line in enumerate(encoding.decode(content).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise _broken(name, number) from error
        if not isinstance(item, Mapping | str):
            raise CorpusError(
                f"“{name}” has neither a record nor a text in line {number:,}: write one in each line, "
                'like {"text": "…"}.'
            )
        items.append(item)
    return RawTable(_frame_of_items(items), encoding.label, encoding.notes)


def _broken(name: str, line: int) -> CorpusError:
    return CorpusError(f"“{name}” is not valid JSON at line {line:,}: correct it, or export the file again.")


def _frame_of_document(document: object) -> pd.DataFrame | None:
    """Return the table of a document; None for a document of another shape."""
    if isinstance(document, Mapping):
        if isinstance(document.get("data"), list) and not _is_columns(document):
            return _frame_of_document(document["data"])
        if not _is_columns(document):
            return None
        columns = {
            name: list(column.values() if isinstance(column, Mapping) else column)
            for name, column in document.items()
        }
        return pd.DataFrame(columns, dtype=object)
    if isinstance(document, list) and document and all(isinstance(item, Mapping | str) for item in document):
        return _frame_of_items(document)
    return None


def _is_columns(document: Mapping) -> bool:
    """Return whether a document holds one list, or one mapping of row to value, per column."""
    columns = list(document.values())
    if not columns or not all(isinstance(column, list | Mapping) for column in columns):
        return False
    rows = columns[0].values() if isinstance(columns[0], Mapping) else columns[0]
    nested = any(isinstance(value, Mapping | list) for value in rows)
    return len({len(column) for column in columns}) == 1 and not (len(columns) == 1 and nested)


def _frame_of_items(items: list[Mapping | str]) -> pd.DataFrame:
    records = [item if isinstance(item, Mapping) else {"text": item} for item in items]
    names = list(dict.fromkeys(name for record in records for name in record))
    return pd.DataFrame({name: [record.get(name) for record in records] for name in names}, dtype=object)

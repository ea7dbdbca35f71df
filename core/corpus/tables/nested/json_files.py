"""Read JSON and JSON Lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....errors import CorpusError
from ..raw_table import Choices, RawTable, ReadOptions
from ..text_encoding import find_encoding
from .json_records import Rows, find_rows, note_on_choice, paths_to_choose
from .json_text import LINE_ENDINGS, Documents, parse_documents
from .nested_columns import Columns

SHAPES = "a list of records, a list of texts, or one list a column"
RECORD_SEPARATOR = b"\x1e"
"""Before each record, in JSON text sequences (RFC 7464)."""

LONGEST_SHOWN = 200  # characters of a value among the first rows


def read_json(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read a JSON file: one document, JSON Lines, concatenated documents, or the array of a script.

    The rows are the longest list of records under any key, or one of the shapes that pandas writes; a note
    says which key. Records in records become dotted columns, and lists of numbers vectors. Of a document with
    several lists `options.sheet` chooses one by its keys, such as "result.reviews".

    Raises
    ------
    CorpusError
        With the line of the first mistake, or when the content has no rows.
    """
    if content.startswith(RECORD_SEPARATOR):
        content = content.replace(RECORD_SEPARATOR, b"")
    encoding = find_encoding(name, content, options.encoding)
    documents = parse_documents(name, encoding.decode(content))
    document = _one_document(name, documents)
    found = find_rows(document)
    if not found and isinstance(document, dict) and name.lower().removesuffix(".gz").endswith(LINE_ENDINGS):
        found = find_rows([document])  # the one record of a file
    if not found:
        raise CorpusError(
            f"“{name}” holds no rows that could be read; {SHAPES} is needed: save it as one of these."
        )
    rows = next((rows for rows in found if rows.path == options.sheet), found[0])
    paths = paths_to_choose(found)
    try:
        columns = rows.read(options.header_row)
    except RecursionError as error:
        raise CorpusError(
            f"“{name}” has lists in lists beyond any use: leave out the deeply nested fields."
        ) from error
    frame = _frame(columns, rows.n_rows)
    header_row = rows.header_row
    if header_row is not None and options.header_row is not None:
        header_row = options.header_row
    return RawTable(
        frame,
        encoding.label,
        notes=[*encoding.notes, *documents.notes, *note_on_choice(rows, found), *rows.notes, *columns.notes],
        source_rows=None if header_row is None else np.arange(len(frame)) + header_row + 1,
        vectors=columns.vectors,
        used=ReadOptions(encoding=encoding.codec, sheet=rows.path if paths else None, header_row=header_row),
        choices=Choices(encodings=encoding.choices, sheets=paths, first_rows=_first_rows(rows)),
    )


def _one_document(name: str, documents: Documents) -> object:
    """Return the document of a file, or the documents as one list: records, texts or rows."""
    values = documents.values
    if len(values) == 1:
        return values[0]
    kinds = set(map(type, values))
    if kinds == {list}:
        return values
    for value, line in zip(values, documents.lines, strict=True):
        if not isinstance(value, dict | str | type(None)):
            raise CorpusError(
                f"“{name}” has neither a record nor a text in line {line:,}: write one in each line, "
                'like {"text": "…"}.'
            )
    return values


def _frame(columns: Columns, n_rows: int) -> pd.DataFrame:
    values = [pd.Series(column, dtype=object) for column in columns.values]
    frame = pd.DataFrame(dict(enumerate(values)), index=range(len(values[0]) if values else n_rows))
    frame.columns = pd.Index(columns.names, dtype=object)  # pandas' strings take no half of a character
    return frame


def _first_rows(rows: Rows) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple(
        (number, tuple("" if value is None else str(value)[:LONGEST_SHOWN] for value in row))
        for number, row in enumerate(rows.first_rows, start=1)
    )

"""Read uploaded labels, in a child process with limits of memory and time."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path, PurePath
from typing import Any, cast

import pandas as pd

from ...corpus.sources import is_read_here, limits_for, run_limited
from ...corpus.tables import Table, load_table, read_table, save_table
from ...errors import CorpusError, StoreError
from ...utils import Report
from .label_file import (
    LabelFile,
    file_of_table,
    read_class_names,
    read_label_file,
    read_records,
)

MODULE = __name__
CONTENT = "content"
MOST_VALUES = 8_000_000
"""Values in the cells of a JSON file, lists and records in them included: 64 bytes each, 0.5 GB."""


def read_label_upload(name: str, content: bytes, report: Report, *, most_bytes: int) -> LabelFile:
    """Read an uploaded file of labels as `read_label_file` does, a small one of plain text at once.

    Raises
    ------
    CorpusError
        As `read_label_file` does, and where the limits of memory or time are reached.
    """
    if len(content) > most_bytes or is_read_here(name, content):
        return read_label_file(name, content, most_bytes=most_bytes)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary)
        (folder / CONTENT).write_bytes(content)
        answer = run_limited(
            f"{MODULE}:keep_labels",
            report,
            shown=PurePath(name).name,
            limits=limits_for(len(content)),
            name=name,
            folder=temporary,
            most_bytes=most_bytes,
            most_values=MOST_VALUES,
        )
        about = cast("dict[str, Any]", answer)
        try:
            table = load_table(folder)
        except StoreError as error:
            raise CorpusError(str(error)) from error
        if about["names"] is None:
            return file_of_table(table, about["class_names"])
        return LabelFile.of_table(_from_json(table.frame, about["names"]))


def keep_labels(report: Report, *, name: str, folder: str, most_bytes: int, most_values: int) -> dict:
    """Read the content in a folder, and write a table there. For child processes.

    The cells of records are JSON in that table, and their names come in the result, as both may hold what
    Arrow does not.
    """
    report("Reading", 0, 1)
    content = (Path(folder) / CONTENT).read_bytes()
    records = read_records(name, content, most_bytes)
    if records is None:
        save_table(Path(folder), read_table(name, content, most_bytes=most_bytes))
        return {"names": None, "class_names": read_class_names(name, content)}
    save_table(Path(folder), Table(name, _as_json(name, records, most_values), None))
    return {"names": list(records.columns)}


def _as_json(name: str, records: pd.DataFrame, most_values: int) -> pd.DataFrame:
    """Return a table of JSON, with numbers for names; raise CorpusError where it holds too many values."""
    n_values, columns = 0, {}
    for number, column in enumerate(records.columns):
        cells = [json.dumps(cell) for cell in records[column]]
        n_values += len(cells) + sum(
            text.count(",") + text.count("[") + text.count("{") for text in cells if text[0] in "[{"
        )
        if n_values > most_values:
            raise CorpusError(
                f"“{PurePath(name).name}” holds more than {most_values:,} values, which is the limit for a "
                "file of labels: save it with only the texts and their labels, or in several files."
            )
        columns[str(number)] = pd.Series(cells, dtype="str")
    return pd.DataFrame(columns)


def _from_json(cells: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the records that `_as_json` made a table of."""
    values = (pd.Series(list(map(json.loads, cells[column])), dtype=object) for column in cells)
    return pd.DataFrame(dict(zip(names, values, strict=True)))

"""A table on disk, mapped into memory when it is opened: only what is used of it takes memory."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa

from ...errors import StoreError
from ...utils import check_file, open_array, read_checked, write_array, write_checked
from .raw_table import Choices, ReadOptions
from .read_table import Table

FRAME, KEY_COLUMNS, ROWS, ABOUT = "frame.arrow", "key_columns.arrow", "source_rows.npy", "table.json"
VECTORS = "vectors_{}.npy"
DAMAGED = "The table that was read is no longer there: read it again."


def save_table(folder: Path, table: Table) -> None:
    """Write a table; its small file comes last, so that a table with it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_frame(folder / FRAME, table.frame)
    if table.key_columns:
        _write_frame(folder / KEY_COLUMNS, pd.DataFrame(dict(table.key_columns)))
    if table.source_rows is not None:
        _write_array(folder / ROWS, table.source_rows)
    for number, array in enumerate(table.vectors.values()):
        _write_array(folder / VECTORS.format(number), array)
    about = {
        "name": table.name,
        "encoding": table.encoding,
        "notes": table.notes,
        "descriptions": dict(table.descriptions),
        "used": asdict(table.used),
        "choices": asdict(table.choices),
        "vectors": list(table.vectors),
        "key_columns": list(table.key_columns),
        "source_rows": table.source_rows is not None,
    }
    write_checked(folder / ABOUT, lambda file: file.write(json.dumps(about).encode()))


def load_table(folder: Path) -> Table:
    """Open a table.

    Raises
    ------
    StoreError
        When there is none, or it is damaged.
    """
    try:
        about = json.loads(read_checked(folder / ABOUT))
        keys = _read_frame(folder / KEY_COLUMNS) if about["key_columns"] else pd.DataFrame()
        vectors = (open_array(folder / VECTORS.format(number)) for number in range(len(about["vectors"])))
        return Table(
            about["name"],
            _read_frame(folder / FRAME),
            about["encoding"],
            tuple(about["notes"]),
            open_array(folder / ROWS) if about["source_rows"] else None,
            about["descriptions"],
            ReadOptions(**about["used"]),
            _choices(about["choices"]),
            dict(zip(about["vectors"], vectors, strict=True)),
            {name: keys[name] for name in about["key_columns"]},
        )
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise StoreError(DAMAGED) from error


def _choices(kept: dict) -> Choices:
    rows = tuple((number, tuple(values)) for number, values in kept["first_rows"])
    encodings, delimiters, sheets = (tuple(kept[name]) for name in ("encodings", "delimiters", "sheets"))
    return Choices(encodings, delimiters, sheets, rows)


def _write_frame(path: Path, frame: pd.DataFrame) -> None:
    table = pa.Table.from_pandas(frame, preserve_index=False)

    def write(file: BinaryIO) -> None:
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=100_000)

    write_checked(path, write)


def _read_frame(path: Path) -> pd.DataFrame:
    length = check_file(path)
    with pa.memory_map(str(path)) as mapped:  # Arrow's footer is at the end: the checksum is left out
        return pa.ipc.open_file(mapped.read_buffer(length)).read_all().to_pandas()


def _write_array(path: Path, array: np.ndarray) -> None:
    write_array(path, [array], array.shape, array.dtype)

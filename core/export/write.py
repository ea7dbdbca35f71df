"""Write tables as CSV and Parquet, with vectors beside them or without."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, BinaryIO

import numpy as np
import pandas as pd

from ..corpus.tables import guard_formulas
from .tables import VECTOR, origins

if TYPE_CHECKING:
    import pyarrow as pa

SIZE_SAMPLE = 500
"""Rows that are written to estimate the size of a whole table."""

CHUNK_ROWS = 20_000
"""Rows of a CSV file written at once, which bounds the memory."""

GROUP_ROWS = 50_000
"""Rows in each part of a Parquet file: 77 MB of 384 numbers."""

PARQUET_KEY = b"refract"
"""Key of the JSON in the metadata of a Parquet file that says how it was made."""

PLAIN_NAME = re.compile(r"\w[\w.-]*")


def write_csv(table: pd.DataFrame, file: BinaryIO, *, neutralise: bool = True) -> None:
    """Write a table as CSV in UTF-8, `CHUNK_ROWS` at a time.

    It begins with the byte order mark by which spreadsheets recognise UTF-8.

    Every text is between quotation marks, numbers and missing values never. So each reader finds line breaks
    of any kind, blanks and delimiters as they were, and those that look at the quotation marks tell an empty
    text, or one that says "NA", from a missing value. Dates are in ISO 8601.

    Parameters
    ----------
    neutralise : bool, default=True
        Whether texts and column names that begin like a formula get an apostrophe (see `guard_formulas`),
        which `read_table` takes away.
    """
    import pyarrow as pa
    import pyarrow.csv

    whole = pa.Table.from_pandas(table, preserve_index=False)
    for position, name in enumerate(whole.column_names):
        if pa.types.is_timestamp(whole.schema.field(position).type):
            whole = whole.set_column(
                position, name, _shortest_dates(table.iloc[:, position], whole[position])
            )
    file.write(_header(whole.column_names, neutralise=neutralise))
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    for start in range(0, len(table), CHUNK_ROWS):
        chunk = whole.slice(start, CHUNK_ROWS)
        columns = [_plain_texts(column, neutralise=neutralise) for column in chunk.columns]
        names = [str(position) for position in range(len(columns))]
        pyarrow.csv.write_csv(pa.table(columns, names=names), file, options)


def to_csv_bytes(table: pd.DataFrame, *, neutralise: bool = True) -> bytes:
    """Return what `write_csv` writes, of a table that is small."""
    file = io.BytesIO()
    write_csv(table, file, neutralise=neutralise)
    return file.getvalue()


def csv_size(table: pd.DataFrame) -> float:
    """Estimate how many bytes `write_csv` writes, from `SIZE_SAMPLE` rows."""
    some = table.iloc[:: max(1, len(table) // SIZE_SAMPLE)]
    if some.empty:
        return 0.0
    header = len(to_csv_bytes(some.head(0)))
    return header + (len(to_csv_bytes(some)) - header) * len(table) / len(some)


def write_parquet(table: pd.DataFrame, file: IO[bytes], made_by: Mapping[str, str] | None = None) -> None:
    """Write a table as Parquet, `GROUP_ROWS` at a time.

    Parameters
    ----------
    made_by : mapping of str to str, optional
        Becomes JSON in the metadata of the file, under "refract".
    """
    import pyarrow.parquet

    whole = _with_metadata(table, made_by)
    pyarrow.parquet.write_table(whole, file, row_group_size=GROUP_ROWS)


def write_vectors(
    table: pd.DataFrame, vectors: np.ndarray, file: BinaryIO, made_by: Mapping[str, str] | None = None
) -> None:
    """Write a table with the vectors of its texts as Parquet, `GROUP_ROWS` at a time.

    The last column is "vector", a fixed-size list of float32. Copies of a text have its vector. Rows of texts
    that were set aside are left out: they have none. Memory holds the vectors of one group of rows.

    Parameters
    ----------
    table : DataFrame
        Result of `export_table`, or some of its rows.
    vectors : float array (n, d)
        Of the n texts of the corpus; may be mapped from disk.
    made_by : mapping of str to str, optional
        As of `write_parquet`.

    Raises
    ------
    ValueError
        When there are texts without a vector.
    """
    import pyarrow as pa
    import pyarrow.parquet

    n_vectors, n_dims = vectors.shape
    rows = origins(table)
    if rows.max(initial=-1) >= n_vectors:
        raise ValueError(f"{n_vectors} vectors, and a text of row {rows.max()}")
    if (rows < 0).any():
        table, rows = table[rows >= 0], rows[rows >= 0]
    beside = _with_metadata(table, made_by)
    field = pa.field(VECTOR, pa.list_(pa.field("element", pa.float32()), n_dims))
    schema = beside.schema.append(field)
    with pyarrow.parquet.ParquetWriter(file, schema) as writer:
        for start in range(0, len(rows), GROUP_ROWS):
            numbers = np.ascontiguousarray(vectors[rows[start : start + GROUP_ROWS]], dtype=np.float32)
            column = pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), type=field.type)
            writer.write_table(beside.slice(start, GROUP_ROWS).append_column(field, column))


def _with_metadata(table: pd.DataFrame, made_by: Mapping[str, str] | None) -> pa.Table:
    import pyarrow as pa

    whole = pa.Table.from_pandas(table, preserve_index=False)
    if made_by is None:
        return whole
    own = {PARQUET_KEY: json.dumps(made_by, ensure_ascii=False).encode()}
    return whole.replace_schema_metadata({**(whole.schema.metadata or {}), **own})


def _header(names: list[str], *, neutralise: bool) -> bytes:
    """Return the first line; all names are quoted where no text is guarded: `read_table` looks there."""
    import pyarrow as pa

    if neutralise:
        names = guard_formulas(pa.array(names, type=pa.string())).to_pylist()
    quoted = [
        name if neutralise and PLAIN_NAME.fullmatch(name) else '"' + name.replace('"', '""') + '"'
        for name in names
    ]
    return (",".join(quoted) + "\n").encode("utf-8-sig")


def _plain_texts(column: pa.ChunkedArray, *, neutralise: bool) -> pa.ChunkedArray:
    """Return strings in place of categories, and guarded ones where wanted; other columns as they are."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    is_text = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return guard_formulas(column) if neutralise and is_text else column


def _shortest_dates(dates: pd.Series, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return days without a time where no date has one, and seconds without decimals where none has any."""
    import pyarrow as pa

    known = dates.dropna()
    if (known == known.dt.floor("s")).all():
        column = column.cast(pa.timestamp("s", column.type.tz))
        if column.type.tz is None and (known == known.dt.normalize()).all():
            return column.cast(pa.date32())
    return column

"""Read Parquet."""

from __future__ import annotations

import ast
import io
import json
import re
import uuid
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ....errors import CorpusError
from ..raw_table import RawTable, ReadOptions
from .nested_columns import MOST_LEVELS, Columns, columns_of_values
from .vector_columns import LEAST_NUMBERS, NEARLY_ALL

if TYPE_CHECKING:
    import pyarrow as pa

INDEX_NAME = re.compile(r"__index_level_(\d+)__")
"""pandas' name for an index without one."""

SAMPLE_ROWS = 200
LEAST_READABLE = 0.5
"""Share of the sampled byte strings that are UTF-8, below which a column is no text (pictures, shapes)."""


def read_parquet(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read the table of a Parquet file.

    Records become dotted columns, lists of numbers vectors, and other lists and maps text as in JSON.

    Raises
    ------
    CorpusError
        When the file is damaged or of another kind.
    """
    import pyarrow as pa
    import pyarrow.parquet

    try:
        # Unlike `pyarrow.parquet.read_table`, this accepts two columns of one name.
        table = pyarrow.parquet.ParquetFile(io.BytesIO(content)).read()
    except MemoryError:  # which is an error of Arrow too
        raise
    except (pa.ArrowException, OSError) as error:
        raise unreadable(name) from error
    return from_arrow(name, table)


def unreadable(name: str) -> CorpusError:
    """Return the error of a damaged Parquet file."""
    return CorpusError(f"“{name}” is not a readable Parquet file: write it again, or save it as CSV.")


def from_arrow(name: str, table: pa.Table) -> RawTable:
    """Return an Arrow table, read from the Parquet file `name`, as a reader's. Raises as `read_parquet`."""
    import pyarrow as pa

    found = _Found()
    try:
        for column_name, column in zip(_names(table), table.columns, strict=True):
            _add(found, column_name, column, level=0)
        _name_classes(found, table.schema.metadata or {})
    except RecursionError as error:
        raise CorpusError(f"“{name}” nests its values too deeply: leave out those columns.") from error
    except MemoryError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise unreadable(name) from error
    frame = pd.DataFrame(dict(enumerate(found.columns)), index=range(len(table)))
    frame.columns = found.names
    return RawTable(frame, notes=found.notes, vectors=found.vectors)


class _Found:
    """Columns of a table, with those of vectors apart."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.columns: list[pd.Series] = []
        self.vectors: dict[str, np.ndarray] = {}
        self.notes: list[str] = []

    def add(self, name: str, column: pd.Series) -> None:
        self.names.append(name)
        self.columns.append(column.reset_index(drop=True))

    def add_values(self, columns: Columns) -> None:
        for name, values in zip(columns.names, columns.values, strict=True):
            self.add(str(name), pd.Series(values, dtype=object))
        self.vectors |= columns.vectors
        self.notes += columns.notes


def _names(table: pa.Table) -> list[str]:
    """Return the names of the columns; an index of pandas without a name becomes "index"."""
    n_indices = sum(bool(INDEX_NAME.fullmatch(name)) for name in table.column_names)
    levels = (table.schema.pandas_metadata or {}).get("column_indexes", [])
    names = []
    for name in table.column_names:
        if INDEX_NAME.fullmatch(name):
            name = INDEX_NAME.sub("index" if n_indices == 1 else r"index \1", name)
        elif len(levels) > 1 and name.startswith("("):  # "('2024', 'Q1')" is "2024 Q1"
            with suppress(ValueError, SyntaxError):
                name = " ".join(str(part) for part in ast.literal_eval(name) if part not in ("", None))
        names.append(name)
    return names


def _name_classes(found: _Found, metadata: dict[bytes, bytes]) -> None:
    """Replace the numbers of classes by their names, which the library datasets keeps beside the table."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}")).get("info", {}).get("features", {})
    except (ValueError, AttributeError):
        return
    for position, name in enumerate(found.names):
        feature = features.get(name)
        if not isinstance(feature, dict) or feature.get("_type") != "ClassLabel":
            continue
        classes = dict(enumerate(feature.get("names") or []))
        numbers = found.columns[position]
        if classes and numbers.dropna().isin(list(classes)).all():
            found.columns[position] = numbers.map(classes).astype(object)
            found.notes.append(f"The numbers of “{name}” were replaced by the names of their classes.")


def _add(found: _Found, name: str, column: pa.ChunkedArray, level: int) -> None:
    """Add the columns that a column of the file gives."""
    import pyarrow as pa
    import pyarrow.types as types

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        _add_extension(found, name, column, level)
    elif types.is_dictionary(kind):
        _add(
            found,
            name,
            pa.chunked_array([c.dictionary_decode() for c in column.chunks], kind.value_type),
            level,
        )
    elif types.is_struct(kind) and level < MOST_LEVELS:
        for field, inner in zip(kind, column.flatten(), strict=True):
            _add(found, f"{name}.{field.name}", inner, level + 1)
    elif _is_list_of_numbers(kind):
        vectors = _vectors(column)
        if vectors is not None:
            found.vectors[name] = vectors
        else:
            found.add_values(columns_of_values([name], [column.to_pylist()]))
    elif types.is_nested(kind):
        found.add_values(columns_of_values([name], [_plain(column.to_pylist(), kind)]))
    elif types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        _add_bytes(found, name, column.to_pylist())
    else:
        found.add(name, _scalars(column))


def _add_extension(found: _Found, name: str, column: pa.ChunkedArray, level: int) -> None:
    """Add a column of a type that is stored as another: tensors, ids, periods of pandas."""
    import pyarrow as pa

    kind = column.type
    if kind.extension_name == "pandas.period":
        found.add(name, column.to_pandas().astype("str"))
        return
    storage = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
    if kind.extension_name == "arrow.uuid":
        ids = [None if value is None else str(uuid.UUID(bytes=value)) for value in storage.to_pylist()]
        found.add(name, pd.Series(ids, dtype=object))
    else:
        _add(found, name, storage, level)


def _scalars(column: pa.ChunkedArray) -> pd.Series:
    import pyarrow as pa
    import pyarrow.types as types

    kind = column.type
    if types.is_decimal(kind):
        return _decimals(column.to_pylist(), whole=kind.scale <= 0)
    if types.is_date(kind):
        column = column.cast(pa.timestamp("ms"))
    elif types.is_string_view(kind):
        column = column.cast(pa.large_string())
    # Whole numbers stay whole beside missing values.
    whole = {
        getattr(pa, kind.lower())(): getattr(pd, f"{kind}Dtype")()
        for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    }
    return column.to_pandas(types_mapper=whole.get)


def _decimals(values: list[Decimal | None], *, whole: bool) -> pd.Series:
    """Return decimals as numbers where these keep all digits, else as strings."""
    if whole:
        return pd.Series([None if value is None else int(value) for value in values], dtype=object)
    if all(value is None or Decimal(repr(float(value))) == value for value in values):
        return pd.Series([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    return pd.Series([None if value is None else str(value) for value in values], dtype=object)


def _is_list_of_numbers(kind: pa.DataType) -> bool:
    import pyarrow.types as types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type))


def _vectors(column: pa.ChunkedArray) -> np.ndarray | None:
    """Return lists of numbers as vectors, rows of another length as NaN; None where they are no vectors."""
    import pyarrow as pa
    import pyarrow.compute

    lengths = pyarrow.compute.list_value_length(column).fill_null(-1).to_numpy()
    filled = lengths[lengths >= 0]
    if not len(filled):
        return None
    width = int(np.bincount(filled).argmax())
    if width < LEAST_NUMBERS or (lengths == width).sum() < NEARLY_ALL * len(filled):
        return None
    vectors = np.full((len(column), width), np.nan, dtype=np.float32)
    start = 0
    for lists in column.chunks:  # of each alone, as their numbers are wider for a moment
        usual = np.flatnonzero(lengths[start : start + len(lists)] == width)
        # `flatten` leaves out the numbers below a null list.
        numbers = lists.take(pa.array(usual)).flatten().to_numpy(zero_copy_only=False)
        with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite
            vectors[start + usual] = np.asarray(numbers, dtype=np.float64).reshape(len(usual), width)
        start += len(lists)
    return vectors


def _plain(values: list, kind: pa.DataType) -> list:
    """Return values with maps, which pyarrow gives as pairs, as mappings."""
    import pyarrow.types as types

    if types.is_map(kind):
        return [
            None
            if value is None
            else {
                str(key): item
                for (key, _), item in zip(value, _plain([v for _, v in value], kind.item_type), strict=True)
            }
            for value in values
        ]
    if types.is_struct(kind):
        inner = {
            field.name: _plain([None if v is None else v.get(field.name) for v in values], field.type)
            for field in kind
        }
        return [
            None if value is None else {key: column[row] for key, column in inner.items()}
            for row, value in enumerate(values)
        ]
    if types.is_nested(kind) and kind.num_fields == 1:
        return [None if value is None else _plain(value, kind.value_type) for value in values]
    return values


def _add_bytes(found: _Found, name: str, values: list[bytes | None]) -> None:
    """Add byte strings as text; where most are none, only a note."""
    sample = [value for value in values if value is not None]
    sample = sample[:: -(-len(sample) // SAMPLE_ROWS) or 1]
    readable = sum(_is_utf8(value) for value in sample)
    if readable < LEAST_READABLE * len(sample):
        found.notes.append(f"The column “{name}” holds bytes that are no text, and was left out.")
    else:
        found.add(name, pd.Series(values, dtype=object))


def _is_utf8(value: bytes) -> bool:
    try:
        return "\0" not in value.decode("utf-8")
    except UnicodeDecodeError:
        return False

"""Several Parquet files as one table, read in parts and only the columns that are needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from ...errors import CorpusError
from ...utils import Report
from ..tables import RawTable
from ..tables.nested import from_arrow, unreadable
from .found_files import FoundColumn, FoundFile, FoundFiles, partition_names, some_of
from .local_files import unreadable_file

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

ROWS_AT_A_TIME = 65_536
MOST_BYTES = 3 * 2**30
"""Of the chosen columns, unpacked: what is made of them takes two to three times as much."""

INDEX_START = "__index_level_"  # pandas' index, which is no difference between two files

OpenFile = Callable[[str], IO[bytes]]


def describe_footers(found: FoundFiles, report: Report, *, open_file: OpenFile | None = None) -> FoundFiles:
    """Return what was found with its rows and columns, from the footers of the files.

    Raises
    ------
    CorpusError
        When a file is damaged, or has other columns than the first.
    """
    n_rows, schemas = 0, []
    for number, file in enumerate(found.files):
        report("Reading the columns", number, len(found.files))
        with _opened(file, open_file) as parquet:
            n_rows += parquet.metadata.num_rows
            schemas.append(parquet.schema_arrow)
    schema = _common_schema(found.files, schemas)
    names = set(_data_names(schema))
    columns = [FoundColumn(field.name, _kind(field.type)) for field in schema if field.name in names]
    columns += [FoundColumn(name, "text") for name in partition_names(found.files)]
    return replace(found, n_rows=n_rows, columns=tuple(columns))


def read_first_rows(found: FoundFiles, n_rows: int) -> RawTable:
    """Return the first rows of the first file that has any; columns of bytes are left out."""
    import pyarrow as pa

    table = None
    for file in found.files:
        with _opened(file) as parquet:
            schema = parquet.schema_arrow
            names = [
                field.name
                for field in schema
                if _kind(field.type) != "bytes" and not field.name.startswith(INDEX_START)
            ]
            batch = next(parquet.iter_batches(batch_size=n_rows, columns=names), None)
            if table is None or batch is not None:
                table = schema.empty_table() if batch is None else pa.Table.from_batches([batch])
            if batch is not None and len(batch):
                break
    assert table is not None  # there is a file
    return from_arrow(found.address.name, table)


def read_parquet_files(
    found: FoundFiles, columns: Collection[str] | None, report: Report
) -> tuple[RawTable, list[int]]:
    """Read files as one table, part by part; return it, and the rows of each file.

    Parameters
    ----------
    columns : collection of str or None
        Columns that are read; None for all.

    Raises
    ------
    CorpusError
        When a file is damaged, gone, or written meanwhile, or the columns do not fit into memory.
    """
    import pyarrow as pa

    n_bytes, total, schemas = 0, 0, []
    for file in found.files:
        with _opened(file) as parquet:
            schemas.append(parquet.schema_arrow)
            total += parquet.metadata.num_rows
            n_bytes += _unpacked_bytes(parquet, columns)
    if n_bytes > MOST_BYTES:
        raise CorpusError(
            f"The chosen columns have {n_bytes / 1e9:,.1f} GB unpacked, and {MOST_BYTES / 1e9:,.1f} GB is "
            "the limit: choose fewer columns, or name fewer files."
        )
    schema = _common_schema(found.files, schemas, columns)
    parts: list[pa.RecordBatch] = []
    rows_of_file, done = [], 0
    for file in found.files:
        before = done
        for batch in _batches(file, columns):
            report("Reading", done, max(1, total))
            parts.append(_cast(batch, schema))
            done += len(batch)
        rows_of_file.append(done - before)
    report("Reading", total, max(1, total))
    return from_arrow(found.address.name, pa.Table.from_batches(parts, schema)), rows_of_file


def _batches(file: FoundFile, columns: Collection[str] | None) -> Iterator[pa.RecordBatch]:
    with _opened(file) as parquet:
        chosen = None if columns is None else [name for name in parquet.schema_arrow.names if name in columns]
        yield from parquet.iter_batches(batch_size=ROWS_AT_A_TIME, columns=chosen)
    try:
        size = Path(file.path).stat().st_size
    except OSError as error:
        raise unreadable_file(file.path, error) from error
    if file.size is not None and size != file.size:
        raise CorpusError(
            f"“{file.name}” was written while it was read: wait until it is finished, and look again."
        )


@contextmanager
def _opened(file: FoundFile, open_file: OpenFile | None = None) -> Iterator[pq.ParquetFile]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with open_file(file.path) if open_file else Path(file.path).open("rb") as content:
            yield pq.ParquetFile(content)
    except pa.ArrowInvalid as error:
        raise unreadable(file.name) from error
    except OSError as error:
        if open_file is not None:
            raise
        # What Arrow raises for a damaged file has no number.
        raise (unreadable_file(file.path, error) if error.errno else unreadable(file.name)) from error


def _common_schema(
    files: Sequence[FoundFile], schemas: Sequence[pa.Schema], columns: Collection[str] | None = None
) -> pa.Schema:
    """Return the columns of all files, each of a type that holds that of every file.

    Raises
    ------
    CorpusError
        When a file has other columns than the first, or one of another type.
    """
    import pyarrow as pa

    plain = [_plain(schema, columns) for schema in schemas]
    first = plain[0]
    if len(plain) == 1:
        return first
    for file, schema in zip(files, plain, strict=True):
        differ = sorted(set(_data_names(schema)) ^ set(_data_names(first)))
        if differ:
            raise CorpusError(
                f"“{files[0].name}” and “{file.name}” have different columns ({some_of(differ)}), and files "
                "that are read together need the same: name those of one table by a pattern."
            )
    names = _data_names(first)
    if len(set(names)) < len(names):
        raise CorpusError(
            f"“{files[0].name}” has two columns of one name, which cannot be matched with those of other "
            "files: write it again, or name it alone."
        )
    fields = [_common_field(name, files, plain) for name in names]
    return pa.schema(fields, metadata=first.metadata)


def _common_field(name: str, files: Sequence[FoundFile], schemas: Sequence[pa.Schema]) -> pa.Field:
    """Return a column with a type that holds that of every file."""
    import pyarrow as pa

    common = pa.schema([schemas[0].field(name)])
    for file, schema in zip(files, schemas, strict=True):
        try:
            common = pa.unify_schemas([common, pa.schema([schema.field(name)])], promote_options="permissive")
        except (pa.ArrowTypeError, pa.ArrowInvalid) as error:
            raise CorpusError(
                f"The column “{name}” holds {common.field(0).type} in “{files[0].name}” and "
                f"{schema.field(name).type} in “{file.name}”, and files that are read together need the "
                "same: write one of them again."
            ) from error
    return common.field(0)


def _plain(schema: pa.Schema, columns: Collection[str] | None) -> pa.Schema:
    """Return the chosen columns, strings in the one type that holds any number of them."""
    import pyarrow as pa

    fields = [
        pa.field(field.name, _plain_type(field.type))
        for field in schema
        if columns is None or field.name in columns
    ]
    return pa.schema(fields, metadata=schema.metadata)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    import pyarrow as pa
    import pyarrow.types as types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return pa.large_string() if types.is_string(kind) or types.is_string_view(kind) else kind


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.types as types

    columns = []
    for position, field in enumerate(schema):
        # By position where a file stands alone: two of its columns may have one name.
        same = position < batch.num_columns and batch.schema.field(position).name == field.name
        column = batch.column(position if same else field.name)
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        columns.append(column if column.type == field.type else column.cast(field.type))
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _data_names(schema: pa.Schema) -> list[str]:
    return [name for name in schema.names if not name.startswith(INDEX_START)]


def _unpacked_bytes(parquet: pq.ParquetFile, columns: Collection[str] | None) -> int:
    metadata, total = parquet.metadata, 0
    for group in range(metadata.num_row_groups):
        for position in range(metadata.num_columns):
            column = metadata.row_group(group).column(position)
            path = column.path_in_schema
            if columns is None or any(path == name or path.startswith(f"{name}.") for name in columns):
                total += cast("int", column.total_uncompressed_size)
    return total


def _kind(kind: pa.DataType) -> str:
    """Return what a column holds, in a word."""
    import pyarrow.types as types

    if types.is_dictionary(kind):
        kind = kind.value_type
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return "bytes"
    if types.is_temporal(kind):
        return "date"
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return "number"
    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    if is_list and types.is_floating(kind.value_type):
        return "vector"
    return "nested" if types.is_nested(kind) else "other"

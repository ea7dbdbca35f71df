"""One file in, one file of the same name out: the same rows and ids, in order."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from .. import __version__
from ..errors import CorpusError, RefractError, StoreError
from ..export import PARQUET_KEY
from ..utils import explain_error
from .columns import ID, id_field, read_ids
from .files import FileTask, file_name, find_names, open_table, read_errors, shown, written_aside

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH_ROWS = 8_192
"""Rows in memory at once, and in a row group of the results."""


class Step(Protocol):
    """A loaded job: turns record batches into columns."""

    def columns(self, schema: pa.Schema, name: str) -> list[str]:
        """Return the columns that are read of a file; refuse one that does not fit, by CorpusError."""
        ...

    def fields(self) -> list[pa.Field]:
        """Return the columns of the results, without the ids."""
        ...

    def metadata(self) -> dict[str, object]:
        """Return what a reader of the results has to know, as JSON."""
        ...

    def run(self, batch: pa.RecordBatch, name: str) -> list[pa.Array]:
        """Return the values of `fields` for the rows of a batch."""
        ...


class Job(Hashable, Protocol):
    """What is done with each file: hashable, and small enough to be sent to other machines."""

    @property
    def id(self) -> str | None:
        """Return the column of the ids; None for row numbers."""
        ...

    def describe(self) -> dict[str, object]:
        """Return what the results depend on, as JSON: results of another description are never mixed in."""
        ...

    def load(self) -> Step:
        """Load models; raise a RefractError where that fails."""
        ...


class Done(NamedTuple):
    """A finished file: its rows, and those without a text or vector."""

    n_rows: int
    n_empty: int


class Outcome(NamedTuple):
    """What became of a task: `done`, or one sentence on why not."""

    task: FileTask
    done: Done | None
    problem: str = ""


def work(job: Job, file_in: str, file_out: str) -> Done:
    """Make one file of results. Memory holds `BATCH_ROWS` rows; models stay loaded for the next file.

    The ids of the new file are compared with those of the old one before it gets its name.

    Raises
    ------
    CorpusError
        When the file cannot be read or has other columns than the job needs.
    EncoderUnavailable
        When the encoder fails.
    StoreError
        When the results cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    step, name = load_step(job), file_name(file_in)
    with open_table(file_in) as table:
        columns = step.columns(table.schema_arrow, name)
        ids, fields = id_field(table.schema_arrow, job.id, name), step.fields()
        metadata = {
            "version": __version__,
            "job": job.describe(),
            "ids": job.id or "row number",
        } | step.metadata()
        schema = pa.schema([ids, *fields], {PARQUET_KEY: json.dumps(metadata, ensure_ascii=False).encode()})
        n_rows = n_empty = 0
        with written_aside(file_out) as place:
            categories = [field.name for field in fields if pa.types.is_dictionary(field.type)]
            with pq.ParquetWriter(place, schema, compression="zstd", use_dictionary=categories) as writer:
                for batch in read_batches(table, [*columns, *([job.id] if job.id else [])], file_in):
                    made = step.run(batch, name)
                    arrays = [read_ids(batch, job.id, n_rows), *made]
                    writer.write_batch(pa.record_batch(arrays, schema=schema), row_group_size=BATCH_ROWS)
                    n_rows += len(batch)
                    n_empty += made[0].null_count
            with pq.ParquetFile(place) as written:
                check_ids(table, written, job.id, file_in)
    return Done(n_rows, n_empty)


def attempt(job: Job, task: FileTask) -> Outcome:
    """Do a task; an error of its file is returned, so that the other files are done all the same.

    Raises
    ------
    StoreError
        When results cannot be written: the other files would fail like this one.
    """
    try:
        return Outcome(task, work(job, task.source, task.target))
    except StoreError:
        raise
    except Exception as error:  # damaged files raise errors of many types
        return Outcome(task, None, explain_error(error, task.name))


@lru_cache(maxsize=1)
def load_step(job: Job) -> Step:
    """Return a loaded job; the one used last stays in memory."""
    return job.load()


def pending(job: Job, tasks: Sequence[FileTask], target: str) -> list[FileTask]:
    """Return the tasks whose file is not there.

    Raises
    ------
    StoreError
        When a file of results is of another job.
    """
    there = set(find_names(target)) if tasks else set()
    for task in tasks:
        if task.name in there:
            _check_same_job(job, task)
    return [task for task in tasks if task.name not in there]


def read_batches(table: pq.ParquetFile, columns: Sequence[str], address: str) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a file, `BATCH_ROWS` at a time."""
    wanted = list(dict.fromkeys(columns))
    with read_errors(address):
        batches = table.iter_batches(batch_size=BATCH_ROWS, columns=wanted, use_threads=False)
    while True:
        with read_errors(address):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def check_ids(table: pq.ParquetFile, written: pq.ParquetFile, column: str | None, address: str) -> None:
    """Compare the rows and ids of a file of results with those of the file that it was made from.

    Raises
    ------
    CorpusError
        Where they differ.
    """
    n_rows, n_written = table.metadata.num_rows, written.metadata.num_rows
    if n_rows != n_written:
        raise CorpusError(
            f"“{file_name(address)}” has {n_rows:,} rows and its results {n_written:,}: delete the results "
            "and run the same command again."
        )
    olds: Iterator[pa.Array] = _row_numbers(n_rows)
    if column is not None:
        olds = (read_ids(batch, column, 0) for batch in read_batches(table, [column], address))
    news = (batch.column(ID) for batch in read_batches(written, [ID], address))
    first = 0
    for old, new in _side_by_side(olds, news):
        if not _bits(old).equals(_bits(new)):
            raise CorpusError(
                f"The ids of “{file_name(address)}” and of its results differ between row {first:,} and row "
                f"{first + len(old):,}: delete the results and run the same command again."
            )
        first += len(old)


def read_metadata(schema: pa.Schema) -> dict:
    """Return what a file of results says of itself; {} for other files."""
    try:
        found = json.loads((schema.metadata or {}).get(PARQUET_KEY, b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _row_numbers(n_rows: int) -> Iterator[pa.Array]:
    import pyarrow as pa

    for first in range(0, n_rows, BATCH_ROWS):
        yield pa.array(np.arange(first, min(first + BATCH_ROWS, n_rows)))


def _side_by_side(olds: Iterator[pa.Array], news: Iterator[pa.Array]) -> Iterator[tuple[pa.Array, pa.Array]]:
    """Cut two columns of equal length into pieces of equal length: batches of two files end elsewhere."""
    old = new = None
    while True:
        old = old if old is not None and len(old) else next(olds, None)
        new = new if new is not None and len(new) else next(news, None)
        if old is None or new is None:
            return
        n_rows = min(len(old), len(new))
        yield old.slice(0, n_rows), new.slice(0, n_rows)
        old, new = old.slice(n_rows), new.slice(n_rows)


def _bits(ids: pa.Array) -> pa.Array:
    """Return decimal numbers as whole ones of the same bits: a missing one, NaN, is not equal to itself."""
    import pyarrow as pa

    kinds = {16: pa.int16(), 32: pa.int32(), 64: pa.int64()}
    return ids.view(kinds[ids.type.bit_width]) if pa.types.is_floating(ids.type) else ids


def _check_same_job(job: Job, task: FileTask) -> None:
    try:
        with open_table(task.target) as table:
            found = read_metadata(table.schema_arrow).get("job")
    except RefractError as error:
        raise StoreError(f"The results “{shown(task.target)}” cannot be read: delete this file.") from error
    if not isinstance(found, dict):
        raise StoreError(
            f"“{shown(task.target)}” was not made by this command: name another folder for the results."
        )
    wanted = json.loads(json.dumps(job.describe()))
    differing = [name for name in (wanted | found) if wanted.get(name) != found.get(name)]
    if differing:
        which = differing[0]
        other = f"{which} {found.get(which)!r}, not {wanted.get(which)!r}"
        raise StoreError(
            f"“{shown(task.target)}” was made with {other}: name "
            "another folder for the results, or take the same choices as before."
        )

"""Cut large files into files of a size that one job does in minutes, and check finished folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..errors import CorpusError, RefractError, StoreError
from .files import FileTask, find_tasks, open_table, read_errors, shown, written_aside
from .one_file import BATCH_ROWS, check_ids, read_metadata

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

LEAST_DIGITS = 5
"""Of the number in the name of a part, so that parts sort by their rows."""


def split_files(source: str, target: str, rows: int, tell: Callable[[str], None]) -> int:
    """Cut each Parquet file of a folder, file or pattern into files of `rows` rows; return how many.

    All columns, types and metadata stay. Memory holds `BATCH_ROWS` rows. Parts that are there are kept, so an
    interrupted run goes on.

    Parameters
    ----------
    tell : callable
        Called with a line for each file.

    Raises
    ------
    CorpusError
        When a file cannot be read.
    StoreError
        When the target holds other parts, or cannot be written.
    """
    n_parts = 0
    for task in find_tasks(source, target):
        with open_table(task.source) as table:
            parts = _parts(task, table.metadata.num_rows, rows)
            missing = [part for part in parts if not _is_there(part[0], part[2])]
            if missing:
                _write_parts(table, task, parts, {address for address, _, _ in missing})
        n_parts += len(parts)
        tell(f"{task.name}: {table.metadata.num_rows:,} rows in {len(parts):,} files")
    return n_parts


def verify_files(source: str, target: str) -> Iterator[tuple[FileTask, int, str]]:
    """Yield each file with the number of its rows, and a sentence where its results are missing or differ.

    The ids of both files are compared, row by row.
    """
    for task in find_tasks(source, target):
        n_rows, problem = 0, ""
        try:
            with open_table(task.source) as table:
                n_rows = table.metadata.num_rows
                problem = _compare(table, task)
        except RefractError as error:
            problem = str(error)
        yield task, n_rows, problem


def _compare(table: pq.ParquetFile, task: FileTask) -> str:
    try:
        with open_table(task.target) as written:
            job = read_metadata(written.schema_arrow).get("job")
            if not isinstance(job, dict):
                return f"“{shown(task.target)}” is no file of results: delete it."
            check_ids(table, written, job.get("id"), task.source)
    except FileNotFoundError:
        return "missing"
    except CorpusError as error:
        return "missing" if isinstance(error.__cause__, FileNotFoundError) else str(error)
    return ""


def _parts(task: FileTask, n_rows: int, rows: int) -> list[tuple[str, int, int]]:
    """Return the address of each part of a file, its first row and its number of rows."""
    starts = range(0, max(n_rows, 1), rows)
    digits = max(LEAST_DIGITS, len(str(len(starts) - 1)))
    stem = task.target[: task.target.rindex(".")]
    return [
        (f"{stem}-{number:0{digits}d}.parquet", first, min(rows, n_rows - first))
        for number, first in enumerate(starts)
    ]


def _is_there(address: str, n_rows: int) -> bool:
    """Whether a part is written; refuse one of another size."""
    try:
        with open_table(address) as table:
            found = table.metadata.num_rows
    except CorpusError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return False
        raise
    if found != n_rows:
        raise StoreError(
            f"“{shown(address)}” has {found:,} rows, not {n_rows:,}: it is of another split, name "
            "another folder."
        )
    return True


def _write_parts(
    table: pq.ParquetFile, task: FileTask, parts: list[tuple[str, int, int]], missing: set[str]
) -> None:
    """Write the missing parts of a file, reading it once."""
    batches = _Batches(table, task.source)
    for address, _, n_rows in parts:
        if address in missing:
            _write_part(batches, address, n_rows)
        else:
            for _ in batches.take(n_rows):
                pass


def _write_part(batches: _Batches, address: str, n_rows: int) -> None:
    import pyarrow.parquet as pq

    with (
        written_aside(address) as place,
        pq.ParquetWriter(place, batches.schema, compression="zstd") as writer,
    ):
        for batch in batches.take(n_rows):
            writer.write_batch(batch)


class _Batches:
    """The rows of a file in order, taken piece by piece."""

    def __init__(self, table: pq.ParquetFile, address: str) -> None:
        self.schema = table.schema_arrow
        self._address = address
        self._batches = table.iter_batches(batch_size=BATCH_ROWS, use_threads=False)
        self._rest: pa.RecordBatch | None = None

    def take(self, n_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the next rows, in one or more batches."""
        while n_rows > 0:
            if self._rest is None or not len(self._rest):
                with read_errors(self._address):
                    self._rest = next(self._batches)
            piece = self._rest.slice(0, n_rows)
            self._rest = self._rest.slice(len(piece))
            n_rows -= len(piece)
            yield piece

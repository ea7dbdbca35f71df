"""Find what is at an address, look at its first rows, and read it as one table."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import CorpusError
from ...utils import Report
from ..tables import RawTable, ReadOptions, Table, finish_table, read_raw, unique_names
from ..tables import read_table as read_content
from .address import LOCAL, Address, parse_address
from .fetch import fetch
from .found_files import (
    PARQUET,
    FoundFile,
    FoundFiles,
    partition_names,
    partitions_of,
    some_of,
)
from .local_files import find_local, unreadable_file
from .parquet_files import describe_footers, read_first_rows, read_parquet_files
from .remote_files import find_remote

FILE = "file"
"""Column that says which of several files a row is from."""

MOST_TEXT_BYTES = 500 * 2**20
"""Of files other than Parquet, which are read whole: they take up to ten times as much memory."""

FIRST_ROWS, FIRST_BYTES = 1_000, 2**20
"""Rows, and bytes of a file other than Parquet, that are looked at before the rest is read."""

JSON_LINES = (".jsonl", ".ndjson")
IN_LINES = (".csv", ".tsv", *JSON_LINES)
WHOLE_NUMBER = re.compile(r"-?(0|[1-9]\d{0,17})")


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Report to nobody."""


def read_table(
    source: str | os.PathLike[str],
    content: bytes | None = None,
    *,
    columns: Collection[str] | None = None,
    options: ReadOptions | None = None,
    report: Report = ignore_progress,
) -> Table:
    """Read a table from a path, folder, pattern or address, or from the content of a file.

    Several files of one kind and with the same columns are one table; the column `file` says which file a
    row is from. Folders such as "lang=de" become columns. Parquet is read in parts, other files whole.

    Parameters
    ----------
    source : str or path
        A path, folder or pattern ("reviews/*.parquet"; "**" for folders below), or an address that begins
        with https://, hf:// or s3://: its server is then asked, with the keys that are in the environment.
        With `content`, the name of a file.
    content : bytes, optional
        Of a file, which is then not looked for.
    columns : collection of str, optional
        Columns of Parquet files that are read; all when not given.
    options : ReadOptions, optional
        How files other than Parquet are read; found out when not given.
    report : Report, optional
        Called with the progress; may raise to stop.

    Raises
    ------
    CorpusError
        When there is nothing to read there, or it cannot be read together.
    """
    if content is not None:
        return read_content(os.fspath(source), content, options=options)
    address = parse_address(source)
    if address.protocol == LOCAL:
        return read_found(find_local(address, report), columns=columns, options=options, report=report)
    found = find_remote(address, report)
    with tempfile.TemporaryDirectory() as folder:
        local = fetched(found, Path(folder), report)
        return read_found(local, columns=columns, options=options, report=report)


def find_source(address: Address, report: Report, hosts: Collection[str] | None = None) -> FoundFiles:
    """Return what is at an address: files, sizes, and for Parquet rows and columns.

    Raises
    ------
    CorpusError
        As `find_local` and `find_remote` do.
    """
    if address.protocol != LOCAL:
        return find_remote(address, report, hosts)
    found = find_local(address, report)
    return describe_footers(found, report) if found.kind == PARQUET else found


def fetched(
    found: FoundFiles, folder: Path, report: Report, hosts: Collection[str] | None = None
) -> FoundFiles:
    """Fetch what was found on a server; return the same files, in a folder of this machine.

    Raises
    ------
    CorpusError
        As `fetch` does.
    """
    fetch(found, folder, report, hosts)
    here = folder
    if len(found.files) == 1:
        here = next(path for path in sorted(folder.rglob("*")) if path.is_file())
    local = find_local(Address(LOCAL, str(here)), report)
    local = replace(local, address=Address(LOCAL, found.address.shown))  # which names the corpus
    return describe_footers(local, report) if local.kind == PARQUET else local


def first_rows(found: FoundFiles) -> Table | None:
    """Return the first rows of files on this machine; None where these cannot be read alone."""
    file = found.files[0]
    if found.kind == PARQUET:
        raw = read_first_rows(found, FIRST_ROWS)
    elif found.kind in IN_LINES:
        name = f"{file.name.partition('.')[0]}{found.kind}"  # unpacked already
        try:
            raw = read_raw(name, _first_lines(file), options=ReadOptions(), most_bytes=2 * FIRST_BYTES)
        except (CorpusError, EOFError, zlib.error):
            return None
        raw = replace(raw, frame=raw.frame.head(FIRST_ROWS), source_rows=None, vectors={})
    else:
        return None
    try:
        return finish_table(found.address.name, _with_origin(raw, found.files[:1], [len(raw.frame)]))
    except CorpusError:
        return None


def read_found(
    found: FoundFiles,
    *,
    columns: Collection[str] | None = None,
    options: ReadOptions | None = None,
    report: Report = ignore_progress,
) -> Table:
    """Read files of this machine as one table. Parameters as `read_table`.

    Raises
    ------
    CorpusError
        When one cannot be read, or they cannot be read together.
    """
    options = options or ReadOptions()
    if found.kind == PARQUET:
        raw, counts = read_parquet_files(found, columns, report)
    else:
        raw, counts = _read_whole(found, options, report)
    raw = _with_origin(raw, found.files, counts, columns if found.kind == PARQUET else None)
    report("Reading the values", 0, 1)
    name, single = found.address.name, found.files[0].name.rpartition("/")[2]
    if len(found.files) == 1 and single.startswith(name):  # the file itself was named, perhaps without ending
        name = single
    return finish_table(name, raw, day_first=options.day_first)


def _first_lines(file: FoundFile) -> bytes:
    """Return the whole lines at the beginning of a file."""
    try:
        with Path(file.path).open("rb") as opened:
            packed = opened.read(2) == b"\x1f\x8b"
            opened.seek(0)
            content = gzip.GzipFile(fileobj=opened).read(FIRST_BYTES) if packed else opened.read(FIRST_BYTES)
    except OSError as error:
        raise unreadable_file(file.path, error) from error
    whole = len(content) < FIRST_BYTES
    return content if whole else content[: content.rfind(b"\n") + 1]


def _read_whole(found: FoundFiles, options: ReadOptions, report: Report) -> tuple[RawTable, list[int]]:
    """Read files that are not Parquet, each whole; return one table, and the rows of each file."""
    n_bytes = found.n_bytes or 0
    if n_bytes > MOST_TEXT_BYTES:
        raise CorpusError(
            f"The {'file has' if len(found.files) == 1 else 'files have'} {n_bytes // 2**20:,} MB, and "
            f"{MOST_TEXT_BYTES // 2**20:,} MB is the limit for any kind but Parquet: save the texts as "
            "Parquet, or name fewer files."
        )
    raws, done = [], 0
    for file in found.files:
        report("Reading", done, max(1, n_bytes))
        try:
            with Path(file.path).open("rb") as opened:
                content = opened.read(MOST_TEXT_BYTES + 1)
        except OSError as error:
            raise unreadable_file(file.path, error) from error
        name = file.name.rpartition("/")[2]
        raws.append(read_raw(name, content, options=options, most_bytes=MOST_TEXT_BYTES))
        done += len(content)
    if len(raws) == 1:
        return raws[0], [len(raws[0].frame)]
    return _joined(found, raws), [len(raw.frame) for raw in raws]


def _joined(found: FoundFiles, raws: Sequence[RawTable]) -> RawTable:
    """Return the rows of several files as one table."""
    frames = []
    for raw in raws:
        frame = raw.frame.copy(deep=False)
        frame.columns = unique_names(list(frame.columns))[0]
        frames.append(frame)
    if found.kind not in JSON_LINES:  # whose records may leave fields out
        for file, frame in zip(found.files, frames, strict=True):
            differ = sorted(set(frame.columns) ^ set(frames[0].columns))
            if differ:
                raise CorpusError(
                    f"“{found.files[0].name}” and “{file.name}” have different columns ({some_of(differ)}), "
                    "and files that are read together need the same: name those of one table by a pattern."
                )
    widths = [{name: array.shape[1] for name, array in raw.vectors.items()} for raw in raws]
    shared = widths[0] if all(each == widths[0] for each in widths) else {}
    notes = [note for raw in raws for note in raw.notes]
    if widths != [shared] * len(widths):
        notes.append("Vectors were left out: they differ in length between the files.")
    first = raws[0]
    return RawTable(
        pd.concat(frames, ignore_index=True),
        first.encoding,
        list(dict.fromkeys(notes)),
        descriptions=first.descriptions,
        used=first.used,
        vectors={name: np.concatenate([raw.vectors[name] for raw in raws]) for name in shared},
        text_columns=first.text_columns,
        guarded=any(raw.guarded for raw in raws),
    )


def _with_origin(
    raw: RawTable, files: Sequence[FoundFile], counts: list[int], columns: Collection[str] | None = None
) -> RawTable:
    """Return a table with the columns that the folders say, and with `file` where there are several files."""
    origins: dict[str, list[str | None]] = {
        name: [partitions_of(file.name).get(name) for file in files] for name in partition_names(files)
    }
    if len(files) > 1:
        origins[FILE] = [file.name for file in files]
    frame = raw.frame.copy(deep=False)
    for name, values in origins.items():
        if columns is None or name in columns or name == FILE:
            frame.insert(frame.shape[1], name, _repeated(values, counts), allow_duplicates=True)
    return replace(raw, frame=frame)


def _repeated(values: list[str | None], counts: list[int]) -> pd.Series:
    filled = [value for value in values if value is not None]
    if filled and all(WHOLE_NUMBER.fullmatch(value) for value in filled):
        numbers = pd.array([None if value is None else int(value) for value in values], dtype="Int64")
        return pd.Series(numbers.repeat(counts))
    return pd.Series(np.repeat(np.array(values, dtype=object), counts), dtype="str")

"""Read files that nobody vouches for: in a child process, with limits of memory and time.

A library may crash on such a file, or take all memory: a Parquet file of 7 KB unpacks to 8 GB, and a workbook
of 2 KB has rows without end. The child processes import nothing but `core.corpus`, as their start counts.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any, cast

from ...errors import CorpusError, RefractError, StoreError
from ...utils import (
    ChildProcessEnded,
    ChildProcessFailed,
    LimitReached,
    Limits,
    Report,
    available_bytes,
    run_in_child,
)
from ...utils.server_rules import check_size
from ..tables import READERS, ReadOptions, Table, load_table, read_table, save_table
from .address import LOCAL, Address
from .fetch import remove_parts
from .file_systems import SourceMoved
from .found_files import FoundFiles
from .read_source import fetched, find_source, first_rows, read_found

MODULE = __name__
MEGABYTE = 2**20

SHARE_OF_AVAILABLE = 0.7
LEAST_MEMORY, MEMORY_PER_BYTE = 2 * 2**30, 12
"""Bytes for a small file, and for each byte of a large one: 198 MB of CSV take 1.8 GB."""

LEAST_SECONDS, SECONDS_PER_MEGABYTE = 30.0, 4.0
"""About ten times what workbooks, the slowest, take."""

FIND_SECONDS, FETCH_SECONDS = 300.0, 86_400.0
"""For all files of a folder or an address, with a progress that can be cancelled."""

MOST_TEXT_HERE, MOST_JSON_HERE = MEGABYTE, MEGABYTE // 16
"""Bytes of plain text, and of JSON, up to which no child process is started, which takes a second."""

MOST_CELLS_HERE = 1_000_000
DELIMITERS = (b",", b";", b"\t", b"|", b"^", b"~")
TEXT_ENDINGS, JSON_ENDINGS = (".csv", ".tsv", ".txt"), (".json", ".jsonl", ".ndjson", ".geojson", ".js")
BINARY_STARTS = (b"PK", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
CONTENT = "content"


def limits_for(n_bytes: int) -> Limits:
    """Return what the reading of a file of this size may take on this machine."""
    memory = min(SHARE_OF_AVAILABLE * available_bytes(), max(LEAST_MEMORY, MEMORY_PER_BYTE * n_bytes))
    return Limits(int(memory), LEAST_SECONDS + SECONDS_PER_MEGABYTE * n_bytes / MEGABYTE)


def run_limited(
    function: str,
    report: Report,
    *,
    shown: str,
    limits: Limits,
    failure: type[RefractError] = CorpusError,
    **arguments: object,
) -> object:
    """Run a function that reads a file in a child process.

    Parameters
    ----------
    function : str
        As `run_in_child` takes it, as are `report` and the further arguments.
    shown : str
        Name of the file in messages.
    limits : Limits
        As of `limits_for`.
    failure : type of error
        What is raised, whatever the reason is.
    """
    try:
        return run_in_child(function, report, limits=limits, **arguments)
    except LimitReached as error:
        raise failure(
            f"“{shown}” takes more than {error.limit} to read, which is the limit for its size on this "
            "machine: save it with only the columns that are needed, or in several files."
        ) from error
    except ChildProcessEnded as error:
        raise failure(
            f"“{shown}” stopped the program that reads it, as a damaged file may: save it again, or in "
            "another format."
        ) from error
    except ChildProcessFailed as error:
        raise failure(str(error)) from error


def read_upload(
    name: str, content: bytes, report: Report, *, options: ReadOptions | None = None, most_bytes: int
) -> Table:
    """Read an uploaded file as `core.corpus.tables.read_table` does, a small one of plain text at once.

    Raises
    ------
    CorpusError
        As `read_table` does, and where the limits of memory or time are reached.
    """
    options = options or ReadOptions()
    if len(content) > most_bytes or is_read_here(name, content):
        return read_table(name, content, options=options, most_bytes=most_bytes)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        (Path(folder) / CONTENT).write_bytes(content)
        run_limited(
            f"{MODULE}:keep_upload",
            report,
            shown=PurePath(name).name,
            limits=limits_for(len(content)),
            name=name,
            folder=folder,
            options=asdict(options),
            most_bytes=most_bytes,
        )
        return _load(Path(folder))  # mapped from the files, which outlives their names


def read_found_limited(
    found: FoundFiles,
    folder: Path,
    report: Report,
    *,
    columns: Collection[str] | None = None,
    options: ReadOptions | None = None,
) -> Table:
    """Read files of this machine as `read_found` does, keep the table in a folder, and open it there.

    Raises
    ------
    CorpusError
        As `read_found` does, and where the limits of memory or time are reached.
    """
    run_limited(
        f"{MODULE}:keep_found",
        report,
        shown=found.address.name,
        limits=limits_for(found.n_bytes or 0),
        found=asdict(found),
        folder=str(folder),
        columns=None if columns is None else list(columns),
        options=asdict(options or ReadOptions()),
    )
    return _load(folder)


def find_limited(
    address: Address, report: Report, *, hosts: Collection[str] | None, first: Path | None = None
) -> FoundFiles:
    """Find what is at an address as `find_source` does.

    Parameters
    ----------
    first : Path, optional
        Folder for the first rows, of files on this machine that can be read alone.

    Raises
    ------
    CorpusError
        As `find_source` and `first_rows` do, and where the limits of memory or time are reached.
    SourceMoved
        When the server refers to another host.
    """
    answer = run_limited(
        f"{MODULE}:find",
        report,
        shown=address.shown,
        limits=Limits(limits_for(0).memory, FIND_SECONDS),
        address=asdict(address),
        hosts=None if hosts is None else list(hosts),
        first=None if first is None else str(first),
    )
    return _found_in(answer)


def fetch_limited(
    address: Address, folder: Path, report: Report, *, hosts: Collection[str] | None, first: Path
) -> FoundFiles:
    """Find and fetch what is at an address as `fetched` does; what was not finished is removed.

    Parameters as `find_limited`.

    Raises
    ------
    CorpusError
        As `find_source` and `fetched` do, and where the limits of memory or time are reached.
    SourceMoved
        When the server refers to another host.
    """
    try:
        answer = run_limited(
            f"{MODULE}:fetch",
            report,
            shown=address.shown,
            limits=Limits(limits_for(0).memory, FETCH_SECONDS),
            address=asdict(address),
            hosts=None if hosts is None else list(hosts),
            folder=str(folder),
            first=str(first),
        )
    finally:
        remove_parts(folder)  # of a child that was ended
    return _found_in(answer)


def keep_upload(report: Report, *, name: str, folder: str, options: dict, most_bytes: int) -> None:
    """Read the content in a folder, and write the table there. For child processes."""
    report("Reading", 0, 1)
    content = (Path(folder) / CONTENT).read_bytes()
    table = read_table(name, content, options=ReadOptions(**options), most_bytes=most_bytes)
    save_table(Path(folder), table)


def keep_found(report: Report, *, found: dict, folder: str, columns: list[str] | None, options: dict) -> None:
    """Read what was found, and write the table into a folder. For child processes."""
    table = read_found(
        FoundFiles.from_dict(found), columns=columns, options=ReadOptions(**options), report=report
    )
    report("Keeping the table", 0, 1)
    save_table(Path(folder), table)


def find(report: Report, *, address: dict, hosts: list[str] | None, first: str | None) -> dict:
    """Find what is at an address, and write its first rows into a folder. For child processes."""
    try:
        found = _within_rules(find_source(Address(**address), report, hosts))
    except SourceMoved as moved:
        return {"host": moved.host, "message": str(moved)}
    return _with_first_rows(found, first, report)


def fetch(report: Report, *, address: dict, hosts: list[str] | None, folder: str, first: str) -> dict:
    """Fetch what is at an address, and write its first rows into a folder. For child processes."""
    try:
        offered = _within_rules(find_source(Address(**address), report, hosts))
        found = _within_rules(fetched(offered, Path(folder), report, hosts))  # a server may say no size
    except SourceMoved as moved:
        return {"host": moved.host, "message": str(moved)}
    return _with_first_rows(found, first, report)


def _within_rules(found: FoundFiles) -> FoundFiles:
    """Return what was found; raise CorpusError for a file larger than the rules of a shared server take."""
    for file in found.files:
        check_size(file.name, file.size or 0)
    return found


def _with_first_rows(found: FoundFiles, first: str | None, report: Report) -> dict:
    if first is not None and found.address.protocol == LOCAL:
        report("Reading the first rows", 0, 1)
        table = first_rows(found)
        if table is not None:
            save_table(Path(first), table)
    return asdict(found)


def _found_in(answer: object) -> FoundFiles:
    """Return what a child process found; raise SourceMoved where the server refers to another host."""
    about = cast("dict[str, Any]", answer)
    if "host" in about:
        raise SourceMoved(about["message"], about["host"])
    return FoundFiles.from_dict(about)


def _load(folder: Path) -> Table:
    try:
        return load_table(folder)
    except StoreError as error:
        raise CorpusError(str(error)) from error


def is_read_here(name: str, content: bytes) -> bool:
    """Return whether a file is small plain text, and no large table of few bytes, or refused by its name."""
    ending = PurePath(name).suffix.lower()
    if content.startswith(BINARY_STARTS):
        return False
    if ending in JSON_ENDINGS:
        return len(content) <= MOST_JSON_HERE
    if ending not in TEXT_ENDINGS:
        return ending not in READERS and ending != ".gz"
    n_rows = content.count(b"\n") + content.count(b"\r") + 1
    if len(content) > MOST_TEXT_HERE:
        return False
    widest = max(max(map(line.count, DELIMITERS)) for line in content.splitlines() or [b""])
    return n_rows * (widest + 1) <= MOST_CELLS_HERE

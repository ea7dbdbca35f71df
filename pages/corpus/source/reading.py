"""Files that the worker finds, fetches and reads for this session."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePath

from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.corpus.tables import ReadOptions, Table
from core.jobs import Job
from core.storage.imports import Import, imports_of
from core.utils import content_key
from pages.common import cache, jobs, reset_state, state_of

LARGE_FILE = 20 * 2**20
"""Bytes from which an upload is read by the worker."""

STOPPED = "Cancelled. Nothing was kept."


@dataclass
class SourceState:
    """What was named in this session, and how far it is.

    Attributes
    ----------
    import_id : str
        "" before anything was named.
    title : str
        For the list of jobs.
    address : str
        As it was typed; it is kept in the session only.
    hosts : list of str
        Hosts to which the server of the address may refer.
    task : str
        Task that was started last.
    table : str
        Name of the table that is read, or was.
    columns, text_column :
        As `read_texts` takes them.
    """

    import_id: str = ""
    title: str = ""
    address: str = ""
    hosts: list[str] = field(default_factory=list)
    task: str = ""
    table: str = ""
    columns: list[str] | None = None
    text_column: str | None = None


@dataclass(frozen=True)
class ReadTable:
    """A table that the worker read: what tells it from others, and the name under which it is kept."""

    import_id: str
    name: str
    table: Table


def kept() -> Import:
    """Return what is kept of the import of this session."""
    return import_of(state_of(SourceState).import_id)


def import_of(import_id: str) -> Import:
    """Return what is kept of an import."""
    return imports_of(cache.store().home, import_id)


def start_finding(address: str, title: str, hosts: Sequence[str] = ()) -> None:
    """Find out what is at an address. For callbacks."""
    drop_source()
    state = state_of(SourceState)
    state.import_id, state.address, state.title = uuid.uuid4().hex, address, title
    state.hosts = list(hosts)
    _start("find_texts", f"Looking at {title}", address=address, hosts=state.hosts)


def start_fetching() -> None:
    """Fetch the files of the address. For callbacks."""
    state = state_of(SourceState)
    _start("fetch_texts", f"Fetching {state.title}", address=state.address, hosts=state.hosts)


def start_reading(columns: Sequence[str] | None, text_column: str | None, options: ReadOptions) -> None:
    """Read the files that were found. For callbacks."""
    state = state_of(SourceState)
    state.columns, state.text_column = None if columns is None else list(columns), text_column
    _read(options)


def start_upload(file: UploadedFile, options: ReadOptions) -> None:
    """Let the worker read an uploaded file, again where how to read it was changed."""
    state = state_of(SourceState)
    import_id = content_key(file.file_id)
    path = import_of(import_id).files / (PurePath(file.name).name or "file")
    if state.import_id != import_id:
        drop_source()
        state = state_of(SourceState)
        state.import_id, state.title = import_id, file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        file.seek(0)
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
    if state.table != _name_of(options):
        _read(options, address=str(path))


def start_reading_again(options: ReadOptions) -> None:
    """Read the files that were found in another way, once."""
    if state_of(SourceState).table != _name_of(options):
        _read(options)


def is_reading() -> bool:
    """Whether the worker reads the files now."""
    job = job_of("read_texts")
    return job is not None and job.active


def is_large_file(file: UploadedFile) -> bool:
    """Whether an upload is read by the worker."""
    return file.size >= LARGE_FILE


def find_read() -> ReadTable | None:
    """Return the table of the import of this session once it was read; None before that."""
    state = state_of(SourceState)
    if state.task != "read_texts" or is_reading():
        return None
    table = kept().find_table(state.table)
    return None if table is None else ReadTable(state.import_id, state.table, table)


def follow() -> bool:
    """Draw the progress of the import, or why it ended early; return whether it waits or runs."""
    task = state_of(SourceState).task
    return jobs.draw_job(job_of(task), cancel_key="corpus_import_cancel", stopped=STOPPED)


def job_of(task: str) -> Job | None:
    """Return the newest job of the import for a task."""
    return jobs.latest(task, import_id=state_of(SourceState).import_id) if task else None


def drop_source() -> None:
    """Forget the import of this session, and remove what is kept of it. For callbacks."""
    state = state_of(SourceState)
    if state.import_id:
        jobs.cancel_of(import_id=state.import_id)
        kept().drop()
    reset_state(SourceState)


def _read(options: ReadOptions, *, address: str = "") -> None:
    state = state_of(SourceState)
    state.table = _name_of(options)
    chosen = {name: value for name, value in asdict(options).items() if value is not None}
    _start(
        "read_texts",
        f"Reading {state.title}",
        table=state.table,
        address=address,
        columns=state.columns,
        text_column=state.text_column,
        options=chosen,
    )


def _name_of(options: ReadOptions) -> str:
    state = state_of(SourceState)
    return content_key(state.columns, str(options))


def _start(task: str, title: str, **arguments: object) -> None:
    state = state_of(SourceState)
    state.task = task
    jobs.leave_to_page(jobs.start(task, title, import_id=state.import_id, **arguments))

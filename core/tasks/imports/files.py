"""The tasks that find, fetch and read files."""

from __future__ import annotations

import os
from collections.abc import Collection

from ...corpus import guess_text_column
from ...corpus.sources import (
    LOCAL,
    Address,
    SourceMoved,
    fetch_limited,
    find_limited,
    parse_address,
    read_found_limited,
)
from ...corpus.tables import ReadOptions
from ...errors import CorpusError, StoreError
from ...storage import Store
from ...storage.imports import imports_of
from ...utils import Report
from ...utils.server_rules import check_source
from .examine import MOST_AT_ONCE, examine_texts

FIRST = "first"
"""Name of the table with the first rows."""


def find_texts(
    store: Store, report: Report, *, import_id: str, address: str, hosts: Collection[str] = ()
) -> None:
    """Find out what is at an address, and keep it; of files on this machine, the first rows too.

    Parameters
    ----------
    address : str
        As a person typed it; it is not kept.
    hosts : collection of str
        Hosts that may be asked besides that of the address. Another one that it refers to is kept, not asked.

    Raises
    ------
    CorpusError
        When there is nothing that can be read.
    """
    kept = imports_of(store.home, import_id)
    source = _allowed(store, address, hosts)
    try:
        kept.save_found(find_limited(source, report, hosts=hosts, first=kept.table_folder(FIRST)))
    except SourceMoved as moved:
        kept.save_moved(moved.host)


def fetch_texts(
    store: Store, report: Report, *, import_id: str, address: str, hosts: Collection[str] = ()
) -> None:
    """Fetch the files of an address to this machine. Parameters as `find_texts`.

    Files that are here already are not fetched again, so an interrupted task continues where it stopped.

    Raises
    ------
    CorpusError
        When a file does not come whole.
    """
    kept = imports_of(store.home, import_id)
    try:
        source = _allowed(store, address, hosts)
        found = fetch_limited(source, kept.files, report, hosts=hosts, first=kept.table_folder(FIRST))
        kept.save_found(found)
    except SourceMoved as moved:
        kept.save_moved(moved.host)


def read_texts(
    store: Store,
    report: Report,
    *,
    import_id: str,
    table: str,
    address: str = "",
    columns: Collection[str] | None = None,
    text_column: str | None = None,
    options: dict | None = None,
) -> None:
    """Read the files that were found as one table, and keep it.

    Parameters
    ----------
    table : str
        Name under which the table is kept.
    address : str
        Path of a file that nobody looked for before; "" for what was found.
    columns : collection of str or None
        Columns of Parquet files that are read; None for all.
    text_column : str or None
        Column that is examined where there are too many rows to do so while a page waits; guessed for None.
    options : dict or None
        Fields of `ReadOptions`.

    Raises
    ------
    CorpusError
        When the files cannot be read together.
    StoreError
        When nothing was found before.
    """
    kept = imports_of(store.home, import_id)
    if address:
        kept.save_found(find_limited(_allowed(store, address), report, hosts=()))
    found = kept.find_found()
    if found is None:
        raise StoreError("What was found is no longer kept: look again at what is there.")
    folder = kept.table_folder(table)
    read = read_found_limited(found, folder, report, columns=columns, options=ReadOptions(**options or {}))
    n_rows = len(read.frame)
    if n_rows <= MOST_AT_ONCE:
        return
    try:
        column = text_column or guess_text_column(read.frame)
    except CorpusError:  # the page says so
        return
    examine_texts(store, report, import_id=import_id, table=table, text_column=column)


def _allowed(store: Store, typed: str, hosts: Collection[str] = ()) -> Address:
    """Return an address that may be read: on a shared server, those of its rules and uploads."""
    address = parse_address(typed)
    uploads = os.path.realpath(store.home / "imports") + os.sep
    if address.protocol == LOCAL and os.path.realpath(address.path).startswith(uploads):
        return address
    check_source(address.shown)
    for host in hosts:
        check_source(f"https://{host}/")
    return address

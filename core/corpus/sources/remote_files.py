"""Ask a server which files it has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from ...errors import CorpusError
from ...utils import Report
from ..tables import READERS, refusal
from .address import DEFAULT_PORTS, PATTERN, SCHEME, Address, base_name
from .file_systems import explained, open_file_system, page_instead
from .found_files import (
    MOST_FILES,
    PARQUET,
    FoundFile,
    FoundFiles,
    choose_files,
    kind_of,
    names_below,
)
from .parquet_files import describe_footers

if TYPE_CHECKING:
    import fsspec

FOOTER_BYTES = 2**17  # asked for at once
MOST_FOOTERS = 16
"""Parquet files up to which each is asked for its footer: about two requests a file."""

ENDINGS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl",
    "application/vnd.apache.parquet": PARQUET,
    "text/plain": ".txt",
}
"""Kinds of content, as servers name them, for addresses that end without one."""

PAGE = "text/html"


def find_remote(address: Address, report: Report, hosts: Collection[str] | None = None) -> FoundFiles:
    """Ask a server for the names and sizes of files, and for the footers of a few Parquet files.

    Parameters
    ----------
    hosts : collection of str or None
        Hosts to which the server may refer; None for any.

    Raises
    ------
    CorpusError
        When there are none, they are of several kinds, or the server does not answer.
    SourceMoved
        When the server refers to another host.
    """
    report(f"Asking {address.host or address.shown}", 0, 1)
    with explained(address):
        system = open_file_system(address, hosts)
        if address.protocol in DEFAULT_PORTS:
            found = _ask_web(address, system)
        else:
            found = _choose_or_take(address, _ask_store(address, system))
        if found.kind == PARQUET and len(found.files) <= MOST_FOOTERS and found.n_bytes is not None:
            try:
                return describe_footers(
                    found, report, open_file=lambda path: system.open(path, "rb", block_size=FOOTER_BYTES)
                )
            except CorpusError:
                raise
            except Exception:  # no server has to give a part of a file: it is read when all is here
                return found
        return found


def _ask_web(address: Address, system: fsspec.AbstractFileSystem) -> FoundFiles:
    url = address.path
    path = url.partition("?")[0]
    if PATTERN.search(path):
        listed = [(each, None) for each in system.glob(url)]
        return choose_files(address, _named(address, listed))
    info = system.info(url)
    kind = info.get("mimetype")
    if kind == PAGE and path.endswith("/"):  # the list of a folder
        listed = [(each["name"], None) for each in system.ls(url, detail=True) if each["type"] == "file"]
        files = [file for file in _named(address, listed) if kind_of(file.name) in READERS]
        if files:
            return choose_files(address, files)
    name = base_name(path) or address.host
    if kind == PAGE and kind_of(name) not in READERS:
        raise page_instead(address)
    if kind_of(name) not in READERS:
        name += ENDINGS.get(kind, "")
    if kind_of(name) not in ("", *READERS):
        raise CorpusError(refusal(name, kind_of(name), b""))
    return FoundFiles(address, (FoundFile(url, name, info.get("size")),), kind_of(name))


def _ask_store(address: Address, system: fsspec.AbstractFileSystem) -> list[tuple[str, int | None]]:
    """Return path and size of the files that an address of a store names."""
    path = address.path
    if PATTERN.search(SCHEME.sub("", path)):
        found = system.glob(path, detail=True)
    else:
        info = system.info(path)
        if info["type"] != "directory":
            return [(system.unstrip_protocol(info["name"]), info.get("size"))]
        found = system.find(path, detail=True)
    files = [each for each in found.values() if each["type"] == "file"]
    return [(system.unstrip_protocol(each["name"]), each.get("size")) for each in files]


def _choose_or_take(address: Address, listed: list[tuple[str, int | None]]) -> FoundFiles:
    """Return the files that count; one that was named itself may be of any kind that is read."""
    files = _named(address, listed)
    if len(files) == 1 and kind_of(files[0].name) in READERS:
        return FoundFiles(address, tuple(files), kind_of(files[0].name))
    return choose_files(address, files)


def _named(address: Address, listed: Sequence[tuple[str, int | None]]) -> list[FoundFile]:
    if len(listed) > MOST_FILES:
        raise CorpusError(
            f"“{address.shown}” holds more than {MOST_FILES:,} files: name fewer of them, by a folder or a "
            "pattern."
        )
    listed = sorted(listed)
    names = names_below([path for path, _ in listed])
    return [FoundFile(path, name, size) for (path, size), name in zip(listed, names, strict=True)]

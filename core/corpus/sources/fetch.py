"""Fetch files from a server to a folder of this machine."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ...errors import CorpusError
from ...utils import Report
from .address import DEFAULT_PORTS, Address
from .file_systems import explained, open_file_system, page_instead
from .found_files import FoundFile, FoundFiles

if TYPE_CHECKING:
    import fsspec

SECONDS_BETWEEN_REPORTS = 0.2
SLOWEST = 1_000
"""Bytes a second, over `slow_seconds`, of a server that is still waited for."""

SLOW_SECONDS, SLOW_STORE_SECONDS = 60.0, 1_200.0
"""Of the web, and of stores, whose packages tell of 10 MB at a time."""

MOST_UNSAID = 2 * 2**30
"""Bytes of a file whose size the server does not say."""

PART = ".part"
UNSAFE = re.compile(r'[<>:"|?*\\\x00-\x1f]')


def fetch(found: FoundFiles, folder: Path, report: Report, hosts: Collection[str] | None = None) -> None:
    """Copy files into a folder, under their names; a file that is there in its size stays.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    report : Report
        Called with the bytes that are here. When it raises, what was not finished is removed.

    Raises
    ------
    CorpusError
        When the server does not give a file whole, or the disk is too small.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = found.n_bytes or 0
    free = shutil.disk_usage(folder).free
    slow_seconds = SLOW_SECONDS if found.address.protocol in DEFAULT_PORTS else SLOW_STORE_SECONDS
    if total > free:
        raise CorpusError(
            f"The files have {total / 1e9:,.1f} GB, and the disk of {folder} has {free / 1e9:,.1f} GB left: "
            "free some space, or name fewer files."
        )
    stage, done = f"Fetching from {found.address.host or found.address.shown}", 0
    with explained(found.address):
        system = open_file_system(found.address, hosts, whole_files=True)
        for file in found.files:
            target = folder / safe_name(file.name)
            if file.size is None or not target.exists() or target.stat().st_size != file.size:
                most = file.size if file.size is not None else min(MOST_UNSAID, free // 2)
                more = partial(_report_more, report, stage, done, max(total, 1))
                _fetch_one(system, file, target, more, most=most, slow_seconds=slow_seconds)
            done += target.stat().st_size
            _check_content(found.address, target)
    report(stage, done, max(done, 1))


def _report_more(report: Report, stage: str, before: int, total: int, got: int) -> None:
    # Without a size nobody knows the share.
    report(stage, *((before + got, total) if total > 1 else (0, 1)))


def safe_name(name: str) -> Path:
    """Return the name of a file below a folder, in characters that every system takes."""
    parts = [UNSAFE.sub("_", part) for part in PurePath(name).parts if part not in ("/", "\\", "..", ".")]
    return Path(*parts) if parts else Path("file")


def remove_parts(folder: Path) -> None:
    """Remove what was not fetched to its end; the names of other files never end so."""
    for part in folder.rglob(f"*{PART}"):
        part.unlink(missing_ok=True)


def _fetch_one(
    system: fsspec.AbstractFileSystem,
    file: FoundFile,
    target: Path,
    report: Callable[[int], None],
    *,
    most: int,
    slow_seconds: float,
) -> None:
    """Fetch a file in another thread, so that the caller can report, and stop, while the server is silent."""
    from fsspec.callbacks import Callback

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}{PART}")
    stop = threading.Event()
    failed: list[BaseException] = []
    got = 0

    class Counting(Callback):
        def relative_update(self, inc: int = 1) -> None:
            nonlocal got
            got += inc
            if stop.is_set() or got > most:
                raise InterruptedError

    def work() -> None:
        try:
            system.get_file(file.path, str(part), callback=Counting())
        except BaseException as error:
            failed.append(error)
            if stop.is_set():  # nobody waits for it
                part.unlink(missing_ok=True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    speed = _Speed(file.name, slow_seconds)
    try:
        while thread.is_alive():
            report(got)
            thread.join(SECONDS_BETWEEN_REPORTS)
            speed.check(got)
        _check_length(file, got, most)
        if failed:
            raise failed[0]
        size = part.stat().st_size
        if file.size is not None and size != file.size:
            raise CorpusError(
                f"“{file.name}” came with {size:,} of {file.size:,} bytes: ask again what is there, and "
                "fetch it again."
            )
        part.replace(target)
    finally:
        stop.set()
        thread.join(SECONDS_BETWEEN_REPORTS)
        if not thread.is_alive():
            part.unlink(missing_ok=True)


class _Speed:
    """How fast a file comes, since the last look that was `seconds` after the one before."""

    def __init__(self, name: str, seconds: float) -> None:
        self._name, self._seconds = name, seconds
        self._got, self._looked = 0, time.monotonic()

    def check(self, got: int) -> None:
        """Raise CorpusError where too few bytes came."""
        seconds = time.monotonic() - self._looked
        if seconds < self._seconds:
            return
        if got - self._got < SLOWEST * seconds:
            raise CorpusError(
                f"“{self._name}” comes slower than {SLOWEST / 1_000:,.0f} kB a second, which is the limit: "
                "try again later, or download it by other means and name the folder."
            )
        self._got, self._looked = got, time.monotonic()


def _check_length(file: FoundFile, n_bytes: int, most: int) -> None:
    """Raise CorpusError where a file of so many bytes is longer than the limit."""
    if file.size is None and n_bytes > most:
        raise CorpusError(
            f"“{file.name}” has more than {most / 1e9:,.1f} GB, which is the limit for a file whose size its "
            "server does not say: download it by other means and name the folder."
        )
    if file.size is not None and n_bytes > file.size:
        raise CorpusError(
            f"“{file.name}” came with more than the {file.size:,} bytes that its server said: ask again what "
            "is there, and fetch it again."
        )


def _check_content(address: Address, target: Path) -> None:
    with target.open("rb") as file:
        start = file.read(200).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        target.unlink()
        raise page_instead(address)

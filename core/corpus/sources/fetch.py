"""Fetch files from a server to a folder of this machine."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from core.corpus.sources.address import Address
from core.corpus.sources.file_systems import explained, open_file_system, page_instead
from core.corpus.sources.found_files import FoundFile, FoundFiles
from core.errors import CorpusError
from core.utils import Report

if TYPE_CHECKING:
    import fsspec

SECONDS_BETWEEN_REPORTS = 0.2
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
    if total > free:
        raise CorpusError(
            f"The files have {total / 1e9:,.1f} GB, and the disk of {folder} has {free / 1e9:,.1f} GB left: "
            "free some space, or name fewer files."
        )
    stage, done = f"Fetching from {found.address.host or found.address.shown}", 0
    with explained(found.address):
        system = open_file_system(found.address, hosts)
        for file in found.files:
            target = folder / safe_name(file.name)
            if file.size is None or not target.exists() or target.stat().st_size != file.size:
                _fetch_one(system, file, target, partial(_report_more, report, stage, done, max(total, 1)))
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


def _fetch_one(
    system: fsspec.AbstractFileSystem, file: FoundFile, target: Path, report: Callable[[int], None]
) -> None:
    """Fetch a file in another thread, so that the caller can report, and stop, while the server is silent."""
    from fsspec.callbacks import Callback

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    stop = threading.Event()
    failed: list[BaseException] = []
    got = 0

    class Counting(Callback):
        def relative_update(self, inc: int = 1) -> None:
            nonlocal got
            if stop.is_set():
                raise InterruptedError
            got += inc

    def work() -> None:
        try:
            system.get_file(file.path, str(part), callback=Counting())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            report(got)
            thread.join(SECONDS_BETWEEN_REPORTS)
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
        if not thread.is_alive():
            part.unlink(missing_ok=True)


def _check_content(address: Address, target: Path) -> None:
    with target.open("rb") as file:
        start = file.read(200).lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        target.unlink()
        raise page_instead(address)

"""The data folder, and files written so that a reader never sees half of one."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from ...errors import StoreError

if sys.platform != "win32":
    import fcntl

PREFIX, SUFFIX = ".refract-", ".part"
SECONDS_KEPT = 24 * 3_600
"""Age of a half-written file of an earlier version, which locked none, from which it is removed."""


def data_home() -> Path:
    """Folder of all data: `REFRACT_HOME`, else `.refract` in the home folder."""
    return _absolute(os.environ.get("REFRACT_HOME") or str(Path.home() / ".refract"))


@lru_cache(maxsize=8)
def _absolute(folder: str) -> Path:
    # The worker starts in another folder.
    return Path(folder).expanduser().absolute()


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under a temporary name beside `path`, flush it to disk, then rename it.

    The new name is on disk too when this returns. What a killed process left half-written in the folder is
    removed at the first write of this process.

    Raises
    ------
    StoreError
        When the disk is full or the folder cannot be written; `path` is then as it was.
    """
    try:
        _make_folder(path.parent)
        _remove_once(path.parent)
        descriptor, temporary = _create_locked(path.parent)
    except OSError as error:
        raise storage_error(error, path.parent) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            if sys.platform != "win32":
                temporary.replace(path)  # before its lock ends: nobody takes it for a leftover
        if sys.platform == "win32":
            temporary.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise storage_error(error, path.parent) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def find_leftovers(folder: Path, *, of_earlier_versions: bool = False) -> list[Path]:
    """Return the half-written files of a folder, also those that a process is writing.

    Earlier versions gave them other names: these are found only when asked for, in folders of Refract's own.
    """
    pattern = "*" if of_earlier_versions else f"{PREFIX}*"
    return sorted(folder.glob(f"{pattern}{SUFFIX}"))


def remove_leftovers(folder: Path, *, of_earlier_versions: bool = False) -> None:
    """Remove the half-written files that killed processes left in a folder; never one that is being written.

    The writer of a file holds a lock on it, which ends with the writer. Windows removes no open file.
    """
    for path in find_leftovers(folder, of_earlier_versions=of_earlier_versions):
        with suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if path.name.startswith(PREFIX) or age > SECONDS_KEPT:
                _remove_unlocked(path)


def storage_error(error: OSError, folder: Path) -> StoreError:
    """Return the error of a failed write: the folder, the reason, the remedy."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(
            f"The disk that holds {folder} is full: nothing was lost, but nothing more can be kept; "
            "free some space, or set REFRACT_HOME to a folder on another disk, and try again."
        )
    return StoreError(
        f"The folder {folder} cannot be written ({error.strerror or error}): "
        "make it writable, or set REFRACT_HOME to another folder, and try again."
    )


def _make_folder(folder: Path) -> None:
    """Make a folder with its parents, on disk when this returns."""
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to disk, where the system can: a power cut may undo a rename."""
    if sys.platform == "win32":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # a folder may be writable, and yet not readable
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # not every file system can
            raise
    finally:
        os.close(descriptor)


@lru_cache(1_000)
def _remove_once(folder: Path) -> None:
    remove_leftovers(folder)


def _create_locked(folder: Path) -> tuple[int, Path]:
    """Create a file that is locked as long as it is open; return its descriptor and path."""
    while True:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=PREFIX, suffix=SUFFIX)
        if sys.platform == "win32":
            return descriptor, Path(name)
        with suppress(OSError):  # not every file system knows locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor, Path(name)
        os.close(descriptor)  # another process removed it before it was locked


def _remove_unlocked(path: Path) -> None:
    if sys.platform == "win32":
        path.unlink()
        return
    with path.open("rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()

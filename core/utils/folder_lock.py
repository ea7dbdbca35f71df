"""Who works on a data folder: each process with an open store shares a lock, which a repair takes alone.

A long task of one process has a lock of its own, so that no other process does the same at the same time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..errors import StoreError

if sys.platform != "win32":
    import fcntl

NAME = "in-use.lock"
_held: dict[Path, IO[bytes]] = {}


def lock_shared(folder: Path) -> bool:
    """Share the lock of a folder until this process ends; return whether it did not have it before.

    Windows has no such lock, and replaces no open file. Raises StoreError while a repair has the lock.
    """
    if sys.platform == "win32" or folder in _held:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("ab")
    except OSError:
        return False  # a folder that cannot be written: whoever opens the store says so
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise StoreError(
            f"The folder {folder} is being repaired or restored: wait until that is done, and try again."
        ) from error
    except OSError:  # not every file system knows locks
        file.close()
        return False
    _held[folder] = file
    return True


def unlock_shared(folder: Path) -> None:
    """Give the lock of a folder back."""
    if folder in _held:
        _held.pop(folder).close()


def lock_alone(folder: Path) -> IO[bytes]:
    """Take the lock of a folder alone, until the returned file is closed.

    Raises StoreError when an app or another program has the store open, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / NAME).open("ab")
    except OSError as error:
        raise StoreError(f"The folder {folder} cannot be written ({error}): make it writable.") from error
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise StoreError(
                f"Refract works on {folder} at this moment, so nothing was changed: stop it, and try again."
            ) from error
        except OSError:  # not every file system knows locks
            return file
    return file


@contextmanager
def only_one(path: Path, wait: Callable[[], bool]) -> Iterator[None]:
    """Hold the lock of a file, which exists for as long as it is held; a process that ends gives it back.

    Without a lock where the file cannot be made or locked: no work is refused for it.

    Parameters
    ----------
    wait : callable
        Called again and again while another process has the lock; where it returns False, go on without.
    """
    file = _take(path)
    while file is None and wait():
        file = _take(path)
    try:
        yield
    finally:
        if file:
            with suppress(OSError):
                path.unlink()  # before the lock ends: whoever waits for this file sees that it is gone
            os.close(file)


def _take(path: Path) -> int | None:
    """Return the locked file; 0 where it cannot be locked, None while another process has the lock."""
    if sys.platform == "win32":
        return 0
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError:
            return 0
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            return None if isinstance(error, BlockingIOError) else 0
        if os.fstat(file).st_nlink:
            return file
        os.close(file)  # another process removed it before it was locked

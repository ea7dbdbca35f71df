"""Who works on a data folder: each process with an open store shares a lock, which a repair takes alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

from core.errors import StoreError

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

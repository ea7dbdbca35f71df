"""The data folder, and files written so that a reader never sees half of one."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.errors import StoreError


def data_home() -> Path:
    """Folder of all data: `REFRACT_HOME`, else `.refract` in the home folder."""
    # Absolute, as the worker starts in another folder.
    return Path(os.environ.get("REFRACT_HOME") or Path.home() / ".refract").expanduser().absolute()


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under a temporary name beside `path`, flush it to disk, then rename it.

    Raises
    ------
    StoreError
        When the disk is full or the folder cannot be written; `path` is then as it was.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    except OSError as error:
        raise storage_error(error, path.parent) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise storage_error(error, path.parent) from error
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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

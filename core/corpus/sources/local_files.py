"""Find files on this machine."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

from ...errors import CorpusError
from ...utils import Report
from ..tables import READERS, refusal
from .address import PATTERN, Address, folder_of
from .found_files import (
    MOST_FILES,
    PARQUET,
    FoundFile,
    FoundFiles,
    choose_files,
    kind_of,
    names_below,
)

PARQUET_START = b"PAR1"


def find_local(address: Address, report: Report) -> FoundFiles:
    """Return the files of a path, folder or pattern; nothing but names and sizes is read.

    Raises
    ------
    CorpusError
        When there are none, they are of several kinds, or may not be read.
    """
    path = address.path
    try:
        if Path(path).is_dir():
            found = _within(path, report)
            return choose_files(address, _sized(found, [os.path.relpath(each, path) for each in found]))
        if Path(path).exists():
            if not Path(path).is_file():
                raise CorpusError(f"“{path}” is neither a file nor a folder: name one of these.")
            (file,) = _sized([path], names_below([path]))
            return FoundFiles(address, (file,), _kind_of_file(path))
        if PATTERN.search(path):
            return choose_files(address, _matching(path, report))
    except OSError as error:
        raise unreadable_file(error.filename or path, error) from error
    folder = folder_of(path)
    said = f"“{path}” was not found"
    raise CorpusError(
        f"{said}, and {folder} is the last folder on the way that exists: check the path, letter by letter."
    )


def unreadable_file(path: str, error: OSError) -> CorpusError:
    """Return the error of a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return CorpusError(f"“{path}” is no longer there: put it back, or look again at what is there.")
    if isinstance(error, PermissionError):
        return CorpusError(
            f"“{path}” may not be read by the user that runs Refract: give it the permission to read."
        )
    return CorpusError(f"“{path}” cannot be read ({error.strerror or error}): check the disk, and try again.")


def _kind_of_file(path: str) -> str:
    kind = kind_of(path)
    if kind not in READERS:
        with Path(path).open("rb") as file:
            start = file.read(1_000)
        if start.startswith(PARQUET_START):
            return PARQUET
        raise CorpusError(refusal(Path(path).name, kind, start))
    return kind


def _matching(pattern: str, report: Report) -> list[FoundFile]:
    found: list[str] = []
    for path in glob.iglob(pattern, recursive=True):  # noqa: PTH207  # `Path` takes no absolute pattern
        if Path(path).is_dir():
            # "**" names the folders and their files.
            found += [] if "**" in pattern else _within(path, report)
        else:
            found.append(path)
        _check_number(found, pattern, report)
    if not found:
        raise CorpusError(
            f"No file fits the pattern “{pattern}” ({folder_of(pattern)} is the last folder on the way that "
            "exists): check it, letter by letter."
        )
    found = sorted(set(found))
    return _sized(found, names_below(found))


def _within(folder: str, report: Report) -> list[str]:
    found: list[str] = []
    for path in _walk(folder):
        found.append(path)
        _check_number(found, folder, report)
    return found


def _walk(folder: str) -> Iterator[str]:
    def refuse(error: OSError) -> None:
        raise error

    for where, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (str(Path(where, name)) for name in names)


def _check_number(found: list[str], where: str, report: Report) -> None:
    report("Looking", 0, 1)
    if len(found) > MOST_FILES:
        raise CorpusError(
            f"“{where}” holds more than {MOST_FILES:,} files: name fewer of them, by a folder or a pattern."
        )


def _sized(paths: list[str], names: list[str]) -> list[FoundFile]:
    return [
        FoundFile(path, name.replace(os.sep, "/"), Path(path).stat().st_size)
        for path, name in zip(paths, names, strict=True)
    ]

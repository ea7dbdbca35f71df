"""A whole data folder as one zip file, made while the app runs, and the way back."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ...errors import StoreError
from ...utils import COMMAND, lock_alone, write_atomically
from ..integrity import check_file, copy_database
from ..team import data_folders
from .repair import set_aside_folder
from .salvage import LABELS, TEAM

MANIFEST = "refract-backup.json"
DATABASES = (LABELS.name, TEAM.name)
NOT_COPIED = ("backups", "set-aside", "in-use.lock", "logs")
STAY = ("backups", "set-aside", "in-use.lock")
"""What a restore leaves where it is."""
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
"""What `zipfile` raises for a damaged, encrypted or unknown file."""
FREE_BYTES = 50_000_000  # that a restore leaves on the disk


def back_up(home: Path, target: Path, *, with_results: bool = True) -> int:
    """Write a data folder as one zip file, also while an app works on it; return the number of files.

    Each SQLite file is copied as it is at one moment, that of labels before the files that it refers to. On a
    shared server the folders of all people and shared corpora are in it, and who may open what, which is
    copied last. Results can be computed again; `with_results=False` leaves them out.

    Raises
    ------
    StoreError
        When the store is missing or damaged, or the disk is full; there is then no file.
    """
    if not any((home / name).is_file() for name in DATABASES):
        raise StoreError(f"There is no store in {home}: name the data folder with --home.")
    n_files = 0

    def write(file: BinaryIO) -> None:
        nonlocal n_files
        about = {"made_at": datetime.now(UTC).isoformat(timespec="seconds"), "with_results": with_results}
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(MANIFEST, json.dumps(about))
            copied: set[Path] = set()
            while new := [folder for folder in data_folders(home) if folder not in copied]:
                # A corpus that is shared meanwhile moves into a new folder: it is in one of them, or in both.
                for folder in new:
                    n_files += _add_database(archive, home, folder / LABELS.name)
                for folder in new:
                    n_files += _add_files(archive, home, folder, with_results)
                copied.update(new)
            n_files += _add_database(archive, home, home / TEAM.name)

    write_atomically(target.absolute(), write)
    return n_files


def restore(source: Path, home: Path, *, replace: bool = False) -> Path | None:
    """Read a file of `back_up` into a data folder that is new or empty.

    With `replace` what the folder holds is set aside in it, and the folder of it is returned.

    Raises
    ------
    StoreError
        When the file is damaged or not one of `back_up`, its content does not fit on the disk, the folder
        holds data, or an app works on it; the folder is then as it was.
    """
    is_new = not home.exists()
    with closing(lock_alone(home)):
        present = [path for path in sorted(home.iterdir()) if path.name not in STAY]
        if present and not replace:
            raise StoreError(
                f"{home} holds data already, so nothing was restored: name an empty folder with --home, or "
                "give --replace to set that data aside."
            )
        try:
            with tempfile.TemporaryDirectory(dir=home, suffix=".part") as folder:
                _extract(source, Path(folder))
                for path in _databases(Path(folder)):
                    if not (report := check_file(path)).is_sound:
                        raise StoreError(f"{source} is damaged ({report.summary()}): use another backup.")
                aside = set_aside_folder(home) if present else None
                for path in present:
                    path.replace(aside / path.name if aside else path)
                for path in sorted(Path(folder).iterdir()):
                    path.replace(home / path.name)
        except UNREADABLE as error:
            raise StoreError(f"{source} could not be restored ({error}): use another backup.") from error
        finally:
            if is_new and not _databases(home):
                shutil.rmtree(home, ignore_errors=True)
        return aside


def _databases(home: Path) -> list[Path]:
    """Return the SQLite files of a data folder, and of those inside it."""
    found = [folder / name for folder in data_folders(home) for name in DATABASES]
    return [path for path in found if path.is_file()]


def _add_database(archive: zipfile.ZipFile, home: Path, path: Path) -> int:
    """Add a SQLite file as it is at this moment; return how many were added."""
    if not path.is_file():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        copy_database(path, copy)
        archive.write(copy, path.relative_to(home).as_posix())
    return 1


def _add_files(archive: zipfile.ZipFile, home: Path, folder: Path, with_results: bool) -> int:
    """Add the other files of one data folder; return how many were added."""
    n_files = 0
    for path in _files(folder, with_results):
        with suppress(FileNotFoundError):  # removed at this moment, by a person or as outdated
            archive.write(path, path.relative_to(home).as_posix())
            n_files += 1
    return n_files


def _files(home: Path, with_results: bool) -> Iterator[Path]:
    """Yield the files of a data folder but its SQLite files, those that are being written, and copies.

    Data folders inside it are none of its files.
    """
    inner = set(data_folders(home)[1:])
    for folder, folders, names in os.walk(home):
        here = Path(folder)
        if here == home:
            folders[:] = [name for name in folders if name not in NOT_COPIED]
            names = [name for name in names if name not in NOT_COPIED and not name.startswith(DATABASES)]
        unwanted = [] if with_results else ["results"]
        folders[:] = [
            each
            for each in sorted(folders)
            if not each.endswith(".part") and each not in unwanted and here / each not in inner
        ]
        for name in sorted(names):
            if not name.endswith((".part", ".damaged")) and (here / name).is_file():
                yield here / name


def _extract(source: Path, folder: Path) -> None:
    """Extract the files of a backup; every name and the total size are checked before."""
    with zipfile.ZipFile(source) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if MANIFEST not in names or not any(name in names for name in DATABASES):
            raise StoreError(f"{source} is no backup: choose a file made by `{COMMAND} backup`.")
        if bad := next((entry.filename for entry in entries if not _is_safe(entry)), None):
            raise StoreError(f"{source} holds the unsafe name {bad!a}: nothing was restored.")
        if len(set(names)) != len(names):
            raise StoreError(f"{source} holds a file twice: nothing was restored.")
        size, free = sum(entry.file_size for entry in entries), shutil.disk_usage(folder).free
        if size > free - FREE_BYTES:
            raise StoreError(
                f"{source} holds {size / 1e9:.1f} GB and {free / 1e9:.1f} GB are free: free some space first."
            )
        for entry in entries:
            if entry.filename == MANIFEST:
                continue
            path = folder / PurePosixPath(entry.filename)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Reading stops at the stated size, and compares the CRC-32.
            with archive.open(entry) as packed, path.open("wb") as file:
                shutil.copyfileobj(packed, file)
                file.flush()
                os.fsync(file.fileno())


def _is_safe(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a plain file inside the folder."""
    name, mode = entry.filename, entry.external_attr >> 16
    parts = PurePosixPath(name).parts
    return (
        bool(parts)
        and not name.startswith("/")
        and not any(part in ("..", ".") or ":" in part or "\\" in part for part in parts)
        and parts[0] not in STAY
        and not entry.is_dir()
        and (stat.S_IFMT(mode) in (0, stat.S_IFREG))
    )

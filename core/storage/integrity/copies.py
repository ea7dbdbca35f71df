"""Copies of a SQLite file in use, and the latest few of them in the folder `backups`."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ...errors import StoreError
from ...utils import write_atomically
from .verify import check_file, connect_readonly

FOLDER = "backups"
INTERVAL = timedelta(days=1)
KEPT = 7
"""Daily copies that stay, besides the newest; as many from before a migration."""
TIME_FORMAT = "%Y%m%dT%H%M%S%fZ"


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file that other processes may be writing, as it is at one moment.

    The copy is checked, synced to disk, and renamed to `target` at the end. Writers wait for nothing.

    Raises
    ------
    StoreError
        When a file cannot be read or written, or the copy is damaged; there is then none.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, suffix=".part") as folder:
            copy = Path(folder, target.name)
            with closing(connect_readonly(source)) as old, closing(sqlite3.connect(copy)) as new:
                old.backup(new)
                new.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            report = check_file(copy)
            if not report.is_sound:
                raise StoreError(f"{source} was not copied, as it is damaged: {report.summary()}.")
            with copy.open("rb") as whole:
                write_atomically(target, lambda file: shutil.copyfileobj(whole, file))
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreError(f"{source} could not be copied to {target} ({error}).") from error


def find_backups(home: Path, name: str = "refract") -> list[Path]:
    """Return the copies of a data folder's SQLite file that were made by themselves, newest first."""
    return sorted((home / FOLDER).glob(f"{name}-*.sqlite"), key=lambda path: path.name, reverse=True)


def back_up_daily(home: Path, name: str = "refract", *, now: datetime | None = None) -> Path | None:
    """Copy a SQLite file of a data folder unless there is a copy of the last day, or nothing changed.

    Returns None where none was made: on a full disk, too, the app goes on without.
    """
    now, database = now or datetime.now(UTC), home / f"{name}.sqlite"
    if any(timedelta(0) <= now - _made_at(path) < INTERVAL for path in _daily(home, name)):
        return None  # a copy from the future, of a clock set back since, is not one of the last day
    with suppress(StoreError, OSError):
        if not _changed_since_copy(database):
            return None
        path = home / FOLDER / f"{name}-{now.strftime(TIME_FORMAT)}.sqlite"
        copy_database(database, path)
        _drop_old(_daily(home, name), path)
        _drop_unfinished(home / FOLDER, now)
        return path
    return None


def back_up_before_migration(database: Path, version: int) -> Path:
    """Copy a SQLite file of a data folder; raise StoreError where that fails."""
    time, home, name = datetime.now(UTC).strftime(TIME_FORMAT), database.parent, database.stem
    path = home / FOLDER / f"{name}-{time}-version{version}.sqlite"
    copy_database(database, path)
    _drop_old([each for each in find_backups(home, name) if "-version" in each.name], path)
    return path


def _daily(home: Path, name: str) -> list[Path]:
    return [path for path in find_backups(home, name) if "-version" not in path.name]


def _made_at(path: Path) -> datetime:
    try:
        return datetime.strptime(path.stem.split("-")[1], TIME_FORMAT).replace(tzinfo=UTC)
    except ValueError:  # a file that a person put there
        return datetime.min.replace(tzinfo=UTC)


def _changed_since_copy(database: Path) -> bool:
    """Whether the file or its log was written after the newest copy; times of files, no date of a name."""
    files = (database, database.with_name(f"{database.name}-wal"))
    written = [path.stat().st_mtime for path in files if path.exists()]
    copies = [path.stat().st_mtime for path in find_backups(database.parent, database.stem)]
    return bool(written) and (not copies or max(written) > max(copies))


def _drop_old(copies: list[Path], newest: Path) -> None:
    """Remove all copies but the one just made and the latest before it."""
    for path in [each for each in copies if each != newest][KEPT:]:
        path.unlink(missing_ok=True)


def _drop_unfinished(folder: Path, now: datetime) -> None:
    """Remove what copies left that were killed a day ago or more."""
    for path in folder.glob("*.part"):
        if now.timestamp() - path.stat().st_mtime > INTERVAL.total_seconds():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

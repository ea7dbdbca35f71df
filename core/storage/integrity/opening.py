"""Open a SQLite file of what people type: check it once a process, migrate it from earlier versions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from ...errors import StoreError
from ...utils import COMMAND, SqliteFile
from .copies import back_up_before_migration
from .row_checks import register, schema_checksum, set_row_checks
from .verify import require_sound

Migration = Callable[[sqlite3.Connection], None]

_verified: dict[Path, tuple[int, int]] = {}
"""Device and inode of each file that this process found sound."""


def open_checked(
    path: Path, migrations: Sequence[Migration], *, holds: str, has_kept_data: Callable[[], bool]
) -> SqliteFile:
    """Open a file; make it when missing, migrate it when an earlier version made it.

    Its rows and pages are checked when a process opens it first: 0.7 s for 100,000 labels. A damaged file is
    left as it is, and so is a place without a file where there should be one.

    Parameters
    ----------
    path : Path
    migrations : sequence of callable
        Each takes a file to the next version.
    holds : str
        What the file holds, for messages.
    has_kept_data : callable
        Whether there was a file here before.

    Raises
    ------
    StoreError
        When the folder cannot be written, the file is missing or damaged, or a later version made it.
    """
    _require_file(path, holds, has_kept_data)
    if path.exists() and path.stat().st_size and _verified.get(path) != _identity(path):
        require_sound(path, len(migrations))
    database = SqliteFile(path, prepare=register)
    with database.transaction() as connection:
        if _version(connection) != len(migrations):
            connection.execute("BEGIN IMMEDIATE")  # whoever opens the file at the same moment waits here
            _migrate(connection, path, migrations)
    _verified[path] = _identity(path)
    return database


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    found = _version(connection)
    if found > len(migrations):
        raise StoreError(
            f"The file {path} was made by a later version of Refract: install that version, or set "
            "REFRACT_HOME to another folder."
        )
    if found == len(migrations):
        return  # another process did it
    if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        back_up_before_migration(path, found)
    for migrate in migrations[found:]:
        migrate(connection)
    set_row_checks(connection)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute(f"PRAGMA application_id = {schema_checksum(connection, len(migrations))}")


def _require_file(path: Path, holds: str, has_kept_data: Callable[[], bool]) -> None:
    """Raise StoreError where the file is missing or empty though something was kept here."""
    if path.is_dir():
        raise StoreError(f"{path} is a folder, and the file of {holds} is needed: move it elsewhere.")
    if path.exists() and path.stat().st_size:
        return
    if has_kept_data():
        raise StoreError(
            f"The file {path}, which holds {holds}, is {'empty' if path.exists() else 'missing'}, though "
            f"there are corpora or backups in {path.parent}: nothing was changed; put the file back, or let "
            f"`{COMMAND} doctor` say how to restore it from a backup."
        )


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]

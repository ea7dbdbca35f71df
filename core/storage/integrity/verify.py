"""Whether a store's SQLite file is sound: its log, pages, schema and the checksum of each row."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import StoreError
from ...utils import COMMAND, LOCK_TIMEOUT
from .row_checks import checked_tables, decode, schema_checksum, wrong_rows
from .wal import is_log_damaged

FIRST_CHECKED_VERSION = 8
"""Version of a store that has the checksums."""
SEALED = ("user_version", "application_id")
UNREADABLE = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
)
DOCTOR = f"nothing was changed; stop Refract, and `{COMMAND} doctor` says what is damaged and how to mend it."


@dataclass
class Report:
    """What is wrong with a file; all empty for a sound one.

    Attributes
    ----------
    problems : list of str
        What SQLite says of its pages, and what does not fit the file's version.
    rows : dict of str to list of int
        Rowids of the rows that differ from their checksum, by table.
    """

    problems: list[str] = field(default_factory=list)
    rows: dict[str, list[int]] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not self.rows

    def summary(self) -> str:
        """What is wrong, as a part of a sentence."""
        n_rows = sum(map(len, self.rows.values()))
        rows = "1 row differs from its" if n_rows == 1 else f"{n_rows:,} rows differ from their"
        changed = [f"{rows} checksum, in {', '.join(self.rows)}"] if n_rows else []
        return "; ".join([*self.problems[:1], *changed])


def connect_readonly(path: Path) -> sqlite3.Connection:
    """Open a file to read it, whatever its texts are; it stays as it is, its log too.

    Only a transaction that a killed process left unfinished in a file without a log is taken back first, as
    SQLite does wherever it may write: a file that is opened for reading alone is refused until then.
    """
    if path.with_name(f"{path.name}-journal").exists():
        with closing(_connect(path, "rw")) as connection, suppress(sqlite3.DatabaseError):
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    return _connect(path, "ro")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=LOCK_TIMEOUT)
    connection.text_factory = decode
    return connection


def check_file(path: Path, known_version: int = 0) -> Report:
    """Check a SQLite file of a store; it stays as it is.

    The rows of a file of a later version than `known_version` are checked as far as this version can.
    Cost O(size): 0.7 s for 100,000 labels.
    """
    report = Report()
    if is_log_damaged(path.with_name(f"{path.name}-wal")):
        report.problems.append("its log of the latest changes is damaged")
    try:
        with closing(connect_readonly(path)) as connection:
            connection.execute("BEGIN")
            found = [text for (text,) in connection.execute("PRAGMA integrity_check(10)")]
            report.problems += [] if found == ["ok"] else [text.split("\n")[-1] for text in found]
            _check_rows(connection, report, known_version)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in UNREADABLE:
            raise StoreError(
                f"The file {path} cannot be read now ({error}): nothing is lost; close other programs that "
                "use it, make it readable and its folder writable, and try again."
            ) from error
        report.problems.append(str(error))
    except UnicodeDecodeError:  # of SQLite's own message, which quotes what it found
        report.problems.append("its definitions of tables are damaged")
    return report


def require_sound(path: Path, known_version: int) -> None:
    """Raise StoreError when a file is damaged; it stays as it is. Cost as that of `check_file`."""
    report = check_file(path, known_version)
    if not report.is_sound:
        raise StoreError(f"The file {path} is damaged ({report.summary()}): {DOCTOR}")


def has_right_definitions(path: Path) -> bool:
    """Whether the version and the definitions of the tables are those that a file was sealed with.

    True for a file of a version without a seal. Raises sqlite3.DatabaseError where they cannot be read.
    """
    with closing(connect_readonly(path)) as connection:
        version, seal = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SEALED)
        is_older = version < FIRST_CHECKED_VERSION and not seal
        return is_older or seal == schema_checksum(connection, version)


def _check_rows(connection: sqlite3.Connection, report: Report, known_version: int) -> None:
    version, seal = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in SEALED)
    if version < FIRST_CHECKED_VERSION and not seal:
        return  # of a version without checksums
    if seal != schema_checksum(connection, version):
        later = version > known_version > 0
        if not later:
            report.problems.append("its version number or a definition of its tables changed")
        elif seal == schema_checksum(connection, known_version):
            report.problems.append(
                f"it says that a later version of Refract made it, {version}, but only this number changed"
            )
        return
    for table in checked_tables(connection):
        if rows := wrong_rows(connection, table):
            report.rows[table] = rows

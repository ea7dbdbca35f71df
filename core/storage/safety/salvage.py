"""Read what can be read of a damaged SQLite file, row by row, and put it into a new one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from ...utils import SqliteFile
from ..database import open_database
from ..integrity import (
    CHECKED,
    Value,
    checksum,
    columns_of,
    connect_readonly,
    decode,
    has_right_definitions,
)
from ..team import TEAM_FILE, TEAM_TABLES, open_team

MOST_PROBES = 200_000  # rows asked for one by one, between those that can be read in order
HEADER = {0: b"SQLite format 3\0", 16: b"\x10\x00\x02\x02\x00\x40\x20\x20", 44: b"\0\0\0\4", 56: b"\0\0\0\1"}
"""What the first page of a file of this app always holds, by place."""

Row = tuple[Value, ...]


@dataclass(frozen=True)
class CheckedFile:
    """A kind of SQLite file whose rows have checksums.

    Attributes
    ----------
    name : str
    tables : tuple of str
        Parents before what refers to them.
    parents : tuple of str
        Tables whose rows others refer to: a row that cannot be put right stays as it reads, and is reported.
    open_new : callable
        Makes the file in a new folder.
    only_current : tuple of str
        Tables whose rows are never those of a backup: what was taken back since must not come back.
    """

    name: str
    tables: tuple[str, ...]
    parents: tuple[str, ...]
    open_new: Callable[[Path], SqliteFile]
    only_current: tuple[str, ...] = ()


LABELS = CheckedFile("refract.sqlite", CHECKED, ("corpora", "analyses", "labels"), open_database)
TEAM = CheckedFile(TEAM_FILE, TEAM_TABLES, ("people", "corpora"), open_team, only_current=("shares",))


@dataclass
class Salvaged:
    """What became of the rows of a damaged file: counts, and a line for each row that is not as it was."""

    kept: int = 0
    corrected: int = 0
    from_backup: int = 0
    left_out: list[str] = field(default_factory=list)
    as_found: list[str] = field(default_factory=list)


@dataclass
class _Table:
    """Columns, right rows by rowid, the others with their checksums, and ranges that could not be read."""

    columns: list[str]
    rows: dict[int, Row] = field(default_factory=dict)
    wrong: set[tuple[int, int, Row]] = field(default_factory=set)
    unread: list[tuple[int, int]] = field(default_factory=list)

    def add(self, row: Row, check: Callable[..., int] | None) -> int:
        """Add a row as it was read: rowid, checksum, values; return its rowid."""
        rowid, found, *values = row
        assert isinstance(rowid, int)  # for SQLite it is
        if check is None or check(*values) == found:
            self.rows[rowid] = tuple(values)
        else:
            self.wrong.add((rowid, found if isinstance(found, int) else -1, tuple(values)))
        return rowid

    def id_of(self, rowid: int, values: Row) -> int:
        """Return the id of a row, which is its rowid unless that was damaged."""
        place = self.columns.index("id") if "id" in self.columns else None
        found = None if place is None else values[place]
        return found if isinstance(found, int) else rowid

    def misses(self, rowid: int) -> bool:
        """Whether a row was in a part that could not be read."""
        return rowid not in self.rows and any(first <= rowid <= last for first, last in self.unread)


def salvage(kind: CheckedFile, damaged: Path, backups: list[Path], home: Path) -> Salvaged:
    """Make a file in the new folder `home` from a damaged one and sound backups of it, newest first.

    `damaged` is a copy that may be changed. A row that differs from its checksum is put right where a single
    bit changed; else it is that of the newest backup that has it; else it is left out, or kept as it reads
    where others refer to it. Rows that could not be read are those of the newest backup.
    """
    found, saved = _read_damaged(kind, damaged, backups), Salvaged()
    copies = [_read_tables(kind, path) for path in backups]
    database = kind.open_new(home)
    with closing(sqlite3.connect(database.path)) as plain:
        present = {table: columns_of(plain, table) for table in kind.tables}
    with database.transaction() as connection:
        connection.execute("PRAGMA foreign_keys = OFF")  # parents may follow
        for table in kind.tables:
            known = found.get(table, _Table([], unread=[(0, 1 << 62)]))
            of_copies = [copy[table] for copy in copies if table in copy]
            if table in kind.only_current:
                saved.left_out += [
                    f"{table}: {values!a} (of a backup: it may have been taken back since)"
                    for copy in of_copies[:1]
                    for rowid, values in copy.rows.items()
                    if known.misses(rowid)
                ]
                of_copies = []
            if not of_copies:
                saved.left_out += [_describe_unread(table, *between) for between in known.unread]
            for values in _put_right(kind, table, known, of_copies, saved):
                columns = [name for name in values if name in present[table]]
                insert = (
                    f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
                )
                try:
                    connection.execute(insert, [values[name] for name in columns])
                except sqlite3.IntegrityError as error:
                    saved.left_out.append(f"{table}: {tuple(values.values())!a} ({error})")
        while orphans := connection.execute("PRAGMA foreign_key_check").fetchall():
            for table, rowid in {(orphan[0], orphan[1]) for orphan in orphans}:
                row = connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (rowid,)).fetchone()
                saved.left_out.append(f"{table}: {tuple(row)!a} (what it belongs to is lost)")
                connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (rowid,))
    with database.transaction() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return saved


def correct(table: str, values: Row, check: int) -> Row | None:
    """Return the row that one changed bit made differ from its checksum; None where it was more."""
    if (checksum(table, *values) ^ check).bit_count() == 1:
        return values  # the checksum itself changed
    for place, value in enumerate(values):
        for other in _neighbours(value):
            changed = (*values[:place], other, *values[place + 1 :])
            if checksum(table, *changed) == check:
                return changed
    return None


def _neighbours(value: Value) -> Iterator[Value]:
    """Yield the values that differ from one in a single bit, as SQLite stores it."""
    if value is None:
        yield 0
    elif isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(48))
        yield None
    elif isinstance(value, str | bytes):
        content = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
        kinds = (bytes, str) if isinstance(value, bytes) else (str, bytes)
        yield (
            content if kinds[1] is bytes else decode(content)
        )  # text and bytes of a length differ in one bit
        for bit in range(len(content) * 8):
            changed = bytearray(content)
            changed[bit // 8] ^= 1 << bit % 8
            yield decode(bytes(changed)) if kinds[0] is str else bytes(changed)


def _describe_unread(table: str, first: int, last: int) -> str:
    return f"{table}: rows from number {first} {f'to {last}' if last < 1 << 61 else 'on'} could not be read"


def _put_right(
    kind: CheckedFile, table: str, found: _Table, copies: list[_Table], saved: Salvaged
) -> Iterator[dict[str, Value]]:
    saved.kept += len(found.rows)
    for values in found.rows.values():
        yield dict(zip(found.columns, values, strict=True))
    for rowid, check, values in sorted(found.wrong, key=lambda row: row[0]):
        corrected = correct(table, values, check)
        copy = next((each for each in copies if rowid in each.rows), None)
        if found.id_of(rowid, corrected or values) in found.rows:
            continue  # read twice: once right
        if corrected is not None:
            saved.corrected += 1
            yield dict(zip(found.columns, corrected, strict=True))
        elif copy is not None:
            saved.from_backup += 1
            yield dict(zip(copy.columns, copy.rows[rowid], strict=True))
        elif table in kind.parents:
            saved.as_found.append(f"{table}: {values!a}")
            yield dict(zip(found.columns, values, strict=True))
        else:
            saved.left_out.append(f"{table}: {values!a}")
    for copy in copies[:1]:
        for rowid, values in copy.rows.items():
            if found.misses(rowid):
                saved.from_backup += 1
                yield dict(zip(copy.columns, values, strict=True))


def _read_damaged(kind: CheckedFile, path: Path, backups: list[Path]) -> dict[str, _Table]:
    """Read the tables of a damaged file, where needed with the definitions of a backup or of a new file."""
    with path.open("r+b") as file:
        for place, content in HEADER.items():
            file.seek(place)
            file.write(content)
    with suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        if has_right_definitions(path):
            return _read_tables(kind, path)
    with suppress(sqlite3.DatabaseError, UnicodeDecodeError):
        _mend_definitions(kind, path, backups)
        return _read_tables(kind, path)
    return {}  # everything is then that of the newest backup


def _read_tables(kind: CheckedFile, path: Path) -> dict[str, _Table]:
    with closing(connect_readonly(path)) as connection:
        connection.execute("PRAGMA writable_schema = ON")  # a damaged definition of an index is no hindrance
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        return {
            table: _read_table(connection, table, columns)
            for table in kind.tables
            if (columns := columns_of(connection, table))
        }


def _read_table(connection: sqlite3.Connection, table: str, columns: list[str]) -> _Table:
    read, checked = _Table(columns), _has_checks(connection, table)
    names = ", ".join(["rowid", "row_check" if checked else "NULL", *columns])
    query = f"SELECT {names} FROM {table} NOT INDEXED"
    check = partial(checksum, table) if checked else None
    ends = []
    for order, end in (("", 0), (" DESC", 1 << 62)):
        try:
            for row in connection.execute(f"{query} ORDER BY rowid{order}"):
                end = read.add(row, check)
        except sqlite3.DatabaseError:
            ends.append(end)
        else:
            return read
    first, last = ends[0] + 1, ends[1] - 1
    for rowid in range(first, last + 1 if last - first < MOST_PROBES else first):
        with suppress(sqlite3.DatabaseError):
            for row in connection.execute(f"{query} WHERE rowid = ?", (rowid,)):
                read.add(row, check)
    read.unread.append((first, last))
    return read


def _has_checks(connection: sqlite3.Connection, table: str) -> bool:
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    return ("row_check",) in found


def _mend_definitions(kind: CheckedFile, path: Path, backups: list[Path]) -> None:
    """Give the tables of a file the definitions that they have in a backup, or in a new file."""
    new = path.parent / "definitions"
    source = backups[0] if backups else kind.open_new(new).path
    with closing(connect_readonly(source)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    shutil.rmtree(new, ignore_errors=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = decode
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE type IN ('trigger', 'view')")
        connection.executemany(
            "UPDATE sqlite_master SET sql = ? WHERE name = ?", [(sql, name) for name, sql in found]
        )
        connection.commit()

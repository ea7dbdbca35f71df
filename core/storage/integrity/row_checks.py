"""A checksum in each row of what people type, so that a bit that changed on disk is noticed.

SQLite checks the structure of its file, not the values in it. Triggers keep the column `row_check` right
whoever writes; they call a function that `register` gives to a connection. Other SQLite tools can read the
file, and cannot write these tables.
"""

from __future__ import annotations

import sqlite3
import zlib

CHECKED = (
    "corpora",
    "analyses",
    "labels",
    "label_events",
    "undone_events",
    "check_labels",
    "undone_check_labels",
    "cluster_choices",
    "cluster_edits",
)
"""Tables of a store with a column `row_check`, parents before what refers to them."""

Value = str | bytes | int | float | None


def checksum(*values: Value) -> int:
    """CRC-32 of the name of a table and the values of a row, types included.

    `ascii` writes a value the same way in every version of Python; `repr` does not.
    """
    return zlib.crc32(ascii(values).encode("ascii"))


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the function that the triggers call."""
    connection.execute("PRAGMA trusted_schema = ON")  # some builds forbid such functions in triggers
    connection.create_function("refract_checksum", -1, checksum, deterministic=True)


def columns_of(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns that the checksum of a row covers; none where there is no such table."""
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    return [name for (name,) in found if name != "row_check"]


def checked_tables(connection: sqlite3.Connection) -> list[str]:
    """Return the tables of a file that have a column `row_check`."""
    found = connection.execute(
        "SELECT tables.name FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns "
        "WHERE tables.type = 'table' AND columns.name = 'row_check' ORDER BY tables.name"
    ).fetchall()
    return [name for (name,) in found]


def set_row_checks(connection: sqlite3.Connection) -> None:
    """Make the triggers for the columns that the tables have now, and set the checksum of every row."""
    for table in checked_tables(connection):
        columns = columns_of(connection, table)
        new = ", ".join(f"NEW.{column}" for column in columns)
        for event, what in (("insert", "INSERT"), ("update", f"UPDATE OF {', '.join(columns)}")):
            connection.execute(f"DROP TRIGGER IF EXISTS {table}_{event}_check")
            connection.execute(
                f"CREATE TRIGGER {table}_{event}_check AFTER {what} ON {table} BEGIN "
                f"UPDATE {table} SET row_check = refract_checksum('{table}', {new}) "
                "WHERE rowid = NEW.rowid; END"
            )
        connection.execute(
            f"UPDATE {table} SET row_check = refract_checksum('{table}', {', '.join(columns)})"
        )


def wrong_rows(connection: sqlite3.Connection, table: str) -> list[int]:
    """Return the rowids of the rows that differ from their checksum.

    The connection is one of `connect_readonly`. Cost O(n_rows): 0.4 s for 100,000 labels.
    """
    columns = ", ".join(columns_of(connection, table))
    rows = connection.execute(f"SELECT rowid, row_check, '{table}', {columns} FROM {table}")
    crc32 = zlib.crc32
    return [row[0] for row in rows if crc32(ascii(row[2:]).encode("ascii")) != row[1]]


def decode(text: bytes) -> str:
    """Decode what may be damaged: bytes that are no UTF-8 are kept as lone surrogates."""
    return text.decode("utf-8", "surrogateescape")


def schema_checksum(connection: sqlite3.Connection, version: int) -> int:
    """CRC-32 of the version and the definitions of the tables, kept as the file's `application_id`."""
    tables = checked_tables(connection)
    marks = ", ".join("?" * len(tables))
    parts = connection.execute(
        f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql IS NOT NULL "
        "ORDER BY type, name",
        tables,
    ).fetchall()
    found = checksum(version, *(str(value) for part in parts for value in tuple(part)))
    return found - (1 << 32) if found >= 1 << 31 else found  # SQLite keeps it signed

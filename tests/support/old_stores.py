"""Stores of earlier versions."""

from core.storage.integrity import CHECKED


def take_back(store):
    """Make the file of a store one from before the versions: no checksums, no merged or deleted labels."""
    with store._database.transaction() as connection:
        for table in CHECKED:
            for event in ("insert", "update"):
                connection.execute(f"DROP TRIGGER {table}_{event}_check")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN row_check")
        connection.execute("ALTER TABLE labels DROP COLUMN deleted_at")
        connection.execute("ALTER TABLE labels DROP COLUMN merged_into")
        connection.execute("PRAGMA user_version = 0")
        connection.execute("PRAGMA application_id = 0")

"""Stores of earlier versions."""

from core.storage.integrity import CHECKED


def take_back(store, version=0):
    """Make the file of a store one of version 7, without checksums, or from before the versions.

    Before the versions there were no merged or deleted labels.
    """
    with store._database.transaction() as connection:
        for table in CHECKED:
            for event in ("insert", "update"):
                connection.execute(f"DROP TRIGGER {table}_{event}_check")
            connection.execute(f"ALTER TABLE {table} DROP COLUMN row_check")
        if version < 1:
            connection.execute("ALTER TABLE labels DROP COLUMN deleted_at")
            connection.execute("ALTER TABLE labels DROP COLUMN merged_into")
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("PRAGMA application_id = 0")

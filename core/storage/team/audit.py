"""The record of what left the server and who may see what: one JSON line an event, without any text."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from ...errors import StoreError
from .members import Member


def record(root: Path, member: Member, action: str, **about: str | int) -> None:
    """Append an event to this month's file in `audit/`; it is on disk when this returns.

    Parameters
    ----------
    action : str
        What was done, such as "export".
    about : str or int
        Names, keys and counts; no text of a corpus, no label.

    Raises
    ------
    StoreError
        When it cannot be written: what would go unrecorded must not be done.
    """
    now = datetime.now(UTC)
    event = {"time": now.isoformat(timespec="milliseconds"), "person": member.id, "name": member.name}
    line = json.dumps(event | {"action": action} | about) + "\n"
    folder = root / "audit"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # One write to a file opened for appending: lines of several processes never mix.
        descriptor = os.open(folder / f"{now:%Y-%m}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(
            f"This could not be recorded in {folder} ({error.strerror}), so it was not done: make the folder "
            "writable, or free some space."
        ) from error

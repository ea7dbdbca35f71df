"""Put a new file in the place of a damaged one, which is set aside and never removed."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ...errors import StoreError
from ...utils import COMMAND, lock_alone
from ..integrity import check_file, find_backups
from .salvage import LABELS, CheckedFile, Salvaged, salvage

BESIDE = ("-wal", "-shm", "-journal")
LEFT_OUT = "left-out.txt"
"""File beside what was set aside: the rows that are not as they were."""


def set_aside_folder(home: Path) -> Path:
    """Make the folder for what is replaced now."""
    folder = home / "set-aside" / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    folder.mkdir(parents=True)
    return folder


def repair_database(home: Path, kind: CheckedFile = LABELS) -> tuple[Salvaged, Path]:
    """Replace a damaged, empty or missing SQLite file.

    Returns what became of its rows, and the folder where the old file is now.

    Raises
    ------
    StoreError
        When an app works on the folder, or neither the file nor a backup of it can be read.
    """
    path = home / kind.name
    with closing(lock_alone(home)):
        sound = [backup for backup in find_backups(home, path.stem) if check_file(backup).is_sound]
        with tempfile.TemporaryDirectory(dir=home, suffix=".part") as folder:
            copy = Path(folder, "damaged") / kind.name
            copy.parent.mkdir()
            for end in ("", "-wal"):
                if path.with_name(kind.name + end).is_file():
                    shutil.copy(path.with_name(kind.name + end), copy.with_name(kind.name + end))
            copy.touch()
            saved = salvage(kind, copy, sound, Path(folder, "new"))
            new = Path(folder, "new", kind.name)
            if not saved.kept + saved.corrected + saved.from_backup + len(saved.as_found):
                raise StoreError(
                    f"Nothing of {path} can be read, and {home / 'backups'} has no backup of it: nothing "
                    f"was changed; restore a file made by `{COMMAND} backup`."
                )
            if not (report := check_file(new)).is_sound:
                raise StoreError(f"The repair of {path} failed ({report.summary()}): it was left as it is.")
            aside = set_aside_folder(home)
            lines = [
                *saved.left_out,
                *(f"as it reads, with a wrong checksum: {row}" for row in saved.as_found),
            ]
            (aside / LEFT_OUT).write_text("\n".join(lines), encoding="utf-8")
            replace_database(path, new, aside)
    return saved, aside


def replace_database(path: Path, new: Path, aside: Path) -> None:
    """Put the whole file `new` in the place of `path`, whose files are in `aside` afterwards."""
    if path.exists():
        shutil.copy2(path, aside / path.name)  # its place is never empty
    for end in BESIDE:
        if path.with_name(path.name + end).exists():
            path.with_name(path.name + end).replace(aside / (path.name + end))
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.replace(path)

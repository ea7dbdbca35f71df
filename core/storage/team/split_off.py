"""Move one corpus of a store, with all that people typed about it, into a data folder of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ...errors import StoreError
from ...utils import storage_error
from ..database import open_database
from ..store import Store


def split_off(
    store: Store, corpus_key: str, target: Path, *, before_removal: Callable[[], None] = lambda: None
) -> None:
    """Move a corpus with its analyses, labels and results into the new data folder `target`.

    Nobody can write into the store meanwhile. The corpus leaves it last: after an interruption it may be in
    both folders, and never in none. Files are linked where the disk can do that.

    Parameters
    ----------
    before_removal : callable
        Called when `target` is complete; an exception leaves the corpus where it is.

    Raises
    ------
    StoreError
        When the corpus was removed, or `target` cannot be written.
    """
    part, files = target.with_name(f"{target.name}.part"), Path("corpora") / corpus_key
    store.corpus_entry(corpus_key)
    try:
        with store.locked() as connection:
            part.mkdir(parents=True)
            _copy_rows(store.home, part, corpus_key)
            shutil.copytree(store.home / files, part / files, copy_function=_link)
            part.rename(target)
            try:
                before_removal()
            except BaseException:
                shutil.rmtree(target, ignore_errors=True)
                raise
            connection.execute("DELETE FROM corpora WHERE key = ?", (corpus_key,))
    except OSError as error:
        raise storage_error(error, part.parent) from error
    except sqlite3.DatabaseError as error:
        raise StoreError(
            f"The corpus could not be moved ({error}): nothing was changed, try again."
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(store.home / files, ignore_errors=True)


def _copy_rows(home: Path, part: Path, corpus_key: str) -> None:
    """Copy the database and leave the rows of one corpus in it; what else was there is not in the file."""
    file = part / "refract.sqlite"
    with (
        contextlib.closing(sqlite3.connect(home / "refract.sqlite")) as source,
        contextlib.closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)
    database = open_database(part)
    with database.transaction() as connection:
        connection.execute("DELETE FROM corpora WHERE key != ?", (corpus_key,))
    with database.transaction() as connection:
        connection.execute("VACUUM")  # rows of other corpora leave the file, too
    database.close()


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without links
        shutil.copy2(source, target)

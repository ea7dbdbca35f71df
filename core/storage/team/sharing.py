"""Put a corpus into a data folder of its own, which several people may open."""

from __future__ import annotations

import shutil
import time
import uuid
from contextlib import suppress
from pathlib import Path

from .. import Store
from .audit import record
from .members import Member
from .registry import Registry, SharedCorpus
from .split_off import split_off

SECONDS_KEPT = 86_400  # of a move that was cut off


def share_corpus(root: Path, registry: Registry, member: Member, corpus_key: str) -> SharedCorpus:
    """Move a corpus of a person, with its analyses and labels, into a folder of its own.

    From then on it can be shared with others. No job of it may run. After an interruption it may be in both
    folders, and never in none.

    Raises
    ------
    StoreError
        When the corpus was removed, or the disk is full: it then stays where it is.
    """
    store = Store(member.home(root))
    entry = store.corpus_entry(corpus_key)
    shared = SharedCorpus(uuid.uuid4().hex, member.id, member.name, corpus_key, entry.name)
    split_off(store, corpus_key, shared.home(root), before_removal=lambda: registry.add_corpus(shared))
    record(root, member, "put into a folder of its own", corpus=entry.name, key=corpus_key, folder=shared.id)
    return shared


def data_folders(root: Path) -> list[Path]:
    """Return the data folder of this machine, and on a shared server those of people and shared corpora."""
    inner = [*(root / "people").glob("*"), *(root / "shared").glob("*")]
    return [root, *sorted(folder for folder in inner if folder.is_dir() and folder.suffix != ".part")]


def remove_unfinished(root: Path) -> None:
    """Remove what moves into a folder of their own left when they were cut off: texts that nobody would miss.

    Each corpus is still where it was. Only what is a day old, as a move may be at work.
    """
    for part in (root / "shared").glob("*.part"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime > SECONDS_KEPT:
                shutil.rmtree(part)


def remove_shared(root: Path, registry: Registry, member: Member, shared: SharedCorpus) -> None:
    """Remove a shared corpus with its analyses and labels; raise NotShared for others than its owner."""
    registry.remove_corpus(shared, member)
    record(root, member, "remove", corpus=shared.name, key=shared.corpus_key, folder=shared.id)
    shutil.rmtree(shared.home(root), ignore_errors=True)

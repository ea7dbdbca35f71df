"""Folders of imports below the data folder; each is removed a day after it was last used."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import Path

from ...corpus import Corpus
from ...corpus.sources import LOCAL, FoundFiles
from ...corpus.tables import Table, load_table, save_table
from ...errors import StoreError
from ...utils import content_key, read_checked, write_checked
from ..corpus_files import load_corpus, save_corpus
from .examined import Examined, find_examined, save_examined

SECONDS_KEPT = 24 * 3_600


@dataclass(frozen=True)
class Import:
    """The folder of one import.

    An address of a server is not kept: it may hold a key. Of files on a server only names and sizes are.
    """

    folder: Path

    @property
    def files(self) -> Path:
        """Folder of the files that were fetched or uploaded."""
        return self.folder / "files"

    def save_found(self, found: FoundFiles) -> None:
        """Keep what was found."""
        kept = asdict(found)
        address = found.address
        kept["address"] = {"protocol": address.protocol, "path": address.shown, "host": address.host}
        if address.protocol != LOCAL:
            for file in kept["files"]:
                file["path"] = ""
        self._write("found.json", kept)

    def find_found(self) -> FoundFiles | None:
        """Return what was found; None before that. Files of a server have no path."""
        kept = self._read("found.json")
        return None if kept is None else FoundFiles.from_dict(kept)

    def save_moved(self, host: str) -> None:
        """Keep the host to which a server referred."""
        self._write("moved.json", {"host": host})

    def find_moved(self) -> str:
        """Return the host to which a server referred; "" for none."""
        kept = self._read("moved.json")
        return kept["host"] if kept else ""

    def table_folder(self, name: str) -> Path:
        """Return the folder of a table, for a child process that writes it."""
        return self.folder / name

    def save_table(self, name: str, table: Table) -> None:
        """Keep a table under a name."""
        save_table(self.folder / name, table)

    def load_table(self, name: str) -> Table:
        """Return a table; raises StoreError when it is not there."""
        return load_table(self.folder / name)

    def find_table(self, name: str) -> Table | None:
        """Return a table; None when it is not there."""
        try:
            return load_table(self.folder / name)
        except StoreError:
            return None

    def save_examined(self, table: str, text_column: str, examined: Examined) -> None:
        """Keep what was found out about a text column."""
        save_examined(self._examined(table, text_column), examined)

    def find_examined(self, table: str, text_column: str) -> Examined | None:
        """Return what was found out about a text column; None before that."""
        return find_examined(self._examined(table, text_column))

    def save_corpus(
        self, table: str, text_column: str, copies: bool, aside: Collection[str], corpus: Corpus
    ) -> None:
        """Keep the corpus that was built from a table."""
        place = self._corpus(table, text_column, copies, aside)
        save_corpus(place, corpus)
        about = {"key": corpus.key, "name": corpus.name, "n_texts": len(corpus.texts)}
        content = json.dumps(about).encode()
        write_checked(place / "corpus.json", lambda file: file.write(content))

    def find_corpus(
        self, table: str, text_column: str, copies: bool, aside: Collection[str]
    ) -> Corpus | None:
        """Return the corpus that was built from a table; None before that."""
        place = self._corpus(table, text_column, copies, aside)
        try:
            return load_corpus(place, **json.loads(read_checked(place / "corpus.json")))
        except (OSError, ValueError, TypeError, StoreError):
            return None

    def drop(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _examined(self, table: str, text_column: str) -> Path:
        return self.folder / table / f"examined-{content_key(text_column)}.json"

    def _corpus(self, table: str, text_column: str, copies: bool, aside: Collection[str]) -> Path:
        return self.folder / table / f"corpus-{content_key(text_column, copies, sorted(aside))}"

    def _write(self, name: str, kept: dict) -> None:
        content = json.dumps(kept, ensure_ascii=False).encode("utf-8", "surrogateescape")
        write_checked(self.folder / name, lambda file: file.write(content))

    def _read(self, name: str) -> dict | None:
        try:
            content = read_checked(self.folder / name)
            return json.loads(content.decode("utf-8", "surrogateescape"))
        except (OSError, ValueError):
            return None


def imports_of(home: Path, import_id: str) -> Import:
    """Return an import by its id, and remove those that nobody has used for a day."""
    parent, name = home / "imports", content_key(import_id)
    for folder in parent.iterdir() if parent.is_dir() else ():
        try:
            used = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        except OSError:  # another process removes it
            continue
        if folder.name != name and time.time() - used > SECONDS_KEPT:
            shutil.rmtree(folder, ignore_errors=True)
    return Import(parent / name)

"""The data folder: corpora, analyses and labels in SQLite, and a folder of results for each corpus."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from ..corpus import Corpus
from ..encoders import EncoderSpec
from ..errors import StoreError
from ..transforms import Method
from ..utils import lock_shared, remove_leftovers, unlock_shared
from .arrays import ArtifactStore
from .changed_labels import ChangedLabels
from .check_labels import CheckLabelStore, copy_check_labels
from .clusters import ClusterRecord
from .corpus_files import count_left_out, load_corpus, save_corpus
from .database import open_database
from .label_names import LabelNames, utc_now
from .labels import LabelStore, copy_labels
from .speeds import Speeds

CORPUS_COLUMNS = (
    "key, name, text_column, n_texts, encoder, embedding_key, created_at, opened_at, next_encoder"
)
ANALYSIS_COLUMNS = "id, corpus_key, instruction, fit_key, embedding_key, created_at, approach"


@dataclass(frozen=True)
class StoredCorpus:
    """Entry of a corpus.

    Attributes
    ----------
    embedding_key : str or None
        None until it was encoded.
    opened_at : str
        "" until it was opened.
    next_encoder : str or None
        Encoder whose embeddings are to replace those of a quick preview; None for no plan.
    """

    key: str
    name: str
    text_column: str
    n_texts: int
    encoder: str | None
    embedding_key: str | None
    created_at: str
    opened_at: str
    next_encoder: str | None = None

    @property
    def is_preview(self) -> bool:
        """Whether its embeddings are those of a static encoder: to look, not to conclude."""
        return self.encoder is not None and EncoderSpec.parse(self.encoder).is_static


@dataclass(frozen=True)
class EncodedCorpus(StoredCorpus):
    """Entry of a corpus that was encoded."""

    encoder: str
    embedding_key: str


@dataclass(frozen=True)
class Analysis:
    """One instruction over one corpus.

    Attributes
    ----------
    id : int
    corpus_key, instruction : str
    fit_key : str or None
        Key of the latest Fit; None before the first.
    embedding_key : str or None
        Key of the embeddings that this Fit was made from.
    created_at : str
        UTC, ISO.
    method : Method
        Method of the next Fit.
    """

    id: int
    corpus_key: str
    instruction: str
    fit_key: str | None
    embedding_key: str | None
    created_at: str
    method: Method = field(default_factory=Method)


class Store:
    """Corpora, analyses, labels and results on disk.

    Any thread may use it, and the worker process at the same time. A missing folder `home` is made.

    Raises
    ------
    StoreError
        When the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        is_first = lock_shared(home)
        try:
            self._database = open_database(home)
        except StoreError:
            if is_first:  # a damaged store can be repaired while the app shows that it is
                unlock_shared(home)
            raise
        _remove_leftovers(home)
        self.labels = LabelStore(self._database)
        self.label_names = LabelNames(self._database)
        self.changed_labels = ChangedLabels(self._database)
        self.check_labels = CheckLabelStore(self._database)
        self.clusters = ClusterRecord(self._database)
        self.speeds = Speeds(home)

    # Corpora

    def add_corpus(self, corpus: Corpus, *, opened: bool = True) -> None:
        """Save a corpus; one with the same content is saved once, under its newest name and source rows.

        With `opened=False` nobody has opened it yet: a new one is last in `corpora`, with `opened_at` "".
        """
        if not self._holds(corpus):
            save_corpus(self._folder(corpus.key), corpus)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO corpora (key, name, text_column, n_texts, created_at, opened_at) "
                "VALUES (?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET name = excluded.name, "
                "opened_at = MAX(opened_at, excluded.opened_at)",
                (
                    corpus.key,
                    corpus.name,
                    corpus.text_column,
                    len(corpus.texts),
                    utc_now(),
                    utc_now() if opened else "",
                ),
            )

    def corpora(self) -> list[StoredCorpus]:
        """Return all corpora, the one opened last first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT {CORPUS_COLUMNS} FROM corpora ORDER BY opened_at DESC, key"
            ).fetchall()
        return [StoredCorpus(**row) for row in rows]

    def find_corpus(self, key: str) -> StoredCorpus | None:
        """Return the entry of a corpus; None when it was removed."""
        with self._database.transaction() as connection:
            row = connection.execute(f"SELECT {CORPUS_COLUMNS} FROM corpora WHERE key = ?", (key,)).fetchone()
        return StoredCorpus(**row) if row else None

    def corpus_entry(self, key: str) -> StoredCorpus:
        """Return the entry of a corpus; raise StoreError when it was removed."""
        entry = self.find_corpus(key)
        if entry is None:
            raise StoreError("This corpus is no longer kept here: choose another, or upload it again.")
        return entry

    def encoded_corpus(self, key: str) -> EncodedCorpus:
        """Return the entry of an encoded corpus; raise StoreError when it was removed or is not encoded."""
        entry = self.corpus_entry(key)
        if entry.encoder is None or entry.embedding_key is None:
            raise StoreError(f"“{entry.name}” has no embeddings yet: encode it first.")
        return EncodedCorpus(**vars(entry))

    def load_corpus(self, key: str) -> Corpus:
        """Read the texts and metadata of a corpus; its files stay as they are, whatever is found.

        Raises
        ------
        StoreError
            When there is no such corpus, or a file of it is missing, damaged or cannot be read now.
        """
        entry = self.corpus_entry(key)
        return load_corpus(self._folder(key), key, entry.name, entry.n_texts)

    def count_left_out(self, key: str) -> int:
        """Return how many copies and set-aside texts are kept beside the texts of a corpus."""
        return count_left_out(self._folder(key))

    def set_encoding(
        self,
        key: str,
        encoder: str,
        embedding_key: str,
        *,
        next_encoder: str | None = None,
        fits: Mapping[int, str] | None = None,
    ) -> None:
        """Record the encoder of a corpus and the key of its embeddings.

        Parameters
        ----------
        next_encoder : str, optional
            Encoder whose embeddings are to replace these.
        fits : mapping of int to str, optional
            Keys of the Fits that were made from these embeddings, by analysis; all is recorded at once.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE corpora SET encoder = ?, embedding_key = ?, next_encoder = ? WHERE key = ?",
                (encoder, embedding_key, next_encoder, key),
            )
            connection.executemany(
                "UPDATE analyses SET fit_key = ?, embedding_key = ? WHERE id = ?",
                [(fit_key, embedding_key, analysis_id) for analysis_id, fit_key in (fits or {}).items()],
            )

    def drop_next_encoder(self, key: str) -> None:
        """Forget which encoder was to replace the embeddings of a corpus: a person cancelled it."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE corpora SET next_encoder = NULL WHERE key = ?", (key,))

    def mark_opened(self, key: str) -> None:
        """Move a corpus to the head of `corpora`; on a full disk the order stays."""
        with suppress(StoreError), self._database.transaction() as connection:
            connection.execute("UPDATE corpora SET opened_at = ? WHERE key = ?", (utc_now(), key))

    def delete_corpus(self, key: str) -> None:
        """Remove a corpus with its analyses, labels and results."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM corpora WHERE key = ?", (key,))
        shutil.rmtree(self._folder(key), ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[sqlite3.Connection]:
        """Transaction in which nobody else writes; use no other method in this thread meanwhile."""
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection

    def results(self, key: str) -> ArtifactStore:
        """Return the folder of the results of a corpus."""
        return ArtifactStore(self._folder(key) / "results")

    # Analyses

    def add_analysis(self, corpus_key: str, instruction: str) -> int:
        """Start an analysis; return its id, which no other analysis ever had.

        Raises StoreError when the corpus was removed.
        """
        try:
            with self._database.transaction() as connection:
                added = connection.execute(
                    "INSERT INTO analyses (corpus_key, instruction, created_at) VALUES (?, ?, ?)",
                    (corpus_key, instruction.strip(), utc_now()),
                )
                return cast("int", added.lastrowid)  # None only before the first INSERT
        except sqlite3.IntegrityError as error:
            raise StoreError("This corpus is no longer kept here: choose another.") from error

    def copy_analysis(self, analysis_id: int) -> int:
        """Copy an analysis with its labels, their history and its check sample; return the id of the copy.

        Raises StoreError when the analysis was removed.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            copy = connection.execute(
                "INSERT INTO analyses "
                "(corpus_key, instruction, fit_key, embedding_key, created_at, approach) "
                "SELECT corpus_key, instruction, fit_key, embedding_key, ?, approach FROM analyses "
                "WHERE id = ?",
                (utc_now(), analysis_id),
            )
            if copy.rowcount != 1:
                raise StoreError("This analysis was removed: choose another.")
            copy_id = cast("int", copy.lastrowid)
            copies = copy_labels(connection, analysis_id, copy_id)
            copy_check_labels(connection, analysis_id, copy_id, copies)
            return copy_id

    def analyses(self, corpus_key: str) -> list[Analysis]:
        """Return the analyses of a corpus, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT {ANALYSIS_COLUMNS} FROM analyses WHERE corpus_key = ? ORDER BY id", (corpus_key,)
            ).fetchall()
        return [_read_analysis(row) for row in rows]

    def find_analysis(self, analysis_id: int) -> Analysis | None:
        """Return an analysis; None when it was removed."""
        with self._database.transaction() as connection:
            row = connection.execute(
                f"SELECT {ANALYSIS_COLUMNS} FROM analyses WHERE id = ?", (analysis_id,)
            ).fetchone()
        return _read_analysis(row) if row else None

    def analysis(self, analysis_id: int) -> Analysis:
        """Return an analysis; raise StoreError when it was removed."""
        analysis = self.find_analysis(analysis_id)
        if analysis is None:
            raise StoreError("This analysis was removed: choose another, or start a new instruction.")
        return analysis

    def set_instruction(self, analysis_id: int, instruction: str) -> str:
        """Change an instruction, and return what it replaced; labels stay, and results until the next Fit.

        Raises StoreError when the analysis was removed.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            query = "SELECT instruction FROM analyses WHERE id = ?"
            before = connection.execute(query, (analysis_id,)).fetchone()
            if before is None:
                raise StoreError(
                    "This analysis was removed in another tab: start a new one, or open another."
                )
            connection.execute(
                "UPDATE analyses SET instruction = ? WHERE id = ?", (instruction.strip(), analysis_id)
            )
            return str(before["instruction"])

    def set_method(self, analysis_id: int, method: Method) -> None:
        """Change the method of an analysis; its results stay until the next Fit."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE analyses SET approach = ? WHERE id = ?", (method.to_text(), analysis_id)
            )

    def set_fit(self, analysis_id: int, fit_key: str, embedding_key: str) -> None:
        """Record the latest Fit of an analysis and the embeddings it was made from."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE analyses SET fit_key = ?, embedding_key = ? WHERE id = ?",
                (fit_key, embedding_key, analysis_id),
            )

    def delete_analysis(self, analysis_id: int) -> None:
        """Remove an analysis with its labels."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM analyses WHERE id = ?", (analysis_id,))

    def _folder(self, key: str) -> Path:
        return self.home / "corpora" / key

    def _holds(self, corpus: Corpus) -> bool:
        """Whether a corpus is stored and can be read; else its next upload writes it again."""
        try:
            stored = self.load_corpus(corpus.key)
        except StoreError:
            return False
        new, old = _source_rows(corpus), _source_rows(stored)
        same_rows = new is None or (old is not None and np.array_equal(new, old))
        # Earlier versions left dates as strings.
        same_types = corpus.metadata.dtypes.equals(stored.metadata.dtypes)
        return same_rows and same_types and stored.descriptions == corpus.descriptions


@cache
def _remove_leftovers(home: Path) -> None:
    """Remove what killed processes left half-written in a data folder, once per process."""
    for folder in (home, *home.glob("*"), *home.glob("corpora/*"), *home.glob("corpora/*/results")):
        remove_leftovers(folder, of_earlier_versions=True)


def _source_rows(corpus: Corpus) -> np.ndarray | None:
    """Return the row of each text in the uploaded file, those of texts left out last."""
    if corpus.source_rows is None or corpus.left_out is None:
        return corpus.source_rows
    return np.concatenate([corpus.source_rows, corpus.left_out.source_rows])


def _read_analysis(row: sqlite3.Row) -> Analysis:
    columns = dict(row)
    try:
        method = Method.from_text(columns.pop("approach"))
    except StoreError:  # written by a later version: the default, until a method is chosen again
        method = Method()
    return Analysis(**columns, method=method)

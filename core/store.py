"""What is kept on disk: corpora, analyses, labels (SQLite), and the folders of computed results."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from core.corpus import Corpus
from core.database import Database
from core.errors import LabelError, StoreError
from core.files import write_atomically
from core.label_files import LONGEST_LABEL
from core.results import Results


@dataclass(frozen=True)
class StoredCorpus:
    """One line of the list of corpora; `embedding_key` is None until it was encoded."""

    key: str
    name: str
    text_column: str
    n_texts: int
    encoder: str | None
    embedding_key: str | None
    created_at: str
    opened_at: str


@dataclass(frozen=True)
class Analysis:
    """One instruction over one corpus.

    `fit_key` names its latest result, `embedding_key` what that was made from; None before the first Fit.
    """

    id: int
    corpus_key: str
    instruction: str
    fit_key: str | None
    embedding_key: str | None
    created_at: str


def data_home() -> Path:
    """Folder of all data: `REFRACT_HOME`, else `.refract` in the home folder."""
    return Path(os.environ.get("REFRACT_HOME") or Path.home() / ".refract").expanduser()


class Store:
    """Everything that outlives a session.

    Labels are an append-only record of who said what and when; the label of a text is its latest entry,
    and undo takes the latest step back. Safe from any thread and from the worker process.

    Parameters
    ----------
    home : Path
        Data folder; made when missing.

    Raises
    ------
    StoreError
        When the folder cannot be written.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._database = Database(home)

    # Corpora

    def add_corpus(self, corpus: Corpus) -> None:
        """Keep a corpus; one with the same content is kept once, under its newest name."""
        names_path = self._corpus_path(corpus.key).with_name("columns.parquet")
        if not (self._corpus_path(corpus.key).exists() and names_path.exists()):
            frame = corpus.metadata.copy()
            # Position 0 is the text, whatever the metadata are called.
            frame.insert(0, "text", corpus.texts, allow_duplicates=True)
            frame.columns = [str(position) for position in range(frame.shape[1])]
            names = pd.DataFrame({"name": [corpus.text_column, *map(str, corpus.metadata.columns)]})
            write_atomically(names_path, lambda file: names.to_parquet(file))
            write_atomically(self._corpus_path(corpus.key), lambda file: frame.to_parquet(file))
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO corpora VALUES (?, ?, ?, ?, NULL, NULL, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET name = excluded.name, opened_at = excluded.opened_at",
                (corpus.key, corpus.name, corpus.text_column, len(corpus.texts), _now(), _now()),
            )

    def corpora(self) -> list[StoredCorpus]:
        """All corpora, the one opened last first."""
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM corpora ORDER BY opened_at DESC, key").fetchall()
        return [StoredCorpus(**row) for row in rows]

    def find_corpus(self, key: str) -> StoredCorpus | None:
        """One line of the list of corpora; None when the corpus was removed."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM corpora WHERE key = ?", (key,)).fetchone()
        return StoredCorpus(**row) if row else None

    def corpus_entry(self, key: str) -> StoredCorpus:
        """One line of the list of corpora.

        Raises
        ------
        StoreError
            When there is no such corpus.
        """
        entry = self.find_corpus(key)
        if entry is None:
            raise StoreError("This corpus is no longer kept here: choose another, or upload it again.")
        return entry

    def load_corpus(self, key: str) -> Corpus:
        """Texts and metadata of a corpus.

        Raises
        ------
        StoreError
            When there is no such corpus, or its file is missing.
        """
        entry = self.corpus_entry(key)
        path = self._corpus_path(key)
        try:
            frame = pd.read_parquet(path)
            names = pd.read_parquet(path.parent / "columns.parquet")["name"].tolist()
        except (OSError, ValueError, KeyError) as error:
            path.unlink(missing_ok=True)  # what is damaged is written anew by the upload
            raise StoreError(
                f"The file of “{entry.name}” is missing or damaged ({path}): upload the corpus again."
            ) from error
        texts = frame["0"].to_numpy(dtype=object)
        metadata = frame.drop(columns="0")
        metadata.columns = names[1:]
        return Corpus(name=entry.name, texts=texts, metadata=metadata, text_column=names[0], key=key)

    def set_encoding(self, key: str, encoder: str, embedding_key: str) -> None:
        """Remember which encoder a corpus was read with, and where its embeddings are."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE corpora SET encoder = ?, embedding_key = ? WHERE key = ?",
                (encoder, embedding_key, key),
            )

    def mark_opened(self, key: str) -> None:
        """Put a corpus at the head of the list; on a full disk the order stays as it was."""
        with suppress(StoreError), self._database.transaction() as connection:
            connection.execute("UPDATE corpora SET opened_at = ? WHERE key = ?", (_now(), key))

    def delete_corpus(self, key: str) -> None:
        """Remove a corpus with its analyses, labels and results."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM corpora WHERE key = ?", (key,))
        shutil.rmtree(self._corpus_path(key).parent, ignore_errors=True)

    def results(self, key: str) -> Results:
        """Folder of the results computed for one corpus."""
        return Results(self._corpus_path(key).parent / "results")

    # Analyses

    def add_analysis(self, corpus_key: str, instruction: str) -> int:
        """Start an analysis; returns its id, which no other analysis ever had.

        Raises
        ------
        StoreError
            When there is no such corpus.
        """
        try:
            with self._database.transaction() as connection:
                return connection.execute(
                    "INSERT INTO analyses (corpus_key, instruction, created_at) VALUES (?, ?, ?)",
                    (corpus_key, instruction.strip(), _now()),
                ).lastrowid
        except sqlite3.IntegrityError as error:
            raise StoreError("This corpus is no longer kept here: choose another.") from error

    def analyses(self, corpus_key: str) -> list[Analysis]:
        """Analyses of a corpus, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT * FROM analyses WHERE corpus_key = ? ORDER BY id", (corpus_key,)
            ).fetchall()
        return [Analysis(**row) for row in rows]

    def find_analysis(self, analysis_id: int) -> Analysis | None:
        """One analysis; None when it was removed."""
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM analyses WHERE id = ?", (analysis_id,)).fetchone()
        return Analysis(**row) if row else None

    def analysis(self, analysis_id: int) -> Analysis:
        """One analysis.

        Raises
        ------
        StoreError
            When there is no such analysis.
        """
        analysis = self.find_analysis(analysis_id)
        if analysis is None:
            raise StoreError("This analysis was removed: choose another, or start a new instruction.")
        return analysis

    def set_instruction(self, analysis_id: int, instruction: str) -> None:
        """Change the wording of an instruction; labels stay, and results until the next Fit."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE analyses SET instruction = ? WHERE id = ?", (instruction.strip(), analysis_id)
            )

    def set_fit(self, analysis_id: int, fit_key: str, embedding_key: str) -> None:
        """Name the latest result of an analysis, and the embeddings it was made from."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE analyses SET fit_key = ?, embedding_key = ? WHERE id = ?",
                (fit_key, embedding_key, analysis_id),
            )

    def delete_analysis(self, analysis_id: int) -> None:
        """Remove an analysis with its labels."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM analyses WHERE id = ?", (analysis_id,))

    # Labels

    def add_label(self, analysis_id: int, name: str) -> str:
        """Add a label name; returns it as kept (outer blanks removed).

        Raises
        ------
        LabelError
            For an empty, too long or already used name.
        """
        name = self._free_label_name(analysis_id, name)
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "INSERT INTO labels (analysis_id, name) VALUES (?, ?)", (analysis_id, name)
                )
        except sqlite3.IntegrityError as error:  # another tab was faster, or removed the analysis
            raise LabelError(f"“{name}” could not be added: another tab changed this analysis.") from error
        return name

    def rename_label(self, analysis_id: int, old: str, new: str) -> None:
        """Change a label's name; the texts that carry it keep it, with who gave it and when.

        Raises
        ------
        LabelError
            For an empty, too long or already used name.
        """
        if new.strip() == old:
            return
        new = self._free_label_name(analysis_id, new)
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE labels SET name = ? WHERE analysis_id = ? AND name = ?", (new, analysis_id, old)
            )

    def remove_label(self, analysis_id: int, name: str) -> None:
        """Remove a label name that no text carries or ever carried.

        Raises
        ------
        LabelError
            When texts carry it.
        """
        try:
            with self._database.transaction() as connection:
                connection.execute(
                    "DELETE FROM labels WHERE analysis_id = ? AND name = ?", (analysis_id, name)
                )
        except sqlite3.IntegrityError as error:
            raise LabelError(
                f"“{name}” was given to texts, and a label is only removed while no text ever had it: "
                "rename it instead."
            ) from error

    def label_names(self, analysis_id: int) -> list[str]:
        """Label names in the order in which they were added."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT name FROM labels WHERE analysis_id = ? ORDER BY id", (analysis_id,)
            ).fetchall()
        return [row["name"] for row in rows]

    def give_labels(self, analysis_id: int, labels: Mapping[int, str | None], given_by: str) -> None:
        """Record the label of each text row, on disk before this returns; None takes a label away or skips.

        All of them are one step for `undo`.

        Raises
        ------
        LabelError
            For a label name that the analysis does not have.
        StoreError
            When the disk is full; nothing is then recorded.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")  # two at once must not take the same step number
            rows = connection.execute("SELECT name, id FROM labels WHERE analysis_id = ?", (analysis_id,))
            known = {row["name"]: row["id"] for row in rows}
            unknown = {name for name in labels.values() if name is not None} - known.keys()
            if unknown:
                raise LabelError(
                    f"The label “{min(unknown)}” is not one of this analysis "
                    f"({', '.join(known) or 'it has none'}): add it first."
                )
            step = connection.execute(
                "SELECT COALESCE(MAX(step), 0) + 1 AS next FROM label_events WHERE analysis_id = ?",
                (analysis_id,),
            ).fetchone()["next"]
            now = _now()
            connection.executemany(
                "INSERT INTO label_events (analysis_id, step, text_row, label_id, given_by, given_at) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (analysis_id, step, int(row), known.get(name), given_by, now)
                    for row, name in labels.items()
                ],
            )

    def undo(self, analysis_id: int) -> list[int]:
        """Take the latest step back; returns the text rows it had touched (empty when there is none)."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "DELETE FROM label_events WHERE analysis_id = :id AND step = "
                "(SELECT MAX(step) FROM label_events WHERE analysis_id = :id) RETURNING text_row",
                {"id": analysis_id},
            ).fetchall()
        return [row["text_row"] for row in rows]

    def guide_labels(self, analysis_id: int) -> pd.DataFrame:
        """Latest entry of every text that was labelled or skipped, newest first.

        Returns
        -------
        DataFrame
            Columns row (int), label (str, None where skipped or taken away), given_by, given_at (UTC, ISO).
        """
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT text_row AS row, name AS label, given_by, given_at FROM label_events "
                "LEFT JOIN labels ON labels.id = label_id WHERE label_events.id IN "
                "(SELECT MAX(id) FROM label_events WHERE analysis_id = ? GROUP BY text_row) "
                "ORDER BY label_events.id DESC",
                (analysis_id,),
            ).fetchall()
        frame = pd.DataFrame([dict(row) for row in rows], columns=["row", "label", "given_by", "given_at"])
        frame["label"] = frame["label"].astype(object).where(frame["label"].notna(), None)
        return frame

    def label_codes(self, analysis_id: int, n_texts: int) -> np.ndarray:
        """Label of each text as its position in `label_names`.

        Returns
        -------
        int64 array (n_texts,), -1 where there is none.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN")  # both are read at one moment
            ids = connection.execute(
                "SELECT id FROM labels WHERE analysis_id = ? ORDER BY id", (analysis_id,)
            ).fetchall()
            given = connection.execute(
                "SELECT text_row, label_id FROM label_events WHERE label_id IS NOT NULL AND id IN "
                "(SELECT MAX(id) FROM label_events WHERE analysis_id = ? GROUP BY text_row)",
                (analysis_id,),
            ).fetchall()
        positions = {row["id"]: position for position, row in enumerate(ids)}
        codes = np.full(n_texts, -1, dtype=np.int64)
        for row in given:
            codes[row["text_row"]] = positions[row["label_id"]]
        return codes

    # Inside

    def _free_label_name(self, analysis_id: int, name: str) -> str:
        name = " ".join(name.split())
        if not name:
            raise LabelError("The label has no name: type one.")
        if len(name) > LONGEST_LABEL:
            raise LabelError(
                f"The label has {len(name)} characters, at most {LONGEST_LABEL} fit: choose a shorter name."
            )
        taken = {used.casefold(): used for used in self.label_names(analysis_id)}
        if name.casefold() in taken:
            raise LabelError(f"There is a label “{taken[name.casefold()]}” already: choose another name.")
        return name

    def _corpus_path(self, key: str) -> Path:
        return self.home / "corpora" / key / "corpus.parquet"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")

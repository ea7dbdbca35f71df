"""Open the file of an analysis: add it to a data folder whole, or not at all."""

from __future__ import annotations

import filecmp
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ...corpus.sources import limits_for, run_limited
from ...encoders import split_precomputed, title_of
from ...errors import StoreError
from ...utils import Report, flush_folder, storage_error, write_atomically, write_checked
from ..arrays import ArtifactStore
from ..corpus_files import load_corpus
from ..fits import has_fit
from ..imports import imports_of
from ..label_names import utc_now
from ..spaces import has_space
from ..store import Store
from .archive import AnalysisArchive, SavedAnalysis, refusing
from .check_results import check_staged
from .contents import CORPUS_FILES, FIT_DOCUMENT, GENERIC, RESHAPED, WORDS, Keys
from .record import Row, add_clusters, add_record, find_same, read_clusters, read_record


@dataclass(frozen=True)
class OpenedAnalysis:
    """An analysis that was opened from a file.

    Attributes
    ----------
    analysis_id, corpus_key :
        Where it is in the data folder.
    is_new : bool
        False where the same analysis was there already; it is as it was.
    notes : tuple of str
        Sentences on what is not as it is in the file.
    """

    analysis_id: int
    corpus_key: str
    is_new: bool
    notes: tuple[str, ...] = ()


def open_analysis(
    store: Store, source: Path | BinaryIO, *, shown: str = "", report: Report = lambda *counts: None
) -> OpenedAnalysis:
    """Add the analysis of a file to a data folder; nothing that is there is changed.

    The same analysis is recognised by what was decided in it. One that differs becomes another analysis of
    its corpus. Results that are there under the same key stay, and a note says so.

    Cost: linear in the size of the file, and a second or two for the process that checks it.

    Parameters
    ----------
    source : Path or binary file
    shown : str
        Name of the file in messages; that of the path when left out.

    Raises
    ------
    StoreError
        When the file is damaged, not of an analysis, or of a later version; it holds no texts, and its corpus
        is not here; or the disk is full. The data folder is then as it was.
    """
    shown = shown or (source.name if isinstance(source, Path) else "the file")
    with ExitStack() as stack:
        report("Reading the file", 0, 1)
        archive = stack.enter_context(closing(AnalysisArchive(source, shown)))
        about = archive.about
        _require_texts(store, about, shown)
        found = _find_whole(store, about)
        if found is not None:
            return OpenedAnalysis(found, about.keys.corpus, is_new=False)
        staged = stack.enter_context(_folder(store))
        with refusing(shown):
            archive.require_space(store.home)
            _unpack(archive, about.keys, staged, report)
        _check(about, staged, shown, report)
        if (staged / "corpus.parquet").exists() and store.find_corpus(about.keys.corpus) is not None:
            _require_same_texts(store, about, staged, shown)
        report("Adding the analysis", 0, 1)
        return _Addition(store, about, staged).make()


def unpack_analysis(source: Path, folder: Path, report: Report) -> SavedAnalysis:
    """Unpack the results of a file into `folder`/results, to look at them without opening the analysis.

    Raises
    ------
    StoreError
        As `open_analysis`, but for a corpus that is not here.
    """
    with closing(AnalysisArchive(source, source.name)) as archive:
        with refusing(source.name):
            archive.require_space(folder)
            _unpack(archive, archive.about.keys, folder, report)
        _check(archive.about, folder, source.name, report)
        return archive.about


def _require_texts(store: Store, about: SavedAnalysis, shown: str) -> None:
    entry = store.find_corpus(about.keys.corpus)
    if entry is None and "corpus/corpus.parquet" not in about.members:
        name, n_texts = about.corpus["name"], about.corpus["n_texts"]
        raise StoreError(
            f"“{shown}” was saved without its texts, and its corpus is not here: add “{name}” "
            f"({n_texts:,} texts, column “{about.corpus['text_column']}”) first, then open it again."
        )
    if entry is not None and entry.n_texts != about.corpus["n_texts"]:
        raise StoreError(f"“{shown}” is damaged: its corpus has {entry.n_texts:,} texts here.")


def _find_whole(store: Store, about: SavedAnalysis) -> int | None:
    """Return the id of the same analysis, where all its results are here."""
    results, keys = store.results(about.keys.corpus), about.keys
    if store.find_corpus(keys.corpus) is None:
        return None
    with store.locked() as connection:
        found = find_same(connection, keys.corpus, about.record)
    whole = keys.embedding is None or has_space(results, keys.embedding)
    return found if whole and (keys.fit is None or has_fit(results, keys.fit)) else None


@contextmanager
def _folder(store: Store) -> Iterator[Path]:
    """Give a folder for the content; one that a killed process left is removed after a day."""
    kept = imports_of(store.home, uuid.uuid4().hex)
    try:
        kept.folder.mkdir(parents=True)
        yield kept.folder
    except OSError as error:
        raise storage_error(error, store.home) from error
    finally:
        kept.drop()


def _unpack(archive: AnalysisArchive, keys: Keys, staged: Path, report: Report) -> None:
    """Write the texts and results into a folder, laid out as that of a corpus."""
    members = [member for member in archive.about.members if "/" in member]
    for number, member in enumerate(members):
        report("Reading the file", number, len(members))
        if member in CORPUS_FILES:
            path, write = staged / CORPUS_FILES[member], write_atomically
        else:
            path, write = staged / "results" / keys.file_name(member), write_checked
        write(path, partial(_copy, archive, member))


def _copy(archive: AnalysisArchive, member: str, file: BinaryIO) -> None:
    archive.copy(member, file.write)


def _check(about: SavedAnalysis, staged: Path, shown: str, report: Report) -> None:
    wrong = run_limited(
        f"{check_staged.__module__}:{check_staged.__name__}",
        report,
        shown=shown,
        limits=limits_for(sum(each["size"] for each in about.members.values())),
        failure=StoreError,
        folder=str(staged),
        keys=asdict(about.keys),
        n_texts=about.corpus["n_texts"],
        n_labels=len(about.record["labels"]),
    )
    if wrong:
        with refusing(shown):
            raise ValueError(str(wrong).rstrip("."))


def _require_same_texts(store: Store, about: SavedAnalysis, staged: Path, shown: str) -> None:
    """Refuse other texts under the key of a corpus that is here; a corpus that is damaged here is told."""
    here = store.load_corpus(about.keys.corpus)
    there = load_corpus(staged, here.key, here.name, len(here.texts))
    if not np.array_equal(here.texts, there.texts):
        raise StoreError(
            f"“{shown}” holds other texts than “{here.name}”, which has the same key here: it was changed by "
            "hand, so nothing was opened."
        )


@dataclass
class _Addition:
    """The move of what is staged into the data folder, with its rows, in one transaction."""

    store: Store
    about: SavedAnalysis
    staged: Path
    added: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def make(self) -> OpenedAnalysis:
        keys = self.about.keys
        try:
            with self.store.locked() as connection:
                found = find_same(connection, keys.corpus, self.about.record)
                self._add_corpus(connection)
                if found is None:
                    analysis_id, ids = add_record(connection, keys.corpus, self.about.record)
                else:
                    analysis_id, ids = found, list(read_record(connection, found)[1])
                self._number_labels(ids)
                self._move_results()
                self._add_generic_clusters(connection)
                self._set_embeddings(connection)
                for folder in {path.parent for path in self.added}:
                    flush_folder(folder)
        except BaseException as error:
            for path in reversed(self.added):
                with suppress(OSError):
                    path.unlink() if path.is_file() else path.rmdir()
            if isinstance(error, OSError):
                raise storage_error(error, self.store.home) from error
            raise
        return OpenedAnalysis(analysis_id, keys.corpus, found is None, tuple(self.notes))

    def _add_corpus(self, connection: sqlite3.Connection) -> None:
        """Add the corpus where it is not here; files that are there without a row are no corpus."""
        about, key = self.about.corpus, self.about.keys.corpus
        if connection.execute("SELECT 1 FROM corpora WHERE key = ?", (key,)).fetchone():
            return
        folder = self._results().folder.parent
        self._make_folder(folder)
        for name in CORPUS_FILES.values():
            if (self.staged / name).exists():
                self._move(self.staged / name, folder / name)
        connection.execute(
            "INSERT INTO corpora (key, name, text_column, n_texts, created_at, opened_at) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (key, about["name"], about["text_column"], about["n_texts"], utc_now(), utc_now()),
        )

    def _number_labels(self, ids: list[int]) -> None:
        """Put the ids that labels got here into the document of the Fit."""
        staged, fit = ArtifactStore(self.staged / "results"), self.about.keys.fit
        if fit is None or not staged.has_document(f"{fit}.labels"):
            return
        document = staged.load_document(f"{fit}.labels")
        known = dict(enumerate(ids))
        document["label_ids"] = [known.get(number, -1) for number in document["label_ids"]]
        staged.save_document(f"{fit}.labels", document)

    def _move_results(self) -> None:
        """Move the results that are missing here; where others are under the same key, these stay."""
        here, keys = self._results(), self.about.keys
        self._make_folder(here.folder)
        for group, key in keys.groups().items():
            staged = sorted((self.staged / "results").glob(f"{key}.*"))
            document = keys.file_name(FIT_DOCUMENT) if keys.fit else ""
            differing = [
                path
                for path in staged
                if path.name != document
                and (here.folder / path.name).exists()
                and not filecmp.cmp(path, here.folder / path.name, shallow=False)
            ]
            is_whole = has_fit(here, key) if group == RESHAPED else has_space(here, key)
            if differing and group != WORDS and is_whole:
                which = "generic map" if group == GENERIC else "reshaped map"
                self.notes.append(
                    f"The {which} of this analysis was computed here before, and differs from that in the "
                    "file: the one that was here stays."
                )
                continue
            for path in staged:
                if not (here.folder / path.name).exists():
                    self._move(path, here.folder / path.name)

    def _set_embeddings(self, connection: sqlite3.Connection) -> None:
        """Use the embeddings of the file where the corpus has none."""
        about, keys = self.about.corpus, self.about.keys
        entry = connection.execute(
            "SELECT encoder, embedding_key FROM corpora WHERE key = ?", (keys.corpus,)
        ).fetchone()
        if keys.embedding is None or entry["embedding_key"] == keys.embedding:
            return
        if entry["embedding_key"] is None:
            connection.execute(
                "UPDATE corpora SET encoder = ?, embedding_key = ? WHERE key = ?",
                (about["encoder"], keys.embedding, keys.corpus),
            )
            named = split_precomputed(about["encoder"] or "")
            own = self._results().folder / f"{keys.embedding}.vectors.npy"
            if named is not None and own.exists():
                self._link(own, own.with_name(f"{named[1]}.vectors.npy"))
            return
        used, other = (title_of(name or "") for name in (entry["encoder"], about["encoder"]))
        self.notes.append(
            f"The corpus is encoded with {used} here, and the map of this analysis was made with {other}: it "
            f"is shown once the corpus is encoded with {other}; or reshape it from the map that is here."
        )

    def _add_generic_clusters(self, connection: sqlite3.Connection) -> None:
        wanted = self.about.record["clusters"][GENERIC]
        here = read_clusters(connection, self.about.keys.corpus, None)
        if here == {"choice": None, "edits": []}:
            add_clusters(connection, self.about.keys.corpus, None, wanted)
        elif _decisions(here) != _decisions(wanted):
            self.notes.append(
                "The clusters of the generic map were named or cut in another way here, and stay as they are."
            )

    def _results(self) -> ArtifactStore:
        return self.store.results(self.about.keys.corpus)

    def _make_folder(self, folder: Path) -> None:
        if not folder.exists():
            self._make_folder(folder.parent)
            folder.mkdir()
            self.added.append(folder)

    def _move(self, source: Path, target: Path) -> None:
        if not target.exists():
            self.added.append(target)
        source.replace(target)

    def _link(self, source: Path, target: Path) -> None:
        if not target.exists():
            self._results().link_array(source.name.removesuffix(".npy"), target.name.removesuffix(".npy"))
            self.added.append(target)


def _decisions(clusters: Row) -> list[object]:
    """Return how a map is cut and edited, whoever did so and when."""
    edits = [{name: each[name] for name in ("kind", "groups", "names")} for each in clusters["edits"]]
    return [clusters["choice"], *edits]

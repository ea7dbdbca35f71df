"""Write one analysis as a file."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from ...encoders import recorded_commit
from ...errors import StoreError
from ...transforms import GSTransform, GuidedTransform
from ...utils import check_file, read_checked, write_atomically
from ..corpus_files import LEFT_OUT
from ..fits import has_fit
from ..spaces import has_space
from ..store import Store
from .contents import (
    ABOUT,
    CLUSTERS,
    CORPUS_FILES,
    FIT_DOCUMENT,
    FORMAT,
    MANIFEST,
    OF_TEXTS,
    OF_VECTORS,
    READ_ME,
    README,
    RECORDS,
    TEXTS,
    VECTORS,
    VERSION,
    Keys,
    is_left_out,
)
from .machine import this_machine
from .record import Record, read_record

PIECE = 1 << 20  # bytes that are read at once
SEEDS = {"random_state": 0}


@dataclass(frozen=True)
class Sizes:
    """Bytes of an analysis in a data folder; its file is smaller, as all but vectors and texts is packed."""

    texts: int
    vectors: int
    others: int


def measure_sizes(store: Store, analysis_id: int) -> Sizes:
    """Return how large the parts of the file of an analysis are. Raises StoreError as `write_analysis`."""
    keys = _keys(store, analysis_id)
    results = store.results(keys.corpus).folder
    sizes = dict.fromkeys((TEXTS, VECTORS, ""), 0)
    corpus = ((name, path) for name, path in _corpus_files(store, keys.corpus) if path.exists())
    for member, path in (*corpus, *keys.members(results)):
        kind = TEXTS if OF_TEXTS.fullmatch(member) else VECTORS if OF_VECTORS.fullmatch(member) else ""
        sizes[kind] += path.stat().st_size
    return Sizes(texts=sizes[TEXTS], vectors=sizes[VECTORS], others=sizes[""])


def save_analysis(
    store: Store, analysis_id: int, target: Path, *, with_texts: bool = True, with_vectors: bool = True
) -> None:
    """Write an analysis to a file, whole or not at all; one of that name is replaced.

    Parameters and errors as of `write_analysis`.
    """
    write_atomically(
        target,
        lambda file: write_analysis(
            store, analysis_id, file, with_texts=with_texts, with_vectors=with_vectors
        ),
    )


def write_analysis(
    store: Store, analysis_id: int, file: BinaryIO, *, with_texts: bool = True, with_vectors: bool = True
) -> None:
    """Write an analysis as a zip archive: what people decided, and every result, as they are kept.

    Cost: linear in the size of the results; memory holds the record of labels, and a piece of an array.

    Parameters
    ----------
    with_texts : bool, default=True
        Without the texts, their columns, and what holds words of them, the file can be opened where the same
        corpus is. It then names texts by their rows alone: hashes of short texts can be guessed.
    with_vectors : bool, default=True
        Without the vectors of the texts, they are to be computed again where the file is opened.

    Raises
    ------
    StoreError
        When the analysis was removed, a result is damaged or was replaced meanwhile, or the disk is full.
    """
    left_out = (*([] if with_texts else [TEXTS]), *([] if with_vectors else [VECTORS]))
    keys = _keys(store, analysis_id)
    with store.locked() as connection:
        record, positions = read_record(connection, analysis_id)
    writer = _Writer(file, left_out)
    try:
        with writer.archive:
            writer.add(README, READ_ME.encode())
            writer.add(ABOUT, _as_json(_about(store, keys, record)))
            for name in RECORDS:
                writer.add(f"{name}.jsonl", _as_lines(record[name]))
            writer.add(CLUSTERS, _as_json(record["clusters"]))
            for member, path in (*_corpus_files(store, keys.corpus), *keys.members(_results(store, keys))):
                if member == FIT_DOCUMENT:
                    writer.add(member, _without_ids(path, positions))
                elif path.name != LEFT_OUT or path.exists():
                    writer.copy(member, path)
            writer.end()
    except FileNotFoundError as error:
        raise StoreError("The analysis changed while it was written: save it again.") from error
    except ValueError as error:
        raise StoreError(
            f"A part of this analysis is damaged ({error}): reshape the map again, then save it."
        ) from error


class _Writer:
    """An archive that is written, with the size and hash of each member."""

    def __init__(self, file: BinaryIO, left_out: tuple[str, ...]) -> None:
        self.archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._left_out = left_out
        self._members: dict[str, dict[str, object]] = {}

    def add(self, member: str, content: bytes) -> None:
        self._write(member, [content], zipfile.ZIP_DEFLATED)

    def copy(self, member: str, path: Path) -> None:
        """Add a file without the line of its checksum; `ValueError` when it is damaged."""
        if is_left_out(member, self._left_out):
            return
        is_packed = member in CORPUS_FILES or OF_VECTORS.fullmatch(member)
        length = path.stat().st_size if member in CORPUS_FILES else check_file(path)
        self._write(member, _pieces(path, length), zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED)

    def end(self) -> None:
        about = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "made_with": this_machine(),
            "left_out": list(self._left_out),
            "members": self._members,
        }
        self.archive.writestr(MANIFEST, _as_json(about))

    def _write(self, member: str, pieces: Iterable[bytes], packing: int) -> None:
        digest, size = hashlib.sha256(), 0
        entry = zipfile.ZipInfo(member)
        entry.compress_type = packing
        with self.archive.open(entry, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                file.write(piece)
        self._members[member] = {"size": size, "sha256": digest.hexdigest()}


def _keys(store: Store, analysis_id: int) -> Keys:
    """Return the keys of what can be shown: a Fit from other embeddings than those in use is none."""
    analysis = store.analysis(analysis_id)
    corpus, results = store.corpus_entry(analysis.corpus_key), store.results(analysis.corpus_key)
    embedding = corpus.embedding_key
    if embedding is not None and not has_space(results, embedding):
        embedding = None
    fit = analysis.fit_key if analysis.embedding_key == embedding is not None else None
    if fit is None or not has_fit(results, fit):
        return Keys(corpus.key, embedding, None, None)
    return Keys(corpus.key, embedding, fit, results.load_document(f"{fit}.labels").get("space_key", fit))


def _results(store: Store, keys: Keys) -> Path:
    return store.results(keys.corpus).folder


def _corpus_files(store: Store, corpus_key: str) -> list[tuple[str, Path]]:
    folder = store.results(corpus_key).folder.parent
    return [(member, folder / name) for member, name in CORPUS_FILES.items()]


def _about(store: Store, keys: Keys, record: Record) -> dict[str, object]:
    entry = store.corpus_entry(keys.corpus)
    return {
        "corpus": {
            "key": entry.key,
            "name": entry.name,
            "text_column": entry.text_column,
            "n_texts": entry.n_texts,
            "encoder": entry.encoder,
            "encoder_commit": recorded_commit(entry.encoder) if entry.encoder else "",
            "embedding_key": keys.embedding,
        },
        "analysis": record["analysis"],
        "shown_fit": keys.fit,
        "space_key": keys.space,
        "parameters": {
            "GuidedTransform": _parameters(GuidedTransform(**SEEDS).get_params()),
            "GSTransform": _parameters(GSTransform(**SEEDS).get_params()),
            "map": SEEDS,
        },
    }


def _parameters(found: dict[str, object]) -> dict[str, object]:
    plain = (str, int, float, bool, type(None))
    return {name: value if isinstance(value, plain) else repr(value) for name, value in found.items()}


def _without_ids(path: Path, positions: dict[int, int]) -> bytes:
    """Return the document of a Fit with positions of labels in place of their ids; -1 for an unknown one."""
    document = json.loads(read_checked(path))
    document["label_ids"] = [positions.get(number, -1) for number in document.get("label_ids", [])]
    return json.dumps(document, ensure_ascii=False).encode()


def _pieces(path: Path, length: int) -> Iterable[bytes]:
    with path.open("rb") as file:
        while length:
            piece = file.read(min(PIECE, length))
            if not piece:
                raise ValueError("cut short while it was read")
            length -= len(piece)
            yield piece


def _as_json(document: object) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _as_lines(rows: Collection[object]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()

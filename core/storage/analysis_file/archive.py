"""Read the file of an analysis that nobody vouches for: every member is checked before it is used."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import Any, BinaryIO, cast

from ...errors import StoreError
from ..arrays import Document
from .check_record import check_record, key, number, optional, text
from .contents import ABOUT, CLUSTERS, FORMAT, MANIFEST, RECORDS, VERSION, Keys, is_known
from .record import Record

PIECE = 1 << 20  # bytes that are read at once
LARGEST_LIST, LARGEST_RECORD = 2 << 20, 1 << 30
"""Bytes of the manifest, and of a table of the record: 4 million labels."""

SMALL, MOST_PACKED = 100_000_000, 100
"""Bytes that are unpacked without a question; by what factor larger files may be packed: 20 at most are."""

FREE_BYTES = 50_000_000  # that are left on the disk
UNREADABLE = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    TypeError,
)
"""What `zipfile` and `json` raise for a damaged, encrypted or unknown file, and checks for a wrong one."""


@dataclass(frozen=True)
class SavedAnalysis:
    """What a file says of itself.

    Attributes
    ----------
    made_at : str
    made_with : dict of str to str
        As `this_machine` returned it where the file was made.
    left_out : tuple of str
        "texts", "vectors".
    corpus : dict
        key, name, text_column, n_texts, encoder, encoder_commit, embedding_key.
    record : dict
        As `read_record` returns it.
    keys : Keys
    members : dict of str to dict
        Size and SHA-256 of each member.
    """

    made_at: str
    made_with: dict[str, str]
    left_out: tuple[str, ...]
    corpus: dict[str, Any]
    record: Record
    keys: Keys
    members: dict[str, dict[str, Any]]


@contextmanager
def refusing(shown: str) -> Iterator[None]:
    """Turn whatever is wrong with a file into one sentence."""
    try:
        yield
    except StoreError:
        raise
    except UNREADABLE as error:
        raise StoreError(
            f"“{shown}” cannot be opened ({_reason(error)}), and nothing was changed here: save the analysis "
            "again where it comes from, or choose another file."
        ) from error


class AnalysisArchive:
    """The file of an analysis, open for reading.

    Raises
    ------
    StoreError
        When it is no such file, a later version made it, or its record is not as Refract writes it.
    """

    def __init__(self, source: Path | BinaryIO, shown: str) -> None:
        self._shown = shown
        with refusing(shown):
            self._archive = zipfile.ZipFile(source)
            try:
                self.about = self._read_about(source)
            except BaseException:
                self._archive.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def copy(self, member: str, write: Callable[[bytes], object]) -> None:
        """Pass the content of a member on in pieces; ValueError at the end when it is not what was saved."""
        stated, digest, size = self.about.members[member], hashlib.sha256(), 0
        with self._archive.open(member) as file:
            while piece := file.read(PIECE):
                size += len(piece)
                if size > stated["size"]:
                    break
                digest.update(piece)
                write(piece)
        if (size, digest.hexdigest()) != (stated["size"], stated["sha256"]):
            raise ValueError(f"{member} is not what was saved")

    def require_space(self, folder: Path) -> None:
        """Raise StoreError where the content does not fit on the disk of a folder."""
        size = sum(each["size"] for each in self.about.members.values())
        free = disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free
        if size > free - FREE_BYTES:
            raise StoreError(
                f"“{self._shown}” holds {size / 1e9:.1f} GB and {free / 1e9:.1f} GB are free here: free some "
                "space first."
            )

    def _read_about(self, source: Path | BinaryIO) -> SavedAnalysis:
        manifest = self._manifest()
        members = manifest["members"]
        self._check_members(members, source)
        self.about = SavedAnalysis(  # the record is read by means of the members
            made_at=str(manifest["made_at"]),
            made_with={str(name): str(value) for name, value in manifest["made_with"].items()},
            left_out=tuple(map(str, manifest["left_out"])),
            corpus={},
            record={},
            keys=Keys("", None, None, None),
            members=members,
        )
        about = self._json(ABOUT)
        corpus, keys = _corpus(about["corpus"]), _keys(about)
        record: Record = {"analysis": about["analysis"], "clusters": self._json(CLUSTERS)}
        for name in RECORDS:
            lines = self._read(f"{name}.jsonl").decode().split("\n")
            record[name] = [json.loads(line) for line in lines if line]
        if manifest["version"] < 2:
            record["labels"] = [label | {"definition": ""} for label in record["labels"]]
        check_record(record, corpus["n_texts"])
        if keys.fit not in (None, record["analysis"]["fit_key"]):
            raise ValueError("its Fit is that of another analysis")
        unknown = [name for name in members if "/" in name and name.partition("/")[0] not in _folders(keys)]
        if unknown:
            raise ValueError(f"it holds {unknown[0]}, and says of no such results")
        return SavedAnalysis(
            self.about.made_at,
            self.about.made_with,
            self.about.left_out,
            corpus,
            record,
            keys,
            members,
        )

    def _manifest(self) -> dict[str, Any]:
        names = self._archive.namelist()
        if MANIFEST not in names:
            raise ValueError("it is no analysis saved by Refract")
        if self._archive.getinfo(MANIFEST).file_size > LARGEST_LIST:
            raise ValueError("its manifest is too large")
        manifest = _parse(self._archive.read(MANIFEST))
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise ValueError("it is no analysis saved by Refract")
        version = manifest.get("version", 0)
        if not number(version) or version == 0:
            raise ValueError("it does not say by which version it was made")
        if version > VERSION:
            raise StoreError(
                f"“{self._shown}” was saved by a later version of Refract (its format is {version}, this "
                f"version reads up to {VERSION}): install that version, or save it there for this one."
            )
        return cast("dict[str, Any]", manifest)

    def _check_members(self, members: dict[str, dict], source: Path | BinaryIO) -> None:
        """Compare the list of the archive with the manifest: nothing else is in it, and nothing twice."""
        entries = self._archive.infolist()
        names = [entry.filename for entry in entries]
        if len(set(names)) != len(names):
            raise ValueError("it holds a member twice")
        strange = next((name for name in names if name != MANIFEST and not is_known(name)), None)
        if strange is not None:
            raise ValueError(f"it holds {strange!a}, which is no part of an analysis")
        if set(names) - {MANIFEST} != set(members):
            raise ValueError("its content is not what its manifest lists")
        for entry in entries:
            stated = members.get(entry.filename)
            if stated is not None and (
                stated.keys() != {"size", "sha256"} or entry.file_size != stated["size"] or entry.is_dir()
            ):
                raise ValueError(f"{entry.filename} has another size than the manifest says")
        size = sum(entry.file_size for entry in entries)
        if size > max(SMALL, MOST_PACKED * _length(source)):
            raise ValueError(f"it would unpack to {size / 1e9:,.1f} GB, far more than an analysis takes")

    def _json(self, member: str) -> Document:
        return _parse(self._read(member))

    def _read(self, member: str) -> bytes:
        if self.about.members[member]["size"] > LARGEST_RECORD:
            raise ValueError(f"{member} is too large")
        pieces: list[bytes] = []
        self.copy(member, pieces.append)
        return b"".join(pieces)


def _parse(content: bytes) -> Document:
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("its lists are nested too deeply") from error


def _corpus(found: Document) -> dict[str, Any]:
    checks = {
        "key": key,
        "name": text,
        "text_column": text,
        "n_texts": number,
        "encoder": optional(text),
        "encoder_commit": text,
        "embedding_key": optional(key),
    }
    for name, check in checks.items():
        if not check(found[name]):
            raise ValueError(f"the corpus has a wrong “{name}”")
    return {name: found[name] for name in checks}


def _keys(about: dict[str, Any]) -> Keys:
    fit, space, embedding = about["shown_fit"], about["space_key"], about["corpus"]["embedding_key"]
    if not optional(key)(fit) or not optional(key)(space) or (fit is None) != (space is None):
        raise ValueError("the Fit has a wrong key")
    if fit is not None and (embedding is None or embedding != about["analysis"]["embedding_key"]):
        raise ValueError("the Fit was made from other embeddings")
    return Keys(about["corpus"]["key"], embedding, fit, space)


def _folders(keys: Keys) -> set[str]:
    return {"corpus", *keys.groups()}


def _length(source: Path | BinaryIO) -> int:
    if isinstance(source, Path):
        return source.stat().st_size
    position = source.tell()
    length = source.seek(0, 2)
    source.seek(position)
    return length


def _reason(error: BaseException) -> str:
    with suppress(AttributeError):
        return str(cast("Any", error).strerror or error)
    if isinstance(error, KeyError):
        return f"{error.args[0]!a} is missing" if error.args else "a part is missing"
    return str(error) or "it is damaged"

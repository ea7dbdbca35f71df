"""Files that were found at an address, and which of those in a folder count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import unquote

from ...errors import CorpusError
from ..tables import READERS
from .address import Address, base_name

PARQUET = ".parquet"
KINDS = {
    PARQUET: "Parquet",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".jsonl": "JSON Lines",
    ".ndjson": "JSON Lines",
}
"""What a folder is read for. A file of another kind that can be read has to be named itself."""

WANTED = "Parquet, CSV or JSON Lines"
MOST_FILES = 10_000
DELTA_LOG = "_delta_log"
MISSING_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass(frozen=True)
class FoundFile:
    """A file: its path or address, its name below the folder in which all are, its size in bytes if known."""

    path: str
    name: str
    size: int | None = None


@dataclass(frozen=True)
class FoundColumn:
    """A column: its name, and "text", "number", "date", "nested", "vector" or "bytes"."""

    name: str
    kind: str


@dataclass(frozen=True)
class FoundFiles:
    """What is at an address.

    Attributes
    ----------
    address : Address
    files : tuple of FoundFile
        Of one kind, by name.
    kind : str
        Ending of the names, such as ".parquet".
    n_rows : int or None
        None where only reading would tell.
    columns : tuple of FoundColumn
        Empty where only reading would tell.
    notes : tuple of str
        One sentence on each thing that is left out.
    """

    address: Address
    files: tuple[FoundFile, ...]
    kind: str
    n_rows: int | None = None
    columns: tuple[FoundColumn, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, kept: dict) -> FoundFiles:
        """Return what `dataclasses.asdict` made a dict of, also after JSON."""
        return cls(
            Address(**kept["address"]),
            tuple(FoundFile(**each) for each in kept["files"]),
            kept["kind"],
            kept["n_rows"],
            tuple(FoundColumn(**each) for each in kept["columns"]),
            tuple(kept["notes"]),
        )

    @property
    def n_bytes(self) -> int | None:
        """Bytes of all files; None where one is not known."""
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def kind_of(name: str) -> str:
    """Return the ending by which a file is read, without that of gzip."""
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix == ".gz" else path.suffix


def is_hidden(name: str) -> bool:
    """Whether a file below a folder is for programs: ".x", "_SUCCESS", or in such a folder."""
    return any(part.startswith((".", "_")) and "=" not in part for part in name.replace("\\", "/").split("/"))


def choose_files(address: Address, files: Sequence[FoundFile]) -> FoundFiles:
    """Return the files of a folder or pattern that are read together.

    Raises
    ------
    CorpusError
        When there are none, or of two kinds.
    """
    where = f"“{address.shown}”"
    if any(DELTA_LOG in file.name.split("/") for file in files):
        raise CorpusError(
            f"{where} is a Delta table, whose files hold deleted rows too: export it as plain Parquet."
        )
    files = sorted((file for file in files if not is_hidden(file.name)), key=lambda file: file.name)
    if not files:
        raise CorpusError(f"{where} holds no files: name a folder or pattern with {WANTED} files.")
    kinds = Counter(KINDS[kind_of(file.name)] for file in files if kind_of(file.name) in KINDS)
    if not kinds and len(files) == 1 and kind_of(files[0].name) in READERS:
        return FoundFiles(address, tuple(files), kind_of(files[0].name))
    if not kinds:
        endings = sorted({kind_of(file.name) or "without an ending" for file in files})
        raise CorpusError(
            f"{where} holds {count_files(len(files))}, none of them {WANTED} (found "
            f"{', '.join(endings[:6])}): name another folder, or one file."
        )
    if len(kinds) > 1:
        found = " and ".join(f"{n:,} of {kind}" for kind, n in kinds.most_common())
        ending = next(ending for ending, kind in KINDS.items() if kind == kinds.most_common(1)[0][0])
        raise CorpusError(
            f"{where} holds files of several kinds ({found}), and one is needed: name them by a pattern such "
            f"as *{ending}."
        )
    taken = [file for file in files if kind_of(file.name) in KINDS]
    left = [file.name for file in files if kind_of(file.name) not in KINDS]
    notes = [f"Left out: {some_of(left)}."] if left else []
    return FoundFiles(address, tuple(taken), kind_of(taken[0].name), notes=tuple(notes))


def some_of(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(f"“{name}”" for name in names[:most]) + more


def count_files(n: int) -> str:
    """Return a number of files in words."""
    return f"{n:,} {'file' if n == 1 else 'files'}"


def partitions_of(name: str) -> dict[str, str | None]:
    """Return the columns that the folders of a file say, as in "lang=de/part-0.parquet"."""
    found: dict[str, str | None] = {}
    for part in name.replace("\\", "/").split("/")[:-1]:
        key, equals, value = part.partition("=")
        if equals and key:
            found[unquote(key)] = None if value == MISSING_PARTITION else unquote(value)
    return found


def partition_names(files: Sequence[FoundFile]) -> list[str]:
    """Return the columns that the folders of any file say, in the order in which they are met."""
    return list(dict.fromkeys(name for file in files for name in partitions_of(file.name)))


def names_below(paths: Sequence[str]) -> list[str]:
    """Return the names of files below the folder in which all of them are; folders such as "a=b" count."""
    parts = [path.replace("\\", "/").split("/") for path in paths]
    shared = 0
    for level in zip(*(each[:-1] for each in parts), strict=False):
        if len(set(level)) > 1 or "=" in level[0]:
            break
        shared += 1
    return ["/".join(each[shared:]) if len(parts) > 1 else _partitioned(each) for each in parts]


def _partitioned(parts: list[str]) -> str:
    """Return a single file with the folders "a=b" above it."""
    start = len(parts) - 1
    while start and "=" in parts[start - 1]:
        start -= 1
    return "/".join([*parts[start:-1], base_name(parts[-1])])

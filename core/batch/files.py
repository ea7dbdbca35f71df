"""Parquet files on this machine or behind an address of fsspec; what is written is there whole or not."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from ..errors import CorpusError, StoreError

if TYPE_CHECKING:
    import pyarrow.parquet as pq
    from fsspec import AbstractFileSystem

SUFFIX = ".parquet"
WILDCARDS = "*?["

READ_BYTES = 4 << 20
"""Bytes of a column that are read at once: a row group is never in memory as a whole."""

OBJECT_STORES = frozenset(
    ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "oss", "hf", "memory")
)
"""Protocols whose objects appear whole when an upload ends. Renaming there would copy the object."""


class FileTask(NamedTuple):
    """One file to be made from another; `name` is that of both below their folders, parted by "/"."""

    name: str
    source: str
    target: str


def find_tasks(source: str, target: str) -> list[FileTask]:
    """Return a task for each Parquet file of `source`, by name.

    Parameters
    ----------
    source : str
        A folder (searched with its folders), a file, or a pattern with `*`; local, or an address such as
        "s3://bucket/folder". Names that begin with a dot or an underscore are left out.
    target : str
        A folder; it may be missing.

    Raises
    ------
    CorpusError
        When there is no such folder or file, no Parquet file in it, or the target is inside the source.
    """
    names = find_names(source)
    if not names:
        raise CorpusError(f"There is no file *{SUFFIX} in “{source}”: name a folder or a file of Parquet.")
    base, into = _base(source), _address(target)
    tasks = [FileTask(name, f"{base}/{name}", f"{into}/{name}") for name in names]
    # Results inside a folder that is searched would be found there by the next run.
    inside = _searches_below(source) and f"{into}/".startswith(f"{base}/")
    if inside or {task.target for task in tasks} & {task.source for task in tasks}:
        raise CorpusError(f"“{target}” is inside “{source}”: name a folder elsewhere for the results.")
    return tasks


def find_names(place: str) -> list[str]:
    """Return the names of the Parquet files of a folder, file or pattern, sorted; [] where there are none."""
    files, path = _open_place(place)
    try:
        if any(mark in path for mark in WILDCARDS):
            found = files.glob(path)
        elif files.isfile(path):
            found = [path]
        else:
            found = files.find(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CorpusError(f"“{place}” cannot be read ({_reason(error)}): check the name.") from error
    base = files._strip_protocol(_base(place)).rstrip("/")
    names = [str(each).removeprefix(base).lstrip("/") for each in found]
    return sorted(name for name in names if _is_table(name))


@contextmanager
def open_table(address: str) -> Iterator[pq.ParquetFile]:
    """Open a Parquet file for reading in record batches.

    Raises
    ------
    CorpusError
        When it cannot be read or is no Parquet; `read_errors` names what fails later.
    """
    import pyarrow.parquet as pq

    files, path = _open_place(address)
    with read_errors(address):
        stream = files.open(path, "rb")
    with stream:
        with read_errors(address):
            table = pq.ParquetFile(stream, buffer_size=READ_BYTES, pre_buffer=False)
        yield table


@contextmanager
def read_errors(address: str) -> Iterator[None]:
    """Turn the errors of a reading library into CorpusError."""
    import pyarrow as pa

    name = file_name(address)
    try:
        yield
    except FileNotFoundError as error:
        raise CorpusError(f"“{name}” is no longer there: put it back, or leave it out.") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise CorpusError(
            f"“{name}” is not a readable Parquet file ({_reason(error)}): write it again."
        ) from error


@contextmanager
def written_aside(address: str) -> Iterator[Path]:
    """Give the path of a new local file that becomes the file of this address when the block ends well.

    On this machine it stands beside its place, is flushed to disk and renamed. An object store gets it in one
    upload, and an object appears when its upload ends. On other servers it is uploaded beside its place and
    renamed. After an error nothing is left; after a crash a file that ends in ".part", which never counts.

    Raises
    ------
    StoreError
        When it cannot be written.
    """
    files, path = _open_place(address)
    mark = f".{uuid4().hex[:12]}.part"  # two processes never write the same file
    local = _is_local(files)
    with tempfile.TemporaryDirectory() as elsewhere:
        place = Path(path + mark) if local else Path(elsewhere, f"table{mark}")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            yield place
            if local:
                _flush(place)
                place.replace(path)
            else:
                _upload(files, place, path, mark)
        except OSError as error:
            raise StoreError(
                f"“{shown(address)}” could not be written ({_reason(error)}): free some space, or make its "
                "folder writable, and run the same command again; finished files are kept."
            ) from error
        finally:
            with suppress(OSError):
                place.unlink(missing_ok=True)


def shown(address: str) -> str:
    """Return an address for messages: without the protocol where it is on this machine."""
    return address.removeprefix("file://")


def file_name(address: str) -> str:
    """Return the last part of an address, for messages."""
    return PurePosixPath(address).name


def _open_place(place: str) -> tuple[AbstractFileSystem, str]:
    from fsspec.core import url_to_fs

    try:
        return url_to_fs(str(Path(place).expanduser()) if "://" not in place else place)
    except ImportError as error:  # its message names the package
        raise CorpusError(f"“{place}” cannot be opened: {error}.") from error
    except ValueError as error:
        raise CorpusError(f"“{place}” cannot be opened ({_reason(error)}): check the address.") from error


def _address(place: str) -> str:
    """Return a folder or file as a whole address, without a slash at the end."""
    files, path = _open_place(place)
    return str(files.unstrip_protocol(path)).rstrip("/")


def _base(place: str) -> str:
    """Return the address of the folder that the names of its files are counted from."""
    files, path = _open_place(place)
    marks = [path.index(mark) for mark in WILDCARDS if mark in path]
    if marks or files.isfile(path):
        path = path[: min(marks, default=len(path))].rpartition("/")[0]
    return str(files.unstrip_protocol(path)).rstrip("/")


def _searches_below(place: str) -> bool:
    """Whether files in folders of a place are found too."""
    files, path = _open_place(place)
    return "**" in path or not (any(mark in path for mark in WILDCARDS) or files.isfile(path))


def _is_table(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return name.lower().endswith(SUFFIX) and not any(part.startswith((".", "_")) for part in parts)


def _is_local(files: AbstractFileSystem) -> bool:
    from fsspec.implementations.local import LocalFileSystem

    return isinstance(files, LocalFileSystem)


def _flush(place: Path) -> None:
    with place.open("rb+") as file:
        os.fsync(file.fileno())


def _upload(files: AbstractFileSystem, place: Path, path: str, mark: str) -> None:
    protocols = {files.protocol} if isinstance(files.protocol, str) else set(files.protocol)
    if protocols & OBJECT_STORES:
        files.put_file(str(place), path)
        return
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    files.put_file(str(place), path + mark)
    files.mv(path + mark, path)


def _reason(error: Exception) -> str:
    """Return why something failed, in a few words."""
    found = getattr(error, "strerror", None) or str(error).strip().split("\n")[0].rstrip(".")
    return found or type(error).__name__

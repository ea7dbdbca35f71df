"""Computed results of a corpus: arrays and small JSON documents, each under its content key."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ..errors import RefractError, StoreError
from ..utils import (
    check_array,
    check_file,
    map_array,
    open_array,
    read_checked,
    write_array,
    write_checked,
)

DAMAGED = "A part of this map was damaged and is set aside: encode the corpus or reshape the map again."
Document = Any  # whatever JSON can hold: each caller knows what it saved
Stored = TypeVar("Stored")
Parsed = TypeVar("Parsed")

logger = logging.getLogger(__name__)


class ArtifactStore:
    """Folder of computed results, made at the first write; everything in it can be computed again.

    Files have checksums, which are compared when a process first asks for a file. A damaged one is set aside
    under another name and counts as missing, so that its result is computed again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has_array(self, key: str) -> bool:
        """Whether there is an array with this key, as it was saved.

        Cost: linear in its size at the first call of a process; afterwards one look at its time.
        """
        return _is_sound(self._array_path(key), check_array)

    def save_array(self, key: str, array: np.ndarray) -> None:
        """Save an array; an existing one of the same key is replaced atomically."""
        self.save_pieces(key, array.shape, array.dtype, [array])

    def save_pieces(
        self, key: str, shape: tuple[int, ...], dtype: np.dtype, pieces: Iterable[np.ndarray]
    ) -> None:
        """Save an array from pieces that follow one another in memory order; memory holds one at a time."""
        write_array(self._array_path(key), pieces, shape, dtype)

    def link_array(self, key: str, other: str) -> None:
        """Save the array of `key` under `other` too, by a hard link where the file system has these."""
        try:
            os.link(self._array_path(key), self._array_path(other))
        except FileExistsError:
            return  # the same array: a key is a hash of what the array was computed from
        except OSError:
            self.save_array(other, self.load_array(key))

    def load_array(self, key: str) -> np.ndarray:
        """Read an array, read-only; a large one is mapped from disk: only what is used of it takes memory.

        Who keeps it for long asks `is_whole` before each use.

        Raises
        ------
        StoreError
            When there is none, it cannot be read now, or it is damaged; a damaged file is set aside under
            another name, so that the result can be computed again.
        """
        return _load(self._array_path(key), open_array)

    def map_array(self, key: str) -> np.ndarray:
        """Map an array of any size, for who uses it at once and not as a whole. Raises as `load_array`."""
        return _load(self._array_path(key), map_array)

    def has_document(self, key: str) -> bool:
        """Whether there is a document with this key, as it was saved. Cost: as `has_array`."""
        return _is_sound(self._document_path(key), _check_document)

    def save_document(self, key: str, document: object) -> None:
        """Save a JSON document; an existing one of the same key is replaced atomically."""
        content = json.dumps(document, ensure_ascii=False).encode()
        write_checked(self._document_path(key), lambda file: file.write(content))

    def load_document(self, key: str) -> Document:
        """Read a JSON document. Raises as `load_array`."""
        return _load(self._document_path(key), lambda path: json.loads(read_checked(path)))

    def find_document(self, key: str, parse: Callable[[Document], Parsed]) -> Parsed | None:
        """Return what `parse` makes of a document; None when it is missing, damaged or of another version."""
        try:
            return parse(self.load_document(key))
        except (RefractError, TypeError, ValueError, KeyError):
            return None

    def refuse(self, *keys: str) -> StoreError:
        """Set arrays and documents aside whose content cannot be right; return the error to raise."""
        for key in keys:
            for path in (self._array_path(key), self._document_path(key)):
                if path.exists():
                    _set_aside(path)
        return StoreError(DAMAGED)

    def delete(self, key: str) -> None:
        """Remove every array and document whose key starts with `key` and a dot."""
        for path in self.folder.glob(f"{key}.*"):
            with suppress(OSError):  # some systems keep a file that is being read
                path.unlink(missing_ok=True)

    def _array_path(self, key: str) -> Path:
        return self.folder / f"{key}.npy"

    def _document_path(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def is_within(numbers: np.ndarray, limit: int) -> bool:
    """Whether all numbers of an array are from 0 to below a limit."""
    return numbers.size == 0 or bool(numbers.min() >= 0 and numbers.max() < limit)


def _is_sound(path: Path, check: Callable[[Path], object]) -> bool:
    try:
        check(path)
    except FileNotFoundError:
        return False
    except OSError:
        return True  # it cannot be read now: who loads it is told so
    except (ValueError, RecursionError):
        _set_aside(path)
        return False
    return True


def _load(path: Path, read: Callable[[Path], Stored]) -> Stored:
    try:
        return read(path)
    except FileNotFoundError as error:
        raise StoreError(
            "A part of this map is missing: encode the corpus again, or reshape the map again."
        ) from error
    except OSError as error:
        raise StoreError(
            f"A part of this map cannot be read now ({error.strerror or error}): nothing is lost; close "
            "other programs, and try again."
        ) from error
    except (ValueError, RecursionError) as error:
        _set_aside(path)
        raise StoreError(DAMAGED) from error


def _check_document(path: Path) -> None:
    length, found = check_file(path), path.stat()
    if length == found.st_size:  # of an earlier version, without a checksum
        _parse_once(path, length, found.st_mtime_ns)


@lru_cache(1_000)
def _parse_once(path: Path, length: int, changed: int) -> None:
    json.loads(path.read_bytes())


def _set_aside(path: Path) -> None:
    """Rename a damaged file: its place is free for what is computed again."""
    logger.warning("%s was damaged and is set aside", path.name)
    with suppress(OSError):
        path.replace(path.with_name(f"{path.name}.damaged"))

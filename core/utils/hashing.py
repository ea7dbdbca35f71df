"""Content keys: short names for data that change whenever the data do, and the Progress type."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

import numpy as np

Progress = Callable[[int, int], None]
"""Called with (done, total) counts; may raise `core.errors.Cancelled` to stop the work."""

KEY_LENGTH = 24


def content_key(*parts: object) -> str:
    """Key of 24 hexadecimal digits that is equal exactly when all parts are equal.

    Parts may be None, bool, int, float, str, bytes, NumPy arrays, and mappings or iterables of these.
    Types count (1 and "1" differ) and nesting counts (("a", "b") and ("ab",) differ).

    Raises
    ------
    TypeError
        For a part of any other type.
    """
    digest = hashlib.sha256()
    _feed(digest, parts)
    return digest.hexdigest()[:KEY_LENGTH]


def _feed(digest: hashlib._Hash, part: object) -> None:
    if isinstance(part, np.ndarray) and part.dtype != object:
        part = np.ascontiguousarray(part)
        _write(digest, b"array", f"{part.dtype.str}{part.shape}".encode())
        digest.update(part.data)
    elif isinstance(part, bytes):
        _write(digest, b"bytes", part)
    elif part is None or isinstance(part, str | bool | int | float | np.generic):
        part = part.item() if isinstance(part, np.generic) else part
        _write(digest, type(part).__name__.encode(), str(part).encode("utf-8", "surrogatepass"))
    elif isinstance(part, Mapping):
        _write(digest, b"mapping", str(len(part)).encode())
        for name in sorted(part, key=str):
            _feed(digest, name)
            _feed(digest, part[name])
    elif isinstance(part, Iterable):
        items = list(part)
        _write(digest, b"sequence", str(len(items)).encode())
        for item in items:
            _feed(digest, item)
    else:
        raise TypeError(f"{type(part).__name__} cannot be part of a content key")


def _write(digest: hashlib._Hash, kind: bytes, content: bytes) -> None:
    """Length-prefixed, so that no two different sequences write the same bytes."""
    digest.update(kind + b":" + str(len(content)).encode() + b":")
    digest.update(content)

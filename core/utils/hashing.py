"""Content keys: short names of data that change whenever the data do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

KEY_LENGTH = 24
"""Hexadecimal digits: 96 bits, enough that no two keys of a store are ever equal."""


def content_key(*parts: object) -> str:
    """Return `KEY_LENGTH` hexadecimal digits, equal where all parts are equal.

    A part is None, a bool, int, float, str, bytes or array, or a mapping or iterable of these. Types count (1
    and "1" differ) and so does nesting (("a", "b") and ("ab",) differ).

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
    """Write bytes after their length, so that no two different sequences give the same digest."""
    digest.update(kind + b":" + str(len(content)).encode() + b":")
    digest.update(content)

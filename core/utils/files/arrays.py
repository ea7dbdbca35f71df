"""Files of one NumPy array (`.npy`) with a checksum, which NumPy ignores: it stands after the data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tokenize import TokenError
from typing import BinaryIO

import numpy as np

from .checksums import DamagedFile, check_file, write_checked


def write_array(path: Path, pieces: Iterable[np.ndarray], shape: tuple[int, ...], dtype: np.dtype) -> None:
    """Write an array from pieces that follow one another in memory order; memory holds one at a time.

    Raises
    ------
    StoreError
        As `write_atomically`.
    ValueError
        When the array holds Python objects, or the pieces are not of this shape; the file is then as it was.
    """
    if dtype.hasobject:
        raise ValueError("an array of Python objects is not stored")

    def write(file: BinaryIO) -> None:
        header = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        n_values = 0
        for piece in pieces:
            # As bytes: dates have no buffer of their own.
            file.write(np.ascontiguousarray(piece, dtype=dtype).reshape(-1).view(np.uint8).data)
            n_values += piece.size
        if n_values != np.prod(shape, dtype=np.int64):
            raise ValueError(f"pieces of {n_values} values are no array of the shape {shape}")

    write_checked(path, write)


def check_array(path: Path) -> None:
    """Compare an array with its checksum, else its length with its header. Raises as `open_array`."""
    if check_file(path) == path.stat().st_size:  # of an earlier version
        open_array(path)


def open_array(path: Path) -> np.ndarray:
    """Map an array from disk, read-only, after a look at its checksum (see `check_file` for the cost).

    Raises
    ------
    DamagedFile
        When it is no array, or not the one that was written.
    OSError
        When it cannot be read.
    """
    length = check_file(path)
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError, SyntaxError, TypeError, OverflowError, TokenError) as error:
        raise DamagedFile(f"no array: {error}") from error
    if array.offset + array.nbytes != length:
        raise DamagedFile("another length than the array has")
    return array

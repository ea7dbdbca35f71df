"""Files of one NumPy array (`.npy`) with a checksum, which NumPy ignores: it stands after the data.

Refract never writes into such a file, it replaces it, and a replaced file stays readable where it is mapped.
Another program may cut it short. The system ends a process that then reads behind its end through a map
(SIGBUS): small arrays are therefore read into memory, and `is_whole` tells of the others beforehand.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable
from pathlib import Path
from tokenize import TokenError
from typing import BinaryIO

import numpy as np

from .checksums import DamagedFile, check_file, write_checked

MOST_READ = 1 << 24
"""Bytes of an array that is read into memory; a larger one is mapped.

Reading 16 MB takes 3 ms, 154 MB (100,000 vectors of 384 numbers) 40 ms and the memory in each process. Of a
space of up to 280,000 texts, only the vectors and views are larger.
"""


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
        map_array(path)


def open_array(path: Path) -> np.ndarray:
    """Read an array into memory, or map it where it is larger than `MOST_READ`; read-only.

    Its checksum is compared before (see `check_file` for the cost).

    Raises
    ------
    DamagedFile
        When it is no array, or not the one that was written.
    OSError
        When it cannot be read.
    """
    mapped = map_array(path)
    if mapped.nbytes > MOST_READ:
        return mapped
    array = np.fromfile(path, mapped.dtype, mapped.size, offset=mapped.offset)
    if array.size != mapped.size:
        raise DamagedFile("cut short while it was read")
    array = array.reshape(mapped.shape, order="C" if mapped.flags.c_contiguous else "F")
    array.flags.writeable = False
    return array


def map_array(path: Path) -> np.memmap:
    """Map an array of any size from disk, read-only. Raises as `open_array`."""
    length = check_file(path)
    try:
        array: np.memmap = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, EOFError, SyntaxError, TypeError, OverflowError, TokenError) as error:
        raise DamagedFile(f"no array: {error}") from error
    if array.offset + array.nbytes != length:
        raise DamagedFile("another length than the array has")
    return array


def is_whole(*arrays: np.ndarray | None) -> bool:
    """Whether the files of mapped arrays are still as long as these; of others it is always true.

    Views of a mapped array count as the array. Cost: one look at each file, which takes a microsecond.
    """
    for array in arrays:
        base: object = array
        while isinstance(base, np.ndarray):
            base = base.base
        # The header is shorter than a page: the map begins with the file.
        if isinstance(base, mmap.mmap) and base.size() < len(base):
            return False
    return True

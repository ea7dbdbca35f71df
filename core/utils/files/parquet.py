"""Parquet files with a checksum of all their bytes, which other programs read as any Parquet file.

Parquet's own checksums cover the pages of data, not the footer that says what they are.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa

from .atomic import write_atomically
from .checksums import LINE, LINE_LENGTH, DamagedFile, checksum_line, require_checksum

END = 8  # bytes after the footer: its length, and the name of the format


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as a Parquet file, atomically. Memory holds the whole file.

    The line of the checksum stands before the footer, which no reader of Parquet reads.
    """
    content = memoryview(frame.to_parquet())
    footer = _footer_start(content)
    line = checksum_line(zlib.crc32(content))
    write_atomically(path, lambda file: file.writelines([content[:footer], line, content[footer:]]))


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table from a Parquet file; memory holds the whole file.

    Raises
    ------
    DamagedFile
        When it is no Parquet file, or not as it was written.
    OSError
        When it cannot be read.
    """
    content = memoryview(path.read_bytes())
    footer = _footer_start(content)
    line = LINE.fullmatch(content[max(0, footer - LINE_LENGTH) : footer]) if footer > 0 else None
    if line is not None:
        before = zlib.crc32(content[: footer - LINE_LENGTH])
        require_checksum(zlib.crc32(content[footer:], before), line)
    elif LINE.search(content):
        raise DamagedFile("its checksum is not where the footer begins")
    try:
        return pd.read_parquet(pa.BufferReader(content))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, MemoryError, pa.ArrowException) as error:
        raise DamagedFile(f"no table: {error}") from error


def _footer_start(content: memoryview) -> int:
    return len(content) - END - int.from_bytes(content[-END : -END // 2], "little")

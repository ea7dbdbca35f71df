"""Find damage in SQLite's write-ahead log, which SQLite itself takes for its end.

SQLite stops reading the log at the first frame whose checksum is wrong: right for a write that a crash cut
off, and a silent loss of every later change where a bit changed. The format: sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import struct
import time
from pathlib import Path

MAGIC = 0x377F0682  # the last bit says that checksums read numbers with the highest byte first
HEADER, FRAME_HEADER = 32, 24
READS = 3  # a frame that another process writes at this moment is whole a little later


def is_log_damaged(path: Path) -> bool:
    """Whether a frame of the log `path` is damaged, with a whole transaction after it.

    Damage of the very last frame looks as a write that was cut off. Cost O(size of the log).
    """
    for read in range(READS):
        if read:
            time.sleep(0.05)
        try:
            log = path.read_bytes()
        except OSError:
            return False  # SQLite will say why
        if not _has_damage(log):
            return False
    return True


def _has_damage(log: bytes) -> bool:
    if len(log) < HEADER + FRAME_HEADER:
        return False
    magic, _, page_size, _, salt, other_salt, *sums = struct.unpack_from(">8I", log)
    if magic & ~1 != MAGIC or _sum(log[:24], (0, 0), magic) != tuple(sums):
        # SQLite syncs the header before the first frame: with frames after it, it was whole once.
        return True
    page_size, size = page_size or 65536, FRAME_HEADER + (page_size or 65536)
    total, is_damaged = (sums[0], sums[1]), False
    for start in range(HEADER, len(log) - size + 1, size):
        _, n_pages, *found = struct.unpack_from(">6I", log, start)
        is_of_this_log = tuple(found[:2]) == (salt, other_salt)
        if is_damaged:
            if is_of_this_log and n_pages:
                return True
        elif not is_of_this_log:
            is_damaged = True  # the end, unless a frame of this log follows
        else:
            total = _sum(log[start : start + 8], total, magic)
            total = _sum(log[start + FRAME_HEADER : start + size], total, magic)
            is_damaged = total != tuple(found[2:])
    return False


def _sum(part: bytes, start: tuple[int, int], magic: int) -> tuple[int, int]:
    first, second = start
    order = ">" if magic & 1 else "<"
    for one, other in struct.iter_unpack(f"{order}2I", part):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second

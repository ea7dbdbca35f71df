"""Memory of this process, and what the machine has left."""

from __future__ import annotations

import ctypes
import re
import sys
from contextlib import suppress
from pathlib import Path

PROCESS_STATUS = Path("/proc/self/status")
MACHINE_STATUS = Path("/proc/meminfo")
GROUP_LIMIT, GROUP_USE = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")
"""Of the container or service that this process belongs to."""

ASSUMED_BYTES = 4 * 2**30
"""Where the system does not tell what is available."""

MOST_FREE_BYTES = 8 * 2**20
LEAST_MAPPED_BYTES = 4 * 2**20
"""For `return_freed_memory`. Smaller: arrays of 3 MB would be mapped at each use, which takes 5 times as long
as to add two of them."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of mallopt(3)


def peak_bytes() -> int:
    """Return the peak resident memory of this process in bytes; 0 where the system does not report it.

    Pages of memory-mapped files count once they were read, such as the weights of a model.
    """
    try:
        # Not `getrusage`: on Linux it starts from the peak of the process that started this one.
        return _read_kilobytes(PROCESS_STATUS, "VmHWM")
    except OSError:
        pass
    try:
        return _peak_of_windows() if sys.platform == "win32" else _peak_of_unix()
    except (ImportError, OSError, AttributeError):
        return 0


def writable_bytes() -> int:
    """Return the bytes of memory that this process reserved for itself, used or not; Linux only, else 0."""
    try:
        return _read_kilobytes(PROCESS_STATUS, "VmData")
    except OSError:
        return 0


def available_bytes() -> int:
    """Return the bytes of memory that a new process may take; a guess where the system does not tell."""
    try:
        available = _read_kilobytes(MACHINE_STATUS, "MemAvailable") or ASSUMED_BYTES
    except OSError:
        return ASSUMED_BYTES
    try:
        left = int(GROUP_LIMIT.read_text(encoding="ascii")) - int(GROUP_USE.read_text(encoding="ascii"))
    except (OSError, ValueError):  # no group, or "max"
        return available
    return max(0, min(available, left))


def return_freed_memory(*, most_arenas: int | None = None) -> None:
    """Let the C library return what this process frees to the system; where it is not glibc, do nothing.

    glibc has an arena of memory for each thread at work, and returns the free end of one once it is larger
    than a threshold. It raises the threshold to twice the size of the largest array freed so far, at most
    64 MB, which is as much as a heap of an arena can hold: none is returned then. Each run of a page is a
    thread, so every arena would grow to what the largest run needs.

    Parameters
    ----------
    most_arenas : int, optional
        As many threads can reserve memory at the same time. Each arena keeps gaps between what is in use,
        which grow for hours: few where one thread works at a time, as those that run pages do; not in
        a process that computes on all cores.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_TRIM_THRESHOLD, MOST_FREE_BYTES)
            mallopt(_MMAP_THRESHOLD, LEAST_MAPPED_BYTES)
            if most_arenas is not None:
                mallopt(_ARENA_MAX, most_arenas)


def return_gaps() -> None:
    """Return whole free pages between what is in use to the system; 1 to 30 ms, nothing without glibc."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)


def graphics_peak_bytes() -> int:
    """Return the peak bytes that torch reserved on all graphics cards; 0 without a card, and on MPS."""
    torch = sys.modules.get("torch")
    device = torch.accelerator.current_accelerator(check_available=True) if torch is not None else None
    if torch is None or device is None:
        return 0
    cards = torch.get_device_module(device)
    if not hasattr(cards, "max_memory_reserved") or not cards.is_initialized():
        return 0
    return sum(cards.max_memory_reserved(card) for card in range(cards.device_count()))


def _read_kilobytes(file: Path, name: str) -> int:
    """Return a line such as "VmHWM: 12 kB" of a file as bytes; 0 where it is missing."""
    found = re.search(rf"^{name}:\s*(\d+) kB", file.read_text(encoding="utf-8"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _peak_of_unix() -> int:
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # macOS counts bytes, others kilobytes


def _peak_of_windows() -> int:
    import ctypes
    from ctypes import wintypes

    class Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS; the first of its eight sizes is PeakWorkingSetSize."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("sizes", ctypes.c_size_t * 8),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]  # on Windows only
    kernel.GetCurrentProcess.restype = wintypes.HANDLE
    read = kernel.K32GetProcessMemoryInfo
    read.argtypes = (wintypes.HANDLE, ctypes.POINTER(Counters), wintypes.DWORD)
    return counters.sizes[0] if read(kernel.GetCurrentProcess(), counters, counters.cb) else 0

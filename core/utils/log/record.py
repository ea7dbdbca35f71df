"""Write failures to `logs/refract.log` in the data folder: at most six files of a megabyte.

Several processes write it. Each entry is one write at the end of the file; a lock is needed to rotate only.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from ..files import data_home
from .describe import describe_failure, failure_id

MAX_BYTES, OLD_FILES = 1_000_000, 5
LOCK_SECONDS = 0.2
"""How long a process waits for another one that rotates; the file grows a little longer instead."""

REPEAT_SECONDS = 60.0
"""A failure that comes again within this time, as of a page that is drawn each second, is written once."""

_written: dict[str, float] = {}


def log_failure(error: BaseException, during: str) -> str:
    """Write where an error happened to the log and, in one line, to standard error; return its number.

    Neither holds values: see `describe_failure`. A log that cannot be written raises nothing.

    Parameters
    ----------
    error : BaseException
    during : str
        What was done, in words of the code: the name of a task or a command.
    """
    number, now = failure_id(error), time.monotonic()
    if now - _written.get(number, -REPEAT_SECONDS) < REPEAT_SECONDS:
        return number
    _written[number] = now
    with suppress(OSError, ValueError):  # standard error may be closed
        sys.stderr.write(f"{number}: {during} failed ({type(error).__name__}); see logs/refract.log\n")
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    entry = f"{stamp} {number} {during} [{os.getpid()}]\n{describe_failure(error)}\n\n"
    with suppress(OSError):
        _append(data_home() / "logs" / "refract.log", entry.encode("utf-8", "backslashreplace"))
    return number


def catch_uncaught(process: str) -> None:
    """Let what ends this process, or one of its threads, be logged in place of a traceback with values."""

    def of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            log_failure(error, process)

    def of_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and not isinstance(arguments.exc_value, SystemExit):
            log_failure(arguments.exc_value, f"{process}, in a thread")

    sys.excepthook, threading.excepthook = of_process, of_thread


def _append(path: Path, entry: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size + len(entry) > MAX_BYTES:
        with suppress(Timeout), FileLock(path.with_suffix(".lock"), timeout=LOCK_SECONDS):
            if path.exists() and path.stat().st_size + len(entry) > MAX_BYTES:  # not yet by another process
                _rotate(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, entry)
    finally:
        os.close(descriptor)


def _rotate(path: Path) -> None:
    names = [path, *(path.with_name(f"{path.name}.{number}") for number in range(1, OLD_FILES + 1))]
    for newer, older in reversed(list(itertools.pairwise(names))):
        if newer.exists():
            newer.replace(older)

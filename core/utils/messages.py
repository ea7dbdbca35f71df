"""Protocol of child processes: JSON messages, one a line, over standard input and output.

The one-shot child of `run_in_child` and the worker of `core.jobs` both speak it. A child ends when its input
ends, so it never outlives the process that started it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from typing import IO, TextIO

from ..errors import RefractError
from .log import log_failure

OUT_OF_MEMORY = "Memory ran out, and only this part was stopped: take fewer texts or a smaller model."
# The third on Windows; the last where a library is loaded.
MEMORY_PHRASES = ("out of memory", "allocate memory", "not enough memory", "failed to map segment")
DISK_FULL = "The disk is full: free some space, and try again; nothing that was kept before is lost."
SYSTEM_FAULTS = {
    errno.EMFILE: "too many files are open: close other programs",
    errno.ENFILE: "too many files are open: close other programs",
    errno.EAGAIN: "no further program can be started: close others",
    errno.EROFS: "the disk is read-only: make it writable",
    errno.EACCES: "a file may not be read or written: change the rights of the data folder",
    errno.EPERM: "a file may not be read or written: change the rights of the data folder",
    errno.EIO: "the disk gave an error: check it, and back the data folder up",
}
"""What the system refused, by its number, and what to do."""
KILLED_EXIT_CODES = (-9, 137)
"""Of a process that the system ended, as it does when memory runs out."""


class MessageWriter:
    """Writer of messages to a stream, for use by several threads."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, **message: object) -> None:
        """Write one message at once.

        Raises
        ------
        OSError, ValueError
            When the reader is gone, or the stream is closed.
        """
        line = json.dumps(message) + "\n"
        with self._lock:
            self._stream.write(line)
            self._stream.flush()


def read_messages(stream: IO[str]) -> Iterator[dict]:
    """Yield the messages of a stream until it ends or is closed.

    A line that is no message is left out: an incomplete last one, as of a killed process, or what a library
    printed.
    """
    with contextlib.suppress(ValueError, OSError):  # the stream is closed
        for line in stream:
            message = _parse(line) if line.endswith("\n") else None
            if isinstance(message, dict):
                yield message


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def open_child_streams() -> tuple[TextIO, MessageWriter]:
    """Return the requests and the answers of this child process.

    Standard output is redirected to standard error: libraries print to it.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    return requests, MessageWriter(answers)


def explain_error(error: BaseException, task: str) -> str:
    """Return one sentence about any error for the person at the screen; log an unexpected one.

    The one place that words errors, for pages, jobs, queries, child processes and commands. The message of an
    error that is not ours is neither shown nor logged: it may quote texts, labels or a key.
    """
    if isinstance(error, RefractError):
        return str(error)
    # torch raises its own error for graphics cards, and a RuntimeError for the processor.
    words = str(error).lower()
    if isinstance(error, MemoryError) or any(phrase in words for phrase in MEMORY_PHRASES):
        return OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return DISK_FULL
    if isinstance(error, OSError) and error.errno in SYSTEM_FAULTS:
        return (
            f"The system refused this ({log_failure(error, task)}): {SYSTEM_FAULTS[error.errno]}, and try "
            "again; nothing that was kept before is lost."
        )
    return (
        f"Something unexpected went wrong ({log_failure(error, task)}): try again, and if it comes back, "
        "report it with this number and its lines of logs/refract.log in the data folder, which hold none of "
        "your texts."
    )


def explain_exit(code: int) -> str:
    """Return one sentence for a process that ended without a result."""
    if code in KILLED_EXIT_CODES:
        return OUT_OF_MEMORY
    return (
        f"Its process stopped in the middle (exit code {code}), most often for lack of memory: take fewer "
        "texts or a smaller model."
    )

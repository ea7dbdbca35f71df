"""Run a function in a child process: to measure its memory alone, or because it may take all memory.

The child runs `child_main`. Its one request is {"function": name, "arguments": {...}}. While it works it
answers with {"stage": ..., "done": ..., "total": ...}, and last with {"result": ...} or {"message": ...}.
With limits the request has {"memory": bytes} too, and {"started": true} and {"over": "memory"} are answers.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from ..errors import RefractError
from .log import catch_uncaught
from .memory import peak_bytes, writable_bytes
from .messages import (
    KILLED_EXIT_CODES,
    OUT_OF_MEMORY,
    MessageWriter,
    explain_error,
    explain_exit,
    open_child_streams,
    read_messages,
)
from .progress import Report

ROOT = Path(__file__).resolve().parents[2]
CHILD_CODE = f"from {__name__} import child_main; child_main()"
SECONDS_BETWEEN_CHECKS = 0.2
"""Longest delay before a cancelled child is ended."""

OOM_SCORE = Path("/proc/self/oom_score_adj")

SECONDS_TO_START = 120
"""Longest time before the function of a child with limits is called: a busy machine imports slowly."""

SECONDS_BETWEEN_LOOKS = 0.05
SLACK_BYTES = 2**30
"""Beyond the limit of memory, for what libraries reserve and do not use."""


@dataclass(frozen=True)
class Limits:
    """What the function of a child process may take.

    Attributes
    ----------
    memory : int
        Bytes beside those of the libraries that it starts with.
    seconds : float
        From the call of the function on.
    """

    memory: int
    seconds: float


class ChildProcessFailed(RefractError):
    """Error: the function of a child process gave no result."""


class ChildProcessEnded(ChildProcessFailed):
    """Error: a child process ended in the middle, as by a fault of a library."""


class LimitReached(ChildProcessFailed):
    """Error: the function of a child process took more than its limit.

    Attributes
    ----------
    limit : str
        In words, such as "2.0 GB of memory".
    """

    def __init__(self, limit: str) -> None:
        super().__init__(f"It took more than {limit}, which is the limit.")
        self.limit = limit


def run_in_child(
    function: str, report: Report, *, limits: Limits | None = None, **arguments: object
) -> object:
    """Run a function in a new process, and return its result.

    Parameters
    ----------
    function : str
        "module:name" of a function that takes a `Report` and these arguments.
    report : Report
        Called with each report of the function, and every `SECONDS_BETWEEN_CHECKS` without one. When it
        raises, the process is ended at once.
    limits : Limits, optional
        The process is ended where it takes more.
    **arguments
        Values that JSON can hold, as is the result.

    Raises
    ------
    ChildProcessFailed
        When the function failed, or the system ended its process, for example for lack of memory;
        `LimitReached` and `ChildProcessEnded` say which.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD_CODE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    assert process.stdin is not None and process.stdout is not None  # both are pipes
    try:
        request: dict[str, object] = {"function": function, "arguments": arguments}
        if limits is not None:
            request["memory"] = limits.memory
        # In a thread: a long request blocks until the child reads it, and may be cancelled before.
        threading.Thread(target=_send, args=[process.stdin, request], daemon=True).start()
        return _follow(process, report, limits)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()


def child_main() -> None:
    """Run the function named by standard input. Does not return."""
    catch_uncaught("a child process")
    requests, answers = open_child_streams()
    request = next(read_messages(requests))
    threading.Thread(target=_end_with, args=[requests], daemon=True).start()
    with contextlib.suppress(OSError):  # when memory runs out, Linux then ends this process, not the app
        OOM_SCORE.write_text("1000", encoding="ascii")

    def report(stage: str, done: int, total: int) -> None:
        answers.write(stage=stage, done=int(done), total=int(total))

    module, _, name = request["function"].partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
        if "memory" in request:
            _limit_memory(request["memory"], answers)
            answers.write(started=True)
        answers.write(result=function(report, **request["arguments"]))
    except Exception as error:
        message = explain_error(error, request["function"])
        if "memory" in request and message == OUT_OF_MEMORY:
            answers.write(over="memory")
        else:
            answers.write(message=message)
    # At once: ending the threads of libraries and a graphics card would only take time.
    os._exit(0)


def _send(stream: TextIO, request: dict) -> None:
    with contextlib.suppress(ValueError, OSError):  # the child ended at once, which `_follow` reports
        MessageWriter(stream).write(**request)


def _limit_memory(most: int, answers: MessageWriter) -> None:
    """End this process when it takes so many bytes more than now.

    A thread looks; on Linux the system refuses too, as a library may take much at once.
    """
    if sys.platform == "linux":
        import resource

        most_reserved = writable_bytes() + most + SLACK_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most_reserved, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    most_resident = peak_bytes() + most

    def look() -> None:
        while peak_bytes() <= most_resident:
            time.sleep(SECONDS_BETWEEN_LOOKS)
        answers.write(over="memory")
        os._exit(0)

    threading.Thread(target=look, daemon=True).start()


def _follow(process: subprocess.Popen, report: Report, limits: Limits | None) -> object:
    """Report the progress of a child until its result arrives."""
    messages: queue.Queue[dict | None] = queue.Queue()
    threading.Thread(target=_collect, args=[process.stdout, messages], daemon=True).start()
    stage, done, total = "Starting", 0, 1
    end = time.monotonic() + SECONDS_TO_START + limits.seconds if limits else float("inf")
    while True:
        report(stage, done, total)
        if limits and time.monotonic() > end:
            raise LimitReached(f"{limits.seconds:,.0f} seconds")
        try:
            message = messages.get(timeout=SECONDS_BETWEEN_CHECKS)
        except queue.Empty:
            continue
        if message is None:
            code = process.wait()
            if limits and code in KILLED_EXIT_CODES:
                raise LimitReached("the memory that is free")
            raise ChildProcessEnded(explain_exit(code))
        if "result" in message:
            return message["result"]
        if "message" in message:
            raise ChildProcessFailed(message["message"])
        if limits and "over" in message:
            raise LimitReached(f"{limits.memory / 1e9:,.1f} GB of memory")
        if limits and "started" in message:
            end = time.monotonic() + limits.seconds
            continue
        stage, done, total = message["stage"], message["done"], message["total"]


def _collect(stream: TextIO, messages: queue.Queue[dict | None]) -> None:
    """Queue the messages of a child, then None."""
    for message in read_messages(stream):
        messages.put(message)
    messages.put(None)


def _end_with(requests: TextIO) -> None:
    """End this process when the parent process is gone."""
    requests.read()
    os._exit(1)

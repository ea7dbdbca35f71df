"""Run a function in a child process: to measure its memory alone, or because it may take all memory.

The child runs `child_main`. Its one request is {"function": name, "arguments": {...}}. While it works it
answers with {"stage": ..., "done": ..., "total": ...}, and last with {"result": ...} or {"message": ...}.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import TextIO

from core.errors import RefractError
from core.utils.log import catch_uncaught
from core.utils.messages import MessageWriter, explain_error, explain_exit, open_child_streams, read_messages
from core.utils.progress import Report

ROOT = Path(__file__).resolve().parents[2]
CHILD_CODE = "from core.utils.child_process import child_main; child_main()"
SECONDS_BETWEEN_CHECKS = 0.2
"""Longest delay before a cancelled child is ended."""

OOM_SCORE = Path("/proc/self/oom_score_adj")


class ChildProcessFailed(RefractError):
    """Error: the function of a child process gave no result."""


def run_in_child(function: str, report: Report, **arguments: object) -> object:
    """Run a function in a new process, and return its result.

    Parameters
    ----------
    function : str
        "module:name" of a function that takes a `Report` and these arguments.
    report : Report
        Called with each report of the function, and every `SECONDS_BETWEEN_CHECKS` without one. When it
        raises, the process is ended at once.
    **arguments
        Values that JSON can hold, as is the result.

    Raises
    ------
    ChildProcessFailed
        When the function failed, or the system ended its process, for example for lack of memory.
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
        request = {"function": function, "arguments": arguments}
        # In a thread: a long request blocks until the child reads it, and may be cancelled before.
        threading.Thread(target=_send, args=[process.stdin, request], daemon=True).start()
        return _follow(process, report)
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
        answers.write(result=function(report, **request["arguments"]))
    except Exception as error:
        answers.write(message=explain_error(error, request["function"]))
    # At once: ending the threads of libraries and a graphics card would only take time.
    os._exit(0)


def _send(stream: TextIO, request: dict) -> None:
    with contextlib.suppress(ValueError, OSError):  # the child ended at once, which `_follow` reports
        MessageWriter(stream).write(**request)


def _follow(process: subprocess.Popen, report: Report) -> object:
    """Report the progress of a child until its result arrives."""
    messages: queue.Queue[dict | None] = queue.Queue()
    threading.Thread(target=_collect, args=[process.stdout, messages], daemon=True).start()
    stage, done, total = "Starting", 0, 1
    while True:
        report(stage, done, total)
        try:
            message = messages.get(timeout=SECONDS_BETWEEN_CHECKS)
        except queue.Empty:
            continue
        if message is None:
            raise ChildProcessFailed(explain_exit(process.wait()))
        if "result" in message:
            return message["result"]
        if "message" in message:
            raise ChildProcessFailed(message["message"])
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

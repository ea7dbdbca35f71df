"""A function in a process of its own: for what is to be measured alone, or may take all memory.

The process runs `child_main`. It reads one JSON line from standard input ({"function": name,
"arguments": {...}}) and writes one a line to standard output: {"stage": ..., "done": ..., "total": ...} while
it works, last {"result": ...} or {"message": sentence}. It ends when its input ends, so it never outlives the
process that started it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import TextIO

from core.errors import RefractError
from core.utils.progress import Report

logger = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[2]
CHILD = "from core.utils import child_main; child_main()"
LOOK_EVERY = 0.2  # seconds between two looks whether it is to stop
OUT_OF_MEMORY = "Memory ran out, and only this part was stopped: take fewer texts or a smaller model."
NO_MEMORY = ("out of memory", "allocate memory", "not enough memory")  # the last on Windows
GOOD_VICTIM = Path("/proc/self/oom_score_adj")


class ChildProcessFailed(RefractError):
    """What ran apart came to no result; the message is a sentence for the person at the screen."""


def run_in_child(function: str, report: Report, **arguments: object) -> object:
    """Run a function in a fresh process, and return what it returns.

    Parameters
    ----------
    function : str
        "module:name" of a function that takes a `Report` and these arguments.
    report : Report
        Called with what the function reports, and again several times a second while it reports nothing.
        When it raises, the process is ended at once.
    **arguments : whatever JSON can hold

    Returns
    -------
    whatever JSON can hold

    Raises
    ------
    ChildProcessFailed
        When the function failed, or its process was ended from outside, as for lack of memory.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
    )
    try:
        request = json.dumps({"function": function, "arguments": arguments}) + "\n"
        # In a thread: a long request waits for the process to read it, and it can be cancelled before.
        threading.Thread(target=_ask, args=[process.stdin, request], daemon=True).start()
        return _follow(process, report)
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                stream.close()


def _ask(stream: TextIO, request: str) -> None:
    with contextlib.suppress(ValueError, OSError):  # it ended at once, which is told by `_follow`
        stream.write(request)
        stream.flush()


def _follow(process: subprocess.Popen, report: Report) -> object:
    """Pass on what the process reports until its result is there."""
    said: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=[process.stdout, said], daemon=True).start()
    stage, done, total = "Starting", 0, 1
    while True:
        report(stage, done, total)
        try:
            line = said.get(timeout=LOOK_EVERY)
        except queue.Empty:
            continue
        if line is None:
            raise ChildProcessFailed(_explain_end(process.wait()))
        message = json.loads(line)
        if "result" in message:
            return message["result"]
        if "message" in message:
            raise ChildProcessFailed(message["message"])
        stage, done, total = message["stage"], message["done"], message["total"]


def _read(stream: TextIO, said: queue.Queue[str | None]) -> None:
    """Whole lines, then None."""
    with contextlib.suppress(ValueError, OSError):  # closed while it was read
        for line in stream:
            if line.endswith("\n"):  # a process that is ended may leave half a line
                said.put(line)
    said.put(None)


def _explain_end(code: int) -> str:
    """Why a process ended without a word."""
    if code in (-9, 137):  # the system's own way when memory runs out
        return OUT_OF_MEMORY
    return (
        f"Its process stopped in the middle (exit code {code}), most often for lack of memory: take fewer "
        "texts or a smaller model."
    )


def child_main() -> None:
    """Run what standard input asks for."""
    # Libraries print what they like: the protocol keeps the real standard output to itself.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    request = json.loads(requests.readline())
    threading.Thread(target=_end_with, args=[requests], daemon=True).start()
    with contextlib.suppress(OSError):  # if memory runs out, this process is to go, and not the app
        GOOD_VICTIM.write_text("1000", encoding="ascii")

    def answer(**message: object) -> None:
        answers.write(json.dumps(message) + "\n")
        answers.flush()

    def report(stage: str, done: int, total: int) -> None:
        answer(stage=stage, done=int(done), total=int(total))

    module, _, name = request["function"].partition(":")
    try:
        function = getattr(importlib.import_module(module), name)
        answer(result=function(report, **request["arguments"]))
    except Exception as error:
        answer(message=_explain(error, request["function"]))
    # At once: libraries' threads and a graphics card's cleaning up would only take time.
    os._exit(0)


def _end_with(requests: TextIO) -> None:
    """End when whoever asked is gone."""
    requests.read()
    os._exit(1)


def _explain(error: Exception, function: str) -> str:
    if isinstance(error, RefractError):
        return str(error)
    # Torch has an error of its own for graphics cards, and a mere RuntimeError for the rest.
    words = str(error).lower()
    if isinstance(error, MemoryError) or any(said in words for said in NO_MEMORY):
        return OUT_OF_MEMORY
    logger.error("%s failed", function, exc_info=error)
    return f"Something unexpected went wrong ({type(error).__name__}: {error}); please report it."

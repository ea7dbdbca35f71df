"""The worker process: runs the long tasks one at a time, and keeps compiled code and the encoder warm.

Started by `JobRunner` as `python -m core.jobs.worker DATA_HOME`. It reads one JSON message a line from
standard input ({"run": id, "task": name, "arguments": {...}} or {"cancel": id}) and writes one a line to
standard output ({"job": id, "event": "stage" | "done" | "failed" | "cancelled", ...}). Beside the tasks it
answers questions, one after the other in a thread of their own: {"ask": id, "question": name, "arguments":
{...}} gets {"question": id, "answer": {...}} or {"question": id, "message": sentence}. It ends when its input
ends, so it never outlives the app.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from core.encoders import DEFAULT_ENCODER
from core.errors import Cancelled, RefractError
from core.maps import warm_up as compile_projection
from core.storage import Store
from core.tasks import NUMBA, QUERIES, TASKS, load_warm_encoder
from core.utils import Report

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 0.1


class Worker:
    """Loop over the requests of one app.

    Parameters
    ----------
    home : Path
        Data folder of the store.
    requests, answers : text streams
        One JSON message a line.
    tasks : mapping of task name to function
        Each is called with the store, a `core.utils.progress.Report`, and the request's arguments.
    questions : mapping of question name to function
        Each is called with the store and the request's arguments, and returns what JSON can hold.
    """

    def __init__(
        self,
        home: Path,
        requests: TextIO,
        answers: TextIO,
        tasks: Mapping[str, Callable],
        questions: Mapping[str, Callable],
    ) -> None:
        self.home = home
        self.requests = requests
        self.answers = answers
        self.tasks = tasks
        self.questions = questions
        self.cancelled: set[str] = set()
        self.waiting: queue.Queue[dict] = queue.Queue()
        self.asked: queue.Queue[dict] = queue.Queue()
        self._writing = threading.Lock()

    def run(self) -> None:
        """Take requests until the input ends."""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._answer_questions, daemon=True).start()
        while True:
            self._work(self.waiting.get())

    def _read(self) -> None:
        for line in self.requests:
            message = json.loads(line)
            if "cancel" in message:
                self.cancelled.add(message["cancel"])
            elif "ask" in message:
                self.asked.put(message)
            else:
                self.waiting.put(message)
        os._exit(0)  # the app is gone: nobody would read what the running task makes

    def _work(self, request: dict) -> None:
        job = request["run"]
        try:
            self.tasks[request["task"]](Store(self.home), self._reporter(job), **request["arguments"])
        except Cancelled:
            self._answer(job, "cancelled")
        except Exception as error:
            self._answer(job, "failed", message=_explain(error, request["task"]))
        else:
            self._answer(job, "done")

    def _reporter(self, job: str) -> Report:
        """Report for one job: passes on a few a second, and raises once the job is cancelled."""
        last = {"stage": "", "at": 0.0}

        def report(stage: str, done: int, total: int) -> None:
            if job in self.cancelled:
                raise Cancelled("Stopped.")
            now = time.monotonic()
            if stage != last["stage"] or done >= total or now - last["at"] >= SECONDS_BETWEEN_REPORTS:
                last.update(stage=stage, at=now)
                self._answer(job, "stage", stage=stage, done=int(done), total=int(total))

        return report

    def _answer_questions(self) -> None:
        while True:
            request = self.asked.get()
            try:
                answer = self.questions[request["question"]](Store(self.home), **request["arguments"])
                self._write({"question": request["ask"], "answer": answer})
            except Exception as error:
                message = _explain(error, request["question"])
                self._write({"question": request["ask"], "message": message})

    def _answer(self, job: str, event: str, **details: object) -> None:
        self._write({"job": job, "event": event, **details})

    def _write(self, message: dict) -> None:
        line = json.dumps(message) + "\n"
        with self._writing:
            self.answers.write(line)
            self.answers.flush()


def _explain(error: Exception, task: str) -> str:
    """One sentence for the person at the screen."""
    if isinstance(error, RefractError):
        return str(error)
    if isinstance(error, MemoryError):
        return "Memory ran out: close other programs, or use fewer texts."
    logger.error("%s failed", task, exc_info=error)
    return f"Something unexpected went wrong ({type(error).__name__}: {error}); please report it."


def serve(tasks: Mapping[str, Callable], questions: Mapping[str, Callable]) -> None:
    """Serve the app that started this process; returns never."""
    # Libraries print what they like: the protocol keeps the real standard output to itself.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    requests = os.fdopen(os.dup(sys.stdin.fileno()), encoding="utf-8")
    Worker(Path(sys.argv[1]), requests, answers, tasks, questions).run()


def warm_up() -> None:
    """Compile what the maps need and load the default encoder, while the person is still reading."""
    try:
        load_warm_encoder(DEFAULT_ENCODER)
        with NUMBA:
            compile_projection()
    except Exception:  # a task that needs it will fail with its own, better message
        logger.exception("warm-up failed")


if __name__ == "__main__":
    threading.Thread(target=warm_up, daemon=True).start()
    serve(TASKS, QUERIES)

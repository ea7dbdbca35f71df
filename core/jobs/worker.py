"""The worker process: run the long tasks one at a time, with compiled code and the encoder kept in memory.

`JobRunner` starts it as `python -m core.jobs.worker DATA_HOME`. The messages (see `core.utils.messages`):

- {"run": id, "task": name, "home": folder, "arguments": {...}} and {"cancel": id} are answered by
  {"job": id, "event": "stage" | "done" | "failed" | "cancelled", ...}. A task that arrives while another
  runs is run at the next report of that one, which goes on afterwards.
  A task that another app on the same data folder runs with the same arguments waits for that, and then
  finds what was kept;
- {"query": id, "name": name, "home": folder, "arguments": {...}} is answered, while a task runs, by
  {"query": id, "answer": {...}} or {"query": id, "message": sentence}.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from ..encoders import DEFAULT_ENCODER
from ..errors import Cancelled
from ..maps import warm_up as compile_projection
from ..storage import Store
from ..storage.integrity import back_up_daily
from ..storage.team import TEAM_FILE, data_folders, remove_unfinished
from ..tasks import NUMBA, QUERIES, TASKS, load_warm_encoder
from ..utils import (
    MessageWriter,
    Report,
    catch_uncaught,
    content_key,
    explain_error,
    log_failure,
    only_one,
    open_child_streams,
    read_messages,
    return_freed_memory,
)

SECONDS_BETWEEN_REPORTS = 0.1
SECONDS_BETWEEN_LOOKS = 0.2  # at whether another app has done the same
SECONDS_BETWEEN_BACKUPS = 3600.0  # of looking whether the latest is a day old


class Worker:
    """Loop over the requests of one app.

    Parameters
    ----------
    tasks : mapping of name to function
        Each is called with the store, a `Report`, and the arguments of the request.
    queries : mapping of name to function
        Each is called with the store and the arguments of the request; its result is sent as JSON.
    """

    def __init__(
        self,
        requests: TextIO,
        answers: MessageWriter,
        tasks: Mapping[str, Callable],
        queries: Mapping[str, Callable],
    ) -> None:
        self.requests = requests
        self.answers = answers
        self.tasks = tasks
        self.queries = queries
        self.cancelled: set[str] = set()
        self.n_running = 0
        self.waiting_tasks: queue.Queue[dict] = queue.Queue()
        self.waiting_queries: queue.Queue[dict] = queue.Queue()

    def run(self) -> None:
        """Work on requests until the input ends."""
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._answer_queries, daemon=True).start()
        while True:
            self._run_task(self.waiting_tasks.get())

    def _read(self) -> None:
        for message in read_messages(self.requests):
            if "cancel" in message:
                self.cancelled.add(message["cancel"])
            elif "query" in message:
                self.waiting_queries.put(message)
            else:
                self.waiting_tasks.put(message)
        os._exit(0)  # the app has ended: nobody would use the result of the running task

    def _run_task(self, request: dict) -> None:
        job, report = request["run"], self._reporter(request["run"])
        self.n_running += 1
        try:
            store = Store(Path(request["home"]))
            lock = f"{content_key(request['task'], request['arguments'])}.lock"
            with only_one(store.home / "jobs" / lock, lambda: self._wait(report)):
                self.tasks[request["task"]](store, report, **request["arguments"])
        except Cancelled:
            self.answers.write(job=job, event="cancelled")
        except Exception as error:
            self.answers.write(job=job, event="failed", message=explain_error(error, request["task"]))
        else:
            self.answers.write(job=job, event="done")
        finally:
            self.n_running -= 1

    def _wait(self, report: Report) -> bool:
        """Wait a moment while another app does the same; False where a paused task would wait, too.

        Its lock may be what the other app waits for.
        """
        if self.n_running > 1:
            return False
        report("Waiting for another app, which does the same", 0, 1)
        time.sleep(SECONDS_BETWEEN_LOOKS)
        return True

    def _run_arrived(self) -> None:
        while True:
            try:
                request = self.waiting_tasks.get_nowait()
            except queue.Empty:
                return
            self._run_task(request)

    def _reporter(self, job: str) -> Report:
        """Return the report of one job: it sends at most ten a second, and raises after Cancel.

        It runs tasks that arrived meanwhile, and so pauses the job.
        """
        last_stage, last_at = "", 0.0

        def report(stage: str, done: int, total: int) -> None:
            nonlocal last_stage, last_at
            if job not in self.cancelled and threading.current_thread() is threading.main_thread():
                self._run_arrived()
            if job in self.cancelled:
                raise Cancelled("Stopped.")
            now = time.monotonic()
            if stage != last_stage or done >= total or now - last_at >= SECONDS_BETWEEN_REPORTS:
                last_stage, last_at = stage, now
                self.answers.write(job=job, event="stage", stage=stage, done=int(done), total=int(total))

        return report

    def _answer_queries(self) -> None:
        while True:
            request = self.waiting_queries.get()
            try:
                store = Store(Path(request["home"]))
                answer = self.queries[request["name"]](store, **request["arguments"])
                self.answers.write(query=request["query"], answer=answer)
            except Exception as error:
                self.answers.write(query=request["query"], message=explain_error(error, request["name"]))


def serve(tasks: Mapping[str, Callable], queries: Mapping[str, Callable]) -> None:
    """Serve the app that started this process. Does not return."""
    return_freed_memory()
    catch_uncaught("the worker")
    requests, answers = open_child_streams()
    Worker(requests, answers, tasks, queries).run()


def warm_up() -> None:
    """Compile what the maps need and load the default encoder, before the first task needs them."""
    try:
        load_warm_encoder(DEFAULT_ENCODER)
        with NUMBA:
            compile_projection()
    except Exception as error:  # a task that needs it will fail with its own, better message
        log_failure(error, "warm-up")


def keep_backups(home: Path) -> None:
    """Copy what people type once a day, in each data folder, for as long as this process runs."""
    while True:
        remove_unfinished(home)
        back_up_daily(home, Path(TEAM_FILE).stem)
        for folder in data_folders(home):
            back_up_daily(folder)
        time.sleep(SECONDS_BETWEEN_BACKUPS)


if __name__ == "__main__":
    threading.Thread(target=keep_backups, args=[Path(sys.argv[1])], daemon=True).start()
    threading.Thread(target=warm_up, daemon=True).start()
    serve(TASKS, QUERIES)

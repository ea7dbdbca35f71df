"""Background jobs: a queue in front of one worker process, with progress, Cancel and recovery.

The worker answers queries too, while a job runs.
"""

from __future__ import annotations

import atexit
import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from pathlib import Path

from ..errors import RefractError
from ..utils import PASSIVE_WAIT, MessageWriter, read_messages
from .job import AT_ONCE, PRIORITIES, Job
from .order import in_line

logger = logging.getLogger(__name__)

SECONDS_UNTIL_KILLED = 3.0  # how long a cancelled task may take to notice, before its process is ended
SECONDS_TO_ANSWER = 60.0  # a query may wait for the encoder to be loaded
JOBS_REMEMBERED = 50  # ended ones of a data folder


class JobRunner:
    """Queue of jobs over one worker process, shared by all sessions of the app.

    The most urgent job runs (see `core.jobs.order`). A less urgent one that runs already is paused at its
    next report; it stays in the process and goes on afterwards.
    The process runs the module `worker`; jobs work on the data folder `home` unless they name another.
    """

    def __init__(self, home: Path, *, worker: str = f"{__package__}.worker") -> None:
        self.home = home
        self.worker = worker
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._running: list[Job] = []  # the last one works, those before it are paused
        self._queries: dict[str, tuple[Future, subprocess.Popen[str]]] = {}
        self._numbers = itertools.count(1)
        self._starts = itertools.count(1)
        self._closed = False
        self._process = self._start()
        atexit.register(self.close)

    def submit(
        self,
        task: str,
        title: str,
        *,
        priority: int | None = None,
        owner: str = "",
        home: Path | None = None,
        most: int | None = None,
        **arguments: object,
    ) -> Job:
        """Queue a task, and return its job; an active job of the same arguments is returned instead.

        That job is from then on as urgent as the more urgent of the two.

        Parameters
        ----------
        priority : int, optional
            That of the task, from `PRIORITIES`, when not given.
        owner : str
            Who submits it: owners take turns.
        home : Path, optional
            Data folder to work on, in place of that of the runner.
        most : int, optional
            Jobs that the owner may have waiting or running, in all folders together.

        Raises
        ------
        RefractError
            When the owner has that many.
        """
        folder = str(home or self.home)
        with self._lock:
            if priority is None:
                priority = PRIORITIES.get(task, AT_ONCE)
            for job in self._jobs.values():
                same = (job.task, job.home, job.arguments) == (task, folder, arguments)
                if same and job.active and not job.cancelled:
                    job.priority = min(job.priority, priority)
                    self._advance()
                    return job
            own = sum(each.active and each.owner == owner for each in self._jobs.values())
            if most is not None and own >= most:
                raise RefractError(
                    f"You have {own} jobs that wait or run, the most for one person on this server: wait "
                    "until one ends, or cancel one."
                )
            job = Job(str(next(self._numbers)), task, title, arguments, priority, owner, home=folder)
            self._jobs[job.id] = job
            self._forget_old(folder)
            self._advance()
            return job

    def cancel(self, job_id: str) -> None:
        """Stop a job at its next report; after `SECONDS_UNTIL_KILLED` the worker is ended instead."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or not job.active:
                return
            if job.status == "queued":
                self._end(job, "cancelled")
                return
            job.cancelled = True
            self._send(cancel=job.id)
            if job is self._running[-1]:  # else `_end` does this when it goes on
                self._kill_later(job)

    def show(self, job: Job) -> None:
        """Note that a page shows the progress of a job: it goes before equals that no page shows."""
        with self._lock:
            job.shown_at = time.monotonic()
            if job.status == "queued":
                self._advance()

    def query(
        self,
        name: str,
        *,
        timeout: float = SECONDS_TO_ANSWER,
        home: Path | None = None,
        **arguments: object,
    ) -> dict:
        """Return the worker's answer to one of `core.tasks.QUERIES`, as JSON holds it.

        It blocks until the answer comes, at most `timeout` seconds, and waits for no job.

        Raises
        ------
        RefractError
            When the query failed, the worker ended before it answered, or the time was up.
        """
        future: Future = Future()
        with self._lock:
            if not self._running:  # `_read` replaces a process that ends during a job
                self._restart_ended()
            number = str(next(self._numbers))
            self._queries[number] = future, self._process
            self._send(query=number, name=name, home=str(home or self.home), arguments=arguments)
        try:
            return future.result(timeout)
        except TimeoutError as error:
            raise RefractError(
                f"No answer came within {timeout:.0f} s, most likely because the machine is busy: "
                "try again in a moment."
            ) from error
        finally:
            with self._lock:
                self._queries.pop(number, None)

    def jobs(self) -> list[Job]:
        """Return the jobs of this run of the app, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def before(self, job: Job) -> list[Job | None]:
        """Return what runs before a job, in order; here no place is None, see `HomeRunner`."""
        return list(itertools.takewhile(lambda each: each is not job, in_line(self.jobs())))

    def wait(self, job: Job, timeout: float = 600.0) -> Job:
        """Block until a job ended (for scripts and tests); raise TimeoutError after `timeout` seconds."""
        end = time.monotonic() + timeout
        while job.active:
            if time.monotonic() > end:
                raise TimeoutError(f"{job.title} has not ended after {timeout:.0f} s (stage “{job.stage}”).")
            time.sleep(0.02)
        return job

    def close(self) -> None:
        """End the worker process."""
        with self._lock:
            self._closed = True
            self._process.kill()
        self._process.wait()
        atexit.unregister(self.close)

    def _start(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", self.worker, str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=PASSIVE_WAIT | os.environ | {"REFRACT_HOME": str(self.home)},  # what `data_home` returns
            cwd=Path(__file__).resolve().parents[2],
        )
        threading.Thread(target=self._read, args=[process], daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen[str]) -> None:
        """Handle the answers of one worker until it ends; `_advance` starts another when there is work."""
        assert process.stdout is not None  # it is a pipe
        for answer in read_messages(process.stdout):
            self._handle(answer, process)
        code = process.wait()
        with self._lock:
            self._fail_queries(process)
            if self._closed or process is not self._process:
                return
            if self._running:
                self._end_process(
                    next((job for job in reversed(self._running) if job.stage), self._running[-1]),
                    "failed",
                    f"The worker stopped in the middle (exit code {code}), most often for lack of memory: "
                    "close other programs or use fewer texts, then try again.",
                )
            self._advance()

    def _handle(self, answer: dict, process: subprocess.Popen[str]) -> None:
        with self._lock:
            if "query" in answer:
                self._finish_query(answer)
                return
            job = self._jobs.get(answer["job"])
            # A killed process may still have answered for a job that waits to be run again.
            if job is None or job not in self._running or process is not self._process:
                return
            if answer["event"] == "stage":
                job.follow(answer["stage"], answer["done"], answer["total"])
            else:
                self._end(job, answer["event"], answer.get("message", ""))
                self._advance()

    def _finish_query(self, answer: dict) -> None:
        future, _ = self._queries.get(answer["query"], (None, None))
        if future is None:  # it timed out
            return
        if "answer" in answer:
            future.set_result(answer["answer"])
        else:
            future.set_exception(RefractError(answer["message"]))

    def _fail_queries(self, process: subprocess.Popen[str]) -> None:
        for future, worker in self._queries.values():
            if worker is process and not future.done():
                future.set_exception(
                    RefractError("The worker was restarted before it had answered: try again in a moment.")
                )

    def _end(self, job: Job, status: str, message: str = "") -> None:
        job.status, job.message, job.ended_at = status, message, time.monotonic()
        if job in self._running:
            self._running.remove(job)
        if self._running and self._running[-1].status == "paused":
            self._running[-1].resume()
            if self._running[-1].cancelled:
                self._kill_later(self._running[-1])

    def _advance(self) -> None:
        """Start the most urgent job that waits, unless one as urgent runs."""
        job = next((job for job in in_line(self._jobs.values()) if job.status == "queued"), None)
        if job is None:
            return
        if not self._running:
            self._restart_ended()
        elif self._running[-1].urgency <= job.urgency:
            return
        else:
            self._running[-1].pause()
        self._running.append(job)
        job.start(next(self._starts))
        self._send(run=job.id, task=job.task, home=job.home, arguments=job.arguments)

    def _end_process(self, ended: Job, status: str, message: str = "") -> None:
        """End a job with its process, and queue the others again: they continue from what they saved."""
        others, self._running = [job for job in self._running if job is not ended], []
        self._end(ended, status, message)
        for job in others:
            if job.cancelled:
                self._end(job, "cancelled")
            else:
                job.put_back()

    def _kill_later(self, job: Job) -> None:
        timer = threading.Timer(SECONDS_UNTIL_KILLED, self._kill_if_running, [job])
        timer.daemon = True
        timer.start()

    def _restart_ended(self) -> None:
        if self._process.poll() is not None and not self._closed:
            self._process = self._start()

    def _send(self, **message: object) -> None:
        assert self._process.stdin is not None  # it is a pipe
        try:
            MessageWriter(self._process.stdin).write(**message)
        except OSError:
            logger.warning("The worker is gone; `_read` replaces it.")

    def _kill_if_running(self, job: Job) -> None:
        with self._lock:
            if self._closed or job not in self._running:
                return
            after = self._running[self._running.index(job) + 1 :]
            if any(other.stage for other in after):  # it is paused, and ends when it goes on
                return
            self._end_process(job, "cancelled")
            old, self._process = self._process, self._start()
            old.kill()
            self._advance()

    def _forget_old(self, home: str) -> None:
        of_home = [job for job in self._jobs.values() if job.home == home]
        ended = [job for job in of_home if not job.active]
        for job in ended[: max(0, len(of_home) - JOBS_REMEMBERED)]:
            del self._jobs[job.id]

"""Background jobs: a queue in front of the one worker process, with progress, cancel and recovery.

Beside the jobs the worker answers questions, which wait for no job.
"""

from __future__ import annotations

import atexit
import contextlib
import itertools
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import RefractError

logger = logging.getLogger(__name__)

SECONDS_UNTIL_KILLED = 3.0  # how long a cancelled task may take to notice, before its process is ended
SECONDS_TO_ANSWER = 60.0  # a question may wait for the encoder to be loaded
JOBS_REMEMBERED = 50
# Threads that wait for each other sleep instead of spinning: a Fit beside a busy browser is 0.8 s sooner.
POLITE = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_THREAD_TIMEOUT": "1"}
ACTIVE = ("queued", "running")


@dataclass
class Job:
    """One task, as the app sees it.

    Attributes
    ----------
    status : "queued", "running", "done", "failed" or "cancelled"
    stage, done, total : latest progress; the counts belong to the stage
    message : str, one sentence for a failed job
    done_before : count with which the stage began: what an earlier run left, or a first report
    stage_started_at, reported_at, ended_at : seconds of `time.monotonic`
    """

    id: str
    task: str
    title: str
    arguments: dict
    status: str = "queued"
    stage: str = ""
    done: int = 0
    total: int = 1
    done_before: int = 0
    message: str = ""
    stage_started_at: float = field(default_factory=time.monotonic)
    reported_at: float = field(default_factory=time.monotonic)
    ended_at: float | None = None

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE

    @property
    def rate(self) -> float | None:
        """Items a second in this stage; None until it can be told."""
        seconds = self.reported_at - self.stage_started_at
        done = self.done - self.done_before
        return done / seconds if done > 0 and self.total > 1 and seconds > 0.5 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until this stage ends at the present rate; None until it can be told."""
        return (self.total - self.done) / self.rate if self.rate else None


class JobRunner:
    """Queue of jobs over one worker process, shared by all sessions of the app.

    Parameters
    ----------
    home : Path
        Data folder that the tasks read and write.
    worker : str
        Module that the worker process runs.
    """

    def __init__(self, home: Path, *, worker: str = "core.jobs.worker") -> None:
        self.home = home
        self.worker = worker
        self._lock = threading.RLock()
        self._jobs: dict[str, Job] = {}
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._asked: dict[str, tuple[Future, subprocess.Popen]] = {}
        self._numbers = itertools.count(1)
        self._closed = False
        self._process = self._start()
        atexit.register(self.close)

    def submit(self, task: str, title: str, **arguments: object) -> Job:
        """Queue a task; one that is queued or running with the same arguments is returned instead."""
        with self._lock:
            for job in self._jobs.values():
                if job.active and (job.task, job.arguments) == (task, arguments):
                    return job
            job = Job(id=str(next(self._numbers)), task=task, title=title, arguments=arguments)
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._forget_old()
            self._advance()
            return job

    def cancel(self, job_id: str) -> None:
        """Stop a job: at its next report, or by ending the worker when it does not notice."""
        with self._lock:
            job = self._jobs.get(job_id)
            if job is None or not job.active:
                return
            if job is not self._running:
                self._waiting.remove(job)
                self._end(job, "cancelled")
                return
            self._send({"cancel": job.id})
            timer = threading.Timer(SECONDS_UNTIL_KILLED, self._kill_if_running, [job])
            timer.daemon = True
            timer.start()

    def query(self, question: str, *, timeout: float = SECONDS_TO_ANSWER, **arguments: object) -> dict:
        """Ask the worker something that it answers at once, whatever job runs; blocks until it did.

        Parameters
        ----------
        question : str
            One of `core.tasks.place_text.QUERIES`.
        timeout : float, default=60
            Seconds.
        **arguments : whatever JSON can hold

        Returns
        -------
        dict
            The answer, as JSON holds it.

        Raises
        ------
        RefractError
            When the question cannot be answered, the worker ends before it did, or the time is over.
        """
        future: Future = Future()
        with self._lock:
            if self._running is None:  # a process that dies with a job is handled where its answers are read
                self._keep_running()
            number = str(next(self._numbers))
            self._asked[number] = future, self._process
            self._send({"ask": number, "question": question, "arguments": arguments})
        try:
            return future.result(timeout)
        except TimeoutError as error:
            raise RefractError(
                f"No answer came within {timeout:.0f} s, most likely because the machine is busy: "
                "try again in a moment."
            ) from error
        finally:
            with self._lock:
                self._asked.pop(number, None)

    def jobs(self) -> list[Job]:
        """Jobs of this run of the app, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    def wait(self, job: Job, timeout: float = 600.0) -> Job:
        """Block until a job ended (for scripts and tests).

        Raises
        ------
        TimeoutError
            When it has not ended after `timeout` seconds.
        """
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

    def _start(self) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", self.worker, str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=POLITE | os.environ,
            cwd=Path(__file__).resolve().parents[2],
        )
        threading.Thread(target=self._read, args=[process], daemon=True).start()
        return process

    def _read(self, process: subprocess.Popen) -> None:
        """Follow one worker's answers until it ends; `_advance` starts another when there is work."""
        for line in process.stdout:
            with contextlib.suppress(ValueError):  # a process that is ended may leave half a line
                self._take(json.loads(line))
        code = process.wait()
        with self._lock:
            self._fail_questions(process)
            if self._closed or process is not self._process:
                return
            if self._running:
                self._end(
                    self._running,
                    "failed",
                    f"The worker stopped in the middle (exit code {code}), most often for lack of memory: "
                    "close other programs or use fewer texts, then try again.",
                )
            self._advance()

    def _take(self, answer: dict) -> None:
        with self._lock:
            if "question" in answer:
                self._take_answer(answer)
                return
            job = self._jobs.get(answer["job"])
            if job is None or not job.active:
                return
            if answer["event"] == "stage":
                if answer["stage"] != job.stage:
                    job.stage_started_at, job.done_before = time.monotonic(), answer["done"]
                job.stage, job.done, job.total = answer["stage"], answer["done"], answer["total"]
                job.reported_at = time.monotonic()
            else:
                self._end(job, answer["event"], answer.get("message", ""))
                self._advance()

    def _take_answer(self, answer: dict) -> None:
        future, _ = self._asked.get(answer["question"], (None, None))
        if future is None:  # nobody waits for it any more
            return
        if "answer" in answer:
            future.set_result(answer["answer"])
        else:
            future.set_exception(RefractError(answer["message"]))

    def _fail_questions(self, process: subprocess.Popen) -> None:
        for future, asked in self._asked.values():
            if asked is process and not future.done():
                future.set_exception(
                    RefractError("The worker was restarted before it had answered: try again in a moment.")
                )

    def _end(self, job: Job, status: str, message: str = "") -> None:
        job.status, job.message, job.ended_at = status, message, time.monotonic()
        if self._running is job:
            self._running = None

    def _advance(self) -> None:
        if self._running is None and self._waiting:
            self._keep_running()
            job = self._running = self._waiting.popleft()
            job.status, job.stage_started_at = "running", time.monotonic()
            self._send({"run": job.id, "task": job.task, "arguments": job.arguments})

    def _keep_running(self) -> None:
        if self._process.poll() is not None and not self._closed:
            self._process = self._start()

    def _send(self, message: dict) -> None:
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError:
            logger.warning("the worker is gone; its end is handled where its answers are read")

    def _kill_if_running(self, job: Job) -> None:
        with self._lock:
            if self._running is not job:
                return
            self._end(job, "cancelled")
            old, self._process = self._process, self._start()
            old.kill()
            self._advance()

    def _forget_old(self) -> None:
        ended = [job for job in self._jobs.values() if not job.active]
        for job in ended[: max(0, len(self._jobs) - JOBS_REMEMBERED)]:
            del self._jobs[job.id]

"""One task in the queue, with its progress and its priority."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

AT_ONCE, SOON, LONG, BACKGROUND, LAST = range(5)
"""Priorities: somebody waits for seconds; for a minute or so; for many minutes; nobody waits; nobody waits,
and it may take hours."""

PRIORITIES = {
    "annotate": LONG,
    "compare": LONG,
    "examine_texts": SOON,
    "fetch_texts": SOON,
    "look": SOON,
    "measure": BACKGROUND,
    "prepare": LONG,
    "prepare_demo": BACKGROUND,
    "read_texts": SOON,
    "time_encoder": LONG,
}
"""Priority of each task that gives way to others; it must continue where it was when it is run again."""


SHOWN_SECONDS = 3.0
"""A page that shows a job says so at least once a second; without that, it shows it no more."""


@dataclass
class Job:
    """One task in the queue, with its progress.

    Attributes
    ----------
    priority : int
        `AT_ONCE`, `SOON`, `LONG`, `BACKGROUND` or `LAST`; see `urgency`.
    owner : str, whose job it is: a session of the app, or a person who is signed in; "" for nobody's
    started : int, number of its latest start among those of all jobs; 0 before the first
    shown_at : seconds of `time.monotonic` when a page showed its progress last
    status : "queued", "running", "paused", "done", "failed" or "cancelled"
    stage, done, total : latest progress; the counts belong to the stage
    message : str, one sentence for a failed job
    done_before : count at the first report of the stage; an interrupted task does not start from 0
    stage_started_at, reported_at, ended_at : seconds of `time.monotonic`
    paused_at : the same, while it is paused
    cancelled : whether it was told to stop
    home : str, the data folder that it works on
    """

    id: str
    task: str
    title: str
    arguments: dict
    priority: int = AT_ONCE
    owner: str = ""
    started: int = 0
    shown_at: float | None = None
    status: str = "queued"
    stage: str = ""
    done: int = 0
    total: int = 1
    done_before: int = 0
    message: str = ""
    stage_started_at: float = field(default_factory=time.monotonic)
    reported_at: float = field(default_factory=time.monotonic)
    ended_at: float | None = None
    paused_at: float | None = None
    cancelled: bool = False
    home: str = ""

    @property
    def active(self) -> bool:
        """Whether the job waits, runs or is paused."""
        return self.status in ("queued", "running", "paused")

    @property
    def is_shown(self) -> bool:
        """Whether a page shows its progress at this moment."""
        return self.shown_at is not None and time.monotonic() - self.shown_at < SHOWN_SECONDS

    @property
    def urgency(self) -> int:
        """Its priority; a job in the background is as urgent as a long one while a page shows it.

        A job pauses while one of a lower number runs.
        """
        return LONG if self.priority == BACKGROUND and self.is_shown else self.priority

    @property
    def rate(self) -> float | None:
        """Items a second in this stage; None in its first half second."""
        seconds = self.reported_at - self.stage_started_at
        done = self.done - self.done_before
        return done / seconds if done > 0 and self.total > 1 and seconds > 0.5 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until this stage ends at the present rate; None while the rate is unknown."""
        return (self.total - self.done) / self.rate if self.rate else None

    def start(self, number: int) -> None:
        """Set that it runs, from its beginning: what an earlier run reported counts no longer.

        `number` is that of the start among those of all jobs.
        """
        self.started = number
        self.status, self.stage_started_at = "running", time.monotonic()
        self.stage, self.done, self.total, self.done_before = "", 0, 1, 0

    def pause(self) -> None:
        """Set that it stands still."""
        self.status, self.paused_at = "paused", time.monotonic()

    def resume(self) -> None:
        """Set that it goes on; the time that it stood still does not count."""
        assert self.paused_at is not None
        waited = time.monotonic() - self.paused_at
        self.stage_started_at += waited
        self.reported_at += waited
        self.status, self.paused_at = "running", None

    def put_back(self) -> None:
        """Set that it waits to be run again."""
        self.status, self.paused_at = "queued", None

    def follow(self, stage: str, done: int, total: int) -> None:
        """Take in a report."""
        if stage != self.stage:
            self.stage_started_at, self.done_before = time.monotonic(), done
        self.stage, self.done, self.total = stage, done, total
        self.reported_at = time.monotonic()

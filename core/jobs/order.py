"""The order in which jobs run: the most urgent first; among equals, people take turns."""

from __future__ import annotations

from collections.abc import Iterable

from .job import Job


def in_line(jobs: Iterable[Job]) -> list[Job]:
    """Return the jobs that wait, run or are paused, in the order in which they will run.

    The one that runs is first. Then the more urgent goes first, and among equals one that was started
    already, then one that a page shows, then one of the person whose latest job was started longest ago,
    then the one submitted first.
    """
    jobs = list(jobs)
    latest_start: dict[str, int] = {}
    for job in jobs:
        latest_start[job.owner] = max(latest_start.get(job.owner, 0), job.started)
    line = [job for job in jobs if job.status == "running"]
    left = [job for job in jobs if job.status in ("paused", "queued")]
    n_started = max(latest_start.values(), default=0)
    while left:
        following = min(
            left,
            key=lambda job: (job.urgency, not job.started, not job.is_shown, latest_start[job.owner]),
        )
        left.remove(following)
        line.append(following)
        n_started += 1
        latest_start[following.owner] = n_started
    return line

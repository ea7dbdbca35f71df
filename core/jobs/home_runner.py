"""The job runner as one person sees it on a shared server: the jobs of one data folder, and no others."""

from __future__ import annotations

from pathlib import Path

from .job import Job
from .runner import SECONDS_TO_ANSWER, JobRunner


class HomeRunner:
    """The jobs of one data folder, of a runner that works for many.

    A job of another folder is answered as if there were none, whatever number is given.

    Parameters
    ----------
    owner : str
        The person: owners take turns.
    most : int
        Jobs that this person may have waiting or running, in all folders together.
    """

    def __init__(self, runner: JobRunner, home: Path, *, owner: str, most: int) -> None:
        self._runner = runner
        self.home = home
        self._owner = owner
        self._most = most

    def submit(
        self, task: str, title: str, *, priority: int | None = None, owner: str = "", **arguments: object
    ) -> Job:
        """Queue a task as `JobRunner.submit` does; `owner` is always the person.

        Raises
        ------
        RefractError
            When the person has as many jobs as one person may have.
        """
        return self._runner.submit(
            task, title, priority=priority, owner=self._owner, home=self.home, most=self._most, **arguments
        )

    def cancel(self, job_id: str) -> None:
        """Stop a job of this folder."""
        if any(job.id == job_id for job in self.jobs()):
            self._runner.cancel(job_id)

    def show(self, job: Job) -> None:
        """Note that a page shows the progress of a job of this folder."""
        if job.home == str(self.home):
            self._runner.show(job)

    def query(self, name: str, *, timeout: float = SECONDS_TO_ANSWER, **arguments: object) -> dict:
        """Return the worker's answer to a query about this folder, as `JobRunner.query` does."""
        return self._runner.query(name, timeout=timeout, home=self.home, **arguments)

    def jobs(self) -> list[Job]:
        """Return the jobs of this folder, oldest first."""
        return [job for job in self._runner.jobs() if job.home == str(self.home)]

    def before(self, job: Job) -> list[Job | None]:
        """Return what runs before a job, in order; None for each job of another folder."""
        found = self._runner.before(job)
        return [each if each is not None and each.home == str(self.home) else None for each in found]

"""Run tasks in one warm worker process: submit, follow, cancel."""

from core.jobs.runner import Job, JobRunner

__all__ = [
    "Job",
    "JobRunner",
]

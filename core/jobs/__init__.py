"""Run tasks in one warm worker process: submit, follow, cancel."""

from core.jobs.job import LAST, LONG, SOON, Job
from core.jobs.order import in_line
from core.jobs.runner import JobRunner

__all__ = [
    "LAST",
    "LONG",
    "SOON",
    "Job",
    "JobRunner",
    "in_line",
]

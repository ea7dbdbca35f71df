"""Run tasks in one warm worker process: submit, follow, cancel."""

from core.jobs.home_runner import HomeRunner
from core.jobs.job import LAST, LONG, SOON, Job
from core.jobs.order import in_line
from core.jobs.runner import JobRunner

__all__ = [
    "LAST",
    "LONG",
    "SOON",
    "HomeRunner",
    "Job",
    "JobRunner",
    "in_line",
]

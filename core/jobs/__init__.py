"""Run tasks in one warm worker process: submit, follow, cancel."""

from .home_runner import HomeRunner
from .job import LAST, LONG, SOON, Job
from .order import in_line
from .runner import JobRunner

__all__ = [
    "LAST",
    "LONG",
    "SOON",
    "HomeRunner",
    "Job",
    "JobRunner",
    "in_line",
]

"""A worker whose process may take little more memory than it has once it is loaded."""

from __future__ import annotations

import resource

import psutil

from core.jobs.worker import serve
from core.tasks import QUERIES, TASKS

MORE_BYTES = 40 * 2**20

if __name__ == "__main__":
    size = psutil.Process().memory_info().vms + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    serve(TASKS, QUERIES)

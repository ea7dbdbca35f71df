"""Run pytest; files with a failure run again, alone: a busy machine is late once, an error comes again.

Usage: python -m tests.support.twice OPTIONS OF PYTEST
"""

import json
import subprocess
import sys
from pathlib import Path

FAILED = 1
"""Exit status of pytest when tests ran and some failed; others, such as of a broken import, are final."""

NOTED = Path(".pytest_cache/v/cache/lastfailed")


def run_twice(options):
    """Return the exit status of pytest, of its second run where the first had failures.

    Whole files run again, because the steps of a story need those before them.
    """
    pytest = [sys.executable, "-m", "pytest"]
    NOTED.unlink(missing_ok=True)
    status = subprocess.run([*pytest, *options]).returncode
    if status != FAILED:
        return status
    files = sorted({test.partition("::")[0] for test in json.loads(NOTED.read_text())})
    sys.stdout.write(f"\nAgain, alone: {', '.join(files)}\n")
    sys.stdout.flush()
    return subprocess.run([*pytest, *without_processes(options), *files]).returncode


def without_processes(options):
    """Return the options without those of pytest-xdist, which take a value each."""
    kept = list(options)
    for name in ("-n", "--dist"):
        if name in kept:
            place = kept.index(name)
            del kept[place : place + 2]
    return kept


if __name__ == "__main__":
    sys.exit(run_twice(sys.argv[1:]))

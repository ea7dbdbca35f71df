"""Run pytest; what failed runs a second time, alone: a busy machine can be late once, an error comes again.

Usage: python -m tests.support.twice OPTIONS OF PYTEST
"""

import subprocess
import sys

FAILED = 1
"""Exit status of pytest when tests ran and some failed; others, such as of a broken import, are final."""


def run_twice(options):
    """Return the exit status of pytest, of its second run where the first had failures."""
    pytest = [sys.executable, "-m", "pytest"]
    status = subprocess.run([*pytest, *options]).returncode
    if status != FAILED:
        return status
    sys.stdout.write("\nWhat failed runs again, alone.\n")
    sys.stdout.flush()
    alone = without_processes(options)
    return subprocess.run([*pytest, *alone, "--last-failed", "--last-failed-no-failures=none"]).returncode


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

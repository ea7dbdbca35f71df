"""Types of progress callbacks, which can also stop the work."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total). It may raise `core.errors.Cancelled` to stop the work."""

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total). It may raise `core.errors.Cancelled` to stop the work."""


def progress_of(report: Report, stage: str) -> Progress:
    """Return a callback for one stage, which takes the counts only."""
    return lambda done, total: report(stage, done, total)

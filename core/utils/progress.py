"""Types of progress callbacks, which can also stop the work, and a line that shows it on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with (done, total). It may raise `core.errors.Cancelled` to stop the work."""

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total). It may raise `core.errors.Cancelled` to stop the work."""


def progress_of(report: Report, stage: str) -> Progress:
    """Return a callback for one stage, which takes the counts only."""
    return lambda done, total: report(stage, done, total)


class ProgressLine:
    """One line on a terminal that shows the progress; nothing where there is no terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(self, *raised: object) -> None:
        self.clear()

    def show(self, stage: str, done: int, total: int) -> None:
        """Replace the line."""
        if self._on:
            share = f" {100 * done // total} %" if total > 1 else ""
            sys.stderr.write(f"\r\033[K{stage[:100]}{share}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Empty the line."""
        if self._on:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

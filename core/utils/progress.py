"""How a task tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

from core.utils.hashing import Progress

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total); may raise `core.errors.Cancelled` to stop the work."""


def stage(report: Report, name: str) -> Progress:
    """Progress of one stage, as a function of counts alone."""
    return lambda done, total: report(name, done, total)

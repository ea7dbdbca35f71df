"""What the check sample of an analysis says so far, in words; shared by the guide and the evidence page."""

from __future__ import annotations

from core.labels import CheckLabels, GuideLabels

FIRST_CHECKED = 30
"""Answered texts from which on the pages show estimates. Fewer are asked for where fewer texts are left."""


def n_needed(guide: GuideLabels, checks: CheckLabels) -> int:
    """Return the number of answered texts from which on estimates are shown."""
    n_open = len(checks.next_rows(guide, FIRST_CHECKED))
    return min(FIRST_CHECKED, checks.n_checked + n_open)

"""Estimates from the check sample of an analysis, and from how many answers on; shared by two pages."""

from __future__ import annotations

from core.evidence import CheckEstimate, check_estimate
from core.labels import CheckLabels, GuideLabels
from core.maps import Fit
from core.storage import Analysis
from pages.common import cache

FIRST_CHECKED = 30
"""Answered texts from which on the pages show estimates. Fewer are asked for where fewer texts are left."""


def n_needed(guide: GuideLabels, checks: CheckLabels) -> int:
    """Return the number of answered texts from which on estimates are shown."""
    n_open = len(checks.next_rows(guide, FIRST_CHECKED))
    return min(FIRST_CHECKED, checks.n_checked + n_open)


def estimate_of(analysis: Analysis, fit: Fit) -> CheckEstimate:
    """Return what the check sample says about a Fit's predictions; cost O(n_texts)."""
    store = cache.store()
    return check_estimate(fit, store.labels.read(analysis.id), store.check_labels.read(analysis.id))

"""Possible mistakes among the labels of an analysis: the job that finds them, and its result."""

from __future__ import annotations

import streamlit as st

from core.jobs import Job
from core.labels import GuideLabels
from core.storage import Analysis
from core.tasks import LabelCheck, check_key, load_label_check
from pages.common import cache, jobs


def current_check(analysis: Analysis, guide: GuideLabels) -> LabelCheck | None:
    """Return the check of the labels as they are; without one, queue it and return None.

    A check that failed or was cancelled is not queued again: `draw_check_job` offers that.
    """
    key = check_key(cache.store(), analysis, guide)
    kept = load_label_check(cache.store(), analysis)
    if kept is None or kept.key != key:
        job = _latest(analysis)
        if job is None or job.status == "done":  # done for older labels
            start_check(analysis)
            kept = load_label_check(cache.store(), analysis)
    return kept if kept is not None and kept.key == key else None


def start_check(analysis: Analysis) -> Job:
    """Queue a check of the labels of an analysis."""
    return jobs.start("check_labels", "Looking for mistakes", analysis_id=analysis.id)


def draw_check_job(analysis: Analysis, *, key: str) -> None:
    """Draw the progress of the check with Cancel; or offer it again where it was stopped.

    Parameters
    ----------
    analysis : Analysis
    key : str
        Start of the widget keys.
    """
    job = _latest(analysis)
    stopped = "The search for mistakes was cancelled."
    if not jobs.draw_job(job, cancel_key=f"{key}_cancel", stopped=stopped):
        st.button("Check the labels", key=f"{key}_start", on_click=start_check, args=[analysis])


def _latest(analysis: Analysis) -> Job | None:
    return jobs.latest("check_labels", analysis_id=analysis.id)

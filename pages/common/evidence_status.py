"""Measurement of a Fit's evidence: started by the pages that show it, with its progress."""

from __future__ import annotations

import time
from collections.abc import Collection

import numpy as np
import streamlit as st

from core.evidence import NO_HELP, NOT_CHECKED, TOO_EARLY, WORKS, Verdict, judge_fit
from core.jobs import Job
from core.storage import Analysis, findings_kept, load_finding
from core.tasks import fit_key
from core.transforms import Method
from pages.common import cache, jobs
from pages.common.text import markdown

EVIDENCE_HELP = (
    "Some of the given labels are hidden, and the others reshape the space. Each hidden text then takes the "
    "label of its nearest labelled neighbour. The figures say how often that is right, each label counting "
    "the same: in the generic space, then in the reshaped one. Labels that shaped the space are "
    "never counted. In brackets: the 95 % confidence interval of the gain, in points."
)
REENCODED_EVIDENCE_HELP = (
    "Some of the given labels are hidden, and each hidden text takes the label of its nearest labelled "
    "neighbour. The figures say how often that is right, each label counting the same: in the generic space, "
    "then in the re-encoded one. No label shaped either. In brackets: the 95 % confidence interval of the "
    "gain, in points."
)
NAMES_ONLY = (
    "A first guess from the label names: no text was labelled for it. A check sample, or a few labels, can "
    "check this map."
)
INSTRUCTION_ONLY = "No text is labelled, so nothing can check this map yet. A few labels could."
NAMES_ONLY_HELP = (
    "The transform used the encoded label names only, each as a text of its label. That is often roughly "
    "right and sometimes wrong. A few labelled texts improve the map, and show whether it is right."
)

VERDICT_ICONS = {
    WORKS: ":green[:material/trending_up:]",
    TOO_EARLY: ":material/hourglass_top:",
    NO_HELP: ":orange[:material/trending_flat:]",
    NOT_CHECKED: ":material/help:",
}

MEASURE_TITLE = "Checking whether it helped"
MEASURE_UNLABELLED = "Measuring what changed"  # no label says whether it helped
START_SECONDS = 1.5  # after the page was drawn, which needs the processor first
POLL_SECONDS = 1.0  # between two updates of the progress


def verdict_of(analysis: Analysis) -> Verdict | None:
    """Return the verdict on the latest Fit of an analysis; None before it is checked.

    The names of the labels in its sentence are escaped for markdown.
    """
    fit = cache.fit(analysis)
    evidence = load_finding(cache.store().results(analysis.corpus_key), analysis.fit_key, "evidence")
    return judge_fit(fit, evidence, [markdown(name) for name in fit.labels])


def draw_measuring(analysis: Analysis, missing: Collection[str]) -> None:
    """Draw the progress of measuring the missing findings, and redraw the page when one arrives.

    Measuring starts a moment after the page was drawn. After a failure or Cancel it waits for a click.
    """
    arguments = {"analysis_id": analysis.id, "fit_key": analysis.fit_key}
    job = jobs.latest("measure", **arguments)
    if job is not None and job.active:
        jobs.leave_to_page(job)
        st.fragment(_wait, run_every=POLL_SECONDS)(analysis, missing, job)
        return
    if job is None or job.status == "done" or jobs.stopped_by_fit(job):
        # A job that is done without the missing findings measured an earlier Fit of the same labels.
        st.fragment(_start, run_every=START_SECONDS)(arguments, _title(analysis), time.monotonic())
        return
    st.markdown(markdown(job.message) or "The check was cancelled.")
    if st.button("Check", key="measure_again", type="tertiary", icon=":material/refresh:"):
        jobs.start("measure", _title(analysis), **arguments)
        st.rerun()


def evidence_help(method: Method) -> str:
    """Explanation of the evidence's figures."""
    return REENCODED_EVIDENCE_HELP if method.reencodes else EVIDENCE_HELP


def draw_refit(analysis: Analysis) -> None:
    """Draw that labels or instruction changed since the Fit, where they did; the head offers the Fit."""
    if analysis.fit_key != fit_key(cache.store(), analysis.id):
        st.caption("Labels, instruction or Refract itself changed since this map was made.", width="content")


def _wait(analysis: Analysis, missing: Collection[str], job: Job) -> None:
    kept = findings_kept(cache.store().results(analysis.corpus_key), analysis.fit_key)
    if not job.active or not kept.isdisjoint(missing):
        st.rerun()
    cache.runner().show(job)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":gray[{markdown(jobs.progress_text(job))}]", width="content")
        cancel = cache.runner().cancel
        st.button("Cancel", key="measure_cancel", type="tertiary", on_click=cancel, args=[job.id])


def _start(arguments: dict, title: str, drawn_at: float) -> None:
    st.markdown(":gray[The check starts in a moment.]")
    if time.monotonic() - drawn_at >= START_SECONDS / 2:
        jobs.start("measure", title, **arguments)
        st.rerun()


def _title(analysis: Analysis) -> str:
    """Return what the measurement of a Fit is about: without a label nothing can tell whether it helped."""
    labelled = (np.asarray(cache.fit(analysis).given) >= 0).any()
    return MEASURE_TITLE if labelled else MEASURE_UNLABELLED

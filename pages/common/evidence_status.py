"""What is measured of a Fit: started where it is looked at, and followed until it is there."""

from __future__ import annotations

import time
from collections.abc import Collection

import streamlit as st

from core.jobs import Job
from core.storage import Analysis, findings_kept
from core.tasks import fit_key
from core.transforms import Approach
from pages.common import cache, jobs
from pages.common.method_rules import starts_on_guide
from pages.common.navigation import GUIDE
from pages.common.text import markdown

EVIDENCE_HELP = (
    "Some of the given labels are hidden, the space is reshaped by the rest, and each hidden text takes "
    "the label of its nearest labelled neighbour. The figures say how often that is right, each label "
    "counting the same: in the generic space, then in the reshaped one. Labels the transform has seen are "
    "never counted. In brackets: how far off the gain can be, in points, with 95 % confidence."
)
EVIDENCE_HELP_OF_READING = (
    "Some of the given labels are hidden, and each hidden text takes the label of its nearest labelled "
    "neighbour. The figures say how often that is right, each label counting the same: in the generic space, "
    "then in the space as read. No label shaped either. In brackets: how far off the gain can be, in points, "
    "with 95 % confidence."
)
NAMES_ONLY = "A first guess: no text was labelled, so nothing can check this map."
INSTRUCTION_ONLY = "No text is labelled, so nothing can check this map: a few labels would."
NAMES_ONLY_HELP = (
    "The encoder read the label names as if each were a text of its label. That is often roughly right and "
    "sometimes wrong; a few labelled texts make it better, and tell."
)

TITLE = "Checking whether it helped"
START_AFTER = 1.5  # seconds: what was just drawn needs the processor first
LOOK_EVERY = 1.0  # seconds


def follow(analysis: Analysis, missing: Collection[str]) -> None:
    """Say how far the measuring of the missing findings is, and redraw the page when one arrives.

    It starts a moment after the page was drawn; one that failed or was stopped starts again on a click.
    """
    arguments = {"analysis_id": analysis.id, "fit_key": analysis.fit_key}
    job = jobs.latest("measure", **arguments)
    if job is not None and job.active:
        st.fragment(_wait, run_every=LOOK_EVERY)(analysis, missing, job)
        return
    if job is None or job.status == "done" or jobs.stopped_by_fit(job):
        # One that is done and left something out belongs to an earlier Fit of the same labels.
        st.fragment(_start, run_every=START_AFTER)(arguments, missing, time.monotonic())
        return
    st.markdown(markdown(job.message) or "The check was stopped before its end.")
    if st.button("Check", key="measure_again", type="tertiary", icon=":material/refresh:"):
        jobs.start("measure", TITLE, **arguments)
        st.rerun()


def evidence_help(approach: Approach) -> str:
    """What the figures of the evidence mean."""
    return EVIDENCE_HELP_OF_READING if approach.reencodes else EVIDENCE_HELP


def offer_refit(analysis: Analysis) -> None:
    """Offer to fit again when labels or instruction changed since the Fit."""
    if analysis.fit_key == fit_key(cache.store(), analysis.id):
        return
    if starts_on_guide(analysis):
        st.page_link(
            GUIDE, label="Changed since this map was made: go on in Guide", icon=":material/refresh:"
        )
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    if st.button(
        "Labels or instruction changed: fit again",
        key="fit_again",
        icon=":material/refresh:",
        disabled=job is not None and job.active,
    ):
        jobs.start_fit(analysis)
        st.rerun()


def _wait(analysis: Analysis, missing: Collection[str], job: Job) -> None:
    kept = findings_kept(cache.store().results(analysis.corpus_key), analysis.fit_key)
    if not job.active or not kept.isdisjoint(missing):
        st.rerun()
    st.markdown(f":gray[{markdown(jobs.progress_text(job))}]")


def _start(arguments: dict, missing: Collection[str], drawn_at: float) -> None:
    what = "whether the labels are better separated" if "evidence" in missing else "the map"
    st.markdown(f":gray[Checking {what}…]")
    if time.monotonic() - drawn_at >= START_AFTER / 2:
        jobs.start("measure", TITLE, **arguments)
        st.rerun()

"""Label actions on the maps page: record labels, undo, fit; a failure is kept as a message."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from core.storage import Analysis
from core.tasks import fit_key
from pages.common import cache, jobs
from pages.common.method_rules import starts_on_guide
from pages.common.navigation import GUIDE
from pages.common.notices import attempt, show_message
from pages.common.state import is_fitted, person
from pages.common.text import markdown

FIT_HELP = "Reshapes the space by the labels given so far; takes seconds, encodes nothing again."
REENCODED_FIT_HELP = "Learns the labels given so far in the re-encoded space; encodes no text again."
LABELS = "labels"  # where messages about labels are shown


def change_labels(step: Callable[[], object]) -> None:
    """Run a step that changes labels; `draw_notice(LABELS)` shows its error. For callbacks."""
    attempt(step, LABELS, redraw=True)


def record_labels(analysis_id: int, labels: Mapping[int, str | None], reviewed: bool = False) -> None:
    """Give labels as one step. For callbacks."""
    change_labels(
        lambda: cache.store().labels.give(analysis_id, labels, person(), source="map", reviewed=reviewed)
    )


def draw_undo(analysis_id: int, key: str) -> None:
    """Draw a button that undoes the latest step; its label says what the step was."""
    step = cache.store().labels.last_step(analysis_id)
    if step is None:
        return
    texts = "1 text" if len(step.rows) == 1 else f"{len(step.rows):,} texts"
    if not step.labels:
        what = f"no label for {texts}"
    elif len(step.labels) == 1:
        what = f"“{markdown(step.labels[0])}” for {texts}"
    else:
        what = f"{len(step.labels)} labels for {texts}"
    st.button(
        f"Undo {what}",
        key=key,
        type="tertiary",
        icon=":material/undo:",
        help=f"Undoes the latest step, by {markdown(step.given_by)}.",
        on_click=change_labels,
        args=[lambda: cache.store().labels.undo(analysis_id, step)],
    )


def draw_fit_button(analysis: Analysis, key: str) -> None:
    """Draw a Fit button where labels changed since the latest Fit, or what a Fit still needs."""
    store = cache.store()
    if is_fitted(analysis) and analysis.fit_key == fit_key(store, analysis.id):
        return
    if not analysis.method.reencodes and len(store.label_names.current(analysis.id)) < 2:
        st.caption("A Fit needs two labels: give a second label to other texts.")
        return
    if starts_on_guide(analysis):
        st.page_link(GUIDE, label="Continue in Guide", icon=":material/edit:")
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    running = job is not None and job.active
    if job is not None and job.status == "failed":
        show_message(job.message)
    st.button(
        "Fitting…" if running else "Fit again" if is_fitted(analysis) else "Fit",
        key=key,
        icon=":material/auto_awesome:",
        disabled=running,
        help=REENCODED_FIT_HELP if analysis.method.reencodes else FIT_HELP,
        on_click=change_labels,
        args=[lambda: jobs.start_fit(analysis)],
    )

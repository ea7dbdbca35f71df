"""The next step: what helps most in the present state; every page offers the same one, in its head."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.evidence import Verdict
from core.labels import MISTAKES, MORE, SUGGESTED
from core.storage import Analysis, StoredCorpus
from core.tasks import fit_key
from pages.common import cache, jobs
from pages.common.evidence_status import verdict_of
from pages.common.fit_button import starts_on_guide
from pages.common.navigation import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, go_to
from pages.common.notices import attempt, draw_notice
from pages.common.state import (
    current_analysis,
    current_corpus,
    is_fitted,
    is_prepared,
    open_analysis,
    set_widget,
    widget_value,
)
from pages.common.text import markdown

RESHAPE = "Reshape map"
NEXT_STEP = "next_step"  # key of the button, and where its messages are shown
ROUND = 10  # texts to label where nothing is labelled yet


@dataclass(frozen=True)
class NextStep:
    """One step, with the name that it has on every page.

    Attributes
    ----------
    name : str
        In markdown.
    page : str
        The page that it opens; the present one to stay.
    mode, label : str
        Mode of the labelling deck, and the label it looks for; "" to leave them as they are.
    fits : bool
        Whether it starts the Fit.
    starts_analysis : bool
        Whether it starts with an empty instruction.
    """

    name: str
    page: str
    mode: str = ""
    label: str = ""
    fits: bool = False
    starts_analysis: bool = False


def label_step(n_texts: int, label: str = "") -> NextStep:
    """Return the step that labels so many texts: any, or more of one label."""
    if not label:
        return NextStep(f"Label {n_texts} texts", GUIDE, SUGGESTED)
    return NextStep(f"Label {n_texts} more of *{markdown(label)}*", GUIDE, MORE, label)


def find_next_step(page: str) -> NextStep | None:
    """Return the next step from a page; None where its own primary button is the step, or a job is at work.

    Without an encoded corpus the page itself says what is missing.
    """
    entry, analysis = current_corpus(), current_analysis()
    if entry is None or not is_prepared(entry):
        return None
    step = _step(page, entry, analysis)
    if step is None or (page == step.page and not (step.mode or step.starts_analysis or step.fits)):
        return None
    # The guide page has the fields, the deck and the button of the Fit.
    if page == GUIDE and (step.fits or step.mode == SUGGESTED or _is_shown(step)):
        return None
    return step


def draw_next_step(page: str) -> None:
    """Draw the button of the next step, where there is one."""
    step = find_next_step(page)
    if step is not None:
        draw_step(step, NEXT_STEP, page, primary=page != EXPORT)
    draw_notice(NEXT_STEP)


def draw_step(step: NextStep, key: str, page: str, *, primary: bool = False) -> None:
    """Draw a button that takes a step from a page."""
    icon = ":material/auto_awesome:" if step.fits else ":material/arrow_forward:"
    if not st.button(step.name, key=key, icon=icon, type="primary" if primary else "secondary"):
        return
    if step.mode:
        set_widget("guide_mode", step.mode)
    if step.label:
        set_widget("guide_more_label", step.label)
    if step.starts_analysis:
        open_analysis(None)
    if step.fits and not attempt(lambda: jobs.start_fit(current_analysis()), NEXT_STEP):
        return
    if step.page != page:
        go_to(step.page)
    elif step.fits or step.starts_analysis:
        st.rerun()


def _step(page: str, entry: StoredCorpus, analysis: Analysis | None) -> NextStep | None:
    if analysis is None:
        if page == CORPUS:
            return NextStep(f"Show the map of {entry.n_texts:,} texts", MAPS)
        return NextStep("Give an instruction", GUIDE)
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is not None and job.active:
        return None
    if not is_fitted(analysis):
        return _first_map(page, analysis)
    if analysis.fit_key != fit_key(cache.store(), analysis.id):
        return _reshape(page, analysis)
    if page == CORPUS:
        return NextStep("See both maps", MAPS)
    verdict = verdict_of(analysis)
    if verdict is None:  # being checked
        return NextStep("See both maps", MAPS) if page == GUIDE else NextStep("See the evidence", EVIDENCE)
    return _after_check(page, analysis, verdict)


def _first_map(page: str, analysis: Analysis) -> NextStep:
    """Return the step towards the first reshaped map."""
    store = cache.store()
    if not analysis.instruction:
        return NextStep("Give an instruction", GUIDE)
    if not analysis.method.reencodes and len(store.label_names.current(analysis.id)) < 2:
        return NextStep("Name the labels", GUIDE)
    if not analysis.method.reencodes and store.labels.read(analysis.id).n_labels == 0:
        return label_step(ROUND)
    return _reshape(page, analysis)


def _reshape(page: str, analysis: Analysis) -> NextStep:
    if starts_on_guide(analysis):
        return NextStep("Continue in Guide", GUIDE)
    return NextStep(RESHAPE, MAPS if page == CORPUS else page, fits=True)


def _after_check(page: str, analysis: Analysis, verdict: Verdict) -> NextStep | None:
    match verdict.step:
        case "label":
            label = "" if verdict.code is None else cache.fit(analysis).labels[verdict.code]
            return label_step(verdict.n_more, label)
        case "review":
            return NextStep("Show possible mistakes", GUIDE, MISTAKES)
        case "reword":
            return NextStep("Change the instruction", GUIDE)
        case "ask":
            return NextStep("New instruction", GUIDE, starts_analysis=True)
    onward = {
        GUIDE: ("See both maps", MAPS),
        MAPS: ("See the evidence", EVIDENCE),
        EVIDENCE: ("Export", EXPORT),
    }
    return NextStep(*onward[page]) if page in onward else None


def _is_shown(step: NextStep) -> bool:
    """Whether the deck shows already what a step looks for."""
    return widget_value("guide_mode") == step.mode and step.label in ("", widget_value("guide_more_label"))

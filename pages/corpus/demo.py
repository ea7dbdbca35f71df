"""Try the demo: one click to both maps; while it is being built, its progress."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.jobs import LONG, Job
from core.tasks import demo_analyses, is_demo_wanted, note_demo_removed, read_demo, unmeasured_demo
from pages.common import (
    account,
    cache,
    jobs,
    navigation,
    open_analysis,
    show_message,
    state_of,
    switch_corpus,
)

TASK, TITLE = "prepare_demo", "Preparing the demo"
SECONDS = 0.5  # between two looks whether the maps are there


@dataclass
class DemoState:
    """Whether this session asked for the demo and waits for its maps."""

    awaited: bool = False


def start_demo_unasked() -> None:
    """Start to build the demo where it was never built, then to measure it; nothing twice after Cancel."""
    if account.is_shared_server():  # else once for each person
        return
    store = cache.store()
    if jobs.latest(TASK) is None and is_demo_wanted(store):
        jobs.start(TASK, TITLE)
    for analysis in unmeasured_demo(store):
        arguments = {"analysis_id": analysis.id, "fit_key": analysis.fit_key}
        if jobs.latest("measure", **arguments) is None:
            jobs.start("measure", "Checking the demo", **arguments)


def draw_demo_card(*, primary: bool) -> None:
    """Draw what the demo is and the button that opens both maps."""
    n_texts = len(read_demo().texts)
    with st.container(border=True, key="corpus_demo", height="stretch"):
        st.markdown(
            f"**See it on {n_texts} messages to a service**  \n"
            ":small[Encoded and labelled: by what they are about, and by what the customer feels.]"
        )
        kind = "primary" if primary else "secondary"
        clicked = st.button(
            "Try the demo",
            key="try_demo",
            type=kind,
            icon=":material/arrow_forward:",
            width="stretch",
            disabled=state_of(DemoState).awaited,
        )
    if clicked:
        state_of(DemoState).awaited = True
        if not demo_analyses(cache.store()):
            jobs.leave_to_page(jobs.start(TASK, TITLE, priority=LONG))
        st.rerun()


def draw_awaited_demo() -> bool:
    """Open the demo that was asked for, or draw its progress; return whether it is being opened."""
    state = state_of(DemoState)
    if not state.awaited:
        return False
    if open_demo():
        state.awaited = False
        return True
    job = jobs.latest(TASK)
    if job is None or not job.active:
        state.awaited = False
        if job is not None and job.status == "failed":
            show_message(job.message)
        return False
    with st.container(border=True, key="demo_progress"):
        st.markdown("**The demo is being built, this once.** Its two maps open here by themselves.")
        jobs.leave_to_page(job)
        st.fragment(_follow, run_every=SECONDS)(job)
    return False


def open_demo() -> bool:
    """Open both maps of the demo; return whether they are there."""
    analyses = demo_analyses(cache.store())
    if not analyses:
        return False
    switch_corpus(read_demo().key)
    open_analysis(analyses[-1].id)
    navigation.go_to(navigation.MAPS)
    return True


def leave_demo() -> None:
    """Stop waiting for the demo: another corpus was chosen."""
    state_of(DemoState).awaited = False


def forget_demo(corpus_key: str) -> None:
    """Note that a corpus is removed: the demo is then built again only when asked for."""
    if corpus_key == read_demo().key:
        job = jobs.latest(TASK)
        if job is not None and job.active:
            cache.runner().cancel(job.id)
        note_demo_removed(cache.store())


def _follow(job: Job) -> None:
    if not job.active or demo_analyses(cache.store()):
        st.rerun()
    jobs.draw_bar(job, "demo_cancel")

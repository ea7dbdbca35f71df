"""Background jobs on screen: the job line in the sidebar, and progress on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import streamlit as st

from core.errors import StoreError
from core.jobs import LONG, Job, in_line
from core.storage import Analysis
from core.utils import Report, percent
from pages.common import cache, navigation
from pages.common.notices import show_message
from pages.common.state import state_of
from pages.common.text import duration, markdown, ordinal

UNTOLD = ("find_texts", "time_encoder")  # tasks of a second or two that the page words in its own way
MAP_TASKS = ("look", "prepare")  # each makes a map of a corpus
PAGE_SECONDS = 0.2  # between two updates of a job that the page waits for
SIDEBAR_SECONDS = 1.0  # between two updates of all others: each takes processor time from the job itself


def start(task: str, title: str, *, priority: int | None = None, **arguments: object) -> Job:
    """Queue a task for the worker, with its usual priority where none is given."""
    owner = state_of(DrawnJobs).session
    return cache.runner().submit(task, title, priority=priority, owner=owner, **arguments)


def start_fit(analysis: Analysis) -> Job:
    """Queue a Fit; the measurement of the Fit before it is cancelled, because it is out of date."""
    check = latest("measure", analysis_id=analysis.id)
    if check is not None and check.active:
        cache.runner().cancel(check.id)
    verb, priority = ("Re-encoding", LONG) if analysis.method.reencodes else ("Reshaping", None)
    title, method = f"{verb} {analysis.instruction or 'untitled'}", analysis.method.to_text()
    return start("fit", title, priority=priority, analysis_id=analysis.id, method=method)


def latest(*tasks: str, **arguments: object) -> Job | None:
    """Return the newest job of these tasks with these arguments, or None; other arguments may differ."""
    for job in reversed(cache.runner().jobs()):
        if job.task in tasks and arguments.items() <= job.arguments.items():
            return job
    return None


def stopped_by_fit(check: Job) -> bool:
    """Whether a measurement was cancelled by a newer Fit, and not by a person."""
    fit = latest("fit", analysis_id=check.arguments["analysis_id"])
    submitted = [job.id for job in cache.runner().jobs()]
    return (
        check.status == "cancelled"
        and fit is not None
        and submitted.index(fit.id) > submitted.index(check.id)
    )


def draw_line() -> None:
    """Draw the jobs that wait, run or failed, for the sidebar; it redraws itself while there are any."""
    active = {job.id for job in cache.runner().jobs() if job.active}
    drawn = state_of(DrawnJobs)
    drawn.run, drawn.begins = drawn.run + 1, True
    st.fragment(_draw_line, run_every=SIDEBAR_SECONDS if active else None)(active)


def cancel_of(**arguments: object) -> None:
    """Cancel the jobs of a corpus or an analysis that is about to be removed."""
    for job in cache.runner().jobs():
        if job.active and arguments.items() <= job.arguments.items():
            cache.runner().cancel(job.id)


def draw_job(
    job: Job | None, *, cancel_key: str, stopped: str = "", opens: Callable[[], str | None] | None = None
) -> bool:
    """Draw the progress of a job with Cancel, or why it ended early; return whether it waits or runs.

    `stopped` is the message for a cancelled job; "" for none. The page is run again when the job ends. Where
    `opens` returns another page before that, it is opened.
    """
    if job is None:
        return False
    if job.active:
        leave_to_page(job)
        st.fragment(_follow, run_every=PAGE_SECONDS)(job, cancel_key, opens)
    elif job.status == "failed":
        leave_to_page(job)
        show_message(job.message)
    elif job.status == "cancelled" and stopped:
        show_message(stopped, "info")
    return job.active


def leave_to_page(job: Job) -> None:
    """Keep a job out of the sidebar while the page draws its progress, or why it failed."""
    drawn = state_of(DrawnJobs)
    drawn.on_page[job.id] = drawn.run
    cache.runner().show(job)


def draw_bar(job: Job, cancel_key: str) -> None:
    """Draw the progress of a job as it is now, with Cancel."""
    st.progress(_share(job), text=markdown(progress_text(job)))
    st.button("Cancel", key=cancel_key, on_click=cache.runner().cancel, args=[job.id])


@contextmanager
def draw_reading(file_name: str) -> Iterator[Report]:
    """Draw that a file is read while the page waits; yield what its progress is reported to.

    Each report draws, so that Streamlit ends the run, and with it the reading, as soon as the person clicks
    anything else.
    """
    place = st.empty()

    def report(stage: str, done: int, total: int) -> None:
        place.progress(min(1.0, done / total if total else 0.0), text=f"{stage}: {markdown(file_name)}")

    try:
        yield report
    finally:
        place.empty()


def progress_text(job: Job) -> str:
    """Return stage, share, rate and time left, as far as they are known; plain text."""
    if job.status != "running":
        return waiting_text(job)
    parts = [job.stage or "Starting"]
    if job.total > 1:
        parts[0] += f" {percent(job.done / job.total)}"
    if job.rate and job.stage == "Encoding":
        parts.append(f"{job.rate:,.0f} texts/s" if job.rate >= 5 else f"{60 * job.rate:,.0f} texts/min")
    if job.seconds_left is not None:
        parts.append(f"{duration(job.seconds_left)} left")
    return " · ".join(parts)


def waiting_text(job: Job) -> str:
    """Return what a job that does not run waits for, its place, and whether it goes on or starts then.

    Plain text.
    """
    goes_on = "Goes on" if job.status == "paused" or job.stage else "Starts"
    before = cache.runner().before(job)
    before = [each for each in before if each is None or each.task not in UNTOLD]
    if not before:
        return f"{goes_on} in a moment"
    last = before[-1]
    if last is None:
        place = f" ({ordinal(len(before))} in line)" if len(before) > 1 else ""
        return f"{goes_on} after the job of another person{place}"
    title = _full_title(last) if last.title == job.title else last.title
    place = f", {ordinal(len(before))} in line" if len(before) > 1 else ""
    return f"{goes_on} after “{title}”{place}"


@dataclass
class DrawnJobs:
    """What this session knows of the job line.

    Attributes
    ----------
    dismissed : set of str
        Failed jobs whose message was dismissed.
    session : str
        Whose jobs those of this session are.
    slots : int
        Jobs drawn in the run before.
    run : int
        Number of the present run of the page.
    on_page : dict of str to int
        Jobs whose progress or message the page itself shows, with the run that drew it last.
    begins : bool
        Whether the run has not drawn the job line yet, and so not the page either.
    """

    dismissed: set[str] = field(default_factory=set)
    session: str = field(default_factory=lambda: uuid4().hex)
    slots: int = 0
    run: int = 0
    on_page: dict[str, int] = field(default_factory=dict)
    begins: bool = False


def _draw_line(were_active: set[str]) -> None:
    drawn = state_of(DrawnJobs)
    if were_active - {job.id for job in cache.runner().jobs() if job.active}:
        st.rerun()  # the page may show the result of a job that ended
    # A failure is shown until the same task is submitted again.
    newest = {(job.task, str(job.arguments)): job for job in cache.runner().jobs()}
    jobs = [job for job in newest.values() if job.active or job.status == "failed"]
    jobs = [job for job in jobs if job.id not in drawn.dismissed and job.task not in UNTOLD]
    # Until the page is drawn, what the run before showed there counts.
    latest_run, drawn.begins = drawn.run - drawn.begins, False
    jobs = [job for job in jobs if drawn.on_page.get(job.id, -1) < latest_run]
    order = {job.id: place for place, job in enumerate(in_line(jobs))}
    jobs.sort(key=lambda job: order.get(job.id, -1))  # those that failed first
    titles = [job.title for job in jobs]
    for job in jobs:
        with st.container(gap="xsmall"):
            title = _full_title(job) if titles.count(job.title) > 1 else job.title
            if job.active:
                _draw_active(job, title)
            else:
                st.error(f"**{markdown(title)}**: {markdown(job.message)}")
                dismiss = drawn.dismissed.add
                st.button("Dismiss", key=f"dismiss_job_{job.id}", on_click=dismiss, args=[job.id])
    # Until the run ends, the browser keeps the last job of the run before below: the same one twice.
    for _ in range(drawn.slots - len(jobs)):
        st.empty()
    drawn.slots = len(jobs)


def _draw_active(job: Job, title: str) -> None:
    """Draw a job that runs with its progress, and one that waits in one quiet line."""
    runs = job.status == "running"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if runs:
            st.markdown(f"**{markdown(title)}**", width="stretch")
        else:
            st.caption(f"{markdown(title)}. {markdown(waiting_text(job))}", width="stretch")
        st.button(
            "✕",
            key=f"cancel_job_{job.id}",
            help=f"Cancel “{markdown(title)}”",
            type="tertiary",
            on_click=cache.runner().cancel,
            args=[job.id],
        )
    if runs:
        st.progress(_share(job))
        said = progress_text(job)
        if job.stage == job.title:  # which stands above
            said = said.removeprefix(job.title).lstrip(" ·")
        st.caption(markdown(said))


def _full_title(job: Job) -> str:
    """Return the title of a job with its analysis, for two jobs that have the same one."""
    try:
        instruction = cache.store().analysis(job.arguments["analysis_id"]).instruction
    except (KeyError, StoreError):
        return job.title
    return job.title if instruction in job.title else f"{job.title}, {instruction}"


def _follow(job: Job, cancel_key: str, opens: Callable[[], str | None] | None) -> None:
    """Draw the progress of a job; rerun the page when it ended, or open the page that shows it better."""
    if not job.active:
        st.rerun()
    cache.runner().show(job)
    draw_bar(job, cancel_key)
    page = None if opens is None else opens()
    if page is not None:
        navigation.go_to(page)


def _share(job: Job) -> float:
    return min(1.0, job.done / job.total) if job.total else 0.0

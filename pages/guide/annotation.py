"""Labels by a language model, on the guide page: estimate, progress and report."""

from __future__ import annotations

import os

import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.jobs import Job
from core.labels.annotation import (
    BROAD_CATEGORY_SHARE,
    MAX_ANNOTATED_TEXTS,
    STAGES,
    AnnotationReport,
    Estimate,
)
from core.storage import Analysis
from core.tasks import estimate_analysis, latest_report
from core.utils import URL_VARIABLE, LanguageModel, host_in, percent
from pages.common import attempt, cache, draw_notice, jobs, markdown, person
from pages.common.language_model import chosen_model, draw_language_model, job_argument

FEWEST, STEP = 10, 50  # texts
MILLION = 1_000_000
TASK = "annotate"
ANNOTATION = "annotation"  # where messages about a run are shown
STOPPED = "Cancelled. Every answer so far is kept: you can continue at any time."
HELP = (
    "The model summarises each text under your instruction. The summaries are grouped, and the model names "
    "each group and sorts each text into one of the names. Your labels stay as they are, and their names and "
    "definitions are sent to the model too."
)
TEXTS_HELP = (
    f"A random sample, {MAX_ANNOTATED_TEXTS:,} at most. A larger sample contains the smaller one, so nothing "
    "is sent twice."
)
PRICE_HELP = (
    "Price of a million tokens on your server, in any currency; 0 for a server of your own. A token is about "
    "four letters."
)
FAILURES_HELP = "A text without a usable answer gets no label. Start again to send it again."
PROBLEMS = {
    "empty": "empty",
    "cut off": "cut off",
    "a refusal": "refused",
    "too long": "too long",
    "outside the list": "outside the list of categories",
    "none fits": "answered that none fits",
    "longer than the model reads": "too long for the model",
    "no answer": "missing",
    "not taken by the server": "not accepted by the server",
}


def draw_annotation(analysis: Analysis | None, corpus: Corpus) -> None:
    """Let the chosen language model label a sample of the texts.

    Parameters
    ----------
    analysis : Analysis or None
        Whose instruction the model follows; None while there is none.
    """
    with st.container(key="annotation"):
        job = jobs.latest(TASK, analysis_id=analysis.id) if analysis else None
        if job is not None and job.active:  # perhaps with a model that was chosen in another session
            host = host_of_job(job)
            st.caption(f"Texts go to **{markdown(host)}**. Every answer is kept, also after Cancel.")
        if jobs.draw_job(job, cancel_key="annotation_cancel", stopped=STOPPED):
            return
        draw_language_model()
        try:
            model = chosen_model()
        except RefractError as error:
            st.warning(markdown(str(error)), icon=":material/warning:")
            return
        if model is None:
            st.caption(
                "A language model can label texts for you: choose one that runs on this machine or elsewhere."
            )
            return
        if analysis is None or not analysis.instruction:
            st.caption("Type an instruction above first: the model labels by it.")
            return
        draw_notice(ANNOTATION)
        draw_annotation_start(analysis, corpus, model)
        report = latest_report(cache.store(), corpus.key, analysis.id)
        if report is not None:
            draw_latest_run(report)


def host_of_job(job: Job) -> str:
    """Return the host that the texts of a run go to."""
    choice = job.arguments.get("language_model") or {}
    return host_in(choice.get("url") or os.environ.get(URL_VARIABLE, ""))


def draw_annotation_start(analysis: Analysis, corpus: Corpus, model: LanguageModel) -> None:
    """Draw the number of texts, the estimate, the server, and the button."""
    most = min(len(corpus.texts), MAX_ANNOTATED_TEXTS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        n_texts = st.number_input(
            "Texts",
            min_value=min(FEWEST, most),
            max_value=most,
            value=most,
            step=STEP,
            key=f"annotation_texts_{analysis.id}",
            help=TEXTS_HELP,
            width=150,
        )
        prices = [
            st.number_input(
                f"Price of tokens {what}",
                min_value=0.0,
                step=0.1,
                key=f"annotation_price_{what}",
                help=PRICE_HELP,
                width=170,
                persist_state="session",
            )
            for what in ("read", "written")
        ]
    try:
        needed = estimate_analysis(cache.store(), corpus, analysis.id, int(n_texts), model)
    except RefractError as error:
        st.error(markdown(str(error)), icon=":material/error:")
        return
    left = needed.calls - needed.kept
    st.markdown(run_estimate_text(needed, *prices), help=HELP)
    if left:
        st.markdown(
            f":material/send: Sends up to **{needed.n_texts:,}** texts to **{markdown(model.host)}** "
            f"(model {markdown(model.model)})."
        )
    st.button(
        "Continue" if 0 < needed.kept < needed.calls else "Label with the model",
        key="annotation_start",
        icon=":material/smart_toy:",
        on_click=start_annotation,
        args=[analysis, int(n_texts)],
    )


def start_annotation(analysis: Analysis, n_texts: int) -> None:
    """Queue a run, in a callback."""
    title = f"Labelling by a model: {analysis.instruction}"
    arguments = {
        "analysis_id": analysis.id,
        "n_texts": n_texts,
        "started_by": person(),
        "language_model": job_argument(),
    }
    attempt(lambda: jobs.start(TASK, title, **arguments), ANNOTATION)


def run_estimate_text(needed: Estimate, price_in: float, price_out: float) -> str:
    """Return the estimate of a run, in markdown."""
    left = needed.calls - needed.kept
    if not left:
        return "Every prompt is answered already: nothing would be sent."
    said = f"About **{left:,}** {'prompt' if left == 1 else 'prompts'}"
    said += f" ({needed.kept:,} more are answered already)" if needed.kept else ""
    said += f", {thousands(needed.tokens_in)} tokens read and {thousands(needed.tokens_out)} written"
    cost = (needed.tokens_in * price_in + needed.tokens_out * price_out) / MILLION
    return f"{said}: about **{cost:,.2f}** at this price." if cost else f"{said}."


def draw_latest_run(report: AnnotationReport) -> None:
    """Draw the labels of the latest run, and the number of failures of each kind."""
    n_labelled = sum(report.categories.values())
    st.markdown(
        f"**Latest run** · {markdown(report.model)}: {n_labelled:,} of {report.n_texts:,} texts labelled"
        + (
            f", {report.n_by_person:,} left to the person who labelled or skipped them"
            if report.n_by_person
            else ""
        )
        + ". Whoever started it can remove them all by one Undo."
    )
    if report.stopped:
        st.caption(f"It ended early: {markdown(report.stopped)}")
    if report.categories:
        sizes = " · ".join(f"{markdown(name)} {size:,}" for name, size in report.categories.items())
        st.caption(sizes)
    if report.swallowed_by:
        st.warning(
            f"“{markdown(report.swallowed_by)}” has {percent(BROAD_CATEGORY_SHARE)} of the labels or more: "
            "check that the instruction asks for something in which the texts differ.",
            icon=":material/warning:",
        )
    for line in report_lines(report):
        st.caption(line, help=FAILURES_HELP)


def report_lines(report: AnnotationReport) -> list[str]:
    """Return one line for each step with failures or repaired answers, in markdown."""
    lines = []
    for name, counts in report.steps.items():
        parts = [
            f"**{number:,}** {PROBLEMS.get(problem, problem)}" for problem, number in counts.failures.items()
        ]
        parts += [f"{counts.wordy:,} with extra words, which were removed"] if counts.wordy else []
        parts += (
            [f"{counts.shortened:,} {'text' if counts.shortened == 1 else 'texts'} shortened"]
            if counts.shortened
            else []
        )
        if parts:
            said = f" Latest message: {markdown(counts.said)}" if counts.said else ""
            lines.append(f"{STAGES[name]}, answers: {', '.join(parts)}.{said}")
    if report.n_merged:
        share = "shares" if report.n_merged == 1 else "share"
        lines.append(f"{report.n_merged:,} of {report.n_clusters:,} groups {share} a name with another.")
    if report.n_cut:
        cut = "long text was sent without its" if report.n_cut == 1 else "long texts were sent without their"
        lines.append(f"{report.n_cut:,} {cut} end.")
    return lines


def thousands(tokens: int) -> str:
    """Write a number of tokens, rounded."""
    return f"{tokens / 1000:,.0f} thousand" if tokens >= 10_000 else f"{max(100, round(tokens, -2)):,}"

"""Comparison of systems on this corpus, for the Evidence page."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.corpus import Corpus
from core.encoders import host_of
from core.evidence.comparison import Comparison, System, title_among
from core.jobs import Job
from core.storage import Analysis
from core.tasks import SystemEstimate, estimate_comparison, latest_request, load_comparison
from pages.common import (
    attempt,
    cache,
    draw_notice,
    duration,
    jobs,
    markdown,
    set_widget,
    start_widget,
    state_of,
)
from pages.common.encoders import draw_encoder_chooser, encoder_problem
from pages.evidence.comparison_result import draw_comparison_result

TASK = "compare"
COMPARISON = "comparison"  # where messages about a run are shown
STOPPED = "Cancelled. What was measured so far is kept."
SAMPLE_SIZES = (500, 2_000, 5_000)
USUAL_SAMPLE = 2_000
LONG_SECONDS = 20 * 60  # of a run, from which a smaller sample is proposed
POLL_SECONDS = 0.5  # between two updates of the progress
SYSTEMS_NAMED = 3  # systems that are named one by one
COMPARISON_HELP = (
    "Each system gets the same texts, labels and hidden labels, and a process of its own, so that time and "
    "memory can be compared. Reshape is the method of this app, GSTransform the one that it builds on (ACL "
    "2025). Both learn from the labels that are not hidden, and Reshape from their names too. Any encoder "
    "that follows instructions can be added: it encodes every text again for each instruction, and uses no "
    "label."
)
TEXTS_HELP = (
    "Labelled texts come first, then others at random. The times of encoders grow with the number of texts. "
    "The check by hidden labels needs the labelled texts only."
)


@dataclass
class ComparedEncoders:
    """Encoders compared with the transforms, each with its template; None before the page was first drawn."""

    encoders: list[tuple[str, str]] | None = None


def draw_compare_systems(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the comparison of systems under an analysis: the choice, the cost, the run and the result."""
    with st.container(key="compare_systems"):
        st.markdown("**Other systems on these texts and labels**", help=COMPARISON_HELP)
        encoders, n_texts = draw_request(analysis, corpus)
        comparison = load_comparison(cache.store(), analysis.id, encoders, n_texts)
        job = jobs.latest(TASK, analysis_id=analysis.id)
        if job is not None and job.active:
            st.fragment(draw_run_progress, run_every=POLL_SECONDS)(
                analysis, job, run_of_each_row(analysis, job)
            )
        else:
            jobs.draw_job(job, cancel_key="compare_cancel", stopped=STOPPED if comparison.missing else "")
            draw_notice(COMPARISON)
            draw_comparison_start(analysis, corpus, encoders, n_texts, comparison)
        if comparison.rows:
            draw_comparison_result(comparison)


def draw_request(analysis: Analysis, corpus: Corpus) -> tuple[list[tuple[str, str]], int]:
    """Draw the choice of encoders and of the number of texts; at first as in the latest run."""
    state, texts = state_of(ComparedEncoders, analysis.id), f"compare_texts_{analysis.id}"
    n_all = len(corpus.texts)
    sizes = [*(size for size in SAMPLE_SIZES if size < n_all), n_all]
    latest = latest_request(cache.store(), analysis.id)
    if state.encoders is None:
        method = analysis.method
        own = [(method.encoder, method.template)] if method.reencodes and method.encoder else []
        state.encoders = latest[0] if latest else own
    usual = min(latest[1], n_all) if latest else min(USUAL_SAMPLE, n_all)
    # Not by `index`: `offer_sample` sets it too.
    start_widget(texts, usual if usual in sizes else n_all)
    with st.container(horizontal=True, vertical_alignment="center", key="compare_request"):
        st.markdown("Generic · Reshape · GSTransform", width="content")
        for place, (encoder, template) in enumerate(state.encoders):
            st.button(
                markdown(title_among((encoder, template), state.encoders)),
                key=f"compare_without_{place}",
                icon=":material/close:",
                help=f"Leave out {markdown(encoder)}" + (f", “{markdown(template)}”" if template else ""),
                on_click=leave_out_encoder,
                args=[state, (encoder, template)],
            )
        n_texts = st.selectbox(
            "Texts",
            sizes,
            key=texts,
            format_func=lambda size: f"all {size:,} texts" if size == n_all else f"{size:,} texts",
            help=TEXTS_HELP,
            label_visibility="collapsed",
            width=180,
        )
    with st.expander("Add an encoder that re-encodes every text", icon=":material/add:", key="compare_add"):
        name, template = draw_encoder_chooser(
            key=f"compare_{analysis.id}",
            instructed=True,
            texts=corpus.texts,
            corpus_key=corpus.key,
            instruction=analysis.instruction,
        )
        st.button(
            "Add",
            key="compare_add_encoder",
            icon=":material/add:",
            disabled=not name or bool(encoder_problem(name, template, analysis.instruction)),
            on_click=add_encoder,
            args=[state, (name, template)],
        )
    return state.encoders, n_texts


def add_encoder(state: ComparedEncoders, encoder: tuple[str, str]) -> None:
    """Add an encoder to the comparison. For callbacks."""
    state.encoders = list(dict.fromkeys([*state.encoders, encoder]))


def leave_out_encoder(state: ComparedEncoders, encoder: tuple[str, str]) -> None:
    """Remove an encoder from the comparison; its measurements are kept. For callbacks."""
    state.encoders = [each for each in state.encoders if each != encoder]


def draw_comparison_start(
    analysis: Analysis, corpus: Corpus, encoders: list[tuple[str, str]], n_texts: int, comparison: Comparison
) -> None:
    """Draw what is still to be measured, its time, the hosts that receive texts, and the button."""
    if not comparison.missing:
        draw_hosts(corpus, [row.system for row in comparison.rows], n_texts)
        st.button(
            "Measure all again",
            key="compare_again",
            icon=":material/refresh:",
            type="tertiary",
            help="Compare times within one run, on a machine that does nothing else. Present results "
            "are kept until they are measured again.",
            on_click=start_comparison,
            args=[analysis, encoders, n_texts, True],
        )
        return
    estimates = estimate_comparison(cache.store(), corpus, analysis.id, encoders, n_texts)
    st.markdown(comparison_estimate_text(estimates, len(corpus.texts)))
    if known_seconds(estimates) > LONG_SECONDS:
        offer_sample(analysis, corpus, encoders, n_texts)
    draw_hosts(corpus, list(comparison.missing), n_texts)
    st.button(
        "Continue" if comparison.measured else "Compare",
        key="compare_start",
        icon=":material/play_arrow:",
        on_click=start_comparison,
        args=[analysis, encoders, n_texts],
    )


def start_comparison(
    analysis: Analysis, encoders: list[tuple[str, str]], n_texts: int, again: bool = False
) -> None:
    """Queue a run. For callbacks."""
    arguments = {"encoders": [list(each) for each in encoders], "n_texts": n_texts, "again": again}
    attempt(
        lambda: jobs.start(TASK, "Comparing systems", analysis_id=analysis.id, **arguments),
        COMPARISON,
    )


def draw_hosts(corpus: Corpus, systems: list[System], n_texts: int) -> None:
    """Draw the hosts that receive texts."""
    own = cache.store().corpus_entry(corpus.key).encoder
    encoders = [own if system.method.kind == "generic" else system.method.encoder for system in systems]
    hosts = {host_of(encoder) for encoder in encoders if encoder}
    for host in sorted(filter(None, hosts)):
        st.markdown(f":material/send: **{n_texts:,}** texts are sent to **{markdown(host)}**.")


def comparison_estimate_text(estimates: list[SystemEstimate], n_corpus: int) -> str:
    """Return the time of the encoders in all and that of the slowest one, in markdown.

    Encoders that were never timed on this machine are named instead.
    """
    titles = [markdown(estimate.system.title) for estimate in estimates]
    named = ", ".join(titles) if len(titles) <= SYSTEMS_NAMED else f"{len(titles)} systems"
    said = f"To measure: {named}."
    seconds = known_seconds(estimates)
    if seconds:
        said += f" Encoding takes about **{duration(seconds)}** here."
    slowest = max(estimates, key=lambda estimate: estimate.whole_seconds or 0.0)
    if slowest.whole_seconds:
        said += (
            f" One instruction on all {n_corpus:,} texts takes {markdown(slowest.system.title)} about "
            f"**{duration(slowest.whole_seconds)}**."
        )
    unknown = [markdown(estimate.system.title) for estimate in estimates if estimate.seconds is None]
    if unknown:
        said += f" Not timed on this machine yet: {', '.join(unknown)}."
    return said


def known_seconds(estimates: list[SystemEstimate]) -> float:
    """Return the seconds of all encoders whose speed is known here."""
    return sum(estimate.seconds or 0.0 for estimate in estimates)


def offer_sample(analysis: Analysis, corpus: Corpus, encoders: list[tuple[str, str]], n_texts: int) -> None:
    """Draw a proposal of a smaller sample, with its time."""
    for size in sorted((size for size in SAMPLE_SIZES if size < n_texts), reverse=True):
        estimates = estimate_comparison(cache.store(), corpus, analysis.id, encoders, size)
        seconds = known_seconds(estimates)
        if seconds <= LONG_SECONDS or size == SAMPLE_SIZES[0]:
            break
    else:
        st.warning("This takes long, and the sample is the smallest there is.", icon=":material/hourglass:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"That is long. A sample of {size:,} texts takes about {duration(seconds)}.",
            icon=":material/hourglass:",
        )
        st.button(
            f"Take {size:,} texts",
            key="compare_smaller",
            on_click=set_widget,
            args=[f"compare_texts_{analysis.id}", size],
        )


def draw_run_progress(analysis: Analysis, job: Job, rows: list[str]) -> None:
    """Draw the progress of a run; redraw the page when the rows changed, and at its end."""
    if not job.active or run_of_each_row(analysis, job) != rows:
        st.rerun()
    jobs.draw_bar(job, "compare_cancel")


def run_of_each_row(analysis: Analysis, job: Job) -> list[str]:
    """Return the run of each row of a job's request, which the page's present choice may differ from."""
    requested = job.arguments["encoders"], job.arguments["n_texts"]
    return [row.run for row in load_comparison(cache.store(), analysis.id, *requested).rows]

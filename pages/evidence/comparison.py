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
from pages.common.encoders import draw_encoder_chooser, why_not
from pages.evidence.comparison_result import draw_result

TASK = "compare"
COMPARISON = "comparison"  # where messages about a run are shown
STOPPED = "Stopped. What was measured so far is kept."
SIZES = (500, 2_000, 5_000)
USUAL_SIZE = 2_000
LONG = 20 * 60  # seconds from which a smaller sample is proposed
LOOK_EVERY = 0.5  # seconds
NAMED = 3  # systems that are named one by one
HELP = (
    "Each system gets the same texts, labels and hidden labels, and a process of its own, so that time and "
    "memory can be compared. GuidedTransform is what “Reshape by labels” uses; GSTransform is the published "
    "recipe for the same; both learn from the labels that are not hidden, and GuidedTransform from their "
    "names too. Any encoder that follows instructions can be added: it re-encodes every text for each "
    "instruction, and uses no label."
)
TEXTS_HELP = (
    "Labelled texts come first, then others at random. The times of encoders grow with the number of texts. "
    "The check by hidden labels needs the labelled texts only."
)


@dataclass
class ComparedEncoders:
    """Encoders beside the transforms, each with its template; None before the first look."""

    encoders: list[tuple[str, str]] | None = None


def draw_compare_systems(analysis: Analysis, corpus: Corpus) -> None:
    """Choose what to compare, see what that takes, run it, and look at what was found.

    Parameters
    ----------
    analysis : Analysis
        Whose instruction and labels count.
    corpus : Corpus
        Its corpus, encoded.
    """
    with st.container(key="compare_systems"):
        st.markdown("##### Compared with other systems", help=HELP)
        encoders, n_texts = draw_request(analysis, corpus)
        comparison = load_comparison(cache.store(), analysis.id, encoders, n_texts)
        job = jobs.latest(TASK, analysis_id=analysis.id)
        if job is not None and job.active:
            st.fragment(follow, run_every=LOOK_EVERY)(analysis, job, runs_of_rows(analysis, job))
        else:
            draw_end(job, comparison)
            draw_start(analysis, corpus, encoders, n_texts, comparison)
        if comparison.rows:
            draw_result(comparison)


def draw_request(analysis: Analysis, corpus: Corpus) -> tuple[list[tuple[str, str]], int]:
    """Which encoders beside the transforms, and how many texts; as in the latest run at first."""
    state, texts = state_of(ComparedEncoders, analysis.id), f"compare_texts_{analysis.id}"
    n_all = len(corpus.texts)
    sizes = [*(size for size in SIZES if size < n_all), n_all]
    latest = latest_request(cache.store(), analysis.id)
    if state.encoders is None:
        method = analysis.method
        own = [(method.encoder, method.template)] if method.reencodes and method.encoder else []
        state.encoders = latest[0] if latest else own
    usual = min(latest[1], n_all) if latest else min(USUAL_SIZE, n_all)
    # Not by `index`: another place sets it too (see `propose_sample`).
    start_widget(texts, usual if usual in sizes else n_all)
    with st.container(horizontal=True, vertical_alignment="center", key="compare_request"):
        st.markdown("Generic · GuidedTransform · GSTransform", width="content")
        for place, (encoder, template) in enumerate(state.encoders):
            st.button(
                markdown(title_among((encoder, template), state.encoders)),
                key=f"compare_without_{place}",
                icon=":material/close:",
                help=f"Leave out {markdown(encoder)}" + (f", “{markdown(template)}”" if template else ""),
                on_click=leave_out,
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
            disabled=not name or bool(why_not(name, template, analysis.instruction)),
            on_click=add,
            args=[state, (name, template)],
        )
    return state.encoders, n_texts


def add(state: ComparedEncoders, encoder: tuple[str, str]) -> None:
    """Take an encoder into the comparison, in a callback."""
    state.encoders = list(dict.fromkeys([*state.encoders, encoder]))


def leave_out(state: ComparedEncoders, encoder: tuple[str, str]) -> None:
    """Take an encoder out of it, in a callback; what was measured of it is kept."""
    state.encoders = [each for each in state.encoders if each != encoder]


def draw_end(job: Job | None, comparison: Comparison) -> None:
    """What became of a run that did not come to its end."""
    jobs.draw_job(job, cancel_key="compare_cancel", stopped=STOPPED if comparison.missing else "")
    draw_notice(COMPARISON)


def draw_start(
    analysis: Analysis, corpus: Corpus, encoders: list[tuple[str, str]], n_texts: int, comparison: Comparison
) -> None:
    """What is still to be measured, how long that takes, where texts go, and the button."""
    if not comparison.missing:
        draw_hosts(corpus, [row.system for row in comparison.rows], n_texts)
        st.button(
            "Measure all again",
            key="compare_again",
            icon=":material/refresh:",
            type="tertiary",
            help="Times are best compared within one run, on a machine that does nothing else. What is there "
            "is kept until it is measured again.",
            on_click=start,
            args=[analysis, encoders, n_texts, True],
        )
        return
    estimates = estimate_comparison(cache.store(), corpus, analysis.id, encoders, n_texts)
    seconds = sum(estimate.seconds for estimate in estimates)
    st.markdown(estimate_text(estimates, len(corpus.texts)))
    if seconds > LONG:
        propose_sample(analysis, corpus, encoders, n_texts)
    draw_hosts(corpus, list(comparison.missing), n_texts)
    st.button(
        "Go on" if comparison.measured else "Compare",
        key="compare_start",
        icon=":material/play_arrow:",
        on_click=start,
        args=[analysis, encoders, n_texts],
    )


def start(analysis: Analysis, encoders: list[tuple[str, str]], n_texts: int, again: bool = False) -> None:
    """Queue a run, in a callback."""
    arguments = {"encoders": [list(each) for each in encoders], "n_texts": n_texts, "again": again}
    attempt(
        lambda: jobs.start(TASK, "Comparing systems", analysis_id=analysis.id, **arguments),
        COMPARISON,
    )


def draw_hosts(corpus: Corpus, systems: list[System], n_texts: int) -> None:
    """Where texts go."""
    own = cache.store().corpus_entry(corpus.key).encoder
    readers = [own if system.method.kind == "generic" else system.method.encoder for system in systems]
    hosts = {host_of(reader) for reader in readers if reader}
    for host in sorted(filter(None, hosts)):
        st.markdown(f":material/send: **{n_texts:,}** texts are sent to **{markdown(host)}**.")


def estimate_text(estimates: list[SystemEstimate], n_corpus: int) -> str:
    """How long it takes, in all and for what takes most, in markdown."""
    seconds = sum(estimate.seconds for estimate in estimates)
    titles = [markdown(estimate.system.title) for estimate in estimates]
    named = ", ".join(titles) if len(titles) <= NAMED else f"{len(titles)} systems"
    said = f"To measure: {named}; roughly **{duration(seconds)}** here."
    slowest = max(estimates, key=lambda estimate: estimate.whole_seconds)
    if slowest.whole_seconds > 0:
        timed = "timed on a few" if slowest.timed else "estimated from its size"
        said += (
            f" One instruction on all {n_corpus:,} texts takes {markdown(slowest.system.title)} about "
            f"**{duration(slowest.whole_seconds)}** ({timed})."
        )
    return said


def propose_sample(analysis: Analysis, corpus: Corpus, encoders: list[tuple[str, str]], n_texts: int) -> None:
    """A smaller sample, and what it takes."""
    for size in sorted((size for size in SIZES if size < n_texts), reverse=True):
        estimates = estimate_comparison(cache.store(), corpus, analysis.id, encoders, size)
        seconds = sum(estimate.seconds for estimate in estimates)
        if seconds <= LONG or size == SIZES[0]:
            break
    else:
        st.warning("This takes long, and the sample is as small as it gets.", icon=":material/hourglass:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.warning(
            f"That is long. A sample of {size:,} texts takes roughly {duration(seconds)}.",
            icon=":material/hourglass:",
        )
        st.button(
            f"Take {size:,} texts",
            key="compare_smaller",
            on_click=set_widget,
            args=[f"compare_texts_{analysis.id}", size],
        )


def follow(analysis: Analysis, job: Job, rows: list[str]) -> None:
    """Progress of a run; the page is redrawn when another row than these is there, and at its end."""
    if not job.active or runs_of_rows(analysis, job) != rows:
        st.rerun()
    share = min(1.0, job.done / job.total) if job.total > 1 else 0.0
    st.progress(share, text=jobs.progress_text(job))
    st.button("Cancel", key="compare_cancel", on_click=cache.runner().cancel, args=[job.id])


def runs_of_rows(analysis: Analysis, job: Job) -> list[str]:
    """Of which run each row is that a job is to measure, whatever is chosen on the page meanwhile."""
    asked = job.arguments["encoders"], job.arguments["n_texts"]
    return [row.run for row in load_comparison(cache.store(), analysis.id, *asked).rows]

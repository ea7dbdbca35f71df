"""Reshape on the guide page: the button with its cost, the progress, and the way to the maps."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.corpus import Corpus
from core.encoders import host_of, split_precomputed, title_of
from core.jobs import Job
from core.storage import Analysis, StoredCorpus, find_first_picture, forget_first_picture
from core.tasks import fit_key
from pages.common import (
    FIT_HELP,
    REENCODED_FIT_HELP,
    cache,
    duration,
    fit_problem,
    get_state,
    is_fitted,
    is_prepared,
    is_reencoded,
    jobs,
    markdown,
    navigation,
)
from pages.common.encoders import encoding_seconds, kept_trial, prompt_of
from pages.guide.milestone_line import draw_milestones


def encoding_job(entry: StoredCorpus | None) -> Job | None:
    """Return the job that encodes a corpus; None where it has a map already, or nothing works on it."""
    if entry is None or is_prepared(entry):
        return None
    job = jobs.latest(*jobs.MAP_TASKS, corpus_key=entry.key)
    return job if job is not None and job.active else None


def draw_fit_or_encoding(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the step that reshapes the map, or before there is one the progress of the encoder."""
    encoding = encoding_job(cache.store().find_corpus(corpus.key))
    if encoding is None:
        draw_fit_step(analysis, corpus)
        return
    jobs.draw_job(encoding, cancel_key="guide_cancel_encoding")
    st.caption("Labels of two kinds reshape the map as soon as the texts are encoded.")


def draw_fit_step(analysis: Analysis, corpus: Corpus) -> None:
    """Draw what the labels are enough for and the button that reshapes the map, or its progress.

    The button is the page's primary one where it would change the map.
    """
    job = jobs.latest("fit", analysis_id=analysis.id)
    if jobs.draw_job(job, cancel_key="guide_cancel", opens=partial(_page_of_picture, analysis)):
        return
    store, method, problem = cache.store(), analysis.method, fit_problem(analysis)
    guide = store.labels.read(analysis.id)
    fitted = is_fitted(analysis) and analysis.fit_key == fit_key(store, analysis.id)
    with st.container(horizontal=True, vertical_alignment="center", key="guide_fit_step"):
        st.button(
            fit_label(analysis, guide.n_labels, len(corpus.texts)),
            key="guide_fit",
            type="secondary" if fitted or problem else "primary",
            icon=":material/auto_awesome:",
            shortcut="F",
            disabled=problem is not None,
            help=REENCODED_FIT_HELP if method.reencodes else FIT_HELP,
            on_click=start_fit_and_wait,
            args=[analysis],
        )
        if not method.reencodes:
            encoder = store.corpus_entry(corpus.key).encoder
            names_count = method.kind == "guided" and split_precomputed(encoder) is None
            draw_milestones(guide, names_count=names_count)
        if problem:
            st.caption(markdown(problem), width="content")
        elif method.reencodes:
            st.caption(reencoding_hint(analysis, corpus, fitted=fitted), width="content")
        elif fitted:
            st.caption("The map shows these labels.", width="content")


def fit_label(analysis: Analysis, n_labels: int, n_texts: int) -> str:
    """Return the label of the button: what it does to the map, or how the texts get new vectors first."""
    method = analysis.method
    if not method.reencodes:
        return "Reshape map" if n_labels else "Preview from names"
    if is_reencoded(analysis):
        return "Reshape map"
    if split_precomputed(method.encoder) is not None:
        return f"Map {n_texts:,} texts by these vectors"
    return f"Re-encode {n_texts:,} texts"


def reencoding_hint(analysis: Analysis, corpus: Corpus, *, fitted: bool) -> str:
    """Return the cost of re-encoding and the host that receives the texts, in markdown.

    `fitted` where the maps show the analysis as it is already.
    """
    method = analysis.method
    title = markdown(title_of(method.encoder))
    if fitted:
        return f"The maps show the texts as encoded by {title}: nothing would be encoded again."
    if split_precomputed(method.encoder) is not None:
        return f"Shows the {title}; nothing is encoded."
    if is_reencoded(analysis):
        return f"The texts are encoded by {title} already: this learns the labels in that space, in seconds."
    choice = {"encoder": method.encoder, "template": method.template, "instruction": analysis.instruction}
    trial = kept_trial(corpus_key=corpus.key, **choice)
    if trial is not None:
        time = f"about {duration(trial.seconds)} here, timed on {trial.n_texts} texts"
    else:
        prompt = prompt_of(method.encoder, method.template, analysis.instruction)
        seconds = encoding_seconds(corpus.key, method.encoder, corpus.texts, prompt=prompt)
        time = "“Try it” measures how long it takes here"
        if seconds is not None:
            time = f"about {duration(seconds)} here"
    host = host_of(method.encoder)
    sent = f" Every text is sent to **{markdown(host)}**." if host else ""
    return f"By {title}: {time}. What is encoded is kept, also after Cancel.{sent}"


def start_fit_and_wait(analysis: Analysis) -> None:
    """Queue a Fit, and let the app open the maps when it ends. For callbacks."""
    get_state().awaited_fit = analysis.id
    forget_first_picture(cache.store().results(analysis.corpus_key), analysis.id)  # of a killed worker
    jobs.start_fit(analysis)


def show_maps_after_fit(analysis: Analysis | None) -> None:
    """Open the maps when the Fit started here is done.

    The maps page then forgets that it was awaited.
    """
    if analysis is None or get_state().awaited_fit != analysis.id:
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is None or job.status in ("failed", "cancelled"):
        get_state().awaited_fit = None
    elif job.status == "done":
        navigation.go_to(navigation.MAPS)


def _page_of_picture(analysis: Analysis) -> str | None:
    """Return the page that shows the first picture of the Fit that was started here; None before that."""
    results = cache.store().results(analysis.corpus_key)
    awaited = get_state().awaited_fit == analysis.id
    return navigation.MAPS if awaited and find_first_picture(results, analysis.id) is not None else None

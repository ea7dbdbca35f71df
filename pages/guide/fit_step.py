"""Fit on the guide page: the button with its cost, the progress, and the way to the maps."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.encoders import host_of, split_precomputed, title_of
from core.storage import Analysis
from core.tasks import fit_key
from pages.common import (
    FIT_HELP,
    cache,
    duration,
    fit_problem,
    get_state,
    is_fitted,
    is_reencoded,
    jobs,
    markdown,
    navigation,
)
from pages.common.encoders import encoding_cost, kept_trial, prompt_of


def draw_fit_step(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the page's primary button, Fit, with its progress and what it still needs."""
    if jobs.draw_job(jobs.latest("fit", analysis_id=analysis.id), cancel_key="guide_cancel"):
        return
    reencodes, problem = analysis.method.reencodes, fit_problem(analysis)
    if problem and not reencodes and not cache.store().label_names.current(analysis.id):
        return  # the message above says what is missing
    fitted = is_fitted(analysis) and analysis.fit_key == fit_key(cache.store(), analysis.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            fit_label(analysis, len(corpus.texts)),
            key="guide_fit",
            type="primary",
            icon=":material/auto_awesome:",
            disabled=problem is not None,
            on_click=start_fit_and_wait,
            args=[analysis],
        )
        if problem:
            st.caption(markdown(problem))
        elif reencodes:
            st.caption(reencoding_hint(analysis, corpus, fitted=fitted))
        else:
            st.caption(fit_hint(cache.store().labels.read(analysis.id).n_labels, fitted=fitted))


def fit_label(analysis: Analysis, n_texts: int) -> str:
    """Return the label of the button: Fit, or how the texts get new vectors first."""
    method = analysis.method
    if not method.reencodes or is_reencoded(analysis):
        return "Fit"
    if split_precomputed(method.encoder) is not None:
        return f"Map {n_texts:,} texts by these vectors"
    return f"Re-encode {n_texts:,} texts"


def fit_hint(n_labels: int, *, fitted: bool) -> str:
    """Return what a Fit by labels would do now; `fitted` where the maps show these labels already."""
    if n_labels == 0 and fitted:
        return "The maps show what the names alone say. A few labelled texts make them much better."
    if n_labels == 0:
        return (
            "No text is labelled yet: the names alone give a first, rough map that no label checks. "
            "Labels make it better."
        )
    return "The maps show these labels. Evidence says whether more labels would help." if fitted else FIT_HELP


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
        seconds = encoding_cost(corpus.key, method.encoder, corpus.texts, prompt=prompt)[2]
        time = f"roughly {duration(seconds)} here"
    host = host_of(method.encoder)
    sent = f" Every text is sent to **{markdown(host)}**." if host else ""
    return f"By {title}: {time}. What is encoded is kept, also after Cancel.{sent}"


def start_fit_and_wait(analysis: Analysis) -> None:
    """Queue a Fit, and let the app open the maps when it ends. For callbacks."""
    get_state().awaited_fit = analysis.id
    jobs.start_fit(analysis)


def show_maps_after_fit(analysis: Analysis | None) -> None:
    """Open the maps when the Fit started here is done; the maps page then forgets that it was awaited."""
    if analysis is None or get_state().awaited_fit != analysis.id:
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is not None and job.active:
        return
    if job is not None and job.status == "done":
        navigation.go_to(navigation.MAPS)
    else:
        get_state().awaited_fit = None

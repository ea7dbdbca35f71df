"""Reshape: whether the next Fit can start and where, and its button outside the guide page."""

from __future__ import annotations

import streamlit as st

from core.encoders import split_precomputed
from core.errors import StoreError
from core.storage import Analysis, find_precomputed
from core.tasks import fit_key
from pages.common import cache, jobs
from pages.common.encoders import encoder_problem
from pages.common.navigation import GUIDE
from pages.common.notices import attempt, draw_notice, show_message
from pages.common.state import is_fitted, is_reencoded

NAME_ANOTHER = "A map needs two labels: name another above."
LABEL_TEXTS = "Label texts with two labels or more: label names alone are not enough here."
FIT_HELP = (
    "Moves texts with the same label closer together, and the others with those that they resemble. It takes "
    "seconds; nothing is encoded again."
)
REENCODED_FIT_HELP = "Encodes the texts under the instruction unless that is done, and learns the labels."


def fit_problem(analysis: Analysis) -> str | None:
    """Return why an analysis, as stored now, cannot be fitted or re-encoded yet; None when it can."""
    method, store = analysis.method, cache.store()
    if method.learns:
        corpus_encoder = store.corpus_entry(analysis.corpus_key).encoder
        missing = method.lacks_labels(
            len(store.label_names.current(analysis.id)),
            sum(n > 0 for n in store.labels.read(analysis.id).counts.values()),
            names_encoded=split_precomputed(corpus_encoder) is None,
        )
        return {"names": NAME_ANOTHER, "labelled texts": LABEL_TEXTS}.get(missing)
    if not method.encoder:
        return "Choose the encoder of the texts, or a file of vectors, above."
    try:
        if find_precomputed(store.results(analysis.corpus_key), method.encoder) is not None:
            return None
    except StoreError as error:
        return str(error)
    if not analysis.instruction:
        return "Type an instruction above first: every text is encoded under it."
    if encoder_problem(method.encoder, method.template, analysis.instruction):
        return "This encoder cannot be used yet: see the warning above."
    return None


def starts_on_guide(analysis: Analysis) -> bool:
    """Whether the next Fit has to start on the guide page: it re-encodes every text, or cannot start yet.

    That page shows the cost, the host that receives the texts, and what is missing.
    """
    method = analysis.method
    encodes = method.reencodes and split_precomputed(method.encoder) is None and not is_reencoded(analysis)
    return encodes or fit_problem(analysis) is not None


def draw_fit_button(analysis: Analysis, key: str) -> None:
    """Draw the button that reshapes the map where labels or instruction changed, or what that needs."""
    draw_notice(key)
    store = cache.store()
    if is_fitted(analysis) and analysis.fit_key == fit_key(store, analysis.id):
        return
    if not analysis.method.reencodes and len(store.label_names.current(analysis.id)) < 2:
        st.caption("A map needs two labels: give a second label to other texts.")
        return
    if starts_on_guide(analysis):
        st.page_link(GUIDE, label="Continue in Guide", icon=":material/edit:")
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    running = job is not None and job.active
    if job is not None and job.status == "failed":
        show_message(job.message)
    st.button(
        "Reshaping…" if running else "Reshape map",
        key=key,
        icon=":material/auto_awesome:",
        disabled=running,
        help=REENCODED_FIT_HELP if analysis.method.reencodes else FIT_HELP,
        on_click=attempt,
        args=[lambda: jobs.start_fit(analysis), key],
        kwargs={"redraw": True},
    )

"""Evidence page: the verdict, the labels that need more texts, what changed, and how it was checked."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.evidence import Findings, findings_wanted
from core.maps import Fit
from core.storage import Analysis, load_findings
from pages.common import (
    cache,
    current_analysis,
    current_corpus,
    is_fitted,
    jobs,
    layout,
    navigation,
    show_message,
)
from pages.evidence.check_sample import draw_check_sample
from pages.evidence.comparison import draw_compare_systems
from pages.evidence.figures import draw_control, draw_learning_curve
from pages.evidence.labels import draw_labels
from pages.evidence.verdict import draw_verdict, has_labels, views_text
from pages.evidence.what_changed import draw_driving_words, draw_linear_form, draw_neighbour_change

HOW = (
    "Some of the given labels are hidden, the others make the map, and each hidden text takes the label of "
    "its nearest labelled text. This is repeated until every label was hidden several times. Labels that "
    "made the map are never counted."
)
HOW_REENCODED = (
    "Some of the given labels are hidden, and each hidden text takes the label of its nearest labelled text. "
    "This is repeated until every label was hidden several times. No label made the map."
)


def evidence_page() -> None:
    """Draw the verdict, the labels that need more texts, what changed, and how it was checked."""
    entry, analysis = current_corpus(), current_analysis()
    layout.page_head(
        "Evidence", "Whether the map follows your instruction, and what changed.", page=navigation.EVIDENCE
    )
    layout.require_prepared(entry, "Evidence is about a map: choose a corpus first.")
    if not is_fitted(analysis):
        job = None if analysis is None else jobs.latest("fit", analysis_id=analysis.id)
        at_work = job is not None and job.active
        # The head offers the next step.
        waiting = "The map is being reshaped. Its evidence comes here."
        show_message(waiting if at_work else "There is no reshaped map to check yet.", "info")
        return
    corpus, fit = cache.corpus(entry.key), cache.fit(analysis)
    findings = load_findings(cache.store().results(entry.key), analysis.fit_key)
    draw_verdict(analysis, fit, findings)
    if has_labels(fit) and findings.evidence is not None:
        draw_labels(fit, findings.evidence)
    st.markdown(f"##### What the {'re-encoding' if fit.method.reencodes else 'reshaping'} changed")
    draw_neighbour_change(findings.change, corpus, entry.embedding_key, fit)
    if "words" in findings_wanted(fit.method):
        draw_driving_words(findings.words, fit)
    draw_check_sample(analysis, corpus, fit)
    if has_labels(fit):
        draw_method(fit, findings)
    draw_researchers(analysis, corpus, findings, fit)


def draw_method(fit: Fit, findings: Findings) -> None:
    """Draw, folded, how it was checked: the control and the learning curve."""
    with st.expander("How it was checked", icon=":material/fact_check:", key="evidence_method"):
        st.markdown(HOW_REENCODED if fit.method.reencodes else HOW)
        left, right = st.columns(2, gap="large")
        with left:
            draw_control(findings.evidence, findings.control, fit)
        if "curve" in findings_wanted(fit.method):
            with right:
                draw_learning_curve(findings.curve, findings.evidence)


def draw_researchers(analysis: Analysis, corpus: Corpus, findings: Findings, fit: Fit) -> None:
    """Draw, folded, what researchers ask for: the linear form and the comparison with other systems."""
    with st.expander("For researchers", icon=":material/science:", key="evidence_researchers"):
        if fit.n_views:
            st.markdown(views_text(fit.view_weights))
        if "linear" in findings_wanted(fit.method):
            draw_linear_form(findings.linear)
        draw_compare_systems(analysis, corpus)


evidence_page()

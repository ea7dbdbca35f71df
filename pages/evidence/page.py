"""Evidence page: whether it helped, for which labels, whether more labels would help, and what changed."""

from __future__ import annotations

import streamlit as st

from core.evidence import findings_wanted
from core.storage import load_findings
from pages.common import cache, current_analysis, current_corpus, is_fitted, layout, navigation
from pages.evidence.check_sample import draw_check_sample
from pages.evidence.comparison import draw_compare_systems
from pages.evidence.figures import draw_baselines, draw_label_accuracies, draw_learning_curve
from pages.evidence.verdict import draw_verdict, has_labels
from pages.evidence.what_changed import draw_driving_words, draw_linear_form, draw_neighbour_change


def evidence_page() -> None:
    """Whether it helped, for which labels, whether more labels would help, and what changed."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    layout.page_head(
        "Evidence",
        "Whether the labels are better separated than before, and what else changed.",
        page=navigation.EVIDENCE,
    )
    layout.require_prepared(entry, "Evidence is about a map: choose a corpus first.")
    if not fitted:
        layout.stop_with_link(
            "There is no map of an instruction to check yet: type an instruction, then choose Fit.",
            navigation.GUIDE,
            "Give an instruction",
        )
    corpus, fit = cache.corpus(entry.key), cache.fit(analysis)
    findings = load_findings(cache.store().results(entry.key), analysis.fit_key)
    draw_verdict(analysis, fit, findings)
    wanted = findings_wanted(fit.method)
    if not fit.from_names_only and "control" in wanted:
        left, right = st.columns(2, gap="large")
        with left:
            draw_baselines(findings.evidence, findings.control)
        with right:
            draw_learning_curve(findings.curve)
    if has_labels(fit):
        draw_label_accuracies(fit, findings.evidence)
    draw_check_sample(analysis, corpus, fit)
    st.markdown(f"##### What the {'re-encoding' if fit.method.reencodes else 'reshaping'} changed")
    draw_neighbour_change(findings.change, corpus, entry.embedding_key, fit)
    if "words" in wanted:
        draw_driving_words(findings.words, fit)
        draw_linear_form(findings.linear)
    draw_compare_systems(analysis, corpus)


evidence_page()

"""Verdict of the evidence: one sentence, what it means, and the next step."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.evidence import Evidence, Findings, Verdict, findings_wanted
from core.maps import Fit
from core.storage import Analysis
from core.utils import percent
from pages.common import (
    INSTRUCTION_ONLY,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    VERDICT_ICONS,
    cache,
    capitalised,
    draw_measuring,
    draw_refit,
    evidence_help,
    n_needed,
    verdict_of,
)

NAMES_ONLY_SAMPLED = "A guess from the label names: no text was labelled for it. See the check sample below."
MOSTLY = 0.6  # share of the weight from which an instruction was read mostly from there


def has_labels(fit: Fit) -> bool:
    """Whether some text was labelled: without labels nothing can be checked."""
    return bool((np.asarray(fit.given) >= 0).any())


def sampled(analysis: Analysis) -> bool:
    """Whether enough texts of the check sample are answered for an estimate."""
    guide = cache.store().labels.read(analysis.id)
    checks = cache.store().check_labels.read(analysis.id)
    return bool(guide.names) and checks.n_checked >= n_needed(guide, checks)


def draw_verdict(analysis: Analysis, fit: Fit, findings: Findings) -> None:
    """Draw the result in one sentence, its explanation, the next step, and the progress of the check."""
    evidence = findings.evidence
    with st.container(border=True, key="evidence_verdict"):
        if fit.from_names_only:
            checked = sampled(analysis)
            st.markdown("#### From names only" + ("" if checked else " :orange-badge[not checked]"))
            st.markdown(NAMES_ONLY_SAMPLED if checked else NAMES_ONLY, help=NAMES_ONLY_HELP)
        elif not has_labels(fit):
            st.markdown("#### From the instruction only :orange-badge[not checked]")
            st.markdown(INSTRUCTION_ONLY)
        elif evidence is None:
            st.markdown("#### Being checked")
            st.markdown("Each label is hidden in turn, and predicted from the nearest labelled text.")
        else:
            verdict = verdict_of(analysis)
            st.markdown(
                f"#### {VERDICT_ICONS[verdict.state]} {capitalised(verdict.sentence)}",
                help=evidence_help(fit.method),
            )
            st.markdown(explanation(evidence, verdict, fit))
        with st.container(horizontal=True, vertical_alignment="center", key="evidence_next"):
            draw_counts(fit, evidence)
            draw_refit(analysis)
            wanted = findings_wanted(fit.method)
            missing = [name for name in wanted if getattr(findings, name) is None]
            if missing:
                draw_measuring(analysis, missing)


def draw_counts(fit: Fit, evidence: Evidence | None) -> None:
    """Draw how much was tested."""
    if has_labels(fit) and evidence is not None and evidence.enough:
        counts = f"{evidence.n_labels:,} labels of {evidence.n_classes} kinds, {evidence.n_tested:,} tested"
        st.caption(f"{counts}.", width="content")


def explanation(evidence: Evidence, verdict: Verdict, fit: Fit) -> str:
    """Return the figures in words, and what to do."""
    if not evidence.enough:
        made = "re-encoded" if fit.method.reencodes else "reshaped by the labels"
        return f"The map shows the texts as {made}. Whether that is better is not known yet."
    # The figures stand in the sentence above.
    return f"Each label was hidden in turn, and predicted from the nearest labelled text. {verdict.advice}"


def views_text(weights: np.ndarray) -> str:
    """Say from which layers of the encoder an instruction was read, by `Fit.view_weights`."""
    hidden = 1 - weights[0]
    single = weights[1:].max() > 0.8 * hidden > 0
    layers = "a middle layer" if single else "middle layers"
    share = f"({percent(hidden)} of the weight), the rest from its last one"
    if hidden >= MOSTLY:
        return f"This instruction was read mostly from {layers} of the encoder {share}."
    if hidden > 1 - MOSTLY:
        return f"This instruction was read from {layers} of the encoder {share}."
    weight = f"{percent(weights[0])} of the weight"
    return f"This instruction was read mostly from the last layer of the encoder ({weight})."

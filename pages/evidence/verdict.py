"""Verdict of the evidence: one sentence, what it means, and the next step."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.evidence import Evidence, Findings, findings_wanted
from core.labels import MISTAKES, SUGGESTED
from core.maps import Fit
from core.storage import Analysis
from core.utils import percent
from pages.common import (
    INSTRUCTION_ONLY,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    cache,
    capitalised,
    draw_measuring,
    draw_refit,
    evidence_help,
    markdown,
    n_needed,
    navigation,
    set_widget,
)

MEANING = {
    "helps": "By chance alone, a gain this large occurs {often}.",
    "no gain": "The difference can be chance: more labels may show a gain, and wrong labels hide one.",
    "worse": "Look for wrong labels first; then give more, or choose labels that the texts can separate.",
}
REENCODED_MEANING = {
    "no gain": "The difference can be chance: try other words for the instruction, or another encoder.",
    "worse": "This encoder does not separate what the labels separate: try other words for the instruction, "
    "or another encoder.",
}
MOSTLY = 0.6  # share of the weight from which an instruction was read mostly from there
RARELY = "less than once in 1,000 times"


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
            st.markdown("#### From names only" + ("" if sampled(analysis) else " :orange-badge[not checked]"))
            st.markdown(NAMES_ONLY, help=NAMES_ONLY_HELP)
        elif not has_labels(fit):
            st.markdown("#### From the instruction only :orange-badge[not checked]")
            st.markdown(INSTRUCTION_ONLY)
        elif evidence is None:
            st.markdown("#### :gray[Not checked yet]")
            st.markdown(":gray[Labels are hidden in turn, and predicted from their neighbours.]")
        else:
            st.markdown(f"#### {headline(evidence, fit)}", help=evidence_help(fit.method))
            st.markdown(explanation(evidence, fit))
        if fit.n_views:
            st.caption(views_text(fit.view_weights))
        with st.container(horizontal=True, vertical_alignment="center", key="evidence_next"):
            draw_next_step(fit, evidence)
            draw_refit(analysis)
            wanted = findings_wanted(fit.method)
            missing = [name for name in wanted if getattr(findings, name) is None]
            if missing:
                draw_measuring(analysis, missing)


def draw_next_step(fit: Fit, evidence: Evidence | None) -> None:
    """Draw how much was tested, and the next step where more or better labels would help."""
    if not has_labels(fit) or (evidence is not None and not evidence.enough):
        link_to_deck("Label texts", SUGGESTED)
    elif evidence is not None:
        counts = f"{evidence.n_labels:,} labels of {evidence.n_classes} kinds, {evidence.n_tested:,} tested"
        st.caption(f"{counts}.", width="content")
        if evidence.verdict != "helps":
            link_to_deck("Show possible mistakes", MISTAKES)


def headline(evidence: Evidence, fit: Fit) -> str:
    """Return the evidence's sentence as a headline, with an icon of the verdict."""
    signs = {"helps": ":green[:material/trending_up:]", "worse": ":red[:material/trending_down:]"}
    sentence = capitalised(evidence.sentence([markdown(name) for name in fit.labels]))
    return f"{signs.get(evidence.verdict, ':material/info:')} {sentence}"


def explanation(evidence: Evidence, fit: Fit) -> str:
    """Return the figures in words."""
    if not evidence.enough and fit.method.reencodes:
        return "The maps show the texts as they were re-encoded. Whether that is better is not known yet."
    if not evidence.enough:
        return "The maps show the space as reshaped by the labels. Whether that is better is not known yet."
    often = f"about once in {1 / evidence.chance:,.0f} times" if evidence.chance >= 0.001 else RARELY
    space, meaning = "the reshaped space", MEANING[evidence.verdict]
    if fit.method.reencodes:
        space, meaning = "the re-encoded space", REENCODED_MEANING.get(evidence.verdict, meaning)
    return (
        f"Of 100 texts whose label was hidden, each label counting the same, "
        f"**{100 * evidence.reshaped:.0f}** stand nearest to a text of their own label in {space}; "
        f"**{100 * evidence.generic:.0f}** do in the generic one. "
        f"{meaning.format(often=often)}"
    )


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


def link_to_deck(label: str, mode: str, more_of: str | None = None) -> None:
    """Draw a button that opens the labelling deck in one of its modes."""
    if st.button(label, key=f"evidence_to_{mode.split()[0].lower()}", icon=":material/arrow_forward:"):
        set_widget("guide_mode", mode)
        if more_of is not None:
            set_widget("guide_more_label", more_of)
        navigation.go_to(navigation.GUIDE)

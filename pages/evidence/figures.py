"""Figures of the evidence page: baselines, learning curve, accuracy of each label."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.evidence import Control, Evidence, LearningCurve
from core.labels import MORE
from core.maps import Fit
from pages.charts import accuracy_bars, label_dumbbells, learning_lines
from pages.common import NextStep, capitalised, draw_step, evidence_help, layout, markdown, navigation

CHART_HEIGHT = 210  # pixels
AXIS_HEIGHT, ROW_HEIGHT = 60, 27  # pixels: of the axis, and of one label
ROWS_SHOWN = 13  # labels without scrolling
LABELS_NAMED = 5  # in a sentence

BASELINES_HELP = (
    "How often the nearest labelled neighbour has the hidden label. *GSTransform*: the published "
    "method that Refract's builds on, with the same labels; it was made for thousands of them. *Permuted "
    "labels*: the same check after the labels were assigned to texts at random. That bar is the chance "
    "level; the reshaped space should be clearly above it. Hover over a bar for its meaning."
)
CURVE_HELP = (
    "The same check with only some of the labels. Where the line still rises at its end, more labels will "
    "help. The sentence extrapolates the line."
)


def draw_baselines(evidence: Evidence | None, control: Control | None) -> None:
    """Draw the accuracy beside that of the generic space, of GSTransform and of permuted labels."""
    st.markdown("**Compared with**", help=BASELINES_HELP)
    if evidence is None or not evidence.enough:
        reserve(CHART_HEIGHT, "Measuring…" if evidence is None else "Too few labels to compare.")
        return
    published, permuted = (control.published, control.permuted) if control else (None, None)
    bars = [
        ("reshaped", evidence.reshaped, "In the reshaped space; stroke: the gain with 95 % confidence"),
        ("generic", evidence.generic, "In the generic space, before any label"),
        ("GSTransform", published, "In the space of GSTransform (ACL 2025), fitted to the same labels"),
        ("permuted labels", permuted, "In a space reshaped by the same labels, assigned to texts at random"),
    ]
    low, high = evidence.generic + evidence.gain_low, evidence.generic + evidence.gain_high
    figure = accuracy_bars(bars, low=max(0, low), high=min(1, high))
    layout.draw_chart(figure, "evidence_comparison", CHART_HEIGHT)


def draw_learning_curve(curve: LearningCurve | None) -> None:
    """Draw the learning curve: accuracy by the number of labels."""
    if curve is None or not curve.points:
        st.markdown("**Would more labels help?**", help=CURVE_HELP)
        reserve(CHART_HEIGHT, "Measuring…" if curve is None else "Too few labels to tell.")
        return
    st.markdown(f"**Would more labels help?** {markdown(capitalised(curve.sentence()))}.", help=CURVE_HELP)
    figure = learning_lines(
        [point.n_labels for point in curve.points],
        [point.generic for point in curve.points],
        [point.reshaped for point in curve.points],
    )
    layout.draw_chart(figure, "evidence_curve", CHART_HEIGHT)


def draw_label_accuracies(fit: Fit, evidence: Evidence | None) -> None:
    """Draw the accuracy of each label in both spaces, and which labels have too few texts."""
    dot = "re-encoded" if fit.method.reencodes else "reshaped"
    st.markdown(
        f"**Label by label** :small[ring: generic, dot: {dot}; the weakest first]",
        help=evidence_help(fit.method),
    )
    if evidence is None:
        reserve(rows_height(min(len(fit.labels), ROWS_SHOWN)), "Measuring…")
        return
    tested = [found for found in evidence.by_label if not np.isnan(found.reshaped)]
    if tested:
        figure = label_dumbbells(
            [fit.labels[found.code] for found in tested],
            [found.n_labels for found in tested],
            [found.generic for found in tested],
            [found.reshaped for found in tested],
        )
        with st.container(height=rows_height(ROWS_SHOWN) if len(tested) > ROWS_SHOWN else "content"):
            layout.draw_chart(figure, "evidence_by_label", rows_height(len(tested)))
    draw_weak_labels(fit, {found.code: found.reshaped for found in tested})


def rows_height(n_labels: int) -> int:
    """Height of the chart of so many labels, in pixels."""
    return AXIS_HEIGHT + ROW_HEIGHT * n_labels


def draw_weak_labels(fit: Fit, tested: dict[int, float]) -> None:
    """Draw which labels have too few texts to test, and a link that finds more texts of a weak label."""
    counts = np.bincount(fit.given[fit.given >= 0], minlength=len(fit.labels))
    untested = sorted(set(range(len(fit.labels))) - set(tested), key=counts.__getitem__)
    if untested:
        named = ", ".join(
            f"*{markdown(fit.labels[code])}* ({counts[code]})" for code in untested[:LABELS_NAMED]
        )
        rest = f" and {len(untested) - LABELS_NAMED} more" if len(untested) > LABELS_NAMED else ""
        # With nothing tested, the headline already says how many are needed.
        needed = " At least two different texts of each are needed." if tested else ""
        st.caption(f":material/info: Too few texts to test: {named}{rest}.{needed}")
    with st.container(horizontal=True, vertical_alignment="center", key="evidence_more"):
        names = [fit.labels[code] for code in [*untested, *sorted(tested, key=tested.get)]]
        label = st.selectbox(
            "Label to find more of", names, key="evidence_more_label", label_visibility="collapsed", width=240
        )
        step = NextStep("Find more of this label", navigation.GUIDE, MORE, label)
        draw_step(step, "evidence_to_more", navigation.EVIDENCE)


def reserve(height: int, text: str) -> None:
    """Draw an empty frame where a chart will be."""
    with st.container(height=height, border=True, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown(f":gray[{text}]", width="content")

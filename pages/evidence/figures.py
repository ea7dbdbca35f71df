"""Figures of how a map was checked: the control and the learning curve."""

from __future__ import annotations

import streamlit as st

from core.evidence import TOO_EARLY, Control, Evidence, LearningCurve
from core.maps import Fit
from pages.charts import AccuracyBar, accuracy_bars, learning_lines
from pages.common import capitalised, layout, markdown

CHART_HEIGHT = 210  # pixels
CONTROL_HELP = (
    "How often the nearest labelled text has the hidden label. *Shuffled labels*: the same check after the "
    "labels were given to other texts at random. That bar is the chance level; the reshaped map should be "
    "clearly above it. Strokes: 95 % confidence, each bar for itself. The gain is known better than two "
    "strokes tell, because both maps are checked on the same texts."
)
CURVE_HELP = (
    "The same check with only some of the labels. Where the line still rises at its end, more labels will "
    "help. The sentence extrapolates the line."
)


def draw_control(evidence: Evidence | None, control: Control | None, fit: Fit) -> None:
    """Draw the accuracy beside that of the generic space and of shuffled labels."""
    st.markdown("**Compared with the generic map and with chance**", help=CONTROL_HELP)
    if evidence is None or not evidence.enough:
        reserve(CHART_HEIGHT, "Measuring…" if evidence is None else "Too few labels to compare.")
        return
    before, after = evidence.margins
    space = "re-encoded" if fit.method.reencodes else "reshaped"
    bars = [
        AccuracyBar(space, evidence.reshaped, after, f"On the {space} map"),
        AccuracyBar("generic", evidence.generic, before, "On the generic map, before any label"),
    ]
    if not fit.method.reencodes:
        permuted = None if control is None else control.permuted
        meaning = "On a map made by the same labels, given to other texts at random"
        bars.append(AccuracyBar("shuffled labels", permuted, 0.0, meaning))
    layout.draw_chart(accuracy_bars(bars), "evidence_comparison", CHART_HEIGHT)


def draw_learning_curve(curve: LearningCurve | None, evidence: Evidence | None) -> None:
    """Draw the learning curve: accuracy by the number of labels."""
    if curve is None or not curve.points:
        st.markdown("**Would more labels help?**", help=CURVE_HELP)
        reserve(CHART_HEIGHT, "Measuring…" if curve is None else "Too few labels to tell.")
        return
    settled = evidence is not None and evidence.verdict != TOO_EARLY
    sentence = markdown(capitalised(curve.sentence(settled=settled)))
    st.markdown(f"**Would more labels help?** {sentence}.", help=CURVE_HELP)
    figure = learning_lines(
        [point.n_labels for point in curve.points],
        [point.generic for point in curve.points],
        [point.reshaped for point in curve.points],
    )
    layout.draw_chart(figure, "evidence_curve", CHART_HEIGHT)


def reserve(height: int, text: str) -> None:
    """Draw an empty frame where a chart will be."""
    with st.container(height=height, border=True, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown(f":gray[{text}]", width="content")

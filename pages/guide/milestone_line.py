"""One line that says what the labels given so far are enough for."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.labels import SOLID_LABELS, SOLID_OF_EACH, GuideLabels, Milestone, Step, milestones
from pages.guide.import_report import labels

MORE_THAN_ENOUGH = 2  # times the labels of a solid check
TITLES = {
    Step.FIRST_MAP: "Two label names, or texts with two labels, give a first map.",
    Step.CHECKABLE: "From about ten labels on, some are held out to check whether the map follows them.",
    Step.SOLID: (
        f"About {SOLID_LABELS} labels, {SOLID_OF_EACH} or more of each, make that check exact to about "
        "10 points."
    ),
}


def draw_milestones(guide: GuideLabels, *, names_count: bool) -> None:
    """Draw the steps with a tick for each that is reached, and how many labels the others need."""
    st.html(milestones_html(guide, milestones(guide.counts, names_count=names_count)), width="content")


def milestones_html(guide: GuideLabels, steps: tuple[Milestone, ...]) -> str:
    """Return the line as HTML."""
    if all(step.reached for step in steps) and guide.n_labels >= MORE_THAN_ENOUGH * SOLID_LABELS:
        return f'<div class="milestones"><b>{labels(guide.n_labels)}, more than enough</b></div>'
    parts = [f"<b>{labels(guide.n_labels)}</b>"]
    next_one = next((step for step in steps if not step.reached), None)
    for step in steps:
        mark = "✓" if step.reached else "●" if step is next_one else "○"
        state = "reached" if step.reached else "next" if step is next_one else "later"
        parts.append(
            f'<span class="{state}" title="{escape(TITLES[step.step])}">{mark} {step.step}'
            f"{escape(missing_text(step))}</span>"
        )
    return f'<div class="milestones">{"".join(parts)}</div>'


def missing_text(step: Milestone) -> str:
    """Return what a step still needs, in brackets; "" where it is reached."""
    if step.reached:
        return ""
    if step.step is Step.SOLID and step.weakest and step.missing == step.weakest_needs:
        return f" ({step.missing:,} more of {step.weakest})"
    return f" ({step.missing:,} more)"

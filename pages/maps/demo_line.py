"""One line over the maps of the demo: what is left, what is right, and what to try next."""

from __future__ import annotations

import streamlit as st

from core.storage import Analysis
from core.tasks import DEMO_ANALYSES, read_demo
from pages.common import cache, markdown, navigation, open_analysis, widget_value
from pages.maps.view import GENERIC, left_key


def draw_demo_line(analysis: Analysis) -> None:
    """Draw the line for a fitted analysis that came with the demo, until it is followed.

    Who has asked a question of their own, or compares two analyses, knows what the maps are.
    """
    if not _is_new_here(analysis):
        return
    n_labels = int((cache.fit(analysis).given >= 0).sum())
    with st.container(horizontal=True, vertical_alignment="center", key="maps_demo"):
        st.markdown(
            "**Left**: the messages as the encoder sees them. **Right**: the same messages "
            f"{markdown(analysis.instruction)}, after {n_labels} labels. Now ask a question of your own:",
            width="content",
        )
        if st.button("New instruction", key="demo_own_question", icon=":material/add:"):
            open_analysis(None)
            navigation.go_to(navigation.GUIDE)


def _is_new_here(analysis: Analysis) -> bool:
    ours = {described.instruction for described in DEMO_ANALYSES}
    if analysis.instruction not in ours or analysis.corpus_key != read_demo().key:
        return False
    if widget_value(left_key(analysis.corpus_key), GENERIC) != GENERIC:
        return False
    return all(each.instruction in ours for each in cache.store().analyses(analysis.corpus_key))

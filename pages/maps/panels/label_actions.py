"""Label actions of the side panels: give labels, undo."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.common import cache, change_labels, markdown, person


def record_labels(analysis_id: int, labels: Mapping[int, str | None], reviewed: bool = False) -> None:
    """Give labels as one step. For callbacks."""
    change_labels(
        lambda: cache.store().labels.give(analysis_id, labels, person(), source="map", reviewed=reviewed)
    )


def draw_undo(analysis_id: int, key: str) -> None:
    """Draw a button that undoes the latest step; its label says what the step was."""
    step = cache.store().labels.last_step(analysis_id)
    if step is None:
        return
    texts = "1 text" if len(step.rows) == 1 else f"{len(step.rows):,} texts"
    if not step.labels:
        what = f"no label for {texts}"
    elif len(step.labels) == 1:
        what = f"“{markdown(step.labels[0])}” for {texts}"
    else:
        what = f"{len(step.labels)} labels for {texts}"
    st.button(
        f"Undo {what}",
        key=key,
        type="tertiary",
        icon=":material/undo:",
        help=f"Undoes the latest step, by {markdown(step.given_by)}.",
        on_click=change_labels,
        args=[lambda: cache.store().labels.undo(analysis_id, step)],
    )

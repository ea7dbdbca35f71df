"""What fewer people need, folded away: import, a language model, the method, the names, copy and removal."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.corpus import Corpus
from core.storage import Analysis
from core.utils import cut
from pages.common import cache, draw_label_manager, draw_name_field, jobs, keep_toast, markdown, open_analysis
from pages.guide.annotation import TASK as ANNOTATION_TASK
from pages.guide.annotation import draw_annotation
from pages.guide.deck import shows_name_field
from pages.guide.label_import import draw_import
from pages.guide.labelled_table import draw_labelled
from pages.guide.method import draw_method

MANAGER_WIDTH = 460  # pixels
LONGEST_NAME = 60  # characters of an instruction in a sentence
COPY_HELP = (
    "The copy has the same labels: try another method or other labels in it. The maps page shows any two "
    "side by side."
)


def draw_more_ways(analysis: Analysis | None, corpus: Corpus) -> None:
    """Draw the fold with everything beside instruction, names and deck."""
    store = cache.store()
    guide = store.labels.read(analysis.id) if analysis else None
    panels: dict[str, Callable[[], None]] = {
        "Import labels": lambda: draw_import(corpus, analysis.instruction if analysis else ""),
        "Labels by a language model": lambda: draw_annotation(analysis, corpus),
    }
    if analysis is None or not analysis.method.reencodes:  # its fields stand on the page then
        panels["Method"] = lambda: draw_method(analysis)
    if analysis is not None and guide is not None:
        if guide.names or guide.retired:
            panels["Edit labels"] = lambda: _draw_names(analysis)
        if guide.n_labels:
            panels["Labels so far"] = lambda: draw_labelled(analysis, corpus)
        panels["This analysis"] = lambda: draw_analysis(analysis, with_name=not shows_name_field(guide))
    job = jobs.latest(ANNOTATION_TASK, analysis_id=analysis.id) if analysis else None
    annotates = job is not None and job.active
    with st.expander("More ways", icon=":material/more_horiz:", key="guide_more", expanded=annotates):
        tabs = st.tabs(
            list(panels), default="Labels by a language model" if annotates else None, key="guide_more_tabs"
        )
        for tab, draw in zip(tabs, panels.values(), strict=True):
            with tab:
                draw()


def _draw_names(analysis: Analysis) -> None:
    with st.container(width=MANAGER_WIDTH):
        draw_label_manager(analysis, "guide_names")


def draw_analysis(analysis: Analysis, *, with_name: bool) -> None:
    """Draw what copies and removes the analysis, and the name under which labels are recorded."""
    name = cut(analysis.instruction or "untitled", LONGEST_NAME)

    def copy() -> None:
        open_analysis(cache.store().copy_analysis(analysis.id))
        keep_toast(f"This is a copy of “{name}”, with its labels.", "content_copy")

    def remove() -> None:
        jobs.cancel_of(analysis_id=analysis.id)
        cache.store().delete_analysis(analysis.id)
        remaining = cache.store().analyses(analysis.corpus_key)
        open_analysis(remaining[-1].id if remaining else None)
        keep_toast(f"“{name}” was removed.", "delete")

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if with_name:
            draw_name_field()
        st.button(
            "Copy this analysis",
            key="guide_copy",
            icon=":material/content_copy:",
            help=COPY_HELP,
            on_click=copy,
        )
        remove_key = f"guide_remove_{analysis.id}"  # the popover of another analysis starts closed
        with st.popover("Remove this analysis", icon=":material/delete:", key=remove_key):
            st.markdown(f"Remove **{markdown(name)}** with its labels and its map? This cannot be undone.")
            st.button("Remove it", key="guide_remove_analysis", on_click=remove)

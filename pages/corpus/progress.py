"""The progress of encoding on the corpus page, which opens the maps when it ends."""

from __future__ import annotations

import streamlit as st

from core.storage import StoredCorpus
from pages.common import (
    cache,
    current_analysis,
    current_corpus,
    get_state,
    is_prepared,
    jobs,
    markdown,
    navigation,
)

MANY_LABELS = 50  # as from a column of the file
STOPPED = "Cancelled. Press “Show the map” again when you are ready."


def follow_encoding(entry: StoredCorpus | None, *, cancel_key: str, encoder: str | None = None) -> bool:
    """Draw the work on a corpus that is to show its maps; return whether there is any.

    While this page shows the work, its end opens the maps. A person who went to another page stays there.

    Parameters
    ----------
    entry : StoredCorpus or None
        None before the corpus was stored.
    encoder : str, optional
        Whose ended job is reported, where it failed or was cancelled; by default that of any.
    """
    if entry is None:
        return False
    state = get_state()
    # The full map is made in the background while the preview can be used.
    tasks = ("look",) if shows_preview(entry) and entry.next_encoder else jobs.MAP_TASKS
    job = jobs.latest(*tasks, corpus_key=entry.key)
    if encoder is not None and (job is None or not job.active):  # the job of another is shown while it runs
        job = jobs.latest(*tasks, corpus_key=entry.key, encoder=encoder)
    analysis = current_analysis()
    if state.awaited_map == entry.key and analysis is not None and (job is None or not job.active):
        job = jobs.latest("fit", analysis_id=analysis.id) or job
    if jobs.draw_job(job, cancel_key=cancel_key, stopped=STOPPED):
        current = current_corpus()
        if current is not None and current.key == entry.key:  # another of the list opens nothing
            state.awaited_map = entry.key
            if job is not None and job.task in jobs.MAP_TASKS:
                draw_meanwhile(entry)
        return True
    if state.awaited_map == entry.key:
        state.awaited_map = None
        if is_prepared(cache.store().find_corpus(entry.key)) and (job is None or job.status == "done"):
            navigation.go_to(navigation.MAPS)
    return False


def shows_preview(entry: StoredCorpus | None) -> bool:
    """Whether a quick preview of a corpus can be shown."""
    return entry is not None and entry.is_preview and is_prepared(entry)


def draw_meanwhile(entry: StoredCorpus) -> None:
    """Draw what can be done while the open corpus is encoded; nothing where its texts have labels already."""
    analysis = current_analysis()
    if analysis is not None and cache.store().labels.read(analysis.id).n_labels >= MANY_LABELS:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="corpus_meanwhile"):
        st.page_link(
            navigation.GUIDE, label="Label some texts meanwhile", icon=":material/edit:", width="content"
        )
        st.caption(f"The map of “{markdown(entry.name)}” opens here by itself.", width="content")

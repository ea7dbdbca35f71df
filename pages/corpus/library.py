"""Corpora kept on this machine: open, encode, remove."""

from __future__ import annotations

import streamlit as st

from core.encoders import DEFAULT_ENCODER, split_precomputed, title_of
from core.storage import StoredCorpus
from pages.common import cache, close_corpus, is_prepared, jobs, markdown, navigation, open_corpus


def draw_stored(stored: list[StoredCorpus]) -> None:
    """Draw the stored corpora, in the order given."""
    for entry in stored:
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=f"stored_{entry.key}"
        ):
            st.markdown(f"**{markdown(entry.name)}**  \n:small[{describe(entry)}]", width="stretch")
            if not is_prepared(entry):
                draw_resume(entry)
            elif st.button("Open", key=f"open_{entry.key}", type="primary"):
                open_corpus(entry.key)
                navigation.go_to(navigation.MAPS)
            with st.popover("", icon=":material/delete:", help="Remove from this machine"):
                st.markdown(f"Remove **{markdown(entry.name)}** with all its labels? This cannot be undone.")
                if st.button("Remove", key=f"remove_{entry.key}", type="primary"):
                    remove_corpus(entry.key)
                    st.rerun()


def describe(entry: StoredCorpus) -> str:
    """Return the size of a corpus, its encoder, and when it was opened, as markdown."""
    state = "not encoded yet"
    if is_prepared(entry):
        by = "" if split_precomputed(entry.encoder) else "encoded by "
        state = by + markdown(title_of(entry.encoder))
    return f"{count_of_texts(entry)} · {state} · opened {entry.opened_at[:16].replace('T', ' ')} UTC"


def count_of_texts(entry: StoredCorpus) -> str:
    """Return the number of texts on the map, and of the copies and non-answers beside it."""
    n_beside = cache.store().count_left_out(entry.key)
    beside = f" and {n_beside:,} copies or non-answers beside the map" if n_beside else ""
    return f"{entry.n_texts:,} texts{beside}"


def remove_corpus(corpus_key: str) -> None:
    """Remove a corpus with its analyses; their jobs are cancelled first."""
    jobs.cancel_of(corpus_key=corpus_key)
    for analysis in cache.store().analyses(corpus_key):
        jobs.cancel_of(analysis_id=analysis.id)
    cache.store().delete_corpus(corpus_key)
    close_corpus(corpus_key)


def draw_resume(entry: StoredCorpus) -> None:
    """Draw the progress of a corpus that is being encoded, or a button that starts it."""
    job = jobs.latest("prepare", corpus_key=entry.key)
    if jobs.draw_job(job, cancel_key=f"cancel_{entry.key}"):
        return
    if st.button(f"Encode {entry.n_texts:,} texts", key=f"resume_{entry.key}"):
        open_corpus(entry.key)
        encoder = job.arguments["encoder"] if job else entry.encoder or DEFAULT_ENCODER
        jobs.start("prepare", f"Encoding {entry.name}", corpus_key=entry.key, encoder=encoder)
        st.rerun()

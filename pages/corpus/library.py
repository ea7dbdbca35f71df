"""Corpora kept on this machine: open, encode, remove."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.encoders import DEFAULT_ENCODER, split_precomputed, title_of
from core.storage import StoredCorpus
from pages.common import (
    cache,
    close_corpus,
    get_state,
    is_prepared,
    jobs,
    markdown,
    navigation,
    next_step,
    open_corpus,
    switch_corpus,
)
from pages.common.encoders import previews_first, start_map
from pages.corpus.demo import forget_demo, leave_demo
from pages.corpus.progress import follow_encoding
from pages.corpus.sharing import draw_share

FIRST_SHOWN = 5  # corpora in the list before it is opened whole


def draw_stored(stored: list[StoredCorpus], current: StoredCorpus | None) -> None:
    """Draw the stored corpora, in the order given; the one in use is marked."""
    st.markdown("##### Open again")
    for entry in stored[:FIRST_SHOWN]:
        draw_entry(entry, current)
    if len(stored) > FIRST_SHOWN:
        with st.expander(f"{len(stored) - FIRST_SHOWN:,} more", key="corpus_more"):
            for entry in stored[FIRST_SHOWN:]:
                draw_entry(entry, current)


def draw_entry(entry: StoredCorpus, current: StoredCorpus | None) -> None:
    """Draw one corpus: what it is, Open, and Remove."""
    in_use = current is not None and current.key == entry.key
    mark = " :blue-badge[open]" if in_use else ""
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"stored_{entry.key}"):
        st.markdown(f"**{markdown(entry.name)}**{mark}  \n:small[{describe(entry)}]", width="stretch")
        if not is_prepared(entry):
            if not in_use:  # its progress is shown at the top of the page
                draw_resume(entry)
        else:
            draw_open(entry, in_use=in_use)
        draw_share(entry)
        draw_remove(entry)


def draw_open(entry: StoredCorpus, *, in_use: bool) -> None:
    """Draw the button that opens the maps of a corpus, by the name that the page head has for it, if any."""
    step = next_step.find_next_step(navigation.CORPUS) if in_use else None
    name = step.name if step is not None and step.page == navigation.MAPS and not step.fits else "Open"
    if st.button(name, key=f"open_{entry.key}", icon=":material/map:"):
        leave_demo()
        switch_corpus(entry.key)
        navigation.go_to(navigation.MAPS)


def draw_remove(entry: StoredCorpus) -> None:
    """Draw the button that removes a corpus after a question."""
    name = markdown(entry.name)
    with st.popover("Remove", icon=":material/delete:", type="tertiary", key=f"ask_{entry.key}"):
        analyses = cache.store().analyses(entry.key)
        n_labels = sum(cache.store().labels.read(analysis.id).n_labels for analysis in analyses)
        labels = f"{n_labels:,} {'label' if n_labels == 1 else 'labels'}" if n_labels else ""
        lost = " and ".join(filter(None, [count_of_analyses(len(analyses)), labels]))
        with_it = f", with {lost}" if lost else ""
        st.markdown(f"Remove **{name}** from this machine{with_it}? This cannot be undone.")
        if st.button(f"Remove {name}", key=f"remove_{entry.key}"):
            remove_corpus(entry.key)
            st.rerun()


def describe(entry: StoredCorpus) -> str:
    """Return column and size of a corpus, its encoder, its analyses, and when it was opened, as markdown."""
    state = "not encoded yet"
    if is_prepared(entry):
        by = "" if split_precomputed(entry.encoder) else "encoded with "
        state = by + markdown(title_of(entry.encoder))
    column = f"column *{markdown(entry.text_column)}*" if entry.text_column else ""
    analyses = count_of_analyses(len(cache.store().analyses(entry.key)))
    parts = [count_of_texts(entry), column, state, analyses, f"opened {time_ago(entry.opened_at)}"]
    return " · ".join(filter(None, parts))


def count_of_texts(entry: StoredCorpus) -> str:
    """Return the number of texts on the map, and of the copies and non-answers beside it."""
    n_beside = cache.store().count_left_out(entry.key)
    what = "copy or non-answer" if n_beside == 1 else "copies or non-answers"
    beside = f" and {n_beside:,} {what} beside the map" if n_beside else ""
    return f"{entry.n_texts:,} texts{beside}"


def count_of_analyses(n: int) -> str:
    """Return the number of analyses in words; "" for none."""
    return f"{n:,} {'analysis' if n == 1 else 'analyses'}" if n else ""


def time_ago(moment: str, now: datetime | None = None) -> str:
    """Return when something happened, in words; `moment` is UTC in ISO format.

    A day is a day of the calendar here; from a month on, the date stands for itself.
    """
    then = datetime.fromisoformat(moment)
    then = (then if then.tzinfo else then.replace(tzinfo=UTC)).astimezone()
    now = (now or datetime.now(UTC)).astimezone()
    minutes = int((now - then).total_seconds() // 60)
    days = (now.date() - then.date()).days
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} {'minute' if minutes == 1 else 'minutes'} ago"
    if days == 0 or minutes < 6 * 60:
        hours = minutes // 60
        return f"{hours} {'hour' if hours == 1 else 'hours'} ago"
    if days == 1:
        return "yesterday"
    if days <= 30:
        return f"{days} days ago"
    return f"on {then.day} {then:%B %Y}"


def remove_corpus(corpus_key: str) -> None:
    """Remove a corpus with its analyses; their jobs are cancelled first."""
    forget_demo(corpus_key)
    jobs.cancel_of(corpus_key=corpus_key)
    for analysis in cache.store().analyses(corpus_key):
        jobs.cancel_of(analysis_id=analysis.id)
    cache.store().delete_corpus(corpus_key)
    close_corpus(corpus_key)


def draw_resume(entry: StoredCorpus) -> None:
    """Draw the progress of a corpus that is being encoded, or a button that starts it."""
    if follow_encoding(entry, cancel_key=f"cancel_{entry.key}"):
        return
    job = jobs.latest(*jobs.MAP_TASKS, corpus_key=entry.key)
    if st.button(f"Show the map of {entry.n_texts:,} texts", key=f"resume_{entry.key}"):
        open_corpus(entry.key)
        encoder = job.arguments["encoder"] if job else entry.encoder or DEFAULT_ENCODER
        preview = previews_first(entry.key, encoder, cache.corpus(entry.key).texts)
        job = start_map(entry.key, entry.name, encoder, preview=preview)
        jobs.leave_to_page(job)
        get_state().awaited_map = entry.key
        st.rerun()

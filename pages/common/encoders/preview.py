"""A quick preview: when it comes first, what is said of it on every page, and the full map that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.encoders import DEFAULT_ENCODER, PREVIEW_ENCODER, EncoderSpec, split_precomputed
from core.jobs import LAST, Job
from core.storage import StoredCorpus
from pages.common import cache, jobs
from pages.common.encoders.encoding_time import encoding_seconds, map_seconds
from pages.common.encoders.legibility import legibility
from pages.common.notices import keep_toast
from pages.common.state import is_prepared, state_of
from pages.common.text import duration

LONG_WAIT = 120.0  # seconds to a map, from which a quick preview comes first
MANY_TEXTS = 40_000  # from which it does so where the seconds are not known
FIRST_SECONDS, TEXTS_PER_SECOND = 20.0, 4_000  # of a preview, before one was made here
PREVIEW_HELP = (
    "Each text is taken as the sum of its words, without their order. Topics show well; tone, negation and "
    "fine differences do not. The full map reads every text with its encoder."
)
REPLACED = "The full map is here. It took the place of the quick preview."


@dataclass
class ShownPreview:
    """Whether this session has shown a quick preview of a corpus, and not yet its full map."""

    shown: bool = False


def previews_first(corpus_key: str, encoder: str, texts: Sequence[str]) -> bool:
    """Whether a corpus without a map is shown by a quick preview before its texts are encoded."""
    if split_precomputed(encoder) is not None or EncoderSpec.parse(encoder).is_static:
        return False
    seconds = map_seconds(corpus_key, encoder, texts)
    if not (len(texts) >= MANY_TEXTS if seconds is None else seconds > LONG_WAIT):
        return False
    found = legibility(corpus_key, PREVIEW_ENCODER, texts)
    return found is not None and not found.doubtful


def preview_seconds(n_texts: int) -> float:
    """Return about how long a quick preview takes here."""
    measured = cache.store().speeds.look_seconds(n_texts)
    return FIRST_SECONDS + n_texts / TEXTS_PER_SECOND if measured is None else measured


def draw_preview_time(corpus_key: str, encoder: str, texts: Sequence[str]) -> None:
    """Draw how long the quick preview takes, and the full map that follows."""
    seconds = map_seconds(corpus_key, encoder, texts)
    later = "later" if seconds is None else f"about **{duration(seconds)}** later"
    st.caption(
        f"A quick preview comes first, in about **{duration(preview_seconds(len(texts)))}**. The full map "
        f"follows by itself, {later}; look around and label meanwhile."
    )


def start_map(corpus_key: str, name: str, encoder: str, *, preview: bool) -> Job:
    """Queue what makes the map of a corpus; with `preview`, `follow_preview` queues the full map after it."""
    if preview:
        return jobs.start("look", f"Quick preview of {name}", corpus_key=corpus_key, encoder=encoder)
    return jobs.start("prepare", f"Encoding {name}", corpus_key=corpus_key, encoder=encoder)


def follow_preview(entry: StoredCorpus | None) -> None:
    """Start the full map of the open corpus where a preview is shown, or go on after the app was stopped.

    Whoever cancelled it starts it again by the button of `draw_preview_mark`.
    """
    if entry is None or not is_prepared(entry):
        return
    state = state_of(ShownPreview, entry.key)
    if state.shown and not entry.is_preview:
        keep_toast(REPLACED, "map")
    state.shown = entry.is_preview
    if entry.next_encoder is not None and jobs.latest("prepare", corpus_key=entry.key) is None:
        _start_full_map(entry, entry.next_encoder)


def draw_preview_mark(entry: StoredCorpus | None) -> None:
    """Say that what a page shows is a quick preview, and what follows it; nothing for a full map."""
    place = st.empty()  # else the browser would rebuild the maps below when the mark goes, and not morph
    if entry is None or not entry.is_preview or not is_prepared(entry):
        return
    job = jobs.latest("prepare", corpus_key=entry.key)
    active = job is not None and job.active
    follows = " The full map takes its place by itself; your labels count there too." if active else ""
    with place.container(horizontal=True, vertical_alignment="center", key="preview_mark"):
        st.markdown(
            f":orange-badge[quick preview] To look, not to conclude.{follows}",
            help=PREVIEW_HELP,
            width="content",
        )
        if not active:
            encoder = entry.next_encoder or EncoderSpec.parse(entry.encoder or "").source or DEFAULT_ENCODER
            seconds = encoding_seconds(entry.key, encoder, cache.corpus(entry.key).texts)
            time = "" if seconds is None else f" (about {duration(seconds)})"
            st.button(
                f"Make the full map{time}",
                key="preview_full_map",
                icon=":material/map:",
                on_click=_start_full_map,
                args=[entry, encoder],
            )


def _start_full_map(entry: StoredCorpus, encoder: str) -> None:
    """Queue the full map behind everything that somebody waits for."""
    title = f"Full map of {entry.name}"
    jobs.start("prepare", title, priority=LAST, corpus_key=entry.key, encoder=encoder)

"""Offer to encode again a corpus that was encoded before the encoder's middle layers were kept."""

from __future__ import annotations

import streamlit as st

from core.encoders import describe_encoder
from core.storage import StoredCorpus, lacks_views
from pages.common import cache, duration, jobs
from pages.common.encoders import encoding_cost

STOPPED = "Cancelled. Encode again when you are ready: it goes on where it stopped."


def draw_views_offer(entry: StoredCorpus, *, job_drawn: bool = False) -> None:
    """Draw what encoding an encoded corpus again would add, and a button; nothing where it adds nothing.

    `job_drawn` says that the page shows the job already, which is not active.
    """
    results = cache.store().results(entry.key)
    if not lacks_views(results, entry.embedding_key):
        return
    facts = describe_encoder(entry.encoder)
    if facts.problem or not facts.gives_views:
        return
    job = None if job_drawn else jobs.latest("prepare", corpus_key=entry.key, encoder=entry.encoder)
    if jobs.draw_job(job, cancel_key="corpus_cancel_views", stopped=STOPPED):
        return
    seconds = encoding_cost(entry.key, entry.encoder, cache.corpus(entry.key).texts)[2]
    time = "" if seconds is None else f", in about {duration(seconds)},"
    st.caption(
        f"Encoding these texts again{time} also keeps what the encoder's middle layers know: instructions "
        "about feelings or intents become easier to follow, and your analyses and labels stay."
    )
    if st.button("Encode again", key="corpus_add_views", icon=":material/layers:"):
        jobs.start("prepare", f"Encoding {entry.name}", corpus_key=entry.key, encoder=entry.encoder)
        st.rerun()

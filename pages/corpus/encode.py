"""Encode a corpus: by an encoder, or by vectors from a file."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.corpus.tables import Table
from core.errors import RefractError
from pages.common import cache, is_prepared, jobs, navigation, open_corpus, show_message
from pages.common.encoders import (
    Upload,
    doubt_about,
    draw_encoder_chooser,
    encoder_problem,
    encoding_cost,
    keep_vectors,
    kept_vectors_name,
    read_vectors,
)
from pages.corpus.views import draw_views_offer

VECTOR_SOURCES = {"encoder": "By an encoder", "file": "Vectors I have already"}
VECTOR_SOURCES_HELP = (
    "A map needs a vector of each text: computed here by an encoder, or read from a file. On the generic "
    "map, texts with similar vectors stand close together."
)
STOPPED = "Cancelled; nothing was lost. It starts again."


def draw_vector_sources(corpus: Corpus, table: Table, table_id: str) -> None:
    """Draw the choice of where the vectors come from, and the fields of the choice.

    `table_id` tells tables apart; the corpus is built from this one.
    """
    source = st.segmented_control(
        "Vectors of the texts",
        list(VECTOR_SOURCES),
        format_func=VECTOR_SOURCES.__getitem__,
        default="encoder",
        required=True,
        key="corpus_way",
        help=VECTOR_SOURCES_HELP,
        persist_state="session",
    )
    if source == "file":
        upload = read_vectors(corpus, table, table_id, key="corpus")
        if upload is not None:
            draw_encode(corpus, kept_vectors_name(corpus.key, upload), upload=upload)
    else:
        draw_encoder(corpus)


def draw_encoder(corpus: Corpus) -> None:
    """Draw the choice of an encoder, and Encode."""
    encoder, _ = draw_encoder_chooser(
        key="corpus",
        instructed=False,
        texts=corpus.texts,
        corpus_key=corpus.key,
        before_try=lambda: cache.add_corpus(corpus),
    )
    if not encoder:
        return
    problem = encoder_problem(encoder, instructed=False)
    n_long, max_tokens, _ = encoding_cost(corpus.key, encoder, corpus.texts)
    if n_long and not problem:
        st.caption(
            f"**{n_long:,}** texts are longer than the {max_tokens:,} tokens that the encoder accepts: their "
            "ends are cut."
        )
    draw_encode(corpus, encoder, disabled=bool(problem))


def draw_encode(
    corpus: Corpus, encoder: str, *, upload: Upload | None = None, disabled: bool = False
) -> None:
    """Draw the page's primary button, which encodes with progress and Cancel, or opens an encoded corpus.

    With an upload its vectors take the place of encoding; `encoder` is then the name of the vectors, ""
    before they are stored.
    """
    stored = cache.store().find_corpus(corpus.key)
    job = jobs.latest("prepare", corpus_key=corpus.key)
    if job is None or not job.active:  # a job of another encoder is shown while it runs
        job = jobs.latest("prepare", corpus_key=corpus.key, encoder=encoder)
    if jobs.draw_job(job, cancel_key="corpus_cancel", stopped=STOPPED):
        return
    encoded = is_prepared(stored) and stored.encoder == encoder
    if encoded:
        doubt = doubt_about(corpus.key, stored.embedding_key, encoder, corpus.texts)
        if doubt:
            st.warning(f"The map is ready, and doubtful: {doubt}", icon=":material/warning:")
        else:
            show_message("The map is ready." if upload else "Encoded: the map is ready.", "success")
        draw_views_offer(stored, job_drawn=True)
    n_texts = f"{len(corpus.texts):,} texts"
    label = f"Map {n_texts} by these vectors" if upload else f"Encode {n_texts}"
    if encoded:
        label = f"Open the map of {n_texts}"
    if st.button(label, key="corpus_encode", type="primary", width="stretch", disabled=disabled):
        try:
            cache.add_corpus(corpus)
            open_corpus(corpus.key)
            encoder = keep_vectors(corpus.key, upload) if upload else encoder
        except RefractError as error:
            show_message(str(error))
            return
        if encoded:
            navigation.go_to(navigation.MAPS)
            return
        title = f"Mapping {corpus.name}" if upload else f"Encoding {corpus.name}"
        jobs.start("prepare", title, corpus_key=corpus.key, encoder=encoder)
        st.rerun()

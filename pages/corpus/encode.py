"""Encode a corpus and show its maps: by an encoder, or by vectors from a file."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.corpus import Corpus
from core.corpus.tables import Table
from core.encoders import PREVIEW_ENCODER
from core.errors import RefractError
from core.jobs import SOON
from core.storage import Analysis
from core.tasks import add_column_analysis, fit_key
from pages.common import (
    cache,
    get_state,
    is_fitted,
    is_prepared,
    jobs,
    navigation,
    open_analysis,
    open_corpus,
    person,
    show_message,
)
from pages.common.encoders import (
    Upload,
    doubt_about,
    draw_encoder_chooser,
    draw_preview_time,
    draw_time,
    encoder_problem,
    encoding_cost,
    keep_vectors,
    kept_vectors_name,
    previews_first,
    read_vectors,
    start_map,
    time_it,
)
from pages.corpus.progress import follow_encoding, shows_preview
from pages.corpus.views import draw_views_offer

VECTOR_SOURCES = {"encoder": "By an encoder", "file": "Vectors I have already"}
VECTOR_SOURCES_HELP = (
    "A map needs a vector of each text: computed here by an encoder, or read from a file. On the map, texts "
    "with similar vectors stand close together."
)


@dataclass(frozen=True)
class VectorChoice:
    """Where the vectors come from.

    Attributes
    ----------
    encoder : str, for `core.encoders.load_encoder`; "" for an upload that was not stored yet
    upload : Upload or None
    usable : bool, whether encoding can start
    """

    encoder: str
    upload: Upload | None = None
    usable: bool = True


def choose_vectors(
    corpus: Corpus, table: Table, table_id: str, alerts: DeltaGenerator
) -> VectorChoice | None:
    """Draw the choice of where the vectors come from; None while there are none.

    Parameters
    ----------
    table_id : str
        Tells tables apart; the corpus is built from this one.
    alerts : container
        Place of what has to be seen also while these fields are folded away.
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
        return None if upload is None else VectorChoice(kept_vectors_name(corpus.key, upload), upload)
    encoder, _ = draw_encoder_chooser(
        key="corpus",
        instructed=False,
        texts=corpus.texts,
        corpus_key=corpus.key,
        before_try=lambda: cache.add_corpus(corpus),
        alerts=alerts,
    )
    if not encoder:
        return None
    problem = encoder_problem(encoder, instructed=False)
    n_long, max_tokens, _ = encoding_cost(corpus.key, encoder, corpus.texts)
    if n_long and not problem:
        st.caption(
            f"**{n_long:,}** texts are longer than the {max_tokens:,} tokens that the encoder accepts: their "
            "ends are cut."
        )
    return VectorChoice(encoder, usable=not problem)


def draw_show_map(corpus: Corpus, choice: VectorChoice, label_column: str | None) -> None:
    """Draw the page's primary button, which leads to the maps, or the progress on the way there.

    Parameters
    ----------
    label_column : str or None
        Column whose values become the labels of a second map.
    """
    stored = cache.store().find_corpus(corpus.key)
    if follow_encoding(stored, cancel_key="corpus_cancel", encoder=choice.encoder):
        return
    preview = shows_preview(stored)
    encoded = is_prepared(stored) and choice.encoder in (stored.encoder, stored.next_encoder)
    doubt = doubt_about(corpus.key, stored.embedding_key, choice.encoder, corpus.texts) if encoded else ""
    if doubt:
        st.warning(f"The map is ready, and doubtful: {doubt}", icon=":material/warning:")
    looks_first = not encoded and not is_prepared(stored) and choice.upload is None and choice.usable
    looks_first = looks_first and previews_first(corpus.key, choice.encoder, corpus.texts)
    n = len(corpus.texts)
    label = f"Show the map of {n:,} texts" if label_column is None else f"Show both maps of {n:,} texts"
    with st.container(key="corpus_start"):
        if st.button(
            label,
            key="corpus_encode",
            type="primary",
            icon=":material/map:",
            width="stretch",
            disabled=not choice.usable,
        ):
            show_map(corpus, choice, label_column, encoded=encoded, looks_first=looks_first)
        if encoded and preview and stored.next_encoder == choice.encoder:
            st.caption("The quick preview is ready. The full map takes its place by itself.")
        elif encoded and not doubt:
            st.caption("The map is ready.")
        elif looks_first:
            time_it(choice.encoder, corpus.texts)
            time_it(PREVIEW_ENCODER, corpus.texts, priority=SOON)  # makes it the first time
            draw_preview_time(corpus.key, choice.encoder, corpus.texts)
        elif not encoded and choice.upload is None and choice.usable:
            draw_time(corpus.key, choice.encoder, corpus.texts)
    if encoded:
        draw_views_offer(stored, job_drawn=True)


def show_map(
    corpus: Corpus, choice: VectorChoice, label_column: str | None, *, encoded: bool, looks_first: bool
) -> None:
    """Store the corpus, start what is missing for its maps, and draw the page again or open the maps."""
    try:
        cache.add_corpus(corpus)
        open_corpus(corpus.key)
        encoder = keep_vectors(corpus.key, choice.upload) if choice.upload else choice.encoder
        analysis = None if label_column is None else label_by(corpus, label_column)
    except RefractError as error:
        show_message(str(error))
        return
    if encoded:
        current = analysis is not None and is_fitted(analysis)
        if analysis is None or (current and analysis.fit_key == fit_key(cache.store(), analysis.id)):
            navigation.go_to(navigation.MAPS)
            return
        job = jobs.start_fit(analysis)
    elif choice.upload:
        job = jobs.start("prepare", f"Mapping {corpus.name}", corpus_key=corpus.key, encoder=encoder)
    else:
        job = start_map(corpus.key, corpus.name, encoder, preview=looks_first)
    jobs.leave_to_page(job)
    get_state().awaited_map = corpus.key
    st.rerun()


def label_by(corpus: Corpus, column: str) -> Analysis:
    """Open an analysis with the values of a column as labels, in the store before the encoder starts.

    So it survives a reload or a restart, and the job that encodes the corpus fits it in the end.
    """
    analysis_id = add_column_analysis(cache.store(), corpus, column, person())
    open_analysis(analysis_id)
    return cache.store().analysis(analysis_id)

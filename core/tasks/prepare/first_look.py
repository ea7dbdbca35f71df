"""The task of a first look: the map of a corpus from a static encoder, until that of another is there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ...encoders import PREVIEW_ENCODER
from ...maps import Space, join_in_cells, project_sample
from ...neighbours import EXACT_LIMIT
from ...storage import ArtifactStore, Store, has_space, save_sample_size, save_space
from ...utils import Report, progress_of
from ..model_cache import NUMBA, load_warm_corpus, load_warm_encoder
from ..speed import Stopwatch
from ..steps import keep_graph, keep_hierarchy, keep_word_table
from .generic_space import encode_generic, fit_first

DRAWING = "Drawing a quick map"

SAMPLE_SIZE = 10_000
"""Texts that are laid out; the others are placed beside them."""


def look(store: Store, report: Report, *, corpus_key: str, encoder: str) -> None:
    """Draw a map from the vectors of `PREVIEW_ENCODER`, and note which encoder's embeddings are to follow.

    The static encoder is made first where it was not. As in `prepare`, what is on disk is not computed again,
    and the newest analysis is fitted. A corpus that has a map keeps it.

    Parameters
    ----------
    encoder : str
        Whose embeddings `prepare` makes afterwards.

    Raises
    ------
    EncoderUnavailable
        When the encoder that the static one is made from cannot be loaded.
    """
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    if entry.embedding_key is not None and has_space(results, entry.embedding_key):
        return
    load_warm_encoder(PREVIEW_ENCODER, progress=progress_of(report, "Making the quick encoder"))
    watch = Stopwatch(report)
    texts = load_warm_corpus(store, corpus_key).texts.tolist()
    key = encode_generic(store, watch, corpus_key, PREVIEW_ENCODER, texts)
    if not has_space(results, key):
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        save_space(results, key, _draw_quickly(watch, results, corpus_key, key, texts, vectors))
        store.speeds.keep_look(len(texts), watch.seconds)
    store.set_encoding(corpus_key, PREVIEW_ENCODER, key, next_encoder=encoder)
    fit_first(store, report, corpus_key)


def _draw_quickly(
    report: Report,
    results: ArtifactStore,
    corpus_key: str,
    key: str,
    texts: Sequence[str],
    vectors: np.ndarray,
) -> Space:
    """Return the space of static vectors; keep its hierarchy, and the word table of the corpus."""
    with ThreadPoolExecutor(1) as beside:  # UMAP uses one processor
        words = beside.submit(keep_word_table, results, corpus_key, texts)
        if len(vectors) > EXACT_LIMIT:
            report("Finding neighbours", 0, 1)
            graph = join_in_cells(vectors)
        else:
            graph = keep_graph(report, results, key, vectors)
        report(DRAWING, 0, 1)
        with NUMBA:
            points = project_sample(vectors, size=SAMPLE_SIZE, progress=progress_of(report, DRAWING))
        if len(vectors) > SAMPLE_SIZE:
            save_sample_size(results, key, SAMPLE_SIZE)
        report("Finding clusters", 0, 1)
        keep_hierarchy(results, key, points)
        report("Counting words", 0, 1)
        words.result()
    return Space(vectors, graph, points)

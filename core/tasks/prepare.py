"""The task that prepares a corpus: embeddings, neighbours, the generic map, and the first Fit that waits."""

from __future__ import annotations

import logging

import numpy as np

from core.corpus import Corpus
from core.errors import LabelError, StoreError
from core.labels import labels_from_column
from core.storage import Store, encode_corpus, find_precomputed, has_space, save_space
from core.tasks.fit import fit
from core.tasks.measure import check_generic_map
from core.tasks.model_cache import load_warm_corpus, load_warm_encoder
from core.tasks.speed import Stopwatch, watch_speed
from core.tasks.steps import draw_space, keep_distinct_vectors, keep_graph, keep_word_table
from core.utils import Report, content_key, progress_of

logger = logging.getLogger(__name__)

PREPARE_VERSION = 1  # raise it when embeddings or their map change: they are then computed again


def prepare(store: Store, report: Report, *, corpus_key: str, encoder: str) -> None:
    """Encode a corpus, find its neighbours, draw the generic map and find its clusters.

    A stage whose result is on disk is skipped, so an interrupted task continues where it stopped. The newest
    analysis is then fitted for the first time, where it has labels of two kinds: they came with the file, or
    were given while this task worked.

    Parameters
    ----------
    encoder : str
        For `load_encoder`, or precomputed vectors as `core.storage.save_precomputed` named them.

    Raises
    ------
    EncoderUnavailable
        When the encoder cannot be loaded, or needs an instruction.
    StoreError
        When the precomputed vectors are no longer kept.
    """
    texts = load_warm_corpus(store, corpus_key).texts.tolist()
    results = store.results(corpus_key)
    precomputed = find_precomputed(results, encoder)
    if precomputed is None:
        report("Loading the encoder", 0, 1)
        model = load_warm_encoder(encoder)
        key = content_key("embeddings", PREPARE_VERSION, corpus_key, model.key_for(None))
        with watch_speed(store, model, encoder, texts, progress_of(report, "Encoding")) as progress:
            encode_corpus(results, key, texts, model, progress)
    else:
        key = content_key("embeddings", PREPARE_VERSION, corpus_key, precomputed)
        results.link_array(f"{precomputed}.vectors", f"{key}.vectors")
    if not has_space(results, key):
        watch = Stopwatch(report)
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        graph = keep_graph(watch, results, key, vectors)
        save_space(results, key, draw_space(watch, results, key, vectors, graph, init=None))
        watch("Counting words", 0, 1)
        keep_word_table(results, corpus_key, texts)
        store.speeds.keep_drawing(len(texts), watch.seconds)
    keep_distinct_vectors(report, results, key, texts)
    check_generic_map(report, results, key)
    # Last: until here a map by another encoder stays in use, also when this task is cancelled.
    store.set_encoding(corpus_key, encoder, key)
    _fit_first(store, report, corpus_key)


def add_column_analysis(store: Store, corpus: Corpus, column: str, given_by: str) -> int:
    """Return the id of an analysis of a stored corpus by a column.

    All values of the column become labels, in one step that Undo takes back. The newest analysis that was
    started so, and still has labels, is returned again.

    Parameters
    ----------
    given_by : str
        Name of the person who chose the column.

    Raises
    ------
    LabelError
        When the column holds no labels.
    StoreError
        When the corpus was removed.
    """
    instruction = f"by {column}"
    for analysis in reversed(store.analyses(corpus.key)):
        if analysis.instruction == instruction and store.labels.read(analysis.id).n_labels:
            return analysis.id
    found = labels_from_column(corpus.metadata[column]).labels
    analysis_id = store.add_analysis(corpus.key, instruction)
    store.labels.give(analysis_id, found, given_by, source="column", source_name=column, add_names=True)
    return analysis_id


def _fit_first(store: Store, report: Report, corpus_key: str) -> None:
    """Fit the newest analysis of a corpus, unless it was fitted before or cannot be."""
    analyses = store.analyses(corpus_key)
    if not analyses or analyses[-1].fit_key is not None or not analyses[-1].method.learns:
        return
    if store.labels.read(analyses[-1].id).table["label"].nunique() < 2:
        return
    try:
        fit(store, report, analysis_id=analyses[-1].id)
    except (LabelError, StoreError):  # the labels were changed meanwhile: the map is ready all the same
        logger.warning("The first Fit was left out.", exc_info=True)

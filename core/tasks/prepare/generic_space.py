"""The task that prepares a corpus: embeddings, neighbours, the generic map, and the first Fit that waits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...corpus import Corpus
from ...encoders import continue_encoder
from ...errors import Cancelled, EncoderUnavailable, LabelError, StoreError
from ...labels import labels_from_column
from ...storage import (
    Analysis,
    Store,
    encode_corpus,
    find_precomputed,
    has_fit,
    has_space,
    is_begun,
    save_space,
)
from ...utils import Report, content_key, log_failure, progress_of
from ..fit import fit, fit_ahead
from ..measure import check_generic_map
from ..model_cache import load_warm_corpus, load_warm_encoder
from ..speed import Stopwatch, watch_speed
from ..steps import draw_space, keep_distinct_vectors, keep_graph, keep_word_table

PREPARE_VERSION = 1  # raise it when embeddings or their map change: they are then computed again


def prepare(store: Store, report: Report, *, corpus_key: str, encoder: str) -> None:
    """Encode a corpus, find its neighbours, draw the generic map and find its clusters.

    A stage whose result is on disk is skipped, so an interrupted task continues where it stopped. The newest
    analysis is then fitted for the first time, where it has labels of two kinds: they came with the file, or
    were given while this task worked.

    Where a quick preview is shown, its map is the start, and its analyses are fitted again; then all of them
    are replaced at once.

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
    try:
        key = _make_generic_space(store, report, corpus_key, encoder)
        fits = _fit_ahead(store, report, corpus_key, encoder, key)
    except Cancelled:
        store.drop_next_encoder(corpus_key)
        raise
    before, replaced = store.corpus_entry(corpus_key), store.analyses(corpus_key)
    # Last: until here a map by another encoder stays in use, also when this task is cancelled.
    store.set_encoding(corpus_key, encoder, key, fits=fits)
    if before.is_preview and before.embedding_key not in (None, key):
        _forget_preview(store, corpus_key, before.embedding_key, replaced)
    fit_first(store, report, corpus_key)


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


def encode_generic(store: Store, report: Report, corpus_key: str, encoder: str, texts: Sequence[str]) -> str:
    """Encode the texts of a corpus unless that was done; return the key of the embeddings."""
    report("Loading the encoder", 0, 1)
    making = progress_of(report, "Making the quick encoder")
    model, results = load_warm_encoder(encoder, progress=making), store.results(corpus_key)

    def key_of(vectors: str) -> str:
        return content_key("embeddings", PREPARE_VERSION, corpus_key, vectors)

    model = continue_encoder(model, None, lambda vectors: is_begun(results, key_of(vectors)))
    key = key_of(model.key_for(None))
    with watch_speed(store, model, encoder, texts, progress_of(report, "Encoding")) as progress:
        encode_corpus(results, key, texts, model, progress)
    return key


def _make_generic_space(store: Store, report: Report, corpus_key: str, encoder: str) -> str:
    """Make the generic space of a corpus, its map and clusters; return the key of the embeddings.

    The map starts from that of a quick preview, where there is one, so that people find their way on both.
    """
    texts = load_warm_corpus(store, corpus_key).texts.tolist()
    results = store.results(corpus_key)
    precomputed = find_precomputed(results, encoder)
    if precomputed is None:
        key = encode_generic(store, report, corpus_key, encoder, texts)
    else:
        key = content_key("embeddings", PREPARE_VERSION, corpus_key, precomputed)
        results.link_array(f"{precomputed}.vectors", f"{key}.vectors")
    if not has_space(results, key):
        watch = Stopwatch(report)
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        graph, start = keep_graph(watch, results, key, vectors), _preview_map(store, corpus_key)
        drawing = "Drawing the generic map"
        save_space(results, key, draw_space(watch, results, key, vectors, graph, init=start, drawing=drawing))
        watch("Counting words", 0, 1)
        keep_word_table(results, corpus_key, texts)
        store.speeds.keep_drawing(len(texts), watch.seconds)
    keep_distinct_vectors(report, results, key, texts)
    check_generic_map(report, results, key)
    return key


def _preview_map(store: Store, corpus_key: str) -> np.ndarray | None:
    """Return the map of a quick preview; None where the corpus has none."""
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    if not entry.is_preview or entry.embedding_key is None or not has_space(results, entry.embedding_key):
        return None
    return np.asarray(results.load_array(f"{entry.embedding_key}.map"))


def _fit_ahead(
    store: Store, report: Report, corpus_key: str, encoder: str, embedding_key: str
) -> dict[int, str]:
    """Fit the analyses of a quick preview again, with their labels of now; return the keys of the Fits.

    The maps of the preview are shown until all are there.
    """
    entry, results = store.corpus_entry(corpus_key), store.results(corpus_key)
    if not entry.is_preview or entry.embedding_key == embedding_key:
        return {}
    fits = {}
    for analysis in store.analyses(corpus_key):
        if analysis.embedding_key != entry.embedding_key or not has_fit(results, analysis.fit_key):
            continue
        try:
            fits[analysis.id] = fit_ahead(
                store, report, analysis_id=analysis.id, encoder=encoder, embedding_key=embedding_key
            )
        except (
            EncoderUnavailable,
            LabelError,
            StoreError,
        ) as error:  # it is offered again: the labels are kept
            log_failure(error, "a fit of quick vectors")
    return fits


def _forget_preview(store: Store, corpus_key: str, embedding_key: str, before: Sequence[Analysis]) -> None:
    """Delete what was made from quick vectors: they can be made again within a minute."""
    results = store.results(corpus_key)
    used = {analysis.fit_key for analysis in store.analyses(corpus_key)}
    for analysis in before:
        if analysis.fit_key is not None and analysis.fit_key not in used:
            results.delete(analysis.fit_key)
    results.delete(embedding_key)


def fit_first(store: Store, report: Report, corpus_key: str) -> None:
    """Fit the newest analysis of a corpus, unless it was fitted before or cannot be."""
    analyses = store.analyses(corpus_key)
    if not analyses or analyses[-1].fit_key is not None or not analyses[-1].method.learns:
        return
    if store.labels.read(analyses[-1].id).table["label"].nunique() < 2:
        return
    try:
        fit(store, report, analysis_id=analyses[-1].id)
    except (
        LabelError,
        StoreError,
    ) as error:  # the labels were changed meanwhile: the map is ready all the same
        log_failure(error, "the first fit")

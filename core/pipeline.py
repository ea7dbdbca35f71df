"""The long tasks, from corpus to maps: each takes keys, reports its stages and leaves its result on disk.

They run in the worker process, one at a time. A task that finds a stage's result on disk skips the stage,
so that an interrupted one goes on where it stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np

from core.annotation_task import annotate_analysis
from core.changes import neighbour_change
from core.clusterings import keep_hierarchy
from core.corpus import Corpus
from core.driving_words import DrivingWord, class_scores, driving_words
from core.encoders import Encoder, load_encoder
from core.errors import LabelError
from core.evidence import control, cross_validate, learning_curve
from core.fits import Fit, findings_kept, has_fit, load_finding, load_fit, save_finding, save_fit
from core.guides import label_phrases
from core.keys import Progress, content_key
from core.map_quality import MapQuality, measure_map, near_neighbours
from core.neighbours import Graph, build_graph, unit_rows
from core.projection import project
from core.results import Results
from core.spaces import Space, has_graph, has_space, load_graph, load_space, save_graph, save_space
from core.store import Analysis, Store, StoredCorpus
from core.transforms import GuidedTransform
from core.transforms.linear import LinearForm, fit_linear_form
from core.words import keep_word_table

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total); may raise `core.errors.Cancelled` to stop the task."""

VERSION = 1  # raise it when embeddings or their map change: older results are then computed again
FIT_VERSION = 2  # the same for a Fit


NUMBA = threading.Lock()
"""Held around UMAP and neighbour search: numba aborts the process when two threads enter it."""

_corpora: dict[str, Corpus] = {}
_encoders: dict[str, Encoder] = {}
_encoders_lock = threading.Lock()


def prepare(store: Store, report: Report, *, corpus_key: str, encoder: str) -> None:
    """Encode a corpus, find its neighbours, draw the generic map and find its clusters."""
    corpus = load_warm_corpus(store, corpus_key)
    results = store.results(corpus_key)
    report("Loading the encoder", 0, 1)
    model = load_warm_encoder(encoder)
    key = content_key("embeddings", VERSION, corpus_key, model.key)
    if not results.has_array(f"{key}.vectors"):
        results.save_array(f"{key}.vectors", model.encode(corpus.texts, progress=_stage(report, "Encoding")))
    if not has_space(results, key):
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        graph = _graph(report, results, key, vectors)
        save_space(results, key, _see(report, results, key, vectors, graph, init=None))
        report("Reading words", 0, 1)
        keep_word_table(results, corpus_key, corpus.texts)
    _check_generic_map(report, results, key)
    # Last: until here a map by another encoder stays in use, also when this is cancelled.
    store.set_encoding(corpus_key, encoder, key)


def fit(store: Store, report: Report, *, analysis_id: int) -> None:
    """Reshape the space by an analysis' guide labels and draw its map, starting from the generic one.

    The names of the labels count as evidence too, and are all there is while no text is labelled.

    Raises
    ------
    LabelError
        With fewer than two label names.
    EncoderUnavailable
        When the names are new and the corpus' encoder cannot be loaded.
    """
    analysis = store.analysis(analysis_id)
    results = store.results(analysis.corpus_key)
    entry = store.corpus_entry(analysis.corpus_key)
    generic = load_space(results, entry.embedding_key)
    labels, given = store.named_codes(analysis_id, len(generic.map))
    phrases = label_phrases(analysis.instruction, labels)
    key = _fit_key(entry.embedding_key, labels, phrases, given)
    if not has_fit(results, key):
        check_labels(labels)
        label_vectors = _label_vectors(report, results, analysis, entry, phrases)
        report("Reshaping the space", 0, 1)
        transform = GuidedTransform(random_state=0)
        vectors = transform.fit_transform(
            np.asarray(generic.vectors), given, graph=generic.graph, label_vectors=label_vectors
        )
        report("Finding neighbours in the reshaped space", 0, 1)
        with NUMBA:
            graph = build_graph(vectors)
        reshaped = Fit(
            space=_see(report, results, key, vectors, graph, init=generic.map),
            instruction=analysis.instruction,
            labels=labels,
            label_ids=store.label_ids(analysis_id),
            phrases=phrases,
            classes=[int(code) for code in transform.classes_],
            given=given,
            probabilities=transform.probabilities_,
            label_vectors=label_vectors,
        )
        save_fit(results, key, reshaped)
    store.set_fit(analysis_id, key, entry.embedding_key)
    _forget_unused_fit(store, results, analysis.corpus_key, analysis.fit_key)


def measure(store: Store, report: Report, *, analysis_id: int, fit_key: str) -> None:
    """Measure what a Fit is worth and what it changed; each finding is kept as soon as it is there.

    Whether it helped comes first: that is what the maps wait for.
    """
    analysis = store.analysis(analysis_id)
    results = store.results(analysis.corpus_key)
    if not has_fit(results, fit_key):
        return  # a newer Fit has replaced it
    reshaped = load_fit(results, fit_key)
    generic = load_space(results, store.corpus_entry(analysis.corpus_key).embedding_key)
    texts = load_warm_corpus(store, analysis.corpus_key).texts
    vectors, given = np.asarray(generic.vectors), np.asarray(reshaped.given)
    graph = reshaped.space.graph
    known = {"graph": generic.graph, "label_vectors": np.asarray(reshaped.label_vectors)}
    found = partial(load_finding, results, fit_key)  # what an earlier step left
    steps = [
        ("evidence", "Checking whether it helped", partial(cross_validate, vectors, given, **known)),
        ("change", "Comparing neighbours", lambda progress: neighbour_change(generic.graph, graph)),
        ("near", "Checking the map", lambda progress: near_neighbours(graph, reshaped.space.map)),
        ("map_quality", "Checking the map", lambda progress: _map_quality(found, generic, reshaped)),
        ("linear", "Finding the one matrix nearest to it", lambda progress: _linear(vectors, reshaped)),
        ("words", "Finding driving words", lambda progress: _words(found, texts, vectors, reshaped)),
        ("control", "Checking against shuffled labels", partial(control, vectors, given, **known)),
        ("curve", "Checking what more labels would bring", partial(learning_curve, vectors, given, **known)),
    ]
    for name, stage, find in steps:
        if name not in findings_kept(results, fit_key):
            report(stage, 0, 1)
            save_finding(results, fit_key, name, find(progress=_stage(report, stage)))
    # A corpus that an earlier version prepared.
    _check_generic_map(report, results, store.corpus_entry(analysis.corpus_key).embedding_key)


def check_labels(labels: list[str]) -> None:
    """Refuse label names that no transform can be fitted on.

    Raises
    ------
    LabelError
        With fewer than two.
    """
    if len(labels) < 2:
        what = f"there is only “{labels[0]}”" if labels else "there is none yet"
        raise LabelError(f"Two labels are needed to tell texts apart, and {what}: name another.")


def fit_key(store: Store, analysis_id: int) -> str:
    """Key of the Fit of an analysis with its labels as they are now.

    It differs from `Analysis.fit_key` exactly when labels, instruction or embeddings changed since the last
    Fit.
    """
    entry = store.corpus_entry(store.analysis(analysis_id).corpus_key)
    labels, given = store.named_codes(analysis_id, entry.n_texts)
    phrases = label_phrases(store.analysis(analysis_id).instruction, labels)
    return _fit_key(entry.embedding_key, labels, phrases, given)


def _see(
    report: Report, results: Results, key: str, vectors: np.ndarray, graph: Graph, *, init: np.ndarray | None
) -> Space:
    """Map of a space, and the hierarchy that its clusters are cut from."""
    drawing = "Drawing the generic map" if init is None else "Drawing the reshaped map"
    report(drawing, 0, 1)
    with NUMBA:
        points = project(vectors, graph, init=init, progress=_stage(report, drawing))
    report("Finding clusters", 0, 1)
    keep_hierarchy(results, key, points)
    return Space(vectors, graph, points)


def _fit_key(embedding_key: str, labels: list[str], phrases: list[list[str]], given: np.ndarray) -> str:
    parameters = sorted(GuidedTransform(random_state=0).get_params().items())
    return content_key("fit", FIT_VERSION, embedding_key, labels, phrases, given, repr(parameters))


def _label_vectors(
    report: Report, results: Results, analysis: Analysis, entry: StoredCorpus, phrases: list[list[str]]
) -> np.ndarray:
    """Mean direction of each label's phrases (n_labels, d); of the Fit before when they are the same."""
    if analysis.embedding_key == entry.embedding_key and has_fit(results, analysis.fit_key):
        before = load_fit(results, analysis.fit_key)
        if before.phrases == phrases:
            return np.asarray(before.label_vectors)
    report("Reading the label names", 0, 1)
    encoded = load_warm_encoder(entry.encoder).encode([phrase for each in phrases for phrase in each])
    owner = np.repeat(np.arange(len(phrases)), [len(each) for each in phrases])
    return np.stack([unit_rows(encoded[owner == label]).mean(axis=0) for label in range(len(phrases))])


def _graph(report: Report, results: Results, key: str, vectors: np.ndarray) -> Graph:
    if not has_graph(results, key):
        report("Finding neighbours", 0, 1)
        with NUMBA:
            save_graph(results, key, build_graph(vectors))
    return load_graph(results, key)


def _forget_unused_fit(store: Store, results: Results, corpus_key: str, old: str | None) -> None:
    """Free the disk of a replaced Fit, unless another analysis with the same labels uses it."""
    if old and old not in {analysis.fit_key for analysis in store.analyses(corpus_key)}:
        results.delete(old)


def _check_generic_map(report: Report, results: Results, key: str) -> None:
    if "map_quality" in findings_kept(results, key):
        return
    report("Checking the map", 0, 1)
    space = load_space(results, key)
    near = near_neighbours(space.graph, space.map)
    save_finding(results, key, "near", near)
    save_finding(results, key, "map_quality", measure_map(space.vectors, space.graph, space.map, near))


def _map_quality(found: Callable, generic: Space, reshaped: Fit) -> MapQuality:
    space, moved = reshaped.space, {"before": generic.map, "change": found("change")}
    return measure_map(space.vectors, space.graph, space.map, found("near"), **moved)


def _stage(report: Report, stage: str) -> Progress:
    return lambda done, total: report(stage, done, total)


def load_warm_corpus(store: Store, key: str) -> Corpus:
    """Corpus by key; the one used last stays in memory."""
    if key not in _corpora:
        corpus = store.load_corpus(key)
        _corpora.clear()
        _corpora[key] = corpus
    return _corpora[key]


def load_warm_encoder(name: str) -> Encoder:
    """Encoder by name; the one used last stays in memory."""
    with _encoders_lock:  # the warm-up loads it from its own thread
        if name not in _encoders:
            _encoders.clear()
            _encoders[name] = load_encoder(name)
        return _encoders[name]


TASKS = {
    "prepare": prepare,
    "fit": fit,
    "measure": measure,
    "annotate": partial(annotate_analysis, load_corpus=load_warm_corpus, load_encoder=load_warm_encoder),
}


def _linear(vectors: np.ndarray, reshaped: Fit) -> LinearForm:
    return fit_linear_form(unit_rows(vectors), np.asarray(reshaped.space.vectors))


def _words(
    found: Callable, texts: np.ndarray, vectors: np.ndarray, reshaped: Fit
) -> list[tuple[DrivingWord, ...]]:
    columns = np.asarray(reshaped.probabilities).argmax(axis=1)
    scores = class_scores(vectors, np.asarray(found("linear").weights), columns, len(reshaped.classes))
    return driving_words(texts, scores, columns)

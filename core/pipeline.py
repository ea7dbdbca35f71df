"""The long tasks, from corpus to maps: each takes keys, reports its stages and leaves its result on disk.

They run in the worker process, one at a time. A task that finds a stage's result on disk skips the stage,
so that an interrupted one goes on where it stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

from core.clusters import find_clusters, typical_texts
from core.corpus import Corpus
from core.encoders import Encoder, load_encoder
from core.errors import LabelError
from core.evidence import Evidence, cross_validate
from core.keys import Progress, content_key
from core.names import name_clusters
from core.neighbours import Graph, build_graph
from core.projection import project
from core.results import Results
from core.spaces import Space, has_graph, has_space, load_graph, load_space, save_graph, save_space
from core.store import Store
from core.transforms import GuidedTransform

Report = Callable[[str, int, int], None]
"""Called with (stage, done, total); may raise `core.errors.Cancelled` to stop the task."""

VERSION = 1  # raise it when a stage's result changes: older results are then computed again

NUMBA = threading.Lock()
"""Held around UMAP, HDBSCAN and neighbour search: numba aborts the process when two threads enter it."""

_corpora: dict[str, Corpus] = {}
_encoders: dict[str, Encoder] = {}
_encoders_lock = threading.Lock()


@dataclass(frozen=True)
class Fit:
    """Result of one Fit.

    Attributes
    ----------
    space : Space
        The reshaped space.
    labels : list of str
        Label names as they were at the Fit.
    given : int64 array (n,), -1 where no label was given
    predicted : int32 array (n,), position in `labels`
    probability : float32 array (n,), of the predicted label
    probabilities : float32 array (n, n_classes), columns as `classes`
    classes : list of int, positions in `labels`
    """

    space: Space
    labels: list[str]
    given: np.ndarray
    predicted: np.ndarray
    probability: np.ndarray
    probabilities: np.ndarray
    classes: list[int]


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
        save_space(results, key, _see(report, corpus.texts, vectors, graph, init=None))
    # Last: until here a map by another encoder stays in use, also when this is cancelled.
    store.set_encoding(corpus_key, encoder, key)


def fit(store: Store, report: Report, *, analysis_id: int) -> None:
    """Reshape the space by an analysis' guide labels and draw its map, starting from the generic one.

    Raises
    ------
    LabelError
        With fewer than two different labels.
    """
    analysis = store.analysis(analysis_id)
    results = store.results(analysis.corpus_key)
    embedding_key = store.corpus_entry(analysis.corpus_key).embedding_key
    generic = load_space(results, embedding_key)
    labels = store.label_names(analysis_id)
    given = store.label_codes(analysis_id, len(generic.map))
    key = _fit_key(embedding_key, labels, given)
    if not has_fit(results, key):
        report("Reshaping the space", 0, 1)
        check_labels(given, labels)
        transform = GuidedTransform(random_state=0)
        vectors = transform.fit_transform(np.asarray(generic.vectors), given, graph=generic.graph)
        results.save_document(
            f"{key}.labels", {"labels": labels, "classes": [int(code) for code in transform.classes_]}
        )
        results.save_array(f"{key}.given", given)
        results.save_array(f"{key}.probabilities", transform.probabilities_)
        report("Finding neighbours in the reshaped space", 0, 1)
        with NUMBA:
            graph = build_graph(vectors)
        texts = load_warm_corpus(store, analysis.corpus_key).texts
        save_space(results, key, _see(report, texts, vectors, graph, init=generic.map))
    store.set_fit(analysis_id, key, embedding_key)
    _forget_unused_fit(store, results, analysis.corpus_key, analysis.fit_key)


def measure(store: Store, report: Report, *, analysis_id: int, fit_key: str) -> None:
    """Measure by held-out labels whether a Fit separates them better than the generic space."""
    analysis = store.analysis(analysis_id)
    results = store.results(analysis.corpus_key)
    if not has_fit(results, fit_key) or results.has_document(f"{fit_key}.evidence"):
        return  # a newer Fit has replaced it, or it was measured already
    generic = load_space(results, store.corpus_entry(analysis.corpus_key).embedding_key)
    given = results.load_array(f"{fit_key}.given")
    progress = _stage(report, "Checking whether it helped")
    evidence = cross_validate(
        np.asarray(generic.vectors), np.asarray(given), graph=generic.graph, progress=progress
    )
    results.save_document(f"{fit_key}.evidence", asdict(evidence))


TASKS = {"prepare": prepare, "fit": fit, "measure": measure}


def check_labels(given: np.ndarray, labels: list[str]) -> None:
    """Refuse labels that no transform can be fitted on.

    Raises
    ------
    LabelError
        With fewer than two different labels given.
    """
    found = sorted({labels[code] for code in given[given >= 0]})
    if len(found) < 2:
        what = f"only “{found[0]}”" if found else "no label yet"
        raise LabelError(f"Two different labels are needed, and {what} was given: label a text with another.")


def fit_key(store: Store, analysis_id: int) -> str:
    """Key of the Fit of an analysis with its labels as they are now.

    It differs from `Analysis.fit_key` exactly when labels or embeddings changed since the last Fit.
    """
    entry = store.corpus_entry(store.analysis(analysis_id).corpus_key)
    labels, given = store.label_names(analysis_id), store.label_codes(analysis_id, entry.n_texts)
    return _fit_key(entry.embedding_key, labels, given)


def load_fit(results: Results, key: str) -> Fit:
    """Read the result of a Fit.

    Raises
    ------
    StoreError
        When a part is missing or damaged.
    """
    names = results.load_document(f"{key}.labels")
    probabilities = results.load_array(f"{key}.probabilities")
    best = probabilities.argmax(axis=1)
    return Fit(
        space=load_space(results, key),
        labels=names["labels"],
        given=results.load_array(f"{key}.given"),
        predicted=np.asarray(names["classes"], dtype=np.int32)[best],
        probability=probabilities[np.arange(len(best)), best],
        probabilities=probabilities,
        classes=names["classes"],
    )


def has_fit(results: Results, key: str | None) -> bool:
    """Whether the whole result of a Fit is kept under this key."""
    return (
        key is not None
        and has_space(results, key)
        and results.has_document(f"{key}.labels")
        and results.has_array(f"{key}.given")
        and results.has_array(f"{key}.probabilities")
    )


def load_evidence(results: Results, key: str) -> Evidence | None:
    """Read the evidence of a Fit; None while it was not measured."""
    if not results.has_document(f"{key}.evidence"):
        return None
    return Evidence(**results.load_document(f"{key}.evidence"))


def _see(
    report: Report, texts: np.ndarray, vectors: np.ndarray, graph: Graph, *, init: np.ndarray | None
) -> Space:
    """Map, clusters and names of a space."""
    drawing = "Drawing the generic map" if init is None else "Drawing the reshaped map"
    report(drawing, 0, 1)
    with NUMBA:
        points = project(vectors, graph, init=init, progress=_stage(report, drawing))
        report("Finding clusters", 0, 1)
        clusters = find_clusters(points)
    report("Naming clusters", 0, 1)
    names = name_clusters(texts, clusters)
    return Space(vectors, graph, points, clusters, names, typical_texts(vectors, clusters))


def _fit_key(embedding_key: str, labels: list[str], given: np.ndarray) -> str:
    parameters = sorted(GuidedTransform(random_state=0).get_params().items())
    return content_key("fit", VERSION, embedding_key, labels, given, repr(parameters))


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

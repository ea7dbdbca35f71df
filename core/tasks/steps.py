"""Steps that tasks share: return a stored part of a space, or compute and store it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..corpus import WordTable, read_words, table_words
from ..maps import SAMPLE_SIZE, Fit, Space, count_distinct_vectors, first_picture, project, project_sample
from ..maps.clusters import (
    ClusterSource,
    Hierarchy,
    cluster_levels,
    find_k_clusters,
    first_words,
    map_hierarchy,
    spread_evenly,
)
from ..neighbours import Graph, build_graph, refine_graph, unit_rows
from ..storage import (
    ArtifactStore,
    find_distinct_vectors,
    has_graph,
    has_hierarchy,
    has_space,
    has_word_table,
    load_graph,
    load_hierarchy,
    load_space,
    load_word_table,
    save_distinct_vectors,
    save_first_picture,
    save_graph,
    save_hierarchy,
    save_sample_size,
    save_word_table,
)
from ..transforms import GSTransform, GuidedTransform, Method
from ..utils import Progress, Report, progress_of
from .model_cache import NUMBA

LARGEST_LAYOUT = 200_000
"""Texts up to which all are laid out from the start. Beyond, a sample is, the others are placed beside their
nearest, and a short layout of all follows."""

FEWEST_FOR_PICTURE = 5_000
"""Texts from which a first picture is kept while the map is drawn: below, that takes about a second."""


def keep_graph(report: Report, results: ArtifactStore, key: str, vectors: np.ndarray) -> Graph:
    """Return the neighbour graph of vectors; build and keep it the first time."""
    if not has_graph(results, key):
        report("Finding neighbours", 0, 1)
        with NUMBA:
            save_graph(results, key, build_graph(vectors))
    return load_graph(results, key)


def draw_space(
    report: Report,
    results: ArtifactStore,
    key: str,
    vectors: np.ndarray,
    graph: Graph,
    *,
    init: np.ndarray | None,
    picture: np.ndarray | None = None,
    drawing: str = "Drawing the reshaped map",
) -> Space:
    """Draw the map of a space, and keep the hierarchy that its clusters are cut from.

    Beyond `LARGEST_LAYOUT` texts a sample is laid out first, and how large it was is kept.

    Parameters
    ----------
    key : str
        Under which the hierarchy is kept.
    init : float32 array (n, 2) or None
        Map from which the new one starts: for a reshaped space the generic map.
    picture : float32 array (n, 2), optional
        `first_picture` of the vectors and `init`, where it is known already.
    drawing : str
        What is reported.
    """
    report(drawing, 0, 1)
    progress = progress_of(report, drawing)
    with NUMBA:
        if len(vectors) > LARGEST_LAYOUT:
            points = project_sample(vectors, graph=graph, init=init, size=SAMPLE_SIZE, progress=progress)
            save_sample_size(results, key, SAMPLE_SIZE)
        else:
            points = project(vectors, graph, init=init, picture=picture, progress=progress)
    report("Finding clusters", 0, 1)
    keep_hierarchy(results, key, points)
    return Space(vectors, graph, points)


def make_space(
    report: Report,
    results: ArtifactStore,
    method: Method,
    given: np.ndarray,
    generic: Space,
    key: str,
    names: np.ndarray | None,
    name_views: Sequence[np.ndarray],
    analysis_id: int | None,
) -> tuple[Space, GuidedTransform | None, GSTransform | None]:
    """Transform the generic vectors, draw their map, and return the one transform that did so, too.

    What is kept under the key is not computed again.

    Parameters
    ----------
    names, name_views :
        Encoded label names and their views, as `GuidedTransform.fit` takes them.
    analysis_id : int or None
        Analysis for which a first picture is kept meanwhile.
    """
    report("Reshaping the space", 0, 1)
    X, picture = np.asarray(generic.vectors), None
    network = GSTransform(random_state=0) if method.kind == "gstransform" else None
    transform = None
    if network is not None:
        network.fit(X, given, progress=progress_of(report, "Training GSTransform"))
        vectors = unit_rows(network.transform(X))
    else:
        learning = progress_of(report, "Reshaping the space")
        transform = fit_guided(generic, given, names, name_views if generic.views else [], progress=learning)
        vectors = unit_rows(transform.embedding_)
        if analysis_id is not None and len(vectors) >= FEWEST_FOR_PICTURE:
            codes = transform.classes_[transform.probabilities_.argmax(axis=1)]
            picture = first_picture(vectors, generic.map)
            save_first_picture(results, analysis_id, picture, codes)
    # Kept and mapped already here: the vectors of a million texts take 1.7 GB.
    if not results.has_array(f"{key}.vectors"):
        results.save_array(f"{key}.vectors", vectors)
    vectors = np.asarray(results.load_array(f"{key}.vectors"))
    if has_space(results, key):  # of a file of an analysis that was saved without its vectors
        return load_space(results, key), transform, network
    report("Finding neighbours in the reshaped space", 0, 1)
    with NUMBA:
        # The space of a network has little left of the generic one.
        graph = refine_graph(vectors, generic.graph) if network is None else build_graph(vectors)
    space = draw_space(report, results, key, vectors, graph, init=generic.map, picture=picture)
    return space, transform, network


def fit_guided(
    base: Space,
    given: np.ndarray,
    label_vectors: np.ndarray | None,
    label_views: Sequence[np.ndarray] = (),
    progress: Progress | None = None,
) -> GuidedTransform:
    """Fit `GuidedTransform` to the texts of a space, with the seed that every Fit has."""
    return GuidedTransform(random_state=0).fit(
        np.asarray(base.vectors),
        np.asarray(given),
        views=base.views,
        graph=base.graph,
        label_vectors=label_vectors,
        label_views=label_views,
        progress=progress,
    )


def predictions_of(transform: GuidedTransform | None, n_texts: int) -> dict[str, Any]:
    """Return what a Fit keeps of the transform that predicts its labels, by the names of its attributes."""
    if transform is None:
        probabilities = np.empty((n_texts, 0), dtype=np.float32)
        return {"classes": [], "probabilities": probabilities, "fits_none": None, "classifier": None}
    return {
        "classes": [int(code) for code in transform.classes_],
        "probabilities": transform.probabilities_,
        "fits_none": transform.fits_none_ if transform.judges_fit_ else None,
        "classifier": transform.to_arrays(),
    }


def keep_hierarchy(results: ArtifactStore, space_key: str, points: np.ndarray) -> Hierarchy:
    """Return the hierarchy of a map; build and keep it the first time."""
    if not has_hierarchy(results, space_key):
        save_hierarchy(results, space_key, map_hierarchy(np.asarray(points)))
    return load_hierarchy(results, space_key)


def open_source(
    results: ArtifactStore,
    corpus_key: str,
    texts: Sequence[str],
    space_key: str,
    points: np.ndarray,
    vectors: np.ndarray,
    *,
    fit: Fit | None = None,
) -> ClusterSource:
    """Return what the clusters of a map are cut from.

    `draw_space` and `prepare` store the hierarchy and the word table. For a store of an earlier version they
    are computed here: 10 s for 200,000 texts.

    Parameters
    ----------
    fit : Fit, optional
        Whose map it is; its predicted labels lead the names of clusters.
    """
    hierarchy = keep_hierarchy(results, space_key, points)
    table = keep_word_table(results, corpus_key, texts)
    return ClusterSource(
        points=np.asarray(points),
        levels=cluster_levels(hierarchy),
        table=table,
        evenness=spread_evenly(table, hierarchy.leaves),
        k_clusters=lambda k: keep_k_clusters(results, space_key, vectors, k),
        quote=lambda rows: first_words(texts, vectors, rows),
        predicted=None if fit is None or not fit.has_predictions else fit.fitting_labels,
        labels=() if fit is None else fit.labels,
    )


def keep_k_clusters(results: ArtifactStore, space_key: str, vectors: np.ndarray, k: int) -> np.ndarray:
    """Return k k-means clusters of a space: int32 array (n,); compute and keep them the first time."""
    if not has_k_clusters(results, space_key, k):
        results.save_array(_k_means_key(space_key, k), find_k_clusters(vectors, k))
    return results.load_array(_k_means_key(space_key, k))


def has_k_clusters(results: ArtifactStore, space_key: str, k: int) -> bool:
    """Whether the k-means clusters of a space are kept."""
    return results.has_array(_k_means_key(space_key, k))


def keep_word_table(results: ArtifactStore, corpus_key: str, texts: Sequence[str]) -> WordTable:
    """Return the word table of a corpus; count the words and keep them the first time."""
    if not has_word_table(results, corpus_key):
        save_word_table(results, corpus_key, table_words(read_words(texts), len(texts)))
    return load_word_table(results, corpus_key)


def keep_distinct_vectors(report: Report, results: ArtifactStore, key: str, texts: Sequence[str]) -> None:
    """Count the different vectors of the texts of a space, once."""
    if find_distinct_vectors(results, key) is None:
        report("Counting different vectors", 0, 1)
        vectors = np.asarray(results.load_array(f"{key}.vectors"))
        found = count_distinct_vectors(texts, vectors, load_graph(results, key))
        save_distinct_vectors(results, key, found)


def _k_means_key(space_key: str, k: int) -> str:
    return f"{space_key}.k-means-{k}"

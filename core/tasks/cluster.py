"""The tasks on clusters of a map: k-means, and names by a language model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..corpus import Corpus, Partition
from ..errors import LanguageModelError, StoreError
from ..maps import Fit, Space
from ..maps.clusters import (
    SHOWN_TEXTS,
    ClusterChoice,
    Clustering,
    Edit,
    Group,
    cluster_map,
    decode_edit,
    encode_edit,
    name_clusters_by_llm,
    nearest_groups,
    typical_rows,
)
from ..storage import Store, load_fit, load_space
from ..utils import MODEL_VARIABLE, URL_VARIABLE, Report, configured, progress_of
from .model_cache import load_warm_corpus
from .steps import keep_k_clusters, open_source


def cluster(store: Store, report: Report, *, corpus_key: str, space_key: str, k: int) -> None:
    """Find k clusters of a space by k-means, and keep them."""
    report(f"Finding {k} clusters", 0, 1)
    results = store.results(corpus_key)
    keep_k_clusters(results, space_key, load_space(results, space_key).vectors, k)


def name_clusters(
    store: Store,
    report: Report,
    *,
    corpus_key: str,
    analysis_id: int | None,
    started_by: str = "",
    language_model: Mapping[str, str] | None = None,
) -> None:
    """Name the clusters of a map by the configured language model, and save the names as one edit.

    The map is that of the analysis, or the generic one for None. Clusters that were named before keep their
    name. Only the person `started_by` can undo the edit; everybody can where that is left out.
    `language_model` is the choice of `configured`; its key is not stored. After
    Cancelled or LanguageModelError, the names received until then are saved.
    """
    model = configured(language_model)
    if model is None:
        raise LanguageModelError(
            f"No language model is chosen: choose one, or set {URL_VARIABLE} and {MODEL_VARIABLE}."
        )
    corpus = load_warm_corpus(store, corpus_key)
    space, space_key, fit = _space_of(store, corpus_key, analysis_id)
    clustering = _clustering(store, corpus, analysis_id, space, space_key, fit)
    partition = clustering.partition
    unnamed = [code for code in partition.names if code not in clustering.kept_names]
    named = name_clusters_by_llm(
        model,
        groups_to_name(corpus, space, partition, unnamed),
        instruction=store.analysis(analysis_id).instruction if analysis_id is not None else "",
        taken=[partition.names[code] for code in clustering.kept_names],
        progress=progress_of(report, "Naming clusters"),
    )
    owner = corpus_key, analysis_id
    if named.names:
        groups = tuple(partition.rows(code) for code in named.names)
        edit = Edit("name", groups, tuple(named.names.values()), clustering.cut)
        store.clusters.add_edit(*owner, encode_edit(edit), model.model, started_by=started_by)
    if named.stopped:
        raise named.stopped
    outcome = {
        "last_edit": store.clusters.last_edit(*owner),
        "n_clusters": len(unnamed),
        "problems": sorted(named.failed.values()),
    }
    store.results(corpus_key).save_document(_outcome_key(*owner), outcome)


def naming_problems(store: Store, corpus_key: str, analysis_id: int | None) -> str:
    """Return what the latest naming could not name, as one sentence; "" for nothing, or after other edits."""

    def describe(outcome: dict) -> str:
        problems, last_edit = outcome["problems"], store.clusters.last_edit(corpus_key, analysis_id)
        if not problems or outcome["last_edit"] != last_edit:
            return ""
        reasons = ", ".join(dict.fromkeys(problems))
        n_clusters = outcome["n_clusters"]
        kept = f"{len(problems)} of {n_clusters} clusters keep their keywords"
        if n_clusters == 1:
            kept = "The cluster keeps its keywords"
        return f"{kept}: the answer was {reasons}."

    key = _outcome_key(corpus_key, analysis_id)
    return store.results(corpus_key).find_document(key, describe) or ""


def groups_to_name(corpus: Corpus, space: Space, partition: Partition, codes: list[int]) -> dict[int, Group]:
    """Return what the prompt for each cluster shows: typical texts of it and of the nearest on the map."""
    every = list(partition.names)
    near = nearest_groups(np.asarray(space.map), np.asarray(partition.codes), every)
    typical = {code: typical_rows(space.vectors, partition.rows(code), SHOWN_TEXTS) for code in every}
    groups = {}
    for code in codes:
        beside = [every[position] for position in near[every.index(code)]]
        outside = [row for other in beside for row in typical[other][: SHOWN_TEXTS // len(beside)]]
        groups[code] = Group(
            [corpus.texts[row] for row in typical[code]], [corpus.texts[row] for row in outside]
        )
    return groups


def read_edits(store: Store, corpus_key: str, analysis_id: int | None) -> tuple[list[Edit], list[bytes]]:
    """Return the edits of a map, and the content of those that cannot be read: they must not hide the map."""
    edits, unreadable = [], []
    for stored in store.clusters.edits(corpus_key, analysis_id):
        try:
            edits.append(decode_edit(stored.edit))
        except StoreError:
            unreadable.append(stored.edit)
    return edits, unreadable


def analysis_clusters(
    store: Store, analysis_id: int, choice: ClusterChoice | None = None
) -> tuple[Fit, Partition]:
    """Return the Fit of an analysis, and the clusters of its map: as they are shown, or as chosen here.

    Raises
    ------
    StoreError
        When it was removed, or has no map of its own.
    """
    corpus = store.load_corpus(store.analysis(analysis_id).corpus_key)
    _, fit, clusters = map_clusters(store, corpus, analysis_id, choice)
    assert fit is not None  # an analysis has one, or `_space_of` says so
    return fit, clusters


def map_clusters(
    store: Store, corpus: Corpus, analysis_id: int | None, choice: ClusterChoice | None = None
) -> tuple[Space, Fit | None, Partition]:
    """Return the space of a map, its Fit, and its clusters: as they are shown, or as chosen here.

    The map is that of the analysis, or the generic one for None. Chosen k-means clusters that are not there
    yet are computed. Raises StoreError where there is no such map.
    """
    space, space_key, fit = _space_of(store, corpus.key, analysis_id)
    return space, fit, _clustering(store, corpus, analysis_id, space, space_key, fit, choice).partition


def _space_of(store: Store, corpus_key: str, analysis_id: int | None) -> tuple[Space, str, Fit | None]:
    """Space of a map, the key that it is kept under, and its Fit with the present names of its labels."""
    results = store.results(corpus_key)
    if analysis_id is None:
        key = store.encoded_corpus(corpus_key).embedding_key
        return load_space(results, key), key, None
    fit_key = store.analysis(analysis_id).fit_key
    if fit_key is None:
        raise StoreError("This analysis has no map of its own yet: reshape the map first.")
    fit = load_fit(results, fit_key)
    fit = fit.renamed(store.label_names.of_ids(analysis_id, fit.label_ids))
    return fit.space, fit.space_key, fit


def _clustering(
    store: Store,
    corpus: Corpus,
    analysis_id: int | None,
    space: Space,
    space_key: str,
    fit: Fit | None,
    choice: ClusterChoice | None = None,
) -> Clustering:
    """Clusters of a map: as they are shown, or by another choice."""
    results, owner = store.results(corpus.key), (corpus.key, analysis_id)
    texts = corpus.texts.tolist()
    source = open_source(results, corpus.key, texts, space_key, space.map, space.vectors, fit=fit)
    choice = choice or ClusterChoice.from_text(store.clusters.choice(*owner))
    return cluster_map(source, choice, read_edits(store, *owner)[0])


def _outcome_key(corpus_key: str, analysis_id: int | None) -> str:
    return f"naming.{corpus_key}.{analysis_id}"

"""The clusters of a map as they are shown; recomputed when the choice, the edits or the map change."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st

from core.corpus import Corpus, Partition
from core.jobs import Job
from core.maps import Fit, Space
from core.maps.clusters import (
    DENSITY,
    K_MEANS,
    ClusterChoice,
    Clustering,
    ClusterSource,
    MapNames,
    cluster_map,
    describe_kept,
    map_names,
    typical_rows,
)
from core.storage import Analysis
from core.tasks import has_k_clusters, open_source, read_edits
from core.utils import content_key
from pages.common import cache, jobs


def partition_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> Partition:
    """Return the clusters of a map with their names, cut as chosen and edited.

    Parameters
    ----------
    corpus : Corpus of n texts
    analysis : Analysis or None
        Whose map it is; None for the generic one.
    space : Space
    space_key : str
        Under which the space is kept.
    """
    return clustering_for(corpus, analysis, space, space_key).partition


def clustering_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> Clustering:
    """Return the same with what the cluster panel needs.

    While chosen k-means clusters are being computed, these are the clusters by density.
    """
    return _clustering(*_arguments(corpus, analysis, space, space_key))


def names_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> MapNames:
    """Return the names to draw on the map."""
    return _names(*_arguments(corpus, analysis, space, space_key))


def clusters_job(corpus_key: str, analysis: Analysis | None, space_key: str) -> Job | None:
    """Return the job that computes the chosen clusters; None where they are there.

    A job that failed or was cancelled is returned as well: `start_clusters` starts another.
    """
    k = _missing_k(_choice(corpus_key, analysis), corpus_key, space_key)
    return None if k is None else jobs.latest("cluster", corpus_key=corpus_key, space_key=space_key, k=k)


def lacks_clusters(analysis: Analysis) -> bool:
    """Whether the k-means clusters chosen for the map of a fitted analysis are not computed yet."""
    choice = _choice(analysis.corpus_key, analysis)
    if choice.method != K_MEANS:
        return False
    return _missing_k(choice, analysis.corpus_key, cache.fit(analysis).space_key) is not None


def kept_partition(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> Partition:
    """Return the same as `partition_for`, without starting anything: outside a page's run too."""
    return _clustering(*_arguments(corpus, analysis, space, space_key, start=False)).partition


def kept_cut(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> str:
    """Return how the clusters that are shown were cut, as `ClusterChoice.cut`; starts nothing."""
    return _clustering(*_arguments(corpus, analysis, space, space_key, start=False)).cut


def start_clusters(corpus_key: str, space_key: str, k: int) -> Job:
    """Queue the computation of k-means clusters."""
    return jobs.start("cluster", f"Finding {k} clusters", corpus_key=corpus_key, space_key=space_key, k=k)


def typical_of(space: Space, space_key: str, partition: Partition, code: int, count: int) -> list[int]:
    """Return the rows of the texts most typical of a cluster; cached while the cluster keeps its texts."""
    rows = partition.rows(code)
    return _typical(space_key, content_key(rows), count, space, rows)


def source_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> ClusterSource:
    """Return what the clusters of a map are made of."""
    return _source(space_key, *_predictions(analysis), corpus, space)


@cache.kept(max_entries=1000, show_spinner=False)
def _typical(space_key: str, rows_key: str, count: int, _space: Space, _rows: np.ndarray) -> list[int]:
    return typical_rows(_space.vectors, _rows, count)


class _Opened(NamedTuple):
    source: ClusterSource
    space: Space  # it is computed from its vectors, too

    @property
    def is_whole(self) -> bool:
        return self.source.is_whole and self.space.is_whole


@cache.kept(max_entries=6, show_spinner="Finding clusters…")
def _opened(
    space_key: str, predictions_key: str, _fit: Fit | None, _corpus: Corpus, _space: Space
) -> _Opened:
    results = cache.store().results(_corpus.key)
    source = open_source(results, _corpus.key, _corpus.texts, space_key, _space.map, _space.vectors, fit=_fit)
    return _Opened(source, _space)


def _source(
    space_key: str, predictions_key: str, fit: Fit | None, corpus: Corpus, space: Space
) -> ClusterSource:
    return cache.whole(_opened, space_key, predictions_key, fit, corpus, space).source


@cache.kept(max_entries=24, show_spinner=False)
def _clustering(
    space_key: str,
    predictions_key: str,
    _fit: Fit | None,
    owner: tuple[str, int | None],
    choice: str,
    last_edit: str,
    _corpus: Corpus,
    _space: Space,
) -> Clustering:
    source = _source(space_key, predictions_key, _fit, _corpus, _space)
    edits, unreadable = read_edits(cache.store(), *owner) if last_edit else ([], [])
    clustering = cluster_map(source, ClusterChoice.from_text(choice), edits)
    return replace(clustering, lost=[*map(describe_kept, unreadable), *clustering.lost])


@cache.kept(max_entries=24, show_spinner=False)
def _names(
    space_key: str,
    predictions_key: str,
    _fit: Fit | None,
    owner: tuple[str, int | None],
    choice: str,
    last_edit: str,
    _corpus: Corpus,
    _space: Space,
) -> MapNames:
    clustering = _clustering(space_key, predictions_key, _fit, owner, choice, last_edit, _corpus, _space)
    source = _source(space_key, predictions_key, _fit, _corpus, _space)
    return map_names(source, clustering.partition)


def _arguments(
    corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str, *, start: bool = True
) -> tuple:
    """Return the arguments of `_clustering`; with `start`, queue k-means clusters not there yet."""
    owner = corpus.key, analysis.id if analysis else None
    choice = _choice(corpus.key, analysis)
    k = _missing_k(choice, corpus.key, space_key)
    if k is not None:
        if start:
            job = clusters_job(corpus.key, analysis, space_key)
            if job is None or job.status == "done":  # done, and removed since with the space
                start_clusters(corpus.key, space_key, k)
                st.rerun()  # the sidebar, drawn before, shows the job
        choice = replace(choice, method=DENSITY)
    last_edit = cache.store().clusters.last_edit(*owner)
    return space_key, *_predictions(analysis), owner, choice.to_text(), last_edit, corpus, space


def _predictions(analysis: Analysis | None) -> tuple[str, Fit | None]:
    """Return the Fit whose labels are in the names, and a key that changes with them and with their names.

    Fits of one re-encoding share a space, so the key of the space says nothing about them.
    """
    if analysis is None:
        return "", None
    fit = cache.fit(analysis)
    return content_key(analysis.fit_key, fit.labels), fit


def _choice(corpus_key: str, analysis: Analysis | None) -> ClusterChoice:
    kept = cache.store().clusters.choice(corpus_key, analysis.id if analysis else None)
    return ClusterChoice.from_text(kept)


def _missing_k(choice: ClusterChoice, corpus_key: str, space_key: str) -> int | None:
    """Number of k-means clusters that were chosen and are not there yet."""
    if choice.method != K_MEANS or has_k_clusters(cache.store().results(corpus_key), space_key, choice.k):
        return None
    return choice.k

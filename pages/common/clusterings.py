"""The clusters of a map as they are shown, remembered until the choice or the edits change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from core.corpus import Corpus, Partition
from core.errors import StoreError
from core.maps import Space
from core.maps.clusters import (
    K_MEANS,
    ClusterChoice,
    Clustering,
    ClusterSource,
    Edit,
    cluster_map,
    decode_edit,
    describe_kept,
    map_names,
    typical_rows,
)
from core.storage import Analysis
from core.tasks import open_source
from core.utils import content_key
from pages.common import cache


def partition_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> Partition:
    """Clusters of a map with their names, after the choice of how fine and after all edits.

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
    """The same with what the cluster panel says about them."""
    owner = corpus.key, analysis.id if analysis else None
    record = cache.store().clusters
    choice = record.choice(*owner) or ClusterChoice().to_text()
    arguments = space_key, owner, choice, record.last_edit(*owner), corpus, space
    if ClusterChoice.from_text(choice).method == K_MEANS:  # seconds for many texts, the first time
        with st.spinner("Finding clusters…"):
            return _clustering(*arguments)
    return _clustering(*arguments)


def names_for(corpus: Corpus, analysis: Analysis | None, space: Space, space_key: str) -> list[tuple]:
    """Names to draw on the map, as `map_names` gives them: (name, x, y, size, zoom)."""
    owner = corpus.key, analysis.id if analysis else None
    record = cache.store().clusters
    choice = record.choice(*owner) or ClusterChoice().to_text()
    return _names(space_key, owner, choice, record.last_edit(*owner), corpus, space)


def typical_of(space: Space, space_key: str, partition: Partition, code: int, count: int) -> list[int]:
    """Texts that are most typical of a cluster, remembered while the cluster keeps its texts."""
    rows = partition.rows(code)
    return _typical(space_key, content_key(rows), count, space, rows)


def source_for(corpus: Corpus, space: Space, space_key: str) -> ClusterSource:
    """What the clusters of a map are made of."""
    return _source(space_key, corpus, space)


@st.cache_resource(max_entries=1000, show_spinner=False)
def _typical(space_key: str, rows_key: str, count: int, _space: Space, _rows: np.ndarray) -> list[int]:
    return typical_rows(_space.vectors, _rows, count)


@st.cache_resource(max_entries=6, show_spinner="Finding clusters…")
def _source(space_key: str, _corpus: Corpus, _space: Space) -> ClusterSource:
    results = cache.store().results(_corpus.key)
    return open_source(results, _corpus.key, _corpus.texts, space_key, _space.map, _space.vectors)


@st.cache_resource(max_entries=24, show_spinner=False)
def _clustering(
    space_key: str,
    owner: tuple[str, int | None],
    choice: str,
    last_edit: str,
    _corpus: Corpus,
    _space: Space,
) -> Clustering:
    source = source_for(_corpus, _space, space_key)
    edits, unreadable = _edits(*owner) if last_edit else ([], [])
    clustering = cluster_map(source, ClusterChoice.from_text(choice), edits)
    return replace(clustering, lost=[*unreadable, *clustering.lost])


@st.cache_resource(max_entries=24, show_spinner=False)
def _names(
    space_key: str,
    owner: tuple[str, int | None],
    choice: str,
    last_edit: str,
    _corpus: Corpus,
    _space: Space,
) -> list[tuple]:
    clustering = _clustering(space_key, owner, choice, last_edit, _corpus, _space)
    return map_names(source_for(_corpus, _space, space_key), clustering.partition)


def _edits(corpus_key: str, analysis_id: int | None) -> tuple[list[Edit], list[str]]:
    """Edits of a map, and a phrase for each that cannot be read: it must not hide the map."""
    edits, unreadable = [], []
    for stored in cache.store().clusters.edits(corpus_key, analysis_id):
        try:
            edits.append(decode_edit(stored.edit))
        except StoreError:
            unreadable.append(describe_kept(stored.edit))
    return edits, unreadable

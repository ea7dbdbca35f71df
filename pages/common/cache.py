"""Objects that all sessions share, and cached reads from the store.

Caches are keyed by content keys, so that Streamlit hashes no large array.
"""

from __future__ import annotations

import functools
import gc
from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.evidence import neighbour_change
from core.jobs import JobRunner
from core.maps import DistinctVectors, Fit, MapQuality, Space
from core.neighbours import Graph
from core.storage import (
    Analysis,
    Store,
    find_distinct_vectors,
    find_sample_size,
    load_answers,
    load_finding,
    load_fit,
    load_space,
)
from core.utils import data_home


def store() -> Store:
    """Store of the data folder in use."""
    return _store(str(data_home()))  # Streamlit hashes a path twice as long as its text


def runner() -> JobRunner:
    """The one job runner of this app, with its worker process."""
    return _runner(str(data_home()))


@functools.cache
def settle_modules() -> None:
    """Leave all that is loaded by now out of the collections of garbage to come, once per server.

    Streamlit collects after each run of a page or fragment. That looked at 210,000 objects of modules, which
    never change, for 0.1 to 0.2 s of processor time after every click.
    """
    gc.collect()
    gc.freeze()


@st.cache_resource
def _store(home: str) -> Store:
    return Store(Path(home))


@st.cache_resource
def _runner(home: str) -> JobRunner:
    return JobRunner(Path(home))


@st.cache_resource(max_entries=2, show_spinner="Opening the corpus…")
def corpus(corpus_key: str) -> Corpus:
    """Texts and metadata; shared by all sessions: do not change it."""
    return store().load_corpus(corpus_key)


def add_corpus(added: Corpus) -> None:
    """Save a corpus; pages load it again, as saving replaces columns that an earlier version stored."""
    store().add_corpus(added)
    corpus.clear(added.key)


@st.cache_resource(max_entries=4, show_spinner=False)
def space(corpus_key: str, key: str) -> Space:
    """The generic space of an embedding key; shared by all sessions: do not change it."""
    return load_space(store().results(corpus_key), key)


def fit(analysis: Analysis) -> Fit:
    """Latest Fit of an analysis, with the present names of its labels; do not change it."""
    kept = _fit(analysis.corpus_key, analysis.fit_key)
    now = store().label_names.of_ids(analysis.id, kept.label_ids)
    if len(now) != len(kept.labels) or None in now:  # an earlier version, or another analysis' Fit
        return kept
    return _renamed(analysis.fit_key, tuple(now), kept)


@st.cache_resource(max_entries=4, show_spinner=False)
def _fit(corpus_key: str, fit_key: str) -> Fit:
    return load_fit(store().results(corpus_key), fit_key)


@st.cache_resource(max_entries=4, show_spinner=False)
def _renamed(fit_key: str, labels: tuple[str, ...], _fit: Fit) -> Fit:
    return replace(_fit, labels=list(labels))


@st.cache_resource(max_entries=4, show_spinner=False)
def change(left_key: str, right_key: str, _left: Graph, _right: Graph) -> np.ndarray:
    """Share of each text's neighbours that the right of two spaces replaced: float32 array (n,)."""
    return neighbour_change(_left, _right)


@st.cache_resource(max_entries=4, show_spinner=False)
def answers(corpus_key: str, space_key: str) -> list[str] | None:
    """A language model's answers about the texts, made while it encoded them; None for other encoders."""
    return load_answers(store().results(corpus_key), space_key)


def map_quality(corpus_key: str, space_key: str) -> tuple[np.ndarray | None, MapQuality | None]:
    """Share of each text's neighbours that are near on the map, and the map's quality; None if unmeasured."""
    results = store().results(corpus_key)
    near, quality = (load_finding(results, space_key, name) for name in ("near", "map_quality"))
    return near, quality


def sample_size(corpus_key: str, space_key: str) -> int | None:
    """How many texts the map of a space was laid out from; None where all were."""
    return find_sample_size(store().results(corpus_key), space_key)


def distinct_vectors(corpus_key: str, space_key: str) -> DistinctVectors | None:
    """How many different vectors the texts of a space have; None if not counted."""
    return find_distinct_vectors(store().results(corpus_key), space_key)

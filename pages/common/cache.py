"""Objects that all sessions share, and cached reads from the store.

Caches are keyed by content keys, so that Streamlit hashes no large array, and by the data folder: nothing
passes from one person to another.
"""

from __future__ import annotations

import functools
import gc
import inspect
import math
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, ParamSpec, Protocol, TypeVar

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.errors import StoreError
from core.evidence import neighbour_change
from core.jobs import HomeRunner, JobRunner
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
from core.utils import data_home, return_gaps
from pages.common import account

Given = ParamSpec("Given")
Value = TypeVar("Value")
Whole = TypeVar("Whole", bound="FromFiles")
_adding = threading.Lock()
_of_thread = threading.local()
_collecting = threading.Lock()
_collected: dict[str, float] = {}
SECONDS_BETWEEN_COLLECTIONS = 10


class FromFiles(Protocol):
    """What may be mapped from files."""

    @property
    def is_whole(self) -> bool:
        """Whether none of them was cut short."""


def store() -> Store:
    """Store of the data folder in use."""
    # A page asks a hundred times, and Streamlit takes 0.15 ms for each look-up: one for each folder and
    # thread, of which each run has its own.
    folder = account.home()
    if getattr(_of_thread, "folder", None) != folder:
        _of_thread.folder, _of_thread.store = folder, _store(str(folder))
    found: Store = _of_thread.store
    return found


def runner() -> JobRunner | HomeRunner:
    """The jobs of the data folder in use; one worker process works for all folders."""
    whole, rules, member = _runner(str(data_home())), account.rules(), account.current_member()
    if rules is None or member is None:
        return whole
    return HomeRunner(whole, account.home(), owner=member.id, most=rules.max_jobs)


def kept(**options: object) -> Callable[[Callable[Given, Value]], Kept[Given, Value]]:
    """Decorate as `st.cache_resource(**options)` does; each data folder has entries of its own."""
    return lambda function: Kept(function, options)


class Kept(Generic[Given, Value]):
    """A cached function whose entries belong to the data folder in use."""

    def __init__(self, function: Callable[Given, Value], options: Mapping[str, object]) -> None:
        def in_folder(folder: str, *given: Given.args, **named: Given.kwargs) -> Value:
            return function(*given, **named)

        functools.update_wrapper(self, function)
        functools.update_wrapper(in_folder, function)
        # Streamlit reads from the names of the parameters which of them count.
        first = inspect.Parameter("folder", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        signature = inspect.signature(function)
        in_folder.__signature__ = signature.replace(parameters=[first, *signature.parameters.values()])
        self._cached = st.cache_resource(**options)(in_folder)

    def __call__(self, *given: Given.args, **named: Given.kwargs) -> Value:
        """Return the kept value, or compute it."""
        return self._cached(str(account.home()), *given, **named)

    def clear(self, *given: Given.args, **named: Given.kwargs) -> None:
        """Forget the value of these arguments."""
        self._cached.clear(str(account.home()), *given, **named)


def whole(kept_function: Kept[..., Whole], *given: object) -> Whole:
    """Return the kept value; one whose file was cut short meanwhile is read again, and so refused."""
    value = kept_function(*given)
    if not value.is_whole:
        kept_function.clear(*given)
        value = kept_function(*given)
    return value


def collect_garbage() -> None:
    """Collect garbage at most every few seconds; leave out all that is loaded when this is called first.

    Streamlit would collect after each run of a page or fragment (`runner.postScriptGC`). That looks at
    210,000 objects of modules, which never change, for 0.1 to 0.2 s of processor time after every click;
    without these it still took a fifth of the processor while ten people labelled.
    """
    with _collecting:
        now = time.monotonic()
        if now - _collected.get("last", -math.inf) < SECONDS_BETWEEN_COLLECTIONS:
            return
        gc.collect()
        if not _collected:
            gc.freeze()
        return_gaps()
        _collected["last"] = now


@st.cache_resource
def _store(home: str) -> Store:
    return Store(Path(home))


@st.cache_resource
def _runner(home: str) -> JobRunner:
    return JobRunner(Path(home))


def check_limits(added: Corpus) -> None:
    """Raise StoreError for a corpus that is more than a shared server keeps for one person."""
    rules = account.rules()
    if rules is None:
        return
    if len(added.texts) > rules.max_texts:
        raise StoreError(
            f"This corpus has {len(added.texts):,} texts, and this server keeps at most {rules.max_texts:,}: "
            "upload fewer rows."
        )
    if account.place():
        raise StoreError("A shared corpus is open: go back to your own corpora first.")
    member = account.current_member()
    n_shared = sum(member is not None and each.owner == member.id for each in account.shared_corpora())
    own = [each.key for each in store().corpora() if each.opened_at]
    if added.key not in own and len(own) + n_shared >= rules.max_corpora:
        raise StoreError(
            f"You have {len(own) + n_shared:,} corpora, the most that this server keeps for one person: "
            "remove one first."
        )


@kept(max_entries=2, show_spinner="Opening the corpus…")
def corpus(corpus_key: str) -> Corpus:
    """Texts and metadata; shared by all sessions: do not change it."""
    return store().load_corpus(corpus_key)


def add_corpus(added: Corpus) -> None:
    """Save a corpus; pages load it again, as saving replaces columns that an earlier version stored.

    Raises
    ------
    StoreError
        When it is more than a shared server keeps for one person.
    """
    with _adding:  # two tabs of one person: the second counts what the first added
        check_limits(added)
        store().add_corpus(added)
    corpus.clear(added.key)


def space(corpus_key: str, key: str) -> Space:
    """The generic space of an embedding key; shared by all sessions: do not change it."""
    return whole(_space, corpus_key, key)


@kept(max_entries=4, show_spinner=False)
def _space(corpus_key: str, key: str) -> Space:
    return load_space(store().results(corpus_key), key)


def fit(analysis: Analysis) -> Fit:
    """Latest Fit of an analysis, with the present names of its labels; do not change it."""
    found = whole(_fit, analysis.corpus_key, analysis.fit_key)
    now = store().label_names.of_ids(analysis.id, found.label_ids)
    return whole(_renamed, analysis.fit_key, tuple(now), found)


@kept(max_entries=4, show_spinner=False)
def _fit(corpus_key: str, fit_key: str) -> Fit:
    return load_fit(store().results(corpus_key), fit_key)


@kept(max_entries=4, show_spinner=False)
def _renamed(fit_key: str, labels: tuple[str | None, ...], _fit: Fit) -> Fit:
    return _fit.renamed(labels)


@kept(max_entries=4, show_spinner=False)
def change(left_key: str, right_key: str, _left: Graph, _right: Graph) -> np.ndarray:
    """Share of each text's neighbours that the right of two spaces replaced: float32 array (n,)."""
    return neighbour_change(_left, _right)


@kept(max_entries=4, show_spinner=False)
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

"""The corpus and encoders that the worker holds in memory between tasks, and the lock around numba."""

from __future__ import annotations

import threading
from pathlib import Path

from ..corpus import Corpus
from ..encoders import Encoder, files_signature, load_encoder, make_encoder
from ..storage import Store
from ..utils import Progress

NUMBA = threading.RLock()
"""Held around UMAP and neighbour search: numba aborts when two threads enter it. A task that is paused at a
report of its own thread has left numba, so the task that runs meanwhile may enter."""

ENCODERS_KEPT = 2  # that of the corpus, and one that re-encodes it; a new text needs both

_corpora: dict[tuple[Path, str], Corpus] = {}
_encoders: dict[tuple[str, ...], Encoder] = {}
_encoders_lock = threading.Lock()  # held while `_encoders` changes
_loading = threading.Lock()  # held while a model is downloaded and loaded


def load_warm_corpus(store: Store, key: str) -> Corpus:
    """Return a corpus by key; the one used last stays in memory."""
    wanted = store.home, key  # two people may have the same texts under other names
    if wanted not in _corpora:
        corpus = store.load_corpus(key)
        _corpora.clear()
        _corpora[wanted] = corpus
    return _corpora[wanted]


def load_warm_encoder(name: str, template: str = "", *, progress: Progress | None = None) -> Encoder:
    """Return an encoder as `load_encoder` does; the two used last stay in memory while their files exist.

    An encoder in memory is returned at once, even while another thread loads one. `progress` is called while
    one is made at its first use on this machine, see `make_encoder`.
    """
    wanted = name, template, files_signature(name)
    encoder = _find_kept(wanted)
    if encoder is not None:
        return encoder
    make_encoder(name, progress)  # without the lock: a job may be paused there, for another that loads one
    with _loading:  # one at a time: the warm-up loads from its own thread
        encoder = _find_kept(wanted)
        if encoder is None:
            with _encoders_lock:
                while len(_encoders) >= ENCODERS_KEPT:  # before loading: each may fill the memory
                    del _encoders[next(iter(_encoders))]
            encoder = load_encoder(name, template=template or None)
            with _encoders_lock:
                _encoders[wanted] = encoder
        return encoder


def _find_kept(wanted: tuple[str, ...]) -> Encoder | None:
    """Return an encoder that is in memory, and mark it as the one used last."""
    with _encoders_lock:
        if wanted in _encoders:
            _encoders[wanted] = _encoders.pop(wanted)
        return _encoders.get(wanted)


def forget() -> None:
    """Free the memory of all of them."""
    _corpora.clear()
    _encoders.clear()

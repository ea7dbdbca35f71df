"""What the worker keeps warm between tasks: the corpus, the encoders, and the lock around numba."""

from __future__ import annotations

import threading

from core.corpus import Corpus
from core.encoders import Encoder, load_encoder
from core.store import Store

NUMBA = threading.Lock()
"""Held around UMAP and neighbour search: numba aborts the process when two threads enter it."""

ENCODERS_KEPT = 2
"""That of the corpus, and one that reads it anew: a typed text may be put into both spaces."""

_corpora: dict[str, Corpus] = {}
_encoders: dict[tuple[str, str], Encoder] = {}
_encoders_lock = threading.Lock()


def load_warm_corpus(store: Store, key: str) -> Corpus:
    """Corpus by key; the one used last stays in memory."""
    if key not in _corpora:
        corpus = store.load_corpus(key)
        _corpora.clear()
        _corpora[key] = corpus
    return _corpora[key]


def load_warm_encoder(name: str, template: str = "") -> Encoder:
    """Encoder as of `load_encoder`; the two used last stay in memory."""
    wanted = name, template
    with _encoders_lock:  # the warm-up loads it from its own thread
        encoder = _encoders.pop(wanted, None)
        while len(_encoders) >= ENCODERS_KEPT:  # before another is loaded: each may fill the memory
            del _encoders[next(iter(_encoders))]
        _encoders[wanted] = encoder or load_encoder(name, template=template or None)
        return _encoders[wanted]


def forget() -> None:
    """Let go of everything."""
    _corpora.clear()
    _encoders.clear()

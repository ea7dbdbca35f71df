"""Small stores to start from, and an encoder that needs no model."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from core.corpus import Corpus, build_corpus
from core.corpus.tables import Table
from core.encoders import PrecomputedVectors
from core.storage import Store, save_precomputed
from core.tasks import TASKS
from core.utils import Progress

N_TEXTS, N_DIMS = 400, 24
LABELS = ("delivery", "billing", "praise", "other")
N_FITTED = 120
ENCODER_BATCH = 64


def make_corpus(n: int = N_TEXTS, *, mark: str = "", name: str = "chaos.csv", n_left_out: int = 0) -> Corpus:
    """Return a corpus of n texts, the same for the same mark; copies of its first texts are left out."""
    texts = [f"{mark} {LABELS[row % 4]} {row}, said in {row * 7919 % 10_007} words" for row in range(n)]
    texts += texts[:n_left_out]
    frame = pd.DataFrame({"text": texts, "kind": [LABELS[row % 4] for row in range(len(texts))]})
    return build_corpus(Table(name, frame, "UTF-8", ()), "text")


def vectors_of(texts: Sequence[str], mark: str = "") -> np.ndarray:
    """Return a unit vector for each text, the same everywhere: that of its kind, and noise of its own."""
    rows = np.empty((len(texts), N_DIMS), dtype=np.float32)
    for row, text in enumerate(texts):
        noise = np.random.default_rng(zlib.crc32(f"{mark}{text}".encode()))
        kind = next((number for number, label in enumerate(LABELS) if label in text), 0)
        rows[row] = np.eye(4, N_DIMS, dtype=np.float32)[kind] + noise.normal(size=N_DIMS) / 8
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


class SlowEncoder:
    """An encoder that follows instructions, and says what it encodes."""

    name, key, n_dims, max_tokens = "slow", "slow-1", N_DIMS, 256
    follows_instructions, tasks = "free text", ()

    def __init__(self, say: Progress | None = None) -> None:
        self._say = say

    def prompt_for(self, instruction: str | None) -> str:
        """Return the prompt of an instruction."""
        return f"{instruction}: " if instruction else ""

    def key_for(self, instruction: str | None) -> str:
        """Return what the vectors depend on."""
        return f"{self.key} {instruction}"

    def encode(
        self, texts: list[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Encode texts in batches; say the number of each."""
        parts = []
        for first in range(0, len(texts), ENCODER_BATCH):
            batch = texts[first : first + ENCODER_BATCH]
            parts.append(vectors_of(batch, instruction or ""))
            if self._say is not None:
                self._say(len(batch), len(texts))
        return np.concatenate(parts)


def labelled_store(home: Path, n_analyses: int = 1, n_texts: int = N_TEXTS) -> Store:
    """Return a store with a corpus and analyses that have label names."""
    store = Store(home)
    corpus = make_corpus(n_texts)
    store.add_corpus(corpus)
    for number in range(n_analyses):
        analysis = store.add_analysis(corpus.key, f"by kind {number}")
        for name in LABELS:
            store.label_names.add(analysis, name)
    return store


def fitted_store(home: Path, n_texts: int = N_FITTED) -> Store:
    """Return a store with a corpus of precomputed vectors, its maps, and a fitted analysis."""
    store = labelled_store(home, n_texts=n_texts)
    (entry,) = store.corpora()
    TASKS["prepare"](store, silent, corpus_key=entry.key, encoder=choose_vectors(store))
    (analysis,) = store.analyses(entry.key)
    store.labels.give(analysis.id, {row: LABELS[row % 4] for row in range(20)}, "start")
    TASKS["fit"](store, silent, analysis_id=analysis.id)
    return store


def choose_vectors(store: Store) -> str:
    """Keep the vectors of the only corpus, as a person who chooses a file of them does; return their name."""
    (entry,) = store.corpora()
    vectors = vectors_of(store.load_corpus(entry.key).texts.tolist())
    ready = PrecomputedVectors(vectors, "order", "chaos")
    return save_precomputed(store.results(entry.key), entry.key, "vectors.npy", ready)


def silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""

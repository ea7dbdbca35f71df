"""An analysis as it is at the moment of a call: the app may change it between two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...corpus import Corpus, Partition, TextIndex, build_index
from ...errors import StoreError
from ...labels import GuideLabels
from ...maps import Fit, Space
from ...storage import Analysis, Store, StoredCorpus, has_fit, load_fit, load_space
from ...tasks import load_warm_corpus, map_clusters

CLUSTERINGS_KEPT = 4


@dataclass(frozen=True, eq=False)
class Opened:
    """An analysis with its n texts, read at one moment.

    Attributes
    ----------
    analysis : Analysis
    entry : StoredCorpus
    corpus : Corpus of n texts
    guide : GuideLabels
    fit : Fit or None
        With the present names of its labels; None before the map was reshaped from the embeddings in use.
    """

    analysis: Analysis
    entry: StoredCorpus
    corpus: Corpus
    guide: GuideLabels
    fit: Fit | None

    def check_rows(self, rows: list[int]) -> None:
        """Raise StoreError for a row that the corpus does not have."""
        n_texts = len(self.corpus.texts)
        wrong = [row for row in rows if not 0 <= row < n_texts]
        if wrong:
            raise StoreError(f"There is no row {wrong[0]}: the rows of this corpus are 0 to {n_texts - 1}.")


@dataclass(frozen=True, eq=False)
class Map:
    """One map of an analysis.

    Attributes
    ----------
    kind : str
        "reshaped" or "generic".
    space : Space
    clusters : Partition
        As the app shows them.
    """

    kind: str
    space: Space
    clusters: Partition


class Reader:
    """Reads the store for each call; keeps what only depends on content that never changes.

    One thread at a time may use it.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._index: tuple[str, TextIndex] | None = None
        self._maps: dict[tuple[object, ...], Map] = {}

    def open(self, analysis_id: int) -> Opened:
        """Read an analysis; raise StoreError where it does not exist."""
        analysis = self.store.find_analysis(analysis_id)
        if analysis is None:
            raise StoreError(f"There is no analysis {analysis_id}: list_analyses returns those there are.")
        entry = self.store.corpus_entry(analysis.corpus_key)
        return Opened(
            analysis,
            entry,
            load_warm_corpus(self.store, entry.key),
            self.store.labels.read(analysis.id),
            self._find_fit(analysis, entry),
        )

    def generic_space(self, opened: Opened) -> Space | None:
        """Return the generic space; None while the texts are not encoded."""
        key = opened.entry.embedding_key
        return None if key is None else load_space(self.store.results(opened.entry.key), key)

    def open_map(self, opened: Opened, *, generic: bool) -> Map:
        """Return the reshaped map of an analysis, or the generic one where it has no other."""
        entry, fit = opened.entry, None if generic else opened.fit
        analysis_id = None if fit is None else opened.analysis.id
        owner = entry.key, analysis_id
        state = self.store.clusters.choice(*owner), self.store.clusters.last_edit(*owner)
        labels = None if fit is None else (opened.analysis.fit_key, *fit.labels)
        wanted = (*owner, entry.embedding_key, labels, *state)
        if wanted not in self._maps:
            space, _, clusters = map_clusters(self.store, opened.corpus, analysis_id)
            while len(self._maps) >= CLUSTERINGS_KEPT:
                del self._maps[next(iter(self._maps))]
            self._maps[wanted] = Map("generic" if fit is None else "reshaped", space, clusters)
        return self._maps[wanted]

    def index(self, corpus: Corpus) -> TextIndex:
        """Return the index of a corpus for searches by words."""
        if self._index is None or self._index[0] != corpus.key:
            self._index = corpus.key, build_index(corpus.texts.tolist())
        return self._index[1]

    def _find_fit(self, analysis: Analysis, entry: StoredCorpus) -> Fit | None:
        results = self.store.results(entry.key)
        if (
            analysis.fit_key is None
            or analysis.embedding_key != entry.embedding_key
            or not has_fit(results, analysis.fit_key)
        ):
            return None
        fit = load_fit(results, analysis.fit_key)
        return fit.renamed(self.store.label_names.of_ids(analysis.id, fit.label_ids))


def predicted_label(fit: Fit | None, row: int) -> str | None:
    """Return the predicted label of a text; None without one, or where the text likely fits none."""
    if fit is None or not fit.has_predictions or fit.fitting_labels[row] < 0:
        return None
    return fit.labels[int(fit.fitting_labels[row])]


def predicted_rows(fit: Fit, label: str) -> np.ndarray:
    """Return the texts with a predicted label, the most probable first: int64 array."""
    rows = np.flatnonzero(fit.fitting_labels == fit.labels.index(label))
    return rows[np.argsort(-fit.probability[rows], kind="stable")]

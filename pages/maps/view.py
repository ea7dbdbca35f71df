"""State of the maps page: one or two sides, the labels, and the texts that pass the filters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus import Corpus, Partition
from core.corpus.tables import unique_names
from core.maps import Fit, Space
from core.storage import Analysis, StoredCorpus
from pages.common import (
    analysis_title,
    cache,
    is_fitted,
    open_analysis,
    partition_for,
    set_widget,
    widget_value,
)
from pages.maps.filters import shown_texts

GENERIC = "generic"
DOUBTFUL = 0.2  # with a lower share of its true neighbours near it, the position of a text misleads
NONE_PASSES = "No text passes the filters: remove one of them."
LONGEST_TITLE = 60  # characters that fit above a map 400 pixels wide


@dataclass(frozen=True, eq=False)
class Side:
    """One map with what belongs to it.

    Attributes
    ----------
    key : "generic" or "analysis-3": the same for the same map, for widget keys
    fit, analysis : None for the generic space
    space_key : under which its map, clusters and answers are kept
    partition : its clusters as shown: cut as chosen, and edited
    last_edit : token of the latest edit that they show
    """

    key: str
    title: str
    space: Space
    fit: Fit | None
    analysis: Analysis | None
    space_key: str
    partition: Partition
    last_edit: str = ""

    @property
    def has_predictions(self) -> bool:
        """Whether its Fit predicts labels."""
        return self.fit is not None and self.fit.has_predictions

    @property
    def findings_key(self) -> str:
        """Key of its findings: two Fits may share a space, but not findings."""
        return self.space_key if self.analysis is None else self.analysis.fit_key


@dataclass(frozen=True, eq=False)
class MapView:
    """The state of the maps page.

    Attributes
    ----------
    sides : one or two, left first
    analysis : the one in use; labels given here go to it. It may not be fitted yet.
    labels : its label names, as they are now
    given : int64 array (n,), position in `labels`, -1 where none
    shown : bool array (n,), texts that pass the filters; None when there is no filter
    """

    corpus: Corpus
    sides: tuple[Side, ...]
    analysis: Analysis | None
    labels: list[str]
    given: np.ndarray
    shown: np.ndarray | None = None

    @property
    def right(self) -> Side:
        """The reshaped side, or the only one."""
        return self.sides[-1]

    def passing(self, rows: np.ndarray) -> np.ndarray:
        """Return the rows that pass the filters, in their order."""
        return rows if self.shown is None else rows[self.shown[rows]]


def current_view(entry: StoredCorpus, analysis: Analysis | None) -> MapView:
    """Return the state: the map of the current analysis beside the one chosen on the left."""
    corpus = cache.corpus(entry.key)
    store = cache.store()
    if analysis is not None:  # read again: another window may have removed it or fitted it again
        analysis = store.find_analysis(analysis.id)
    n_texts = len(corpus.texts)
    # One read, since another tab may delete a label between two.
    guide = store.labels.read(analysis.id) if analysis else None
    labels, given = (list(guide.names), guide.codes) if guide else ([], np.full(n_texts, -1))
    sides = tuple(_side(entry, corpus, shown) for shown in _analyses_shown(entry, analysis))
    return MapView(
        corpus=corpus,
        sides=sides,
        analysis=analysis,
        labels=labels,
        given=given,
        shown=shown_texts(corpus, sides[-1].fit),
    )


def comparable(corpus_key: str, analysis: Analysis) -> dict[str, str]:
    """Return the titles of possible left maps by side key, generic first."""
    named = titles(corpus_key)
    others = [other for other in cache.store().analyses(corpus_key) if other.id != analysis.id]
    return {key: named[key] for key in (GENERIC, *(side_key(other) for other in others if is_fitted(other)))}


def left_key(corpus_key: str) -> str:
    """Return the widget key of the left map; its value is the key of a side."""
    return f"maps_left_{corpus_key}"


def side_key(analysis: Analysis | None) -> str:
    """Return the key of an analysis' side, or of the generic one."""
    return GENERIC if analysis is None else f"analysis-{analysis.id}"


def make_right(view: MapView, analysis: Analysis) -> None:
    """Make an analysis the right map; if it was the left map, swap the two. For callbacks."""
    if view.sides[0].key == side_key(analysis):
        set_widget(left_key(view.corpus.key), view.right.key)
    open_analysis(analysis.id)


def titles(corpus_key: str) -> dict[str, str]:
    """Return the title of each map of a corpus by side key; equal titles are numbered."""
    analyses = cache.store().analyses(corpus_key)
    called = [analysis_title(analysis, longest=LONGEST_TITLE) for analysis in analyses]
    names, _ = unique_names(["Generic", *called])
    return dict(zip((GENERIC, *map(side_key, analyses)), names, strict=True))


def _analyses_shown(entry: StoredCorpus, analysis: Analysis | None) -> list[Analysis | None]:
    """Return the analyses from left to right; None is the generic map."""
    if not is_fitted(analysis):
        return [None]
    chosen = widget_value(left_key(entry.key), GENERIC)
    beside = {side_key(other): other for other in cache.store().analyses(entry.key)}
    left = beside.get(chosen) if chosen in comparable(entry.key, analysis) else None
    return [left, analysis]


def _side(entry: StoredCorpus, corpus: Corpus, analysis: Analysis | None) -> Side:
    if analysis is None:
        fit, space_key = None, entry.embedding_key
        space = cache.space(entry.key, space_key)
    else:
        fit = cache.fit(analysis)
        space, space_key = fit.space, fit.space_key
    title = titles(entry.key)[side_key(analysis)]
    if fit is not None and fit.from_names_only:
        title += " (from names only)"
    last_edit = cache.store().clusters.last_edit(entry.key, analysis.id if analysis else None)
    partition = partition_for(corpus, analysis, space, space_key)
    return Side(side_key(analysis), title, space, fit, analysis, space_key, partition, last_edit)

"""Texts selected on the maps: asked for by any page, and what the maps showed last."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.utils import content_key
from pages.common.state import state_of


@dataclass
class AskedSelection:
    """The latest selection that a page asked the maps of a corpus for, with a token that identifies it."""

    latest: tuple[str, np.ndarray] | None = None


def select_texts(corpus_key: str, rows: np.ndarray) -> None:
    """Select texts on both maps. For callbacks: the maps of the same run then show them."""
    state = state_of(AskedSelection, corpus_key)
    rows = np.unique(np.asarray(rows, dtype=np.int64))
    state.latest = content_key(state.latest[0] if state.latest else "", rows), rows


@dataclass
class ShownTexts:
    """What the maps of a corpus showed last.

    Attributes
    ----------
    selected : int array, rows of the selected texts
    passing : int array, rows of the texts that pass the filters; None without a filter
    """

    selected: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    passing: np.ndarray | None = None


def keep_shown_texts(corpus_key: str, selected: np.ndarray, passing: np.ndarray | None) -> None:
    """Note what the maps show, for other pages."""
    state = state_of(ShownTexts, corpus_key)
    state.selected, state.passing = selected, passing


def latest_shown_texts(corpus_key: str) -> ShownTexts:
    """Return what the maps showed last in this session."""
    return state_of(ShownTexts, corpus_key)

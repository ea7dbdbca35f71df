"""Texts to be selected on the maps, asked for by any page."""

from __future__ import annotations

from dataclasses import dataclass

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

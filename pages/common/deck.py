"""The labelling deck's state: which texts come next, and what giving, skipping and undoing do to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.guides import suggest
from core.pipeline import Fit
from core.spaces import Space
from pages.common import cache

ROUND = 10  # texts suggested at a time: few enough that the next round knows the labels of this one


@dataclass
class Deck:
    """Texts suggested for one analysis, in order.

    Attributes
    ----------
    analysis_id : int
    fit_key : str or None, the Fit whose doubts the suggestions follow
    rows : list of int, text rows still to be shown
    """

    analysis_id: int
    fit_key: str | None
    rows: list[int] = field(default_factory=list)


def current_row(
    deck: Deck, guide: pd.DataFrame, corpus: Corpus, generic: Space, fit: Fit | None
) -> int | None:
    """Row of the text to show now; None when every text was labelled or skipped.

    Suggests another round when the last one is used up.
    """
    seen = set(guide["row"])
    deck.rows = [row for row in deck.rows if row not in seen]
    if not deck.rows and len(seen) < len(corpus.texts):
        given = np.full(len(corpus.texts), -1, dtype=np.int64)
        codes = cache.store().label_codes(deck.analysis_id, len(given))
        # A skipped text is not suggested again either: it counts as a label of its own.
        given[guide["row"].to_numpy(dtype=np.int64)] = codes.max() + 1
        given = np.where(codes >= 0, codes, given)
        probabilities = None if fit is None else fit.probabilities
        picked = suggest(np.asarray(generic.vectors), given, ROUND, probabilities=probabilities)
        # Nothing is suggested where only copies of labelled texts are left: then they come in their order.
        rows = picked if len(picked) else np.flatnonzero(given < 0)[:ROUND]
        deck.rows = [int(row) for row in rows]
    return deck.rows[0] if deck.rows else None


def get_deck(analysis_id: int, fit_key: str | None) -> Deck:
    """Deck of this session for an analysis; a new Fit starts a new round."""
    deck = st.session_state.get("deck")
    if deck is None or (deck.analysis_id, deck.fit_key) != (analysis_id, fit_key):
        deck = st.session_state["deck"] = Deck(analysis_id, fit_key)
    return deck


def give(deck: Deck, row: int, label: str | None, given_by: str) -> None:
    """Record a label (None skips) before anything else is shown."""
    cache.store().give_labels(deck.analysis_id, {row: label}, given_by)
    deck.rows = [other for other in deck.rows if other != row]


def undo(deck: Deck) -> int:
    """Take the latest step back and show its text again; returns how many texts it had touched."""
    rows = cache.store().undo(deck.analysis_id)
    if len(rows) == 1:
        deck.rows = [rows[0], *(row for row in deck.rows if row != rows[0])]
    return len(rows)

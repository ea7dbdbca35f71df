"""The labelling deck's state: which texts come next, and what giving, skipping and undoing do to them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.labels import Mistake, find_mistakes, find_more, suggest
from core.maps import Fit, Space
from pages.common import BY_MODEL, MORE, SUGGESTED, cache, markdown

ROUND = 10  # texts suggested at a time: few enough that the next round knows the labels of this one
CLEAR_LEAD = 0.2  # of the likeliest label over the next; below it the Fit wavers


@dataclass
class Deck:
    """Texts to show for one analysis, in order.

    Attributes
    ----------
    analysis_id : int
    fit_key : str or None, the Fit that the texts were chosen by
    mode : one of `MODES`
    label : str or None, which label `MORE` looks for
    rows : list of int, text rows still to be shown
    mistakes : dict of row to Mistake, in `MISTAKES`; None before they were looked for
    """

    analysis_id: int
    fit_key: str | None
    mode: str = SUGGESTED
    label: str | None = None
    rows: list[int] = field(default_factory=list)
    mistakes: dict[int, Mistake] | None = None


@dataclass(frozen=True)
class Shown:
    """The text to show, or why there is none.

    Attributes
    ----------
    row : int or None
    why : str, markdown: why this text, or what to do where there is none
    better : str or None, the label that the Fit would give instead, in `MISTAKES`
    given : str or None, the label that the text has, in `CHECKS`
    """

    row: int | None
    why: str
    better: str | None = None
    given: str | None = None


def get_deck(analysis_id: int, fit_key: str | None, mode: str, label: str | None) -> Deck:
    """Deck of this session; a new Fit, mode or label to look for starts a new one."""
    wanted = Deck(analysis_id, fit_key, mode, label)
    deck = st.session_state.get("deck", wanted)
    if (deck.analysis_id, deck.fit_key, deck.mode, deck.label) != (analysis_id, fit_key, mode, label):
        deck = wanted
    st.session_state["deck"] = deck
    return deck


def next_text(deck: Deck, guide: pd.DataFrame, corpus: Corpus, generic: Space, fit: Fit | None) -> Shown:
    """Text to show now; another round is chosen when the last one is used up."""
    if deck.mode == SUGGESTED:
        return _suggested(deck, guide, corpus, generic, fit)
    if deck.mode == BY_MODEL:
        return _by_model(deck, guide)
    if fit is None:
        return Shown(None, f"“{deck.mode}” goes by a Fit, and there is none yet: choose **Fit** first.")
    return (_more if deck.mode == MORE else _mistaken)(deck, guide, generic, fit)


def give(deck: Deck, row: int, label: str | None, given_by: str, *, reviewed: bool = False) -> None:
    """Record a label (None skips) before anything else is shown."""
    cache.store().labels.give(deck.analysis_id, {row: label}, given_by, reviewed=reviewed)
    deck.rows = [other for other in deck.rows if other != row]


def undo(deck: Deck) -> int:
    """Take the latest step back and show its text again; returns how many texts it had touched."""
    rows = cache.store().labels.undo(deck.analysis_id)
    if len(rows) == 1:
        deck.rows = [rows[0], *(row for row in deck.rows if row != rows[0])]
    return len(rows)


def _suggested(deck: Deck, guide: pd.DataFrame, corpus: Corpus, generic: Space, fit: Fit | None) -> Shown:
    seen = set(guide["row"])
    deck.rows = [row for row in deck.rows if row not in seen]
    if not deck.rows and len(seen) < len(corpus.texts):
        given = _with_skipped(deck, guide, len(corpus.texts))
        probabilities = None if fit is None else fit.probabilities
        picked = suggest(np.asarray(generic.vectors), given, ROUND, probabilities=probabilities)
        # Nothing is suggested where only copies of labelled texts are left: then they come in their order.
        rows = picked if len(picked) else np.flatnonzero(given < 0)[:ROUND]
        deck.rows = [int(row) for row in rows]
    if not deck.rows:
        return Shown(None, "Every text was labelled or skipped. **Fit** shows what they make of the map.")
    row = deck.rows[0]
    if fit is None:
        return Shown(row, "It stands for a group of texts without a label yet.")
    second, first = np.partition(fit.probabilities[row], -2)[-2:]
    if first - second < CLEAR_LEAD:
        return Shown(row, "The latest Fit wavers over this one.")
    return Shown(row, "It stands for a group of texts with few labels yet.")


def _more(deck: Deck, guide: pd.DataFrame, generic: Space, fit: Fit) -> Shown:
    label = markdown(deck.label or "")
    predicted_names = [fit.labels[code] for code in fit.classes]
    if deck.label not in predicted_names:
        return Shown(None, f"The latest Fit does not know “{label}” yet: choose **Fit** first.")
    seen = set(guide["row"])
    deck.rows = [row for row in deck.rows if row not in seen]
    if not deck.rows:
        given = _with_skipped(deck, guide, len(fit.predicted))
        column = predicted_names.index(deck.label)
        vectors = np.asarray(fit.base(generic).vectors)
        picked = find_more(given, fit.probabilities, column, ROUND, X=vectors)
        deck.rows = [int(row) for row in picked]
    if not deck.rows:
        return Shown(None, f"No text without a label is left that could be **{label}**.")
    return Shown(deck.rows[0], f"Of the texts without a label, one of the likeliest for **{label}**.")


def _mistaken(deck: Deck, guide: pd.DataFrame, generic: Space, fit: Fit) -> Shown:
    if set(cache.store().label_names.current(deck.analysis_id)) != set(fit.labels):
        return Shown(None, "The labels have other names since the latest Fit: choose **Fit** first.")
    if deck.mistakes is None:
        base = fit.base(generic)
        found = find_mistakes(
            np.asarray(base.vectors),
            _as_fitted(deck, fit),
            n=len(guide),
            graph=base.graph,
            label_vectors=fit.label_vectors,
        )
        deck.mistakes = {mistake.row: mistake for mistake in found}
        deck.rows = list(deck.mistakes)
    still = dict(zip(guide["row"], guide["label"], strict=True))
    checked = set(guide["row"][guide["reviewed"]])
    for row in deck.rows:
        mistake = deck.mistakes.get(row)
        if mistake and row not in checked and still.get(row) == fit.labels[mistake.given]:
            given, better = fit.labels[mistake.given], fit.labels[mistake.better]
            return Shown(row, _doubt(mistake, fit), better, given)
    return Shown(None, "No other label given so far looks like a mistake.")


def _by_model(deck: Deck, guide: pd.DataFrame) -> Shown:
    """Labels that nobody has looked at, one of each label in turn."""
    waiting = guide[guide["label"].notna() & (guide["source"] == "model")]
    if waiting.empty:
        return Shown(None, "No label given by a model waits to be looked at.")
    if not set(deck.rows) & set(waiting["row"]):
        turns = waiting.sort_values("row").assign(turn=lambda each: each.groupby("label").cumcount())
        deck.rows = [int(row) for row in turns.sort_values(["turn", "label"])["row"]]
    latest = waiting.set_index("row")
    row = next(row for row in deck.rows if row in latest.index)
    given, model = latest["label"][row], latest["given_by"][row]
    left = f"{len(waiting):,} such labels are left to look at."
    return Shown(row, f"{markdown(model)} took it for **{markdown(given)}**. {left}", given=given)


def _doubt(mistake: Mistake, fit: Fit) -> str:
    given, better = (markdown(fit.labels[code]) for code in (mistake.given, mistake.better))
    if mistake.reason == "copy":
        return f"It carries **{given}**, and another copy of this text carries **{better}**."
    return (
        f"It carries **{given}**; the other labels speak for **{better}**, and make a mistake "
        f"**{mistake.probability:.0%}** probable."
    )


def _with_skipped(deck: Deck, guide: pd.DataFrame, n_texts: int) -> np.ndarray:
    """Label codes, where a skipped text counts as a label of its own: it is not shown again either."""
    codes = cache.store().labels.read(deck.analysis_id).codes
    given = np.full(n_texts, -1, dtype=np.int64)
    given[guide["row"].to_numpy(dtype=np.int64)] = codes.max() + 1
    return np.where(codes >= 0, codes, given)


def _as_fitted(deck: Deck, fit: Fit) -> np.ndarray:
    """Label codes of now as positions in `fit.labels`; -1 for labels that the Fit does not know."""
    place = {name: position for position, name in enumerate(fit.labels)}
    guide = cache.store().labels.read(deck.analysis_id)
    names, codes = guide.names, guide.codes
    return np.asarray([*(place.get(name, -1) for name in names), -1], dtype=np.int64)[codes]

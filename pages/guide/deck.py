"""State of the labelling deck: the texts to show next, and how labels, skips and Undo change them."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.labels import (
    BY_MODEL,
    MORE,
    SUGGESTED,
    GuideLabels,
    is_uncertain,
    model_labels_to_review,
    more_of,
    next_round,
)
from core.maps import Fit, Space
from core.tasks import LabelDoubt
from pages.common import cache, current_check, markdown, state_of

DECK = "deck"  # where messages about the deck are shown


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
    mistakes : dict of row to LabelDoubt, in `MISTAKES`; None before they are known
    """

    analysis_id: int
    fit_key: str | None
    mode: str = SUGGESTED
    label: str | None = None
    rows: list[int] = field(default_factory=list)
    mistakes: dict[int, LabelDoubt] | None = None


@dataclass
class DeckState:
    """The deck of this session."""

    deck: Deck | None = None


@dataclass(frozen=True)
class Shown:
    """The text to show, or why there is none.

    Attributes
    ----------
    row : int or None
    why : str, markdown: why this text, or what to do where there is none
    better : str or None, the label that the Fit would give instead, in `MISTAKES`
    given : str or None, the label that the text has, in `CHECK_MODES`
    """

    row: int | None
    why: str
    better: str | None = None
    given: str | None = None


def get_deck(analysis_id: int, fit_key: str | None, mode: str, label: str | None) -> Deck:
    """Return the deck of this session; a new Fit, mode or label to look for starts a new one."""
    wanted = Deck(analysis_id, fit_key, mode, label)
    state = state_of(DeckState)
    deck = state.deck or wanted
    if (deck.analysis_id, deck.fit_key, deck.mode, deck.label) != (analysis_id, fit_key, mode, label):
        deck = wanted
    state.deck = deck
    return deck


def next_text(deck: Deck, guide: GuideLabels, generic: Space, fit: Fit | None) -> Shown:
    """Return the text to show now; a new round is chosen when every text of the last one was shown."""
    if deck.mode == SUGGESTED:
        return _suggested(deck, guide, generic, fit)
    if deck.mode == BY_MODEL:
        return _by_model(deck, guide)
    if fit is None:
        return Shown(None, f"“{deck.mode}” needs a Fit, and there is none yet: choose **Fit** first.")
    return _more(deck, guide, generic, fit) if deck.mode == MORE else _mistaken(deck, guide, fit)


def give_label(deck: Deck, row: int, label: str | None, given_by: str, *, reviewed: bool = False) -> None:
    """Record a label for a text of the deck, or None for a skip."""
    cache.store().labels.give(deck.analysis_id, {row: label}, given_by, reviewed=reviewed)
    deck.rows = [other for other in deck.rows if other != row]


def undo_label(deck: Deck) -> int:
    """Undo the latest step and show its text again; return how many texts it had changed."""
    rows = cache.store().labels.undo(deck.analysis_id)
    if len(rows) == 1:
        deck.rows = [rows[0], *(row for row in deck.rows if row != rows[0])]
    return len(rows)


def _suggested(deck: Deck, guide: GuideLabels, generic: Space, fit: Fit | None) -> Shown:
    deck.rows = [row for row in deck.rows if not guide.seen[row]]
    probabilities = None if fit is None else fit.probabilities
    deck.rows = deck.rows or next_round(guide, generic.vectors, probabilities)
    if not deck.rows:
        return Shown(None, "Every text was labelled or skipped. **Fit** shows the effect on the map.")
    row = deck.rows[0]
    if fit is None:
        return Shown(row, "It represents a group of texts without a label.")
    if is_uncertain(fit.probabilities[row]):
        return Shown(row, "The latest Fit is uncertain about it.")
    return Shown(row, "It represents a group of texts with few labels.")


def _more(deck: Deck, guide: GuideLabels, generic: Space, fit: Fit) -> Shown:
    label = markdown(deck.label or "")
    predicted = [fit.labels[code] for code in fit.classes]
    if deck.label not in predicted:
        return Shown(None, f"The latest Fit does not know “{label}” yet: choose **Fit** first.")
    deck.rows = [row for row in deck.rows if not guide.seen[row]]
    vectors, column = fit.base(generic).vectors, predicted.index(deck.label)
    deck.rows = deck.rows or more_of(guide, vectors, fit.probabilities, column)
    if not deck.rows:
        return Shown(None, f"No text without a label is left that could be **{label}**.")
    return Shown(deck.rows[0], f"Of the texts without a label, one of the likeliest for **{label}**.")


def _mistaken(deck: Deck, guide: GuideLabels, fit: Fit) -> Shown:
    if set(cache.store().label_names.current(deck.analysis_id)) != set(fit.labels):
        return Shown(None, "Label names changed since the latest Fit: choose **Fit** first.")
    if deck.mistakes is None:
        check = current_check(cache.store().analysis(deck.analysis_id), guide)
        if check is None:
            return Shown(None, "Each label is being checked against the others.")
        deck.mistakes = {doubt.row: doubt for doubt in check.doubts}
        deck.rows = list(deck.mistakes)
    still = dict(zip(guide.table["row"], guide.table["label"], strict=True))
    for row in deck.rows:
        doubt = deck.mistakes.get(row)
        if doubt and not guide.reviewed[row] and still.get(row) == doubt.given:
            return Shown(row, _doubt_text(doubt), doubt.better, doubt.given)
    return Shown(None, "No other label given so far looks like a mistake.")


def _by_model(deck: Deck, guide: GuideLabels) -> Shown:
    if not guide.by_model.any():
        return Shown(None, "No label given by a model is left to review.")
    deck.rows = [row for row in deck.rows if guide.by_model[row]] or model_labels_to_review(guide)
    row = deck.rows[0]
    given, model = guide.table.set_index("row").loc[row, ["label", "given_by"]]
    left = f"{guide.by_model.sum():,} such labels are left to review."
    return Shown(row, f"{markdown(model)} labelled it **{markdown(given)}**. {left}", given=given)


def _doubt_text(doubt: LabelDoubt) -> str:
    given, better = markdown(doubt.given), markdown(doubt.better)
    if doubt.reason == "copy":
        return f"It is labelled **{given}**, and a duplicate of it is labelled **{better}**."
    return (
        f"It is labelled **{given}**. The other labels suggest **{better}**; the label is a mistake with a "
        f"probability of **{doubt.probability:.0%}**."
    )

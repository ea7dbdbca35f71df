"""Undo and Redo of the deck, for guide labels and for the answers of a check sample alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.storage import LabelEvent
from core.utils import one_line
from pages.common import (
    OwnStep,
    keep_notice,
    markdown,
    overtaken_text,
    own_step,
    own_undone,
    step_text,
)
from pages.guide.deck.deck import DECK, Deck
from pages.guide.deck.give import redo_label, undo_label

LONGEST_HINT = 80  # characters of a text in a hint


@dataclass(frozen=True)
class Offer:
    """A step that can be undone or redone.

    Attributes
    ----------
    says : str, what would be taken back or brought back, in markdown
    do : callable, returns what stays as it is, "" for nothing; raises RefractError
    """

    says: str
    do: Callable[[], str]


def draw_undo_redo(undo: Offer | None, redo: Offer | None) -> None:
    """Draw the button that undoes, and where there is something to redo the one that does; each says what."""
    for key, name, shortcut, offer in (
        ("guide_undo", "Undo", "Z", undo),
        ("guide_redo", "Redo", "Shift+Z", redo),
    ):
        if offer is not None or name == "Undo":
            st.button(
                name,
                key=key,
                shortcut=shortcut,
                type="tertiary",
                disabled=offer is None,
                help=f"{name}: {offer.says}" if offer else "Nothing of yours to undo.",
                on_click=_attempt,
                args=[offer],
            )


def draw_label_undo(deck: Deck, corpus: Corpus) -> None:
    """Draw Undo and Redo of the guide labels of this person."""
    own, undone = own_step(deck.analysis_id), own_undone(deck.analysis_id)
    draw_undo_redo(
        own and Offer(_says(own, corpus), lambda: undo_label(deck, own)),
        undone and Offer(_says(undone, corpus), lambda: redo_label(deck, undone)),
    )


def quoted(corpus: Corpus, row: int) -> str:
    """Return the beginning of a text in quotation marks, in markdown."""
    return f"“{markdown(one_line(corpus.texts[row], LONGEST_HINT))}”"


def _says(own: OwnStep[LabelEvent], corpus: Corpus) -> str:
    step = own.step
    text = f": {quoted(corpus, step.rows[0])}" if len(step.rows) == 1 else ""
    stays = markdown(overtaken_text(step))
    return f"{step_text(step)}{text}, by {markdown(step.given_by)}." + (f" {stays}" if stays else "")


def _attempt(offer: Offer) -> None:
    try:
        stays = offer.do()
    except RefractError as error:
        keep_notice(DECK, str(error))
        return
    if stays:
        keep_notice(DECK, f"Done. {stays}", "info")

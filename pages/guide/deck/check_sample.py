"""The check sample in the deck: its buttons, its answers with an Undo of their own, and how far it is."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.labels import NONE_OF_THESE, GuideLabels
from core.maps import Fit
from core.storage import Analysis, CheckEvent
from pages.common import OwnStep, cache, find_own, keep_notice, markdown, n_needed, navigation, person
from pages.guide.deck.deck import DECK, Deck
from pages.guide.deck.undo_redo import Offer, draw_undo_redo, quoted

ANSWERED_MEANWHILE = "Someone else answered this text meanwhile, and that answer stays."


def record_answer(deck: Deck, row: int, label: str | None, none: bool = False) -> None:
    """Record the answer to a text of the check sample; neither a label nor `none` is a skip. For callbacks.

    After an error the text stays, and the page shows the message.
    """
    checks = cache.store().check_labels
    try:
        recorded = checks.give(deck.analysis_id, row, label, person(), none=none)
    except RefractError as error:
        keep_notice(DECK, str(error))
        return
    deck.drop([row])
    if not recorded:
        keep_notice(DECK, ANSWERED_MEANWHILE, "info")


def draw_none_button(deck: Deck, row: int) -> None:
    """Draw the button of the answer that none of the labels fits."""
    st.button(
        "None of these",
        key="guide_none",
        shortcut="N",
        help="None of the labels fits this text.",
        on_click=record_answer,
        args=[deck, row, None, True],
    )


def draw_answer_undo(deck: Deck, corpus: Corpus) -> None:
    """Draw Undo and Redo of the answers of this person to the check sample."""
    checks = cache.store().check_labels
    own, undone = find_own(checks.last_step, deck.analysis_id), find_own(checks.last_undone, deck.analysis_id)
    draw_undo_redo(
        own and Offer(_says(own, corpus), lambda: undo_answer(deck, own)),
        undone and Offer(_says(undone, corpus), lambda: redo_answer(deck, undone)),
    )


def undo_answer(deck: Deck, own: OwnStep[CheckEvent]) -> str:
    """Take back an answer and show its text again; return "": nothing stays as it is."""
    cache.store().check_labels.undo(deck.analysis_id, own.name, meant=own.step)
    deck.rows = [own.step.row, *(row for row in deck.rows if row != own.step.row)]
    return ""


def redo_answer(deck: Deck, undone: OwnStep[CheckEvent]) -> str:
    """Give an answer again that was taken back; return what stays as it is, "" for nothing."""
    redone = cache.store().check_labels.redo(deck.analysis_id, undone.name, meant=undone.step)
    deck.drop([undone.step.row])
    return "" if redone else ANSWERED_MEANWHILE


def _says(own: OwnStep[CheckEvent], corpus: Corpus) -> str:
    text = quoted(corpus, own.step.row)
    return f"{answer_text(own.step)} for {text}, by {markdown(own.step.given_by)}."


def answer_text(event: CheckEvent) -> str:
    """Return what an answer said, in markdown."""
    if event.skipped:
        return "the skip"
    return f"“{NONE_OF_THESE if event.none else markdown(event.label or 'a label deleted since')}”"


def check_progress(analysis: Analysis, guide: GuideLabels, fit: Fit | None) -> str:
    """Return how many texts are answered, and where the estimate stands, in markdown; "" without any text.

    The estimate itself would change with each answer, and so give away the prediction.
    """
    checks = cache.store().check_labels.read(analysis.id)
    needed = n_needed(guide, checks)
    if not needed:
        return ""
    if checks.n_checked < needed:
        return (
            f"{checks.n_checked:,} of {needed} texts answered. {needed} give a first estimate of how often "
            "the predicted labels are right."
        )
    said = f"{checks.n_checked:,} {'text' if checks.n_checked == 1 else 'texts'} answered"
    if fit is None:
        return f"{said}: after **Reshape map**, Evidence says how often the predicted labels are right."
    return f"{said}: Evidence says how often the predicted labels are right."


def draw_check_link(analysis: Analysis, guide: GuideLabels, fit: Fit | None) -> None:
    """Draw a link to the estimates, once there are any."""
    checks = cache.store().check_labels.read(analysis.id)
    if fit is not None and checks.n_checked >= max(1, n_needed(guide, checks)):
        st.page_link(navigation.EVIDENCE, label="**See the shares of the labels** :material/arrow_forward:")

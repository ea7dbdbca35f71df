"""Labels and skips of the deck: given, undone and redone, and what someone else did meanwhile."""

from __future__ import annotations

from core.storage import LabelEvent
from core.utils import normal_text
from pages.common import OwnStep, cache, redo_own, undo_own
from pages.guide.deck.deck import Deck


def give_label(deck: Deck, row: int, label: str | None, given_by: str, *, reviewed: bool = False) -> str:
    """Record a label for a text of the deck, or None for a skip; a text shown again keeps its label then.

    A skip takes no label away that someone gave the text since it was drawn. Return what someone else did
    meanwhile, "" for nothing.
    """
    if label is None and row == deck.again:
        deck.drop([row])
        return ""
    stays = None if label is not None else _is_of_person if deck.reviews else _is_any
    given = cache.store().labels.give(
        deck.analysis_id, {row: label}, given_by, reviewed=reviewed, unless=stays
    )
    deck.drop([row])
    return _given_meanwhile(deck, row, label, given_by, gives=bool(given))


def add_label(deck: Deck, row: int, typed: str, given_by: str) -> str:
    """Add a label and give it to a text of the deck; a name in use gives that label.

    Return what someone else did meanwhile, "" for nothing. Raises LabelError for a name that is empty or too
    long.
    """
    cache.store().labels.give(deck.analysis_id, {row: typed}, given_by, add_names=True)
    deck.drop([row])
    return _given_meanwhile(deck, row, normal_text(typed), given_by, gives=True)


def _is_any(source: str) -> bool:
    return True


def _is_of_person(source: str) -> bool:
    return source != "model"


def _given_meanwhile(deck: Deck, row: int, label: str | None, given_by: str, *, gives: bool) -> str:
    """Return which label a text got since it was drawn, and what becomes of it; "" for none or an equal one.

    Plain text. `gives` is whether the latest entry is the one that was just recorded.
    """
    before = cache.store().labels.given_before(deck.analysis_id, row, skip=int(gives))
    if before is None or before[0] in (None, label, deck.drawn):
        return ""
    other, by = before
    who = "Another tab" if by == given_by else by
    if not gives:
        return f"{who} labelled this text “{other}” meanwhile, and that label stays."
    told = "" if by == given_by else f" {by} is told."
    return f"{who} labelled this text “{other}” meanwhile. Your label counts now, Undo takes it back.{told}"


def undo_label(deck: Deck, own: OwnStep[LabelEvent]) -> str:
    """Undo a step of this person and show its text again; return what stays as it is, "" for nothing."""
    stays = undo_own(deck.analysis_id, own)
    if len(own.step.rows) == 1 and not own.step.overtaken:
        (row,) = own.step.rows
        deck.again = None
        deck.rows = [row, *(other for other in deck.rows if other != row)]
    return stays


def redo_label(deck: Deck, own: OwnStep[LabelEvent]) -> str:
    """Redo a step of this person; return what stays as it is, "" for nothing."""
    stays = redo_own(deck.analysis_id, own)
    deck.drop(set(own.step.rows))
    return stays

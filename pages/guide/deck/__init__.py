"""The labelling deck: what it shows next, the card, the buttons with their keys, and who else labels."""

from pages.guide.deck.deck import DECK, Deck, DeckState, choose_ahead
from pages.guide.deck.people import shows_name_field
from pages.guide.deck.view import KEYS, draw_deck, draw_undone

__all__ = [
    "DECK",
    "KEYS",
    "Deck",
    "DeckState",
    "choose_ahead",
    "draw_deck",
    "draw_undone",
    "shows_name_field",
]

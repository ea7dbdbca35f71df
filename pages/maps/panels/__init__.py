"""The panels beside the maps, one file each."""

from pages.maps.panels.all_analyses import draw_all_analyses
from pages.maps.panels.columns import draw_columns
from pages.maps.panels.flows import draw_flows
from pages.maps.panels.label_review import draw_label_review
from pages.maps.panels.moves import draw_moves
from pages.maps.panels.new_text import draw_new_text
from pages.maps.panels.search import Found, draw_search
from pages.maps.panels.texts import draw_texts, show_found, show_selected

__all__ = [
    "Found",
    "draw_all_analyses",
    "draw_columns",
    "draw_flows",
    "draw_label_review",
    "draw_moves",
    "draw_new_text",
    "draw_search",
    "draw_texts",
    "show_found",
    "show_selected",
]

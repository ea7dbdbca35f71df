"""Which text is open beside the maps: opened from a list, from another text, or by a click on a point."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.utils import content_key
from pages.common import set_widget, state_of, widget_value
from pages.maps.selection import select_texts

SIDE_PANEL, TEXTS = "maps_side_panel", "Texts"
NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass
class OpenedTexts:
    """Texts opened one from another, and what Back returns to.

    Attributes
    ----------
    rows : the last one is shown
    panel : from which the first was opened
    selected, selection : rows selected on the maps, and their key: another selection closes the text
    before : selection that a click on a point replaced
    listed : rows of the list from which the first was opened
    """

    rows: list[int] = field(default_factory=list)
    panel: str = TEXTS
    selected: np.ndarray = field(default_factory=NO_ROWS.copy)
    selection: str = ""
    before: np.ndarray = field(default_factory=NO_ROWS.copy)
    listed: np.ndarray = field(default_factory=NO_ROWS.copy)
    used: bool = False

    @property
    def row(self) -> int | None:
        """The text that is shown; None for the list."""
        return self.rows[-1] if self.rows else None


def opened_texts(corpus_key: str) -> OpenedTexts:
    """Return the state of the open texts of a corpus."""
    return state_of(OpenedTexts, corpus_key)


def open_text(corpus_key: str, row: int) -> None:
    """Open a text beside the maps; it is ringed there, and the selection stays. For callbacks."""
    state = opened_texts(corpus_key)
    if not state.rows:
        state.panel = widget_value(SIDE_PANEL, TEXTS)
    state.rows = [*state.rows, row]
    state.used = True
    set_widget(SIDE_PANEL, TEXTS)


def open_clicked(corpus_key: str, row: int) -> None:
    """Open the text whose point was clicked, in place of another. For callbacks."""
    state = opened_texts(corpus_key)
    state.rows = []
    open_text(corpus_key, row)


def go_back(corpus_key: str) -> None:
    """Close the open text, and show what was there before it. For callbacks."""
    state = opened_texts(corpus_key)
    state.rows = state.rows[:-1]
    if state.rows:
        return
    set_widget(SIDE_PANEL, state.panel)
    if len(state.selected) == 1:
        select_texts(corpus_key, state.before)


def step_to(corpus_key: str, row: int) -> None:
    """Show another text of the list in place of the open one. For callbacks."""
    state = opened_texts(corpus_key)
    state.rows = [*state.rows[:-1], row]


def follow_selection(corpus_key: str, selected: np.ndarray) -> bool:
    """Open the text of a single selected point, and close the open one where several were selected.

    Returns whether the selection is a new one.
    """
    state, key = opened_texts(corpus_key), content_key(selected)
    if key == state.selection:
        return False
    if len(selected) == 1:
        row = int(selected[0])
        if len(state.selected) != 1:
            state.before, state.listed = state.selected, NO_ROWS
        if state.rows != [row]:  # not by a click: by the legend, or by a button
            state.rows, state.panel = [row], widget_value(SIDE_PANEL, TEXTS)
    else:
        state.rows = []
    state.selected, state.selection = selected, key
    state.used |= len(selected) > 0
    return True

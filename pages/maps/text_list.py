"""A list of texts: wrapped rows with a label each, of which a click opens one; drawn by a small component."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import streamlit as st

from core.maps.drawing import GREY, colour_of
from core.utils import content_key, cut, one_line, percent
from pages.common import n_shown, navigation, on_ground, show_more, widget_value
from pages.maps.opened import open_text
from pages.maps.view import MapView

SOURCES = navigation.ROOT / "assets" / "text_list"
FIRST, STEP = 40, 80  # texts listed at first, and more at each click
LONGEST = 320  # characters: more than the three lines of a row hold
BEFORE_MATCH = 60  # characters of a long text before its first match
Scroll = Literal["back", "top", "stay"]
Marker = Callable[[Sequence[str]], list[list[str]]]
"""Splits texts into pieces, of which those at odd positions match a search."""


@dataclass(frozen=True, eq=False)
class Ticks:
    """Ticks before the texts of a list: the rows that have none, and what is done with a change of them."""

    unticked: np.ndarray
    keep: Callable[[np.ndarray], None]


def draw_text_list(
    view: MapView,
    rows: np.ndarray,
    *,
    key: str,
    mark: Marker | None = None,
    swatches: Callable[[np.ndarray], list[str]] | None = None,
    notes: Sequence[str] = (),
    ticks: Ticks | None = None,
    scroll: Scroll = "back",
) -> None:
    """Draw texts one below the other; a click opens one, and a button lists more of them.

    Parameters
    ----------
    view : MapView
    rows : int array, in the order of the list
    key : str, widget key
    mark : callable, optional
        Splits the texts at what is to be highlighted.
    swatches : callable, optional
        Returns the colour of each of some rows on the maps, "" for none.
    notes : sequence of str, optional
        A few words for each row.
    ticks : Ticks, optional
    scroll : {"back", "top", "stay"}, default="back"
        Where the panel is scrolled to when the list is another one: to where the list was left, to the top of
        the panel, or nowhere.
    """
    list_key = content_key(view.corpus.key, rows)
    listed = rows[: n_shown(list_key, FIRST)]
    texts = [one_line(view.corpus.texts[row], 4 * LONGEST) for row in listed]
    pieces = [around_match(found) for found in (mark(texts) if mark else [[text] for text in texts])]
    chips = label_chips(view, listed)
    colours = swatches(listed) if swatches else [""] * len(listed)
    ticked = None if ticks is None else ~np.isin(listed, ticks.unticked)
    n_more = min(STEP, len(rows) - len(listed))

    def opened() -> None:
        row = widget_value(key)["opened"]
        if row is not None:
            open_text(view.corpus.key, int(row))

    def tick() -> None:
        state = widget_value(key)["unticked"]
        if ticks is not None and state and state["list"] == list_key:
            ticks.keep(np.array(state["rows"], dtype=np.int64))

    def more() -> None:
        show_more(list_key, len(listed) + n_more)

    _component()(
        key=key,
        data={
            "list": list_key,
            "rows": [
                [
                    int(row), pieces[at], chips[at], colours[at], notes[at] if at < len(notes) else "",
                    None if ticked is None else bool(ticked[at]),
                ]
                for at, row in enumerate(listed)
            ],
            "more": f"Show {n_more:,} more of {len(rows):,}",
            "nMore": n_more,
            "ticks": ticks is not None,
            "scroll": scroll,
        },
        on_opened_change=opened,
        on_unticked_change=tick,
        on_more_change=more,
    )  # fmt: skip


def label_chips(view: MapView, rows: np.ndarray) -> list[list[str | bool] | None]:
    """Return for each row its given label, else its predicted one: [name, colour, probability, is given]."""
    side = view.right
    predicted = side.fit.labels if side.has_predictions else []
    colours = colour_of([*view.labels, *predicted])
    chips: list[list[str | bool] | None] = []
    for row in rows:
        if view.given[row] >= 0:
            name, share, given = view.labels[view.given[row]], "", True
        elif predicted and side.fit.predicted[row] >= 0:
            name, given = predicted[side.fit.predicted[row]], False
            share = percent(float(np.max(side.fit.probabilities[row])))
        else:
            chips.append(None)
            continue
        chips.append([name, on_ground(colours.get(name, GREY)), share, given])
    return chips


def around_match(pieces: list[str]) -> list[str]:
    """Return a marked text that begins shortly before its first match, no longer than a row shows."""
    if len(pieces) > 1 and len(pieces[0]) > 2 * BEFORE_MATCH:
        pieces = ["…" + pieces[0][-BEFORE_MATCH:], *pieces[1:]]
    kept, left = [], LONGEST
    for piece in pieces:
        kept.append(cut(piece, left) if left > 0 else "")
        left -= len(piece)
    return kept


@functools.cache
def _component() -> Callable[..., Mapping[str, object]]:
    return st.components.v2.component(
        "refract_text_list",
        js=(SOURCES / "text_list.js").read_text(encoding="utf-8"),
        css=(SOURCES / "text_list.css").read_text(encoding="utf-8"),
    )

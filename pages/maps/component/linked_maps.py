"""Linked maps: one or two scatter maps of the same texts, as one Streamlit component.

The component has three elements: one delivers the points, one draws the maps, and one fetches the text under
the pointer. The browser returns the selection, the row of the hovered text, and which text or cluster name
was clicked. Hover, zoom, legend, cluster names and linking need no rerun.

The frontend is the package `refract_linked_maps`, built from `assets/linked_maps/` when it is installed.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.maps.drawing import (
    Colouring,
    NumericColouring,
    Pane,
    checked_rows,
    encode_maps,
    encode_places,
    encode_plain,
)
from core.utils import content_key, cut
from pages.common import cache, widget_value
from pages.maps.component.fallback import plain_maps

HOVER_LENGTH = 200  # characters of a text that hovering shows
RESERVED_HEIGHT = "clamp(360px, calc(100vh - 300px), 1200px)"  # about what the window leaves


def linked_maps(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    texts: np.ndarray,
    *,
    key: str,
    texts_key: str,
    height: int | None = None,
    below: int = 40,
    select: tuple[str, np.ndarray] | None = None,
    shown: np.ndarray | None = None,
    lit: np.ndarray | None = None,
    on_open: Callable[[int], None] | None = None,
    on_rename: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """Draw one or two linked maps and return what is selected in them.

    Zoom and selection survive reruns, unless the points or the texts change. The points of the right map move
    there from a left one when they are first drawn beside it. Browsers without WebGL get `plain_maps`.

    Parameters
    ----------
    panes : one or two
    texts : object array (n,) of str
        Shown on hover; only the hovered text is sent.
    key : str
        Widget key of the component.
    texts_key : str
        Identifies the texts: a selection holds only for the same ones.
    height : int, optional
        Of the whole component in CSS pixels. By default it fills the window below what stands above it,
        within 360 and 1,200 pixels.
    below : int, default=40
        Pixels that a map that fills the window leaves free below it, for what the page draws there.
    select : tuple of (token, rows), optional
        Selection made in Python. It is applied when its token is new. Give it at every call until the next; a
        later selection by the user overrides it.
    shown : bool array (n,), optional
        False for texts that a filter excludes: drawn grey, and not selectable by lasso, box or click.
    lit : int array, optional
        Rows of search hits: ringed on both maps, whatever is selected.
    on_open : callable, optional
        Called before the rerun with the row of a text whose point was clicked. It is selected too; of several
        selected texts, a click on one opens it and keeps the selection. Without it, a click only selects.
    on_rename : callable, optional
        Called before the rerun when a cluster's name was double-clicked (or F2 was pressed on it): with the
        number of the pane and the code of the cluster, as in `Name.code`. The page then asks for the name.

    Returns
    -------
    int64 array (n_selected,)
        Rows of the selected texts, ascending.

    Raises
    ------
    ValueError
        When lengths differ, places are not finite, or a code has no label.
    """
    if len(panes) and len(panes[0].points) != len(texts):
        raise ValueError(f"the maps have {len(panes[0].points)} points for {len(texts)} texts")
    if widget_value(key, {}).get("webgl") is False:
        with st.container(gap=None):
            _component("MAPS")(key=key, data=encode_plain(key), on_webgl_change=_ignore)
        return plain_maps(panes, colouring, key=key, height=height, select=select, shown=shown, lit=lit)
    places_key, places = _places(content_key(*[(p.points, p.kept, p.groups) for p in panes]), panes)
    payload = encode_maps(
        panes, colouring, key=key, places=places_key, texts=texts_key, height=height, below=below,
        opens=on_open is not None, renames=on_rename is not None, select=select, shown=shown, lit=lit,
    )  # fmt: skip
    with st.container(gap=None):
        _component("PLACES")(key=f"{key}-places", data=places)
        state = _component("MAPS")(
            key=key,
            data=payload,
            on_selection_change=lambda: _open(widget_value(key, {}), len(texts), texts_key, on_open),
            on_renamed_change=lambda: _rename(widget_value(key, {}), panes, texts_key, on_rename),
            on_webgl_change=_ignore,
        ).get("selection")
        _hovered_text(texts, texts_key, f"{key}-hovered")
    return _selected(state, len(texts), texts_key, select)


def current_selection(
    key: str, texts: np.ndarray, texts_key: str, select: tuple[str, np.ndarray] | None
) -> np.ndarray:
    """Return what `linked_maps` with these arguments is going to return, before it is called.

    In a browser without WebGL, a selection by lasso is known from the call on only.
    """
    return _selected(widget_value(key, {}).get("selection"), len(texts), texts_key, select)


@cache.kept(max_entries=4, show_spinner=False)
def _places(key: str, _panes: Sequence[Pane]) -> tuple[str, bytes]:
    """Return the result of `encode_places`, kept for all sessions: a million points take half a second."""
    return encode_places(_panes)


@st.fragment
def _hovered_text(texts: np.ndarray, texts_key: str, key: str) -> None:
    """Send the text under the pointer to the browser, in a fragment of its own."""
    point = hovered_point(widget_value(key, {}).get("hovered"), len(texts), texts_key)
    answer = None if point is None else hover_excerpt(str(texts[point]))
    _component("HOVERED")(
        key=key, data={"texts": texts_key, "point": point, "text": answer}, on_hovered_change=_ignore
    )


def _open(state: Mapping[str, Any], n: int, texts_key: str, on_open: Callable[[int], None] | None) -> None:
    """Tell the page which text was clicked, if the selection changed by a click."""
    clicked = (state.get("selection") or {}).get("opened")
    if on_open is None or not clicked or state["selection"]["texts"] != texts_key:
        return
    if 0 <= clicked["point"] < n:
        on_open(int(clicked["point"]))


def _rename(
    state: Mapping[str, Any],
    panes: Sequence[Pane],
    texts_key: str,
    on_rename: Callable[[int, int], None] | None,
) -> None:
    """Tell the page which cluster is to be renamed."""
    wish = state.get("renamed")
    if on_rename is None or not wish or wish["texts"] != texts_key or not 0 <= wish["pane"] < len(panes):
        return
    if any(name.level == 0 and name.code == wish["code"] for name in panes[wish["pane"]].names):
        on_rename(int(wish["pane"]), int(wish["code"]))


def _ignore() -> None:
    """Do nothing: Streamlit keeps a component's state only when it has a callback for it."""


@functools.cache
def _component(which: str) -> Callable[..., Mapping[str, Any]]:
    import refract_linked_maps

    name, script = getattr(refract_linked_maps, which)
    if which != "MAPS":
        return st.components.v2.component(name, js=script)
    # Reserves the height while the script loads, so that nothing below moves.
    reserve = f'<div class="linked-maps-reserve" style="height: {RESERVED_HEIGHT}"></div>'
    return st.components.v2.component(name, js=script, html=reserve)


def decode_selection(state: Mapping[str, Any], n: int) -> np.ndarray:
    """Decode the selected rows: ascending, unique (int64), below `n`.

    The browser sends the shorter of two forms, both in base64: `indices`, little-endian unsigned 32-bit
    integers, or `bits`, one for each text, the lowest of a byte first. Raises ValueError when the content is
    not base64, or not whole integers.
    """
    encoded = state["bits"] if "bits" in state else state["indices"]
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise ValueError(f"a selection of {len(encoded)} characters is not base64") from error
    if "bits" in state:
        return np.flatnonzero(np.unpackbits(np.frombuffer(content, dtype=np.uint8), bitorder="little")[:n])
    if len(content) % 4 != 0:
        raise ValueError(f"a selection of {len(content)} bytes is not made of 4-byte integers")
    rows = np.unique(np.frombuffer(content, dtype="<u4")).astype(np.int64)
    return rows[rows < n]


def _selected(
    state: Mapping[str, Any] | None, n: int, texts_key: str, select: tuple[str, np.ndarray] | None
) -> np.ndarray:
    """Return the selection of the browser, unless `select` is newer or the texts have changed."""
    known = state is not None and state["texts"] == texts_key
    if select is not None and not (known and state["token"] == select[0]):
        return checked_rows(select[1], n)
    return decode_selection(state, n) if known else np.empty(0, dtype=np.int64)


def hovered_point(state: Mapping[str, Any] | None, n: int, texts_key: str) -> int | None:
    """Return the row whose text the browser requests; None without a request, or for other texts."""
    if state is None or state["texts"] != texts_key or not 0 <= state["point"] < n:
        return None
    return int(state["point"])


def hover_excerpt(text: str) -> str:
    """Return the beginning of a text, as hovering shows it."""
    # A lone surrogate, which JSON files can hold, has no UTF-8.
    return cut(text, HOVER_LENGTH).encode("utf-8", "replace").decode()

"""The linked maps: one or two scatter maps of the same texts, in one component on the page.

`linked_maps` is what pages call. The component is three elements: one that brings the points, one that draws
the maps, and one that fetches the text under the pointer. What comes back is the selection, and the number of
the hovered text. Hover, zoom, legend and the linking of the two maps stay in the browser.

The browser half is the package `refract_linked_maps`, built from `assets/linked_maps/` when it is installed.
"""

from __future__ import annotations

import base64
import functools
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.utils import content_key
from pages.common import widget_value
from pages.maps.component.fallback import plain_maps
from pages.maps.component.model import Colouring, Mark, Name, NumericColouring, Pane
from pages.maps.component.payload import checked_rows, encode_maps, encode_places, encode_plain

__all__ = ["Colouring", "Mark", "Name", "NumericColouring", "Pane", "decode_selection", "linked_maps"]

MAX_TEXT = 200
"""Characters of a text that hovering shows; longer texts are cut and end in an ellipsis."""

RESERVED_HEIGHT = 560


def linked_maps(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    texts: np.ndarray,
    *,
    key: str,
    height: int = RESERVED_HEIGHT,
    select: tuple[str, np.ndarray] | None = None,
    shown: np.ndarray | None = None,
    lit: np.ndarray | None = None,
) -> np.ndarray:
    """Draw one or two linked maps and return what is selected in them.

    Zoom and selection survive every change but that of the points or the texts themselves. In a browser
    without WebGL the maps are drawn by `plain_maps`.

    Parameters
    ----------
    panes : sequence of one or two Pane
        The generic map, and the reshaped one when there is one.
    colouring : Colouring or NumericColouring
    texts : np.ndarray of n str, object
        Shown on hover, cut at 200 characters; only the hovered one is sent.
    key : str
        Of the component, as of any Streamlit widget.
    height : int, default=560
        Of the whole component in CSS pixels; it grows where a narrow window puts the maps below each other.
    select : tuple of (token, rows), optional
        A selection made in Python, shown when its token is not the last one shown. Keep passing it until the
        next one; what a person selects afterwards wins.
    shown : np.ndarray of shape (n,), bool, optional
        False for texts that a filter leaves out: greyed, not removed, and not taken by lasso, box or click.
    lit : np.ndarray of int, optional
        Rows of search hits: ringed on both maps, whatever is selected.

    Returns
    -------
    np.ndarray of shape (n_selected,), int64
        Positions of the selected texts, ascending.

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
    texts_key = key_of_texts(texts)
    places_key, places = encode_places(panes)
    payload = encode_maps(
        panes,
        colouring,
        key=key,
        places=places_key,
        texts=texts_key,
        height=height,
        select=select,
        shown=shown,
        lit=lit,
    )
    with st.container(gap=None):
        _component("PLACES")(key=f"{key}-places", data=places)
        state = _component("MAPS")(
            key=key, data=payload, on_selection_change=_ignore, on_webgl_change=_ignore
        ).get("selection")
        _hovered_text(texts, texts_key, f"{key}-hovered")
    return _selected(state, len(texts), texts_key, select)


@st.fragment
def _hovered_text(texts: np.ndarray, texts_key: str, key: str) -> None:
    """Answer which text is under the pointer; a rerun of this reruns nothing else."""
    point = hovered_point(widget_value(key, {}).get("hovered"), len(texts), texts_key)
    answer = None if point is None else excerpt(str(texts[point]))
    _component("HOVERED")(
        key=key, data={"texts": texts_key, "point": point, "text": answer}, on_hovered_change=_ignore
    )


def _ignore() -> None:
    """Streamlit keeps a component's state only when it has a callback for it."""


@functools.cache
def _component(which: str) -> Callable[..., Mapping[str, Any]]:
    import refract_linked_maps

    name, script = getattr(refract_linked_maps, which)
    if which != "MAPS":
        return st.components.v2.component(name, js=script)
    # Holds the place while the script loads, so that nothing below jumps.
    reserve = f'<div class="linked-maps-reserve" style="height: {RESERVED_HEIGHT}px"></div>'
    return st.components.v2.component(name, js=script, html=reserve)


# --- from the browser


def decode_selection(encoded: str, n: int) -> np.ndarray:
    """Selected positions from the browser's base64 of little-endian unsigned 32-bit integers.

    Returns
    -------
    np.ndarray of shape (n_selected,), int64
        Ascending, each once; positions of `n` and more are left out.

    Raises
    ------
    ValueError
        When `encoded` is not base64 of whole integers.
    """
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise ValueError(f"a selection of {len(encoded)} characters is not base64") from error
    if len(content) % 4 != 0:
        raise ValueError(f"a selection of {len(content)} bytes is not made of 4-byte integers")
    rows = np.unique(np.frombuffer(content, dtype="<u4")).astype(np.int64)
    return rows[rows < n]


def _selected(
    state: Mapping[str, Any] | None, n: int, texts_key: str, select: tuple[str, np.ndarray] | None
) -> np.ndarray:
    """What is selected now: the browser's last word, unless `select` is newer or the texts are others."""
    known = state is not None and state["texts"] == texts_key
    if select is not None and not (known and state["token"] == select[0]):
        return checked_rows(select[1], n)
    return decode_selection(state["indices"], n) if known else np.empty(0, dtype=np.int64)


def hovered_point(state: Mapping[str, Any] | None, n: int, texts_key: str) -> int | None:
    """Row of the text that the browser asks for; None when it asks for none, or for one of other texts."""
    if state is None or state["texts"] != texts_key or not 0 <= state["point"] < n:
        return None
    return int(state["point"])


# --- texts

_keys_of_arrays: dict[int, tuple[weakref.ref[np.ndarray], str]] = {}
"""Worked out once per array: a page reruns at every click, and 200,000 texts take a while."""


def key_of_texts(texts: np.ndarray) -> str:
    """Key that is equal exactly when the texts are; remembered while the array lives."""
    name = id(texts)
    known = _keys_of_arrays.get(name)
    if known is not None and known[0]() is texts:
        return known[1]
    key = content_key(texts.tolist())
    _keys_of_arrays[name] = (weakref.ref(texts, lambda _: _keys_of_arrays.pop(name, None)), key)
    return key


def excerpt(text: str) -> str:
    """At most `MAX_TEXT` characters, the last of them an ellipsis when something was left out."""
    text = text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"
    # A lone surrogate, which JSON files can hold, has no UTF-8.
    return text.encode("utf-8", "replace").decode()

"""The linked maps: one or two scatter maps of the same texts, in one component on the page.

`linked_maps` is what pages call. What goes to the browser is two blocks of bytes: the hover texts
(`encode_texts`), large and sent once, and all the rest (`encode_payload`). What comes back is the selection
only. Hover, zoom, legend and the linking of the two maps stay in the browser.

The browser half is the package `refract_linked_maps`, built from `assets/linked_maps/` when it is installed.
"""

from __future__ import annotations

import base64
import functools
import json
import struct
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from core.keys import content_key

PAYLOAD_VERSION = 1
"""The browser refuses any other version than its own: an old build must not draw new bytes wrongly."""

MAX_TEXT = 200
"""Characters of a text that hovering shows; longer texts are cut and end in an ellipsis."""

MAX_PANES = 2
RESERVED_HEIGHT = 560

_BLOB_TYPES = {"float32": "<f4", "int32": "<i4", "uint32": "<u4", "uint8": "u1"}


@dataclass(frozen=True, eq=False)
class Pane:
    """One map.

    Parameters
    ----------
    title : str
    points : np.ndarray of shape (n, 2), float32
        Places of the texts, in any unit; row i is the same text in both panes.
    names : tuple of (text, x, y, size), default=()
        Cluster names to draw on the map, strongest first: place in the unit of `points`, number of texts.
    """

    title: str
    points: np.ndarray
    names: tuple[tuple[str, float, float, float], ...] = ()


@dataclass(frozen=True, eq=False)
class Colouring:
    """Colours by class, with one legend for both maps.

    Parameters
    ----------
    title : str
        What the colours mean, such as "cluster".
    codes : np.ndarray of shape (n,), int
        Position in `labels` for every text; -1 is grey.
    labels : list of str
    colours : list of str
        One CSS colour for each label, such as "#0072b2".
    grey_label : str, default="unlabelled"
        What -1 means.
    """

    title: str
    codes: np.ndarray
    labels: Sequence[str]
    colours: Sequence[str]
    grey_label: str = "unlabelled"


@dataclass(frozen=True, eq=False)
class NumericColouring:
    """Colours on one continuous scale, with a gradient as legend.

    Parameters
    ----------
    title : str
    values : np.ndarray of shape (n,), float32
        Not-a-number and infinite values are grey.
    ends : tuple of two str, optional
        What to write at the low and the high end, for dates and the like; the numbers themselves otherwise.
    grey_label : str, default="no value"
    """

    title: str
    values: np.ndarray
    ends: tuple[str, str] | None = None
    grey_label: str = "no value"


def linked_maps(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    texts: Sequence[str],
    *,
    key: str,
    height: int = RESERVED_HEIGHT,
    select: tuple[str, np.ndarray] | None = None,
    on_selection: Callable[[], None] | None = None,
) -> np.ndarray:
    """Draw one or two linked maps and return what is selected in them.

    Zoom and selection survive every change but that of the points or the texts themselves.

    Parameters
    ----------
    panes : sequence of one or two Pane
        The generic map, and the reshaped one when there is one.
    colouring : Colouring or NumericColouring
    texts : sequence of n str
        Shown on hover, cut at 200 characters. An object array is packed once and remembered while it lives.
    key : str
        Of the component, as of any Streamlit widget.
    height : int, default=560
        Of the whole component in CSS pixels; it grows where a narrow window puts the maps below each other.
    select : tuple of (token, indices), optional
        A selection made in Python, shown when its token is not the last one shown. Keep passing it until the
        next one; what a person selects afterwards wins.
    on_selection : callable, optional
        Called without arguments at the start of the rerun that a selection in the browser causes.

    Returns
    -------
    np.ndarray of shape (n_selected,), int64
        Positions of the selected texts, ascending.

    Raises
    ------
    ValueError
        When lengths differ, places are not finite, or a code has no label.
    """
    payload = encode_payload(panes, colouring, texts, key=key, height=height, select=select)
    with st.container(gap=None):
        state = _maps_component()(
            key=key,
            data=payload,
            on_selection_change=on_selection if on_selection is not None else _ignore,
        ).get("selection")
        _texts_component()(key=f"{key}-texts", data=encode_texts(texts))
    return _selected(state, len(texts), _packed(texts).key, select)


def _ignore() -> None:
    """Streamlit keeps a component's state only when it has a callback for it."""


@functools.cache
def _maps_component() -> Callable[..., Mapping[str, Any]]:
    from refract_linked_maps import MAPS

    name, script = MAPS
    # Holds the place while the script loads, so that nothing below jumps.
    reserve = f'<div class="linked-maps-reserve" style="height: {RESERVED_HEIGHT}px"></div>'
    return st.components.v2.component(name, js=script, html=reserve)


@functools.cache
def _texts_component() -> Callable[..., Mapping[str, Any]]:
    from refract_linked_maps import TEXTS

    name, script = TEXTS
    return st.components.v2.component(name, js=script)


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
    indices = np.unique(np.frombuffer(content, dtype="<u4")).astype(np.int64)
    return indices[indices < n]


def _selected(
    state: Mapping[str, Any] | None, n: int, texts_key: str, select: tuple[str, np.ndarray] | None
) -> np.ndarray:
    """What is selected now: the browser's last word, unless `select` is newer or the texts are others."""
    known = state is not None and state["texts"] == texts_key
    if select is not None and not (known and state["token"] == select[0]):
        return _indices(select[1], n)
    return decode_selection(state["indices"], n) if known else np.empty(0, dtype=np.int64)


def _indices(indices: np.ndarray, n: int) -> np.ndarray:
    indices = np.unique(np.asarray(indices, dtype=np.int64))
    if len(indices) and (indices[0] < 0 or indices[-1] >= n):
        raise ValueError(f"the selection reaches from {indices[0]} to {indices[-1]}, but there are {n} texts")
    return indices


# --- to the browser


def encode_payload(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    texts: Sequence[str],
    *,
    key: str = "",
    height: int = RESERVED_HEIGHT,
    select: tuple[str, np.ndarray] | None = None,
) -> bytes:
    """Everything the browser needs but the texts, as bytes: [u32 header length][JSON header][blobs].

    Little-endian, every part padded with zeros to a multiple of 4 bytes. The header names each blob's type,
    its place after the header and its length in bytes; content keys in it tell the browser what has changed.
    The same arguments give the same bytes.

    Raises
    ------
    ValueError
        When lengths differ, places are not finite, or a code has no label.
    """
    n = len(texts)
    _check_panes(panes, n)
    blobs: dict[str, np.ndarray] = {}
    pane_headers = []
    for number, pane in enumerate(panes):
        header, points = _pane_parts(pane)
        pane_headers.append(header)
        blobs[f"points_{number}"] = points
    colouring_header, blobs["values"] = _colouring_parts(colouring, n)
    if select is not None:
        blobs["select"] = _indices(select[1], n).astype("<u4")
    header = {
        "version": PAYLOAD_VERSION,
        "key": key,
        "n": n,
        "height": int(height),
        "texts": _packed(texts).key,
        "panes": pane_headers,
        "colouring": colouring_header,
        "select": None if select is None else {"token": str(select[0])},
    }
    return _join(header, blobs)


def encode_texts(texts: Sequence[str]) -> bytes:
    """Hover texts in the form of `encode_payload`: cut, as UTF-8, text i from offset i to offset i + 1."""
    return _packed(texts).payload


def decode_payload(payload: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Header and blobs of `encode_payload` and `encode_texts`, as the browser reads them; for tests."""
    (length,) = struct.unpack_from("<I", payload)
    header = json.loads(payload[4 : 4 + length])
    start = 4 + _padded(length)
    blobs = {
        name: np.frombuffer(
            payload,
            dtype=_BLOB_TYPES[blob["type"]],
            count=blob["length"] // np.dtype(_BLOB_TYPES[blob["type"]]).itemsize,
            offset=start + blob["offset"],
        )
        for name, blob in header["blobs"].items()
    }
    return header, blobs


def _join(header: dict[str, Any], blobs: Mapping[str, np.ndarray]) -> bytes:
    places, parts, offset = {}, [], 0
    for name, array in blobs.items():
        content = np.ascontiguousarray(array, dtype=_BLOB_TYPES[array.dtype.name])
        padding = _padded(content.nbytes) - content.nbytes
        places[name] = {"type": array.dtype.name, "offset": offset, "length": content.nbytes}
        parts += [content.data, bytes(padding)]
        offset += content.nbytes + padding
    text = json.dumps({**header, "blobs": places}, ensure_ascii=False).encode()
    return b"".join([struct.pack("<I", len(text)), text, bytes(_padded(len(text)) - len(text)), *parts])


def _padded(length: int) -> int:
    return length + (-length % 4)


def _check_panes(panes: Sequence[Pane], n: int) -> None:
    if not 1 <= len(panes) <= MAX_PANES:
        raise ValueError(f"linked maps have 1 or {MAX_PANES} panes, not {len(panes)}")
    if n == 0:
        raise ValueError("a map needs at least 1 text, and there are 0")
    for pane in panes:
        if pane.points.shape != (n, 2):
            raise ValueError(f"the map {pane.title!r} has points of shape {pane.points.shape} for {n} texts")
        n_lost = int(np.count_nonzero(~np.isfinite(pane.points).all(axis=1)))
        if n_lost:
            raise ValueError(f"the map {pane.title!r} has {n_lost} of {n} points without a finite place")


def _pane_parts(pane: Pane) -> tuple[dict[str, Any], np.ndarray]:
    """Header and points, brought to [-1, 1] by the map's own bounding box with its proportions kept."""
    low, high = pane.points.min(axis=0).astype(np.float64), pane.points.max(axis=0).astype(np.float64)
    centre = (low + high) / 2
    scale = float(max(high - low)) / 2 or 1.0
    points = ((pane.points - centre) / scale).astype(np.float32)
    names = [
        [text, round((x - centre[0]) / scale, 5), round((y - centre[1]) / scale, 5), float(size)]
        for text, x, y, size in pane.names
    ]
    extent = [round(float(side), 6) for side in (high - low) / 2 / scale]
    header = {"title": pane.title, "key": content_key(points), "extent": extent, "names": names}
    return header, points.ravel()


def _colouring_parts(colouring: Colouring | NumericColouring, n: int) -> tuple[dict[str, Any], np.ndarray]:
    if isinstance(colouring, NumericColouring):
        return _numeric_parts(colouring, n)
    codes = np.asarray(colouring.codes).astype(np.int32)
    _check_length(colouring.title, len(codes), n)
    if len(colouring.labels) != len(colouring.colours):
        raise ValueError(
            f"the colouring {colouring.title!r} has {len(colouring.labels)} labels "
            f"and {len(colouring.colours)} colours"
        )
    if codes.min() < -1 or codes.max() >= len(colouring.labels):
        raise ValueError(
            f"the colouring {colouring.title!r} has codes from {codes.min()} to {codes.max()} "
            f"for {len(colouring.labels)} labels"
        )
    header = {
        "kind": "categorical",
        "title": colouring.title,
        "key": content_key(codes),
        "labels": [str(label) for label in colouring.labels],
        "colours": list(colouring.colours),
        "grey": colouring.grey_label,
    }
    return header, codes


def _numeric_parts(colouring: NumericColouring, n: int) -> tuple[dict[str, Any], np.ndarray]:
    values = np.asarray(colouring.values, dtype=np.float32)
    _check_length(colouring.title, len(values), n)
    finite = np.isfinite(values)
    values = np.where(finite, values, np.float32(np.nan))
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    header = {
        "kind": "numeric",
        "title": colouring.title,
        "key": content_key(values),
        "low": low,
        "high": high,
        "ends": None if colouring.ends is None else list(colouring.ends),
        "grey": colouring.grey_label,
    }
    return header, values


def _check_length(title: str, length: int, n: int) -> None:
    if length != n:
        raise ValueError(f"the colouring {title!r} has {length} values for {n} texts")


# --- hover texts


@dataclass(frozen=True)
class _PackedTexts:
    key: str
    payload: bytes


_packed_arrays: dict[int, tuple[weakref.ref[np.ndarray], _PackedTexts]] = {}
"""Packed once per array: a page reruns at every click, and 200,000 texts take a while."""


def _packed(texts: Sequence[str]) -> _PackedTexts:
    if not isinstance(texts, np.ndarray):
        return _pack(texts)
    known = _packed_arrays.get(id(texts))
    if known is not None and known[0]() is texts:
        return known[1]
    packed = _pack(texts)
    name = id(texts)
    _packed_arrays[name] = (weakref.ref(texts, lambda _: _packed_arrays.pop(name, None)), packed)
    return packed


def _pack(texts: Sequence[str]) -> _PackedTexts:
    # A lone surrogate, which JSON files can hold, has no UTF-8.
    encoded = [_cut(str(text)).encode("utf-8", "replace") for text in texts]
    offsets = np.zeros(len(encoded) + 1, dtype=np.uint32)
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    content = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    key = content_key(content, offsets)
    header = {"version": PAYLOAD_VERSION, "texts": key}
    return _PackedTexts(key, _join(header, {"text_bytes": content, "text_offsets": offsets}))


def _cut(text: str) -> str:
    """At most `MAX_TEXT` characters, the last of them an ellipsis when something was left out."""
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"

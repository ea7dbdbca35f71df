"""Binary payloads that the linked maps send to the browser.

There are two. `encode_places` has the points and the share of true neighbours near each; it is large, and
sent again only when they change. `encode_maps` has titles, names, colours, filter, search hits and selection.
Both are [u32 header length][JSON header][blobs], little-endian, each part padded with zeros to 4 bytes. The
header holds the type, offset and length in bytes of each blob, and content keys that show the browser what
changed. Equal arguments give equal bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence

import numpy as np

from ...utils import content_key
from .model import Colouring, NumericColouring, Pane

PAYLOAD_VERSION = 3
"""The browser refuses other versions, so that an old build does not draw a new payload wrongly."""

MAX_PANES = 2
MAX_CLASSES = 2**16 - 2

MIDDLE = (1, 99)
"""Percentiles of the places that the first view fits, in each direction."""

FEW_POINTS = 100
"""Below this number of texts none is left out of the first view."""

WORTHWHILE = 1.2
"""The first view leaves outliers out where the whole is larger by this factor in a direction."""

_BLOB_TYPES = {"float32": "<f4", "uint32": "<u4", "uint16": "<u2", "uint8": "u1"}


def encode_places(panes: Sequence[Pane]) -> tuple[str, bytes]:
    """Encode the points of one or two maps, each scaled to [-1, 1] with its proportions kept.

    Returns the content key that `encode_maps` needs, and the payload. Raises ValueError when there are no
    panes or too many, numbers of points differ, or a place or share is not finite.
    """
    _check_panes(panes)
    headers, blobs = [], {}
    for number, pane in enumerate(panes):
        centre, scale = _frame(pane)
        points = ((pane.points - centre) / scale).astype(np.float32)
        blobs[f"points_{number}"] = points.ravel()
        if pane.kept is not None:
            blobs[f"kept_{number}"] = np.round(np.clip(pane.kept, 0, 1) * 255).astype(np.uint8)
        extent = np.abs(_box(points)).max(axis=0).round(6).tolist()
        for level, codes in enumerate(pane.groups):
            what = f"groups of the map {pane.title!r}"
            blobs[f"level_{number}_{level}"] = _classes(codes, len(points), what)
        header = {
            "key": content_key(points),
            "extent": extent,
            "home": home_view(points),
            "kept": pane.kept is not None,
            "levels": len(pane.groups),
        }
        headers.append(header)
    key = content_key(*[header["key"] for header in headers], *blobs.values())
    return key, _join({"version": PAYLOAD_VERSION, "places": key, "panes": headers}, blobs)


def home_view(points: np.ndarray) -> list[float]:
    """Return the box that the first view fits: centre x and y, half its width and height.

    Without the outliers beyond the 1st and the 99th percentile in a direction, unless the whole is hardly
    larger there, or there are few points.
    """
    low, high = _box(points)
    if len(points) >= FEW_POINTS:
        inner = np.column_stack([np.percentile(points[:, axis], MIDDLE) for axis in (0, 1)])
        cut = high - low > WORTHWHILE * (inner[1] - inner[0])
        low, high = np.where(cut, inner[0], low), np.where(cut, inner[1], high)
    return np.round([*((low + high) / 2), *((high - low) / 2)], 6).tolist()


def encode_maps(
    panes: Sequence[Pane],
    colouring: Colouring | NumericColouring,
    *,
    key: str,
    places: str,
    texts: str,
    height: int | None = None,
    below: int = 40,
    opens: bool = False,
    renames: bool = False,
    select: tuple[str, np.ndarray] | None = None,
    shown: np.ndarray | None = None,
    lit: np.ndarray | None = None,
) -> bytes:
    """Encode everything but the points.

    Parameters
    ----------
    key : of the component
    places : the key from `encode_places`
    texts : the key of the texts
    opens, renames : whether the page follows a click on a point, and a wish to rename a cluster
    height : of the whole component in CSS pixels; None fills the window
    below : pixels that a map that fills the window leaves free below it
    select : a token, which changes with the selection, and the rows that are selected from outside
    shown : bool array (n,), False for texts that are drawn grey
    lit : int array, rows that are ringed on both maps

    Raises
    ------
    ValueError
        When lengths differ, a code has no label, or a row is out of range.
    """
    n = len(panes[0].points)
    described, values = _colouring_parts(colouring, n)
    header: dict[str, object] = {
        "version": PAYLOAD_VERSION,
        "key": key,
        "n": n,
        "height": None if height is None else int(height),
        "below": int(below),
        "opens": opens,
        "renames": renames,
        "texts": texts,
        "places": places,
        "panes": [_described(pane) for pane in panes],
        **dict.fromkeys(("select", "shown", "lit")),
        "colouring": described,
    }
    blobs = {"values": values}
    if select is not None:
        header["select"] = {"token": str(select[0])}
        blobs["select"] = checked_rows(select[1], n).astype("<u4")
    if shown is not None and not np.all(shown):
        blobs["shown"] = np.asarray(shown, dtype=bool).astype(np.uint8)
        _check_length("the filter", len(blobs["shown"]), n)
        header["shown"] = {"key": content_key(blobs["shown"]), "greyed": int((blobs["shown"] == 0).sum())}
    if lit is not None and len(lit):
        blobs["lit"] = checked_rows(lit, n).astype("<u4")
        header["lit"] = {"key": content_key(blobs["lit"])}
    return _join(header, blobs)


def encode_plain(key: str) -> bytes:
    """Encode the payload for a browser without WebGL: nothing to draw."""
    return _join({"version": PAYLOAD_VERSION, "key": key, "plain": True}, {})


def checked_rows(rows: np.ndarray, n: int) -> np.ndarray:
    """Return unique rows, ascending (int64); raise ValueError where one is out of range."""
    rows = np.unique(np.asarray(rows, dtype=np.int64))
    if len(rows) and (rows[0] < 0 or rows[-1] >= n):
        raise ValueError(f"the rows reach from {rows[0]} to {rows[-1]}, but there are {n} texts")
    return rows


def _join(header: dict[str, object], blobs: Mapping[str, np.ndarray]) -> bytes:
    places: dict[str, object] = {}
    parts: list[bytes | memoryview] = []
    offset = 0
    for name, array in blobs.items():
        content = np.ascontiguousarray(array, dtype=_BLOB_TYPES[array.dtype.name])
        padding = _padded(content.nbytes) - content.nbytes
        places[name] = {"type": array.dtype.name, "offset": offset, "length": content.nbytes}
        parts += [content.data, bytes(padding)]
        offset += content.nbytes + padding
    text = json.dumps({**header, "blobs": places}, ensure_ascii=False).encode("utf-8", "replace")
    return b"".join([struct.pack("<I", len(text)), text, bytes(_padded(len(text)) - len(text)), *parts])


def _padded(length: int) -> int:
    return length + (-length % 4)


def _check_panes(panes: Sequence[Pane]) -> None:
    if not 1 <= len(panes) <= MAX_PANES:
        raise ValueError(f"linked maps have 1 or {MAX_PANES} panes, not {len(panes)}")
    n = len(panes[0].points)
    if n == 0:
        raise ValueError("0 texts found; a map needs at least 1")
    for pane in panes:
        if pane.points.shape != (n, 2):
            raise ValueError(f"the map {pane.title!r} has points of shape {pane.points.shape} for {n} texts")
        if not np.isfinite(pane.points).all():
            n_lost = int(np.count_nonzero(~np.isfinite(pane.points).all(axis=1)))
            raise ValueError(f"the map {pane.title!r} has {n_lost} of {n} points without a finite place")
        if pane.kept is not None:
            _check_length(f"kept of the map {pane.title!r}", len(pane.kept), n)
            if np.isnan(pane.kept).any():
                raise ValueError(f"the map {pane.title!r} has shares of kept neighbours that are no numbers")


def _frame(pane: Pane) -> tuple[np.ndarray, float]:
    """Return the centre of a map's bounding box, and half its longer side."""
    low, high = _box(pane.points).astype(np.float64)
    return (low + high) / 2, float(max(high - low)) / 2 or 1.0


def _box(points: np.ndarray) -> np.ndarray:
    """Return the lowest and the highest x and y; a column at a time, which is ten times faster."""
    return np.array([[ends(points[:, axis]) for axis in (0, 1)] for ends in (np.min, np.max)])


def _described(pane: Pane) -> dict[str, object]:
    (middle_x, middle_y), scale = _frame(pane)

    def place(x: float, y: float) -> list[float]:
        return [round(float(x - middle_x) / scale, 5), round(float(y - middle_y) / scale, 5)]

    return {
        "title": pane.title,
        "names": [
            [
                name.text,
                *place(name.x, name.y),
                float(name.size),
                float(name.zoom),
                int(name.level),
                int(name.code),
            ]
            for name in pane.names
        ],
        "marks": [[*place(mark.x, mark.y), mark.text] for mark in pane.marks],
    }


def _colouring_parts(colouring: Colouring | NumericColouring, n: int) -> tuple[dict[str, object], np.ndarray]:
    if isinstance(colouring, NumericColouring):
        return _numeric_parts(colouring, n)
    codes, n_labels = np.asarray(colouring.codes), len(colouring.labels)
    what = f"the colouring {colouring.title!r}"
    _check_length(what, len(codes), n)
    if n_labels != len(colouring.colours):
        raise ValueError(f"{what} has {n_labels} labels and {len(colouring.colours)} colours")
    if n_labels > MAX_CLASSES:
        raise ValueError(f"{what} has {n_labels} labels, more than {MAX_CLASSES}")
    if codes.min() < -1 or codes.max() >= n_labels:
        raise ValueError(f"{what} has codes from {codes.min()} to {codes.max()} for {n_labels} labels")
    classes = _classes(codes, n, what)
    header: dict[str, object] = {
        "kind": "categorical",
        "title": colouring.title,
        "key": content_key(classes),
        "labels": [str(label) for label in colouring.labels],
        "colours": list(colouring.colours),
        "grey": colouring.grey_label,
    }
    return header, classes


def _classes(codes: np.ndarray, n: int, what: str) -> np.ndarray:
    """Return codes from -1 as classes from 0, in 8 bits where these suffice, or in 16."""
    codes = np.asarray(codes)
    _check_length(what, len(codes), n)
    if codes.min() < -1 or codes.max() >= MAX_CLASSES:
        raise ValueError(f"{what} has codes from {codes.min()} to {codes.max()}; -1 to {MAX_CLASSES - 1} fit")
    return (codes + 1).astype(np.uint8 if codes.max() < np.iinfo(np.uint8).max else np.uint16)


def _numeric_parts(colouring: NumericColouring, n: int) -> tuple[dict[str, object], np.ndarray]:
    values = np.asarray(colouring.values, dtype=np.float32)
    _check_length(f"the colouring {colouring.title!r}", len(values), n)
    finite = np.isfinite(values)
    values = np.where(finite, values, np.float32(np.nan))
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    if colouring.scale is not None:
        low, high = map(float, colouring.scale)
    header = {
        "kind": "numeric",
        "title": colouring.title,
        "key": content_key(values, low, high),
        "low": low,
        "high": high,
        "ticks": [[float(value), label] for value, label in colouring.ticks],
        "outside": colouring.outside,
        "origin": colouring.origin,
        "ends": None if colouring.ends is None else list(colouring.ends),
        "grey": colouring.grey_label,
    }
    return header, values


def _check_length(what: str, length: int, n: int) -> None:
    if length != n:
        raise ValueError(f"{what} has {length} values for {n} texts")

"""A map as a small picture: as many as one likes on a page, at the cost of an image each."""

from __future__ import annotations

import io

import numpy as np

from pages.charts.palette import GREY

SAMPLE = 20_000
"""Points of a picture: more are not told apart."""

MARGIN = 0.04
FINER = 2  # drawn at twice the size and averaged: smooth edges


def map_thumbnail(
    points: np.ndarray, codes: np.ndarray, colours: list[str], *, size: tuple[int, int] = (560, 360)
) -> bytes:
    """Draw a map's points as discs on a clear ground; texts without a category lie below and are grey.

    Parameters
    ----------
    points : float array (n, 2)
    codes : int array (n,), position in `colours`, -1 for none
    colours : list of str, "#rrggbb"
    size : tuple of int, width and height in pixels

    Returns
    -------
    bytes
        A PNG image. Of more than 20,000 points every so many are drawn.
    """
    from PIL import Image

    step = max(1, -(-len(points) // SAMPLE))
    points, codes = np.asarray(points[::step], dtype=np.float64), np.asarray(codes[::step])
    paint = np.array(
        [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in [*colours, GREY]], dtype=np.uint8
    )  # -1 is the last one
    width, height = (FINER * side for side in size)
    order = np.argsort(codes >= 0, kind="stable")
    place = np.rint(_fit(points, width, height)[order]).astype(np.int64)
    colour = np.column_stack([paint[codes[order]], np.full(len(order), 255, np.uint8)])
    canvas = np.zeros((height, width, 4), dtype=np.uint8)
    for offset in _disc(FINER * float(np.clip(60 / np.sqrt(max(len(points), 1)), 0.8, 4.0))):
        at = place + offset
        kept = ((at >= 0) & (at < (width, height))).all(axis=1)
        canvas[at[kept, 1], at[kept, 0]] = colour[kept]
    blocks = canvas.reshape(size[1], FINER, size[0], FINER, 4).astype(np.float32)
    cover = blocks[..., 3:].sum(axis=(1, 3))
    image = (blocks[..., :3] * blocks[..., 3:]).sum(axis=(1, 3)) / np.maximum(cover, 1)
    image = np.concatenate([image, cover / FINER**2], axis=2)
    file = io.BytesIO()
    Image.fromarray(image.round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def _fit(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pixels of the points, y upwards, as large as fits without stretching."""
    low, high = points.min(axis=0, initial=np.inf), points.max(axis=0, initial=-np.inf)
    room = np.array([width, height]) * (1 - 2 * MARGIN)
    scale = np.min(room / np.maximum(high - low, 1e-9)) if len(points) else 1.0
    middle = (low + high) / 2 if len(points) else np.zeros(2)
    return (points - middle) * (scale, -scale) + np.array([width, height]) / 2


def _disc(radius: float) -> np.ndarray:
    """Pixels of a disc round its middle: (n, 2)."""
    side = np.arange(-int(radius), int(radius) + 1)
    x, y = np.meshgrid(side, side)
    inside = x**2 + y**2 <= radius**2
    return np.column_stack([x[inside], y[inside]])

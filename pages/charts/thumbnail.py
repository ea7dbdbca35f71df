"""A map as a small picture: cheap enough to show many on one page."""

from __future__ import annotations

import io

import numpy as np

from core.maps.drawing import GREY

POINTS_DRAWN = 20_000  # at most: more cannot be distinguished at this size
MARGIN = 0.04  # share of the width and height
OVERSAMPLING = 2  # drawn at twice the size and averaged, for smooth edges


def map_thumbnail(
    points: np.ndarray, codes: np.ndarray, colours: list[str], *, size: tuple[int, int] = (560, 360)
) -> bytes:
    """Draw a map's points as discs on a transparent background, as a PNG image.

    Of more than `POINTS_DRAWN` points an even sample is drawn.

    Parameters
    ----------
    points : float array (n, 2)
    codes : int array (n,)
        Position in `colours`; -1 for none: drawn in grey, below the others.
    size : width and height in pixels
    """
    from PIL import Image, ImageDraw

    step = max(1, -(-len(points) // POINTS_DRAWN))
    points, codes = np.asarray(points[::step], dtype=np.float64), np.asarray(codes[::step])
    width, height = (OVERSAMPLING * side for side in size)
    radius = OVERSAMPLING * float(np.clip(60 / np.sqrt(max(len(points), 1)), 0.8, 4.0))
    image = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(image)
    paint = [*colours, GREY]  # -1 is the last one
    centres = _fit(points, width, height)
    for row in np.argsort(codes >= 0, kind="stable"):
        draw.circle(tuple(centres[row]), radius, fill=paint[codes[row]])
    file = io.BytesIO()
    image.resize(size, Image.Resampling.BOX).save(file, "PNG")
    return file.getvalue()


def _fit(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pixels of the points, y upwards, as large as fits without stretching."""
    low, high = points.min(axis=0, initial=np.inf), points.max(axis=0, initial=-np.inf)
    room = np.array([width, height]) * (1 - 2 * MARGIN)
    scale = np.min(room / np.maximum(high - low, 1e-9)) if len(points) else 1.0
    middle = (low + high) / 2 if len(points) else np.zeros(2)
    return (points - middle) * (scale, -scale) + np.array([width, height]) / 2

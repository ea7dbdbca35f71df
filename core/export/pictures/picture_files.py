"""The pictures and the report of a source, as files that can be exported."""

from __future__ import annotations

from functools import partial
from typing import BinaryIO

from ..made_by import made_by
from ..source import MEGABYTE, PICTURES, ExportSource, File, about_size
from .caption import caption_of, encoders_said
from .figure import Kind, write_figure
from .shown import shown_maps

_FIGURES: tuple[tuple[Kind, str, str], ...] = (
    ("svg", "image/svg+xml", "Text stays text. Opens in Inkscape, Illustrator and browsers"),
    ("pdf", "application/pdf", "Text stays text. For LaTeX, Word and print"),
    ("png", "image/png", "300 dots an inch. Opens everywhere"),
)
FIGURE_BYTES = 0.4 * MEGABYTE
"""Typical: most of it is the image of the points."""


def picture_files(source: ExportSource, stem: str) -> list[File]:
    """List the pictures of a source, and its page; each is made only when its `write` is called."""
    maps = "The map" if source.fit is None else "Both maps"
    return [
        File(
            kind,
            f"{maps} as {kind.upper()}",
            f"With names, legend and caption, 180 mm wide. {opens} · {about_size(FIGURE_BYTES)}",
            f"{stem}-maps.{kind}",
            mime,
            partial(_write_figure, source, kind),
            PICTURES,
        )
        for kind, mime, opens in _FIGURES
    ]


def _write_figure(source: ExportSource, kind: Kind, file: BinaryIO) -> None:
    shown, record = shown_maps(source), made_by(source.encoders)
    about = f"Encoder: {encoders_said(record, short=False)}."
    write_figure(file, shown, caption_of(source, shown, record), kind, about=about)

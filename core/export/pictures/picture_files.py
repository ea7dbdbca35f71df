"""The pictures and the report of a source, as files that can be exported."""

from __future__ import annotations

from functools import partial
from typing import BinaryIO

from ..made_by import made_by
from ..source import MEGABYTE, PICTURES, ExportSource, File, about_size
from .caption import caption_of, encoders_said
from .figure import Kind, write_figure
from .shown import shown_maps
from .web_page import page_rows, shortened, write_page

_FIGURES: tuple[tuple[Kind, str, str], ...] = (
    ("svg", "image/svg+xml", "Text stays text. Opens in Inkscape, Illustrator and browsers"),
    ("pdf", "application/pdf", "Text stays text. For LaTeX, Word and print"),
    ("png", "image/png", "300 dots an inch. Opens everywhere"),
)
LONGEST_TEXT = 500
"""Characters of a text in the report where nothing else is chosen."""
FIGURE_BYTES = 0.4 * MEGABYTE
"""Typical: most of it is the image of the points."""
PAGE_BYTES, POINT_BYTES = 0.6 * MEGABYTE, 30
"""Typical: the still picture and the scripts; the places, clusters and labels of a text."""


def picture_files(source: ExportSource, stem: str, *, longest: int | None) -> list[File]:
    """List the pictures of a source, and its report; each is made only when its `write` is called.

    Parameters
    ----------
    longest : int or None
        Most characters of a text in the report; None for whole texts.
    """
    maps = "The map" if source.fit is None else "Both maps"
    figures = [
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
    return [*figures, _report(source, stem, longest)]


def _report(source: ExportSource, stem: str, longest: int | None) -> File:
    texts = source.corpus.texts
    rows = page_rows(len(texts))
    held = "the texts" if len(rows) == len(texts) else f"{len(rows):,} of the {len(texts):,} texts"
    up_to = "" if longest is None else f", up to {longest:,} characters each"
    n_bytes = PAGE_BYTES + POINT_BYTES * len(rows)
    n_bytes += sum(len(shortened(texts[row], longest).encode("utf-8", "replace")) for row in rows)
    return File(
        "report",
        "Report as a web page",
        "Linked maps, evidence, labels, clusters, method and how to cite, in one file that needs no network. "
        f"It holds {held}{up_to}: give it only to people who may read them. Opens in any browser · "
        f"{about_size(n_bytes)}",
        f"{stem}-report.html",
        "text/html",
        lambda file: write_page(file, source, made_by(source.encoders), longest=longest),
        PICTURES,
    )


def _write_figure(source: ExportSource, kind: Kind, file: BinaryIO) -> None:
    shown, record = shown_maps(source), made_by(source.encoders)
    about = f"Encoder: {encoders_said(record, short=False)}."
    write_figure(file, shown, caption_of(source, shown, record), kind, about=about)

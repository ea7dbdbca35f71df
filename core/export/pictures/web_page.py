"""The report as one HTML file: linked maps, texts and words, which opens without a network."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import BinaryIO

import numpy as np

from ... import __version__
from ...errors import RefractError
from ...maps.drawing import GREY, encode_maps, encode_places, on_dark
from ...utils import content_key, cut, percent
from ..source import ExportSource
from .caption import capitalised, caption_of
from .figure import write_figure
from .page_sections import sections_of
from .shown import ShownMaps, shown_maps, verdict_of

PAGE_TEXTS = 20_000
"""Most texts on the maps and in the list of a page: a browser takes a second to open so many."""
PICTURE_DPI = 200
BELOW = 24
"""Pixels that the maps leave free below them."""
FOLDER = Path(__file__).with_name("page")
EXPORT = re.compile(r"export\{([\w$]+) as default\};?\s*$")


def write_page(
    file: BinaryIO, source: ExportSource, record: Mapping[str, str], *, longest: int | None
) -> None:
    """Write the report of a source.

    Everything is in the file, and its Content-Security-Policy allows no request. Of more than `PAGE_TEXTS`
    texts an even sample is on the maps and in the list; the tables count all.

    Parameters
    ----------
    record : mapping
        What `made_by` says of the encoders.
    longest : int or None
        Most characters of a text; None for whole texts.

    Raises
    ------
    RefractError
        When the maps component cannot be read.
    """
    shown = shown_maps(source)
    rows = page_rows(len(source.corpus.texts))
    texts = [shortened(source.corpus.texts[row], longest) for row in rows]
    data = _page_data(shown.of_rows(rows), texts)
    script = _script()
    caption = caption_of(source, shown, record)
    picture = io.BytesIO()
    write_figure(picture, shown, caption, "png", dpi=PICTURE_DPI)
    sections = sections_of(source, record, longest)
    links = [("Maps and texts", "maps-section"), *((section.title, section.anchor) for section in sections)]
    page = Template((FOLDER / "page.html").read_text(encoding="utf-8")).substitute(
        policy=html.escape(_policy(script)),
        generator=f"Refract {__version__}",
        title=html.escape(" · ".join(filter(None, [source.title, source.corpus.name]))),
        heading=html.escape(source.title or source.corpus.name),
        lead=html.escape(_lead(source)),
        nav=" ".join(f'<a href="#{anchor}">{title}</a>' for title, anchor in links),
        css=(FOLDER / "page.css").read_text(encoding="utf-8"),
        colours="".join(
            f'<option value="{number}">{html.escape(colouring.title)}</option>'
            for number, colouring in enumerate(shown.colourings)
        ),
        picture=base64.b64encode(picture.getvalue()).decode(),
        picture_says=html.escape(" ".join(caption)),
        sampled=_sampled(len(rows), len(source.corpus.texts)),
        sections="\n".join(section.html for section in sections),
        data=as_json(data),
        script=script,
    )
    file.write(page.encode("utf-8", "replace"))  # a lone surrogate has no UTF-8


def page_rows(n_texts: int) -> np.ndarray:
    """Return the rows that are on a page: all, or an even sample."""
    return np.unique(np.linspace(0, n_texts - 1, min(n_texts, PAGE_TEXTS)).astype(np.int64))


def shortened(text: str, longest: int | None) -> str:
    """Return a text of at most so many characters."""
    return text if longest is None else cut(text, longest)


def as_json(document: object) -> str:
    """Return JSON that ends no script, opens no comment, and breaks no line of JavaScript."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return text


def _page_data(shown: ShownMaps, texts: Sequence[str]) -> dict[str, object]:
    panes = list(shown.panes)
    key = content_key(texts)
    places_key, places = encode_places(panes)
    payloads = [
        encode_maps(panes, colouring, key="maps", places=places_key, texts=key, below=BELOW)
        for colouring in shown.colourings
    ]
    used = sorted({colour for colouring in shown.colourings for colour in colouring.colours})
    return {
        "key": key,
        "texts": texts,
        "places": base64.b64encode(places).decode(),
        "colourings": [base64.b64encode(payload).decode() for payload in payloads],
        "dark": {colour: on_dark(colour) for colour in used},
        "grey": GREY,
    }


def _script() -> str:
    """Return the bundles of the maps component and the script of the page as one module."""
    import refract_linked_maps as component

    static = Path(component.__file__).with_name("static")
    parts = []
    for name, (_, pattern) in (("drawMaps", component.MAPS), ("deliverPlaces", component.PLACES)):
        found = sorted(static.glob(pattern))
        code = found[0].read_text(encoding="utf-8") if found else ""
        end = EXPORT.search(code)
        if end is None:
            raise RefractError(
                "The maps component is not built as this version of Refract needs it: install Refract again."
            )
        parts.append(f"const {name} = (() => {{{code[: end.start()]}; return {end[1]};}})();")
    return "\n".join([*parts, (FOLDER / "page.js").read_text(encoding="utf-8")])


def _policy(script: str) -> str:
    """Return the Content-Security-Policy: this script alone, styles and images of the file, no request."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()
    # The maps component makes its style sheet in the browser, so no hash of it is known here.
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _lead(source: ExportSource) -> str:
    said = [source.corpus.name, f"{len(source.corpus.texts):,} texts"]
    verdict = verdict_of(source)
    if verdict is not None:
        said.append(capitalised(verdict.sentence))
    return " · ".join(said)


def _sampled(n_shown: int, n_texts: int) -> str:
    if n_shown == n_texts:
        return ""
    share = percent(n_shown / n_texts)
    return (
        f'<p class="quiet">The maps and the list hold {n_shown:,} of the {n_texts:,} texts ({share}), drawn '
        "evenly. The tables below count all of them.</p>"
    )

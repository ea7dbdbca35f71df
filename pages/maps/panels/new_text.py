"""Panel "New text": a text that is not in the corpus, placed on the maps."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.encoders import host_of
from core.errors import RefractError
from core.maps.drawing import Mark
from core.neighbours import DUPLICATE_COSINE
from pages.common import cache, markdown, shorten, start_widget
from pages.maps.panels.answers import answer
from pages.maps.panels.text_rows import probability_bars
from pages.maps.selection import draw_select
from pages.maps.text_list import draw_text_list
from pages.maps.view import MapView, Side

NEAREST_LISTED = 5
LONGEST_TEXT = 20_000  # characters: more than any encoder reads
PLACE_HELP = (
    "It is encoded by the encoder of each map and placed at the weighted mean of its nearest texts, the "
    "nearest with most weight. It does not become part of the corpus, and is not stored."
)


def place_on(view: MapView, side: Side, text: str) -> dict | None:
    """Return the placement of a text on one side (`core.tasks.place_text`), None until it is there.

    Raises RefractError where the encoder of the side cannot encode it.
    """
    corpus_key, runner = view.corpus.key, cache.runner()
    embedding_key = cache.store().corpus_entry(corpus_key).embedding_key
    fit_key = side.findings_key if side.fit is not None else None
    return answer(
        ("place", corpus_key, embedding_key, text, fit_key),
        lambda: runner.query("place_text", corpus_key=corpus_key, text=text, fit_key=fit_key),
    )


def encoding_host(view: MapView, side: Side) -> str | None:
    """Return the server that encodes a text for a side; None where it is encoded on this computer."""
    if side.fit is not None and side.fit.method.reencodes:
        return host_of(side.fit.method.encoder)
    return host_of(cache.store().corpus_entry(view.corpus.key).encoder)


def draw_new_text(view: MapView) -> list[tuple[Mark, ...]]:
    """Draw a field for a text, and what its placements say; return the marks for each side."""
    start_widget("maps_new_text", "")
    text = st.text_area(
        "Any sentence", key="maps_new_text", placeholder="Type or paste a text to place it",
        help=PLACE_HELP, persist_state="session", max_chars=LONGEST_TEXT,
    ).strip()  # fmt: skip
    st.button("Place it on the maps", key="maps_place", type="primary", width="stretch")
    hosts = {host for side in view.sides if (host := encoding_host(view, side))}
    if hosts:
        st.caption(f":material/send: It is sent to **{markdown(', '.join(sorted(hosts)))}** to be encoded.")
    if not text:
        return [() for _ in view.sides]
    placed: list[dict | None] = []
    problems: dict[str, str] = {}  # a problem of both sides is shown once
    encoding = False
    for side in view.sides:
        try:
            placed.append(place_on(view, side, text))
            encoding |= placed[-1] is None
        except RefractError as error:
            placed.append(None)
            problems.setdefault(str(error), side.title)
    if encoding:
        st.caption("Encoding the text…")
    if any(map(_is_in_corpus, view.sides, placed)) or (view.corpus.texts == text).any():
        st.caption("This text is in the corpus: it has its own place.")
    _draw_placements(view, placed)
    for problem, title in problems.items():
        where = f"**{markdown(title)}**  \n" if any(placed) else ""
        st.error(where + markdown(problem))
    return [(Mark(*found["place"], shorten(text)),) if found else () for found in placed]


def _is_in_corpus(side: Side, found: dict | None) -> bool:
    """Whether the text has the vector of one in the corpus; other texts have it too after a transform."""
    as_encoded = side.fit is None or side.fit.method.reencodes
    return found is not None and as_encoded and found["similarities"][0] >= DUPLICATE_COSINE


def _draw_placements(view: MapView, placed: Sequence[dict | None]) -> None:
    """Draw the answer first, then where it lies: by the reshaped map before the other."""
    found = [(side, each) for side, each in zip(view.sides, placed, strict=True) if each is not None][::-1]
    for side, each in found:
        if each["probabilities"] is not None:
            _draw_probabilities(view, side, np.array(each["probabilities"]))
    for side, each in found:
        _draw_nearest(view, side, each)


def _draw_probabilities(view: MapView, side: Side, probabilities: np.ndarray) -> None:
    """Draw how likely each label is."""
    title = f'<div class="open-text-title">{html.escape(side.title)}</div>'
    st.html(title + probability_bars(view, side, probabilities))


def _draw_nearest(view: MapView, side: Side, placement: dict) -> None:
    """Draw the texts that are nearest to a placed text."""
    neighbours, similarities = np.array(placement["neighbours"]), np.array(placement["similarities"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"Nearest in **{markdown(side.title)}**", width="stretch")
        label, key = f"Select {len(neighbours)}", f"maps_select_nearest_{side.key}"
        draw_select(label, view.corpus.key, neighbours, key, help="Selects its nearest texts on the maps")
    nearest = neighbours[:NEAREST_LISTED]
    notes = [f"cosine {similarity:.2f}" for similarity in similarities[:NEAREST_LISTED]]
    draw_text_list(view, nearest, key=f"maps_nearest_{side.key}", notes=notes, scroll="stay")

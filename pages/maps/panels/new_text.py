"""Any sentence, placed on the maps."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.encoders import host_of
from core.errors import RefractError
from core.neighbours import COPY
from pages.common import cache, markdown, shorten
from pages.maps.panels.text_rows import probability_bars, text_rows
from pages.maps.selection import select_texts
from pages.maps.view import MapView, Side

NEAREST_LISTED = 5
PLACE_HELP = (
    "It is read by the encoder of each map and stands where most of its nearest texts stand, the nearest "
    "counting most. It does not become part of the corpus, and is not kept."
)


@st.cache_resource(max_entries=64, show_spinner="Reading the text…")
def landing(corpus_key: str, embedding_key: str, text: str, fit_key: str | None) -> dict:
    """Where a text lands, see `land`; asked once for each text and encoding of the corpus."""
    return cache.runner().query("land", corpus_key=corpus_key, text=text, fit_key=fit_key)


def landing_on(view: MapView, side: Side, text: str) -> dict:
    """Where a text lands on one side.

    Raises
    ------
    RefractError
        When the encoder of this side cannot read it.
    """
    embedding_key = cache.store().corpus_entry(view.corpus.key).embedding_key
    return landing(view.corpus.key, embedding_key, text, side.findings_key if side.fit is not None else None)


def read_at(view: MapView, side: Side) -> str | None:
    """Server that a text is sent to before it can land on a side; None where it is read here."""
    if side.fit is not None and side.fit.method.reencodes:
        return host_of(side.fit.method.encoder)
    return host_of(cache.store().corpus_entry(view.corpus.key).encoder)


def draw_new_text(view: MapView) -> tuple[tuple[tuple[float, float, str], ...], ...]:
    """Field for a text and where it lands; returns for each side its marks as (x, y, text)."""
    text = st.text_area(
        "Any sentence", key="maps_new_text", placeholder="Type or paste one: where does it land?",
        help=PLACE_HELP, persist_state="session",
    ).strip()  # fmt: skip
    st.button("Place it on the maps", key="maps_place", type="primary", width="stretch")
    hosts = {host for side in view.sides if (host := read_at(view, side))}
    if hosts:
        st.caption(f":material/send: It is sent to **{markdown(', '.join(sorted(hosts)))}** to be read.")
    if not text:
        return tuple(() for _ in view.sides)
    landed: list[dict | None] = []
    problems: dict[str, str] = {}  # each said once, also where it is that of both sides
    for side in view.sides:
        try:
            landed.append(landing_on(view, side, text))
        except RefractError as error:
            landed.append(None)
            problems.setdefault(str(error), side.title)
    if any(map(_is_copy, view.sides, landed)) or (view.corpus.texts == text).any():
        st.caption("This text is in the corpus: it lands on itself.")
    for side, found in zip(view.sides, landed, strict=True):
        if found is not None:
            draw_landing(view, side, found)
    for problem, title in problems.items():
        where = f"**{markdown(title)}**  \n" if any(landed) else ""
        st.error(where + markdown(problem))
    return tuple(((*found["place"], shorten(text)),) if found else () for found in landed)


def _is_copy(side: Side, found: dict | None) -> bool:
    """Whether an encoder reads a text as one of the corpus; a transform brings others as near, too."""
    as_read = side.fit is None or side.fit.method.reencodes
    return found is not None and as_read and found["similarities"][0] >= COPY


def draw_landing(view: MapView, side: Side, landing: dict) -> None:
    """Labels and nearest texts of a landed text in one space."""
    neighbours, similarities = np.array(landing["neighbours"]), np.array(landing["similarities"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{markdown(side.title)}**")
        st.button(
            f"Select its {len(neighbours)} nearest",
            key=f"maps_select_nearest_{side.key}",
            type="tertiary",
            on_click=select_texts,
            args=[view.corpus.key, neighbours],
        )
    if landing["probabilities"] is not None:
        st.html(probability_bars(view, side, np.array(landing["probabilities"])))
    text_rows(
        view,
        neighbours[:NEAREST_LISTED],
        key=f"maps_nearest_{side.key}",
        similarities=similarities,
    )

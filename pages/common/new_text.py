"""Any sentence, placed on the maps."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import RefractError
from core.neighbours import COPY
from pages.common import cache
from pages.common.map_view import MapView, Side
from pages.common.markdown import markdown
from pages.common.selection import select_texts
from pages.common.text_parts import probability_bars, shorten, text_rows

NEAREST_LISTED = 5
PLACE_HELP = (
    "It is read by the encoder of the corpus and stands where most of its nearest texts stand, the nearest "
    "counting most. It does not become part of the corpus, and is not kept."
)


@st.cache_resource(max_entries=32, show_spinner="Reading the text…")
def landings(corpus_key: str, embedding_key: str, text: str, fit_keys: tuple[str, ...]) -> dict:
    """Where a text lands, see `core.questions.land`; asked once for each text and encoding of the corpus."""
    return cache.runner().ask("land", corpus_key=corpus_key, text=text, fit_keys=list(fit_keys))


def landings_of(view: MapView, text: str) -> list[dict]:
    """Where a text lands: in the generic space, and on each side."""
    fit_keys = tuple(side.findings_key for side in view.sides if side.fit is not None)
    embedding_key = cache.store().corpus_entry(view.corpus.key).embedding_key
    landed = landings(view.corpus.key, embedding_key, text, fit_keys)
    fits = dict(zip(fit_keys, landed["fits"], strict=True))
    return [landed["generic"], *(fits.get(side.findings_key, landed["generic"]) for side in view.sides)]


def draw_new_text(view: MapView) -> tuple[tuple[tuple[float, float, str], ...], ...]:
    """Field for a text and where it lands; returns for each side its marks as (x, y, text)."""
    text = st.text_area(
        "Any sentence", key="maps_new_text", placeholder="Type or paste one: where does it land?",
        help=PLACE_HELP, persist_state="session",
    ).strip()  # fmt: skip
    st.button("Place it on the maps", key="maps_place", type="primary", width="stretch")
    nowhere = tuple(() for _ in view.sides)
    if not text:
        return nowhere
    try:
        generic, *landed = landings_of(view, text)
    except RefractError as error:
        st.error(markdown(str(error)))
        return nowhere
    if generic["similarities"][0] >= COPY:
        st.caption("This text is in the corpus: it lands on itself.")
    for side, landing in zip(view.sides, landed, strict=True):
        draw_landing(view, side, landing)
    return tuple(((*landing["place"], shorten(text)),) for landing in landed)


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

"""Panel "Text": one text with its labels, driving words and neighbours."""

from __future__ import annotations

import html

import numpy as np
import pandas as pd
import streamlit as st

from core.evidence import DrivingWord, compare_neighbours
from core.storage import load_finding
from pages.common import cache, markdown, metadata_of, reset_state, shorten, state_of
from pages.maps.clusters import answers_of
from pages.maps.panels.text_rows import (
    TextOrigin,
    TextPanel,
    driving_words_in,
    go_back,
    marked_text,
    pick_row,
    probability_bars,
    text_rows,
)
from pages.maps.selection import select_texts
from pages.maps.view import MapView, Side

ROWS_SHOWN = 1000
TABLE_HEIGHT = 400  # pixels
DOUBTFUL = 0.2  # a lower share of true neighbours near it means that its position misleads
NEIGHBOUR_HELP = (
    "Its nearest texts in all dimensions, by cosine (not on the map). Kept: in both spaces. Gained: only in "
    "the right one. Lost: only in the left one."
)
NEAR_HELP = (
    "How many of its nearest texts are also near it on the map. Where few are, its position on the map "
    "means little: use the list of neighbours."
)
WORDS_HELP = (
    "Words of this text that raise the score of its likeliest label, the strongest first. Its neighbours "
    "count too, so a label can be predicted without any of its words."
)

ANSWER_HELP = (
    "The model's answer to the instruction about this text. The place on the map comes from the model's "
    "hidden states, so texts with equal answers can be apart. Where generating takes much longer than "
    "encoding, only a random sample of the texts has answers in words."
)


def draw_text_detail(view: MapView, selected: np.ndarray) -> None:
    """Draw the one selected text; with several selected, a table to choose from."""
    if len(selected) == 0:
        reset_state(TextPanel, view.corpus.key)
        st.markdown("**No text is open**")
        st.caption("Click a point on a map, or a text in a table: its labels, its words and its neighbours.")
    elif len(selected) > 1:
        _draw_choice(view, selected)
    else:
        _draw_one(view, int(selected[0]))


def _draw_choice(view: MapView, selected: np.ndarray) -> None:
    st.markdown(f"**{len(selected):,} selected** :small[click one to look at it]")
    shown = selected[:ROWS_SHOWN]
    st.dataframe(
        pd.DataFrame({"Text": view.corpus.texts[shown]}),
        key="maps_glass_table",
        hide_index=True,
        height=min(TABLE_HEIGHT, 38 + 35 * len(shown)),
        on_select=lambda: pick_row(
            view.corpus.key,
            "maps_glass_table",
            shown,
            TextOrigin(f"{len(selected):,} texts", "Text", selected),
        ),
        selection_mode="single-cell",
    )
    if len(selected) > ROWS_SHOWN:
        st.caption(f"The first {ROWS_SHOWN:,} are listed.")


def _draw_one(view: MapView, row: int) -> None:
    origin = state_of(TextPanel, view.corpus.key).origin
    if origin is not None:
        st.button(
            f"Back to {origin.title}",
            key="maps_glass_back",
            type="tertiary",
            icon=":material/arrow_back:",
            on_click=go_back,
            args=[view.corpus.key, origin],
        )
    predicting = [side for side in reversed(view.sides) if side.fit is not None and side.fit.has_predictions]
    side = next(iter(predicting), None)
    label, words = ("", []) if side is None else _predicted_with_words(view, side, row)
    text = str(view.corpus.texts[row])
    st.html(f'<div class="glass-text">{marked_text(text, words, label)}</div>')
    st.caption(_given_and_metadata(view, row))
    for fitted in reversed(view.sides):
        _draw_answer(view, fitted, row)
    for fitted in predicting:
        _draw_labels(view, fitted, row)
    if side is not None:
        _draw_words(text, words, label)
    _draw_near_share(view, row)
    _draw_neighbours(view, row)


def _given_and_metadata(view: MapView, row: int) -> str:
    """Given label and metadata in one line."""
    known = metadata_of(view.corpus, row)
    if view.given[row] >= 0:
        known.insert(0, ("given label", view.labels[view.given[row]]))
    return " · ".join(f"{markdown(name)}: **{markdown(value)}**" for name, value in known)


def _draw_answer(view: MapView, side: Side, row: int) -> None:
    """Draw the model's answer about this text."""
    answers = answers_of(view, side)
    if answers is None:
        return
    said = f"**{markdown(shorten(answers[row]))}**" if answers[row].strip() else "*not answered in words*"
    asked = markdown(shorten(side.fit.instruction))
    st.markdown(f":small[:material/forum: {asked} {said}]", help=ANSWER_HELP)


def _draw_labels(view: MapView, side: Side, row: int) -> None:
    title = html.escape(side.title)
    bars = probability_bars(view, side, np.asarray(side.fit.probabilities[row]))
    st.html(f'<div class="glass-title">{title}</div>{bars}')


def _predicted_with_words(view: MapView, side: Side, row: int) -> tuple[str, list[DrivingWord]]:
    """Return the predicted label of a text and its driving words; none before they are measured."""
    column = int(np.argmax(side.fit.probabilities[row]))
    label = side.fit.labels[side.fit.classes[column]]
    words = load_finding(cache.store().results(view.corpus.key), side.findings_key, "words")
    return label, [] if words is None else list(words[column])


def _draw_words(text: str, words: list[DrivingWord], label: str) -> None:
    held = driving_words_in(text, words)
    if held:
        said = ", ".join(f"**{markdown(word.word)}**" for word in held)
        st.markdown(f":small[Words that speak for *{markdown(label)}*: {said}]", help=WORDS_HELP)
    elif words:
        st.markdown(
            f":small[None of the words that drive *{markdown(label)}* is in it: the label comes from its "
            "meaning and its neighbours.]",
            help=WORDS_HELP,
        )


def _draw_near_share(view: MapView, row: int) -> None:
    """Draw how many of its true neighbours are near it on each map."""
    said = []
    for side in view.sides:
        near, _ = cache.map_quality(view.corpus.key, side.findings_key)
        k = side.space.graph.indices.shape[1]
        if near is not None and k:
            doubt = " :orange[:material/warning:]" if near[row] < DOUBTFUL else ""
            said.append(f"{markdown(side.title)} **{round(k * float(near[row]))} of {k}**{doubt}")
    if said:
        st.markdown(f":small[True neighbours near it on the map: {' · '.join(said)}]", help=NEAR_HELP)


def _draw_neighbours(view: MapView, row: int) -> None:
    """Draw gained, kept and lost neighbours; with one space, the nearest texts."""
    if len(view.sides) == 1:
        lists = {"Nearest texts": np.asarray(view.right.space.graph.indices[row])}
    else:
        compared = compare_neighbours(view.sides[0].space.graph, view.right.space.graph, row)
        lists = {"Gained": compared.gained, "Kept": compared.kept, "Lost": compared.lost}
    names = list(lists)
    if len(lists) > 1:
        shown = st.segmented_control(
            "Neighbours", names, default=names[0], required=True, key="maps_glass_neighbours",
            format_func=lambda name: f"{name} {len(lists[name])}", help=NEIGHBOUR_HELP,
            persist_state="session", width="stretch",
        )  # fmt: skip
    else:
        shown = names[0]
        st.markdown("**Nearest texts**", help=NEIGHBOUR_HELP.partition(". ")[0] + ".")
    neighbours = lists[shown]
    if len(neighbours) == 0:
        st.caption(f"None was {shown.lower()}.")
        return
    text_rows(view, neighbours, key="maps_glass_rows")
    st.button(
        "Select it with these",
        key="maps_glass_select",
        type="tertiary",
        help="Shows where they are on the maps.",
        on_click=select_texts,
        args=[view.corpus.key, np.append(neighbours, row)],
    )

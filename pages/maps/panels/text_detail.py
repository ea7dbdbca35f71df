"""One open text: its labels, the words that drive them, its neighbours; and buttons that label it."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.evidence import DrivingWord, compare_neighbours
from core.storage import load_finding
from core.utils import percent
from pages.common import cache, markdown, metadata_of, shorten
from pages.maps.clusters import answers_of
from pages.maps.opened import go_back, opened_texts, step_to
from pages.maps.panels.label_buttons import draw_label_buttons
from pages.maps.panels.text_rows import driving_words_in, marked_text, probability_bars
from pages.maps.selection import draw_select
from pages.maps.text_list import draw_text_list
from pages.maps.view import DOUBTFUL, MapView, Side

LEAST_FITS_NONE = 0.2  # probability above which it is shown
FITS_NONE_HELP = (
    "How likely the text belongs to none of the labels. The bars compare the labels with each other only: "
    "one of them can be long for a text that fits none."
)
NEIGHBOUR_HELP = (
    "Its nearest texts in all dimensions, by cosine (not on the map). Kept: in both spaces. Gained: only in "
    "the right one. Lost: only in the left one."
)
NEAR_HELP = (
    "How many of its nearest texts are also near it on the map. Where few are, the map says little about "
    "it: use the list of neighbours."
)
WORDS_HELP = (
    "Words of this text that raise the score of its likeliest label, the strongest first. Its neighbours "
    "count too, so a label can be predicted without any of its words."
)
ANSWER_HELP = (
    "The model's answer to the instruction about this text. Its position on the map comes from the model's "
    "hidden states, so texts with equal answers can be apart. Where generating takes much longer than "
    "encoding, only a random sample of the texts has answers in words."
)


def draw_text_detail(view: MapView, row: int, back: str) -> None:
    """Draw one text with all that is known about it; `back` names what it was opened from."""
    _draw_way_back(view, row, back)
    predicting = [side for side in reversed(view.sides) if side.has_predictions]
    label, words = _predicted_with_words(view, predicting[0], row) if predicting else ("", [])
    text = str(view.corpus.texts[row])
    st.html(f'<div class="open-text">{marked_text(text, words, label)}</div>')
    draw_label_buttons(view, row)
    known = _given_and_metadata(view, row)
    if known:
        st.caption(known)
    for side in reversed(view.sides):
        _draw_answer(view, side, row)
    for side in predicting:
        bars = probability_bars(view, side, np.asarray(side.fit.probabilities[row]))
        st.html(f'<div class="open-text-title">{html.escape(side.title)}</div>{bars}')
        _draw_fits_none(side, row)
    _draw_words(text, words, label)
    _draw_near_share(view, row)
    _draw_neighbours(view, row)


def _draw_way_back(view: MapView, row: int, back: str) -> None:
    """Draw the button back, and those to the texts before and after it in the list."""
    state = opened_texts(view.corpus.key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps_glass_head"):
        st.button(
            "Back to the text before" if len(state.rows) > 1 else f"Back to {back}",
            key="maps_glass_back", type="tertiary", icon=":material/arrow_back:", shortcut="B",
            on_click=go_back, args=[view.corpus.key],
        )  # fmt: skip
        at = np.flatnonzero(state.listed == row)
        if len(state.rows) > 1 or not len(at) or len(state.listed) < 2:
            return
        steps = (("previous", "chevron_left", "K", at[0] - 1), ("next", "chevron_right", "J", at[0] + 1))
        for name, icon, key, other in steps:
            st.button(
                f":material/{icon}:", key=f"maps_glass_{name}", type="tertiary", shortcut=key,
                help=f"The {name} text of the list", disabled=not 0 <= other < len(state.listed),
                on_click=step_to,
                args=[view.corpus.key, int(state.listed[min(max(other, 0), len(state.listed) - 1)])],
            )  # fmt: skip


def _given_and_metadata(view: MapView, row: int) -> str:
    """Return the given label and the metadata in one line."""
    known = metadata_of(view.corpus, row)
    if view.given[row] >= 0:
        known.insert(0, ("given label", view.labels[view.given[row]]))
    return " · ".join(f"{markdown(name)}: **{markdown(value)}**" for name, value in known)


def _draw_answer(view: MapView, side: Side, row: int) -> None:
    """Draw the model's answer about this text."""
    answers = answers_of(view, side)
    if answers is None:
        return
    answer = f"**{markdown(shorten(answers[row]))}**" if answers[row].strip() else "*not answered in words*"
    instruction = markdown(shorten(side.fit.instruction))
    st.markdown(f":small[:material/forum: {instruction} {answer}]", help=ANSWER_HELP)


def _predicted_with_words(view: MapView, side: Side, row: int) -> tuple[str, list[DrivingWord]]:
    """Return the predicted label of a text and its driving words; none before they are measured."""
    column = int(np.argmax(side.fit.probabilities[row]))
    label = side.fit.labels[side.fit.classes[column]]
    words = load_finding(cache.store().results(view.corpus.key), side.findings_key, "words")
    return label, [] if words is None else list(words[column])


def _draw_fits_none(side: Side, row: int) -> None:
    """Draw how probably the text fits none of the labels, where that is worth a doubt."""
    if side.fit.fits_none is None or not side.fit.fits_none[row] > LEAST_FITS_NONE:
        return
    with st.container(key=f"maps_glass_fits_none_{side.key}"):
        st.markdown(
            f":small[Fits none of the labels: **{percent(float(side.fit.fits_none[row]))}**]",
            help=FITS_NONE_HELP,
        )


def _draw_words(text: str, words: list[DrivingWord], label: str) -> None:
    """Draw the words of a text that drive its predicted label."""
    present = driving_words_in(text, words)
    if present:
        listed = ", ".join(f"**{markdown(word.word)}**" for word in present)
        st.markdown(f":small[Words that speak for *{markdown(label)}*: {listed}]", help=WORDS_HELP)
    elif words:
        st.markdown(
            f":small[None of the words that drive *{markdown(label)}* is in it: the label comes from its "
            "meaning and its neighbours.]",
            help=WORDS_HELP,
        )


def _draw_near_share(view: MapView, row: int) -> None:
    """Draw how many of its true neighbours are near it on each map."""
    shares = []
    for side in view.sides:
        near, _ = cache.map_quality(view.corpus.key, side.findings_key)
        k = side.space.graph.indices.shape[1]
        if near is not None and k:
            doubt = " :orange[:material/warning:]" if near[row] < DOUBTFUL else ""
            shares.append(f"{markdown(side.title)} **{round(k * float(near[row]))} of {k}**{doubt}")
    if shares:
        st.markdown(f":small[True neighbours near it on the map: {' · '.join(shares)}]", help=NEAR_HELP)


def _draw_neighbours(view: MapView, row: int) -> None:
    """Draw gained, kept and lost neighbours; with one space, the nearest texts."""
    if len(view.sides) == 1:
        lists = {"Nearest texts": np.asarray(view.right.space.graph.indices[row])}
    else:
        compared = compare_neighbours(view.sides[0].space.graph, view.right.space.graph, row)
        lists = {"Gained": compared.gained, "Kept": compared.kept, "Lost": compared.lost}
    shown = next(iter(lists))
    if len(lists) > 1:
        shown = st.segmented_control(
            "Neighbours", list(lists), default=shown, required=True, key="maps_glass_neighbours",
            format_func=lambda name: f"{name} {len(lists[name])}", help=NEIGHBOUR_HELP,
            persist_state="session", width="stretch",
        )  # fmt: skip
    else:
        st.markdown(f"**{shown}**", help=NEIGHBOUR_HELP.partition(". ")[0] + ".")
    neighbours = lists[shown]
    if len(neighbours) == 0:
        st.caption(f"None was {shown.lower()}.")
        return
    draw_text_list(view, neighbours, key="maps_glass_rows", scroll="top")
    draw_select(
        "Select it with these", view.corpus.key, np.append(neighbours, row), "maps_glass_select",
        help="Shows where they are on the maps.",
    )  # fmt: skip

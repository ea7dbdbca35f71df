"""What the reshaping changed, on the evidence page: neighbours, driving words, the linear form."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.evidence import Change, DrivingWord, most_changed
from core.maps import Fit
from core.maps.drawing import colour_of
from core.transforms import LinearForm
from core.utils import one_line, percent
from pages.charts import change_histogram
from pages.common import cache, layout, markdown, n_shown, navigation, on_ground, select_texts, show_more
from pages.evidence.figures import reserve

CHANGE_HEIGHT, WORDS_HEIGHT = 270, 120  # pixels
MOST_CHANGED = 20  # texts listed
FIRST_SHOWN = 5  # of them at first
CHANGED = "evidence_changed"  # their list
CARDS_SHOWN = 9  # labels whose words fit without scrolling
TEXT_LENGTH = 160  # characters of a text shown
CHANGE_HELP = (
    "For each text: the share of its nearest neighbours in the generic space that are no longer among them "
    "(by cosine, in all dimensions, not on the map)."
)
MOST_HELP = (
    "Texts whose old neighbours are gone, those with the most similar old neighbours first. Click a text to "
    "see it on both maps."
)
LOST_HELP = "Its nearest text in the generic space that is no longer a neighbour"
GAINED_HELP = "Its nearest text now that was not a neighbour before"
WORDS_HELP = (
    "Words that raise the score of this label more than the scores of the others; the stronger, the darker. "
    "They show what the label came to mean: look for words that do not belong."
)
LINEAR_HELP = (
    "Reshaping also looks at a text's neighbours. One matrix cannot, but it works on the embedding of any "
    "text, new ones too. Measured on the ten nearest neighbours."
)


def draw_neighbour_change(change: np.ndarray | None, corpus: Corpus, generic_key: str, fit: Fit) -> None:
    """Draw how many neighbours were replaced, and the texts that changed most; frames until it is known."""
    left, right = st.columns([1, 2], gap="large")
    left.markdown("**Neighbours replaced**", help=CHANGE_HELP)
    right.markdown("**Texts that changed most**", help=MOST_HELP)
    if change is None:
        for side in (left, right):
            with side:
                reserve(CHANGE_HEIGHT, "Measuring…")
        return
    with left:
        st.markdown(f"On average, **{percent(np.mean(change))}** of a text's nearest neighbours are new.")
        layout.draw_chart(change_histogram(np.asarray(change)), "evidence_change", CHANGE_HEIGHT - 40)
    changed = _most_changed(corpus.key, generic_key, fit.space_key, fit)
    shown = n_shown(CHANGED, FIRST_SHOWN)
    with right, st.container(key=CHANGED, gap="small"):
        for text in changed[:shown]:
            draw_change(text, corpus, fit)
        if len(changed) > shown:
            st.button(
                "Show more",
                key="evidence_all_changed",
                type="tertiary",
                on_click=show_more,
                args=[CHANGED, len(changed)],
            )


@cache.kept(max_entries=4, show_spinner=False)
def _most_changed(corpus_key: str, generic_key: str, fit_key: str, _fit: Fit) -> list[Change]:
    return most_changed(cache.space(corpus_key, generic_key).graph, _fit.space.graph, MOST_CHANGED)


def draw_change(changed: Change, corpus: Corpus, fit: Fit) -> None:
    """Draw one text with its lost and its gained neighbour; a click shows the three on the maps."""
    with st.container(key=f"evidence_changed_{changed.row}", gap=None):
        if st.button(
            markdown(one_line(corpus.texts[changed.row], TEXT_LENGTH)),
            key=f"evidence_open_{changed.row}",
            type="tertiary",
            help="Show it on both maps, with these two neighbours",
        ):
            select_texts(corpus.key, np.array([changed.row, changed.lost, changed.gained]))
            navigation.go_to(navigation.MAPS)
        st.html(change_lines(changed, corpus, fit))


def change_lines(changed: Change, corpus: Corpus, fit: Fit) -> str:
    """Return the label of a text, and its lost and gained neighbour with theirs, as HTML."""
    lost, gained = (
        f"{html.escape(one_line(corpus.texts[row], TEXT_LENGTH))} {label_chip(row, fit)}"
        for row in (changed.lost, changed.gained)
    )
    chip = label_chip(changed.row, fit)
    own = f"<b>label</b><p>{chip}</p>" if chip else ""
    return (
        f'<div class="changed-text" title="{percent(changed.share)} of its neighbours are new">{own}'
        f'<b title="{LOST_HELP}">before beside</b><p>{lost}</p>'
        f'<b title="{GAINED_HELP}">now beside</b><p>{gained}</p></div>'
    )


def label_chip(row: int, fit: Fit) -> str:
    """Return the predicted label of a text with its colour, as HTML; "" where it has none."""
    if not fit.has_predictions or fit.fitting_labels[row] < 0:
        return ""
    label = fit.labels[fit.fitting_labels[row]]
    swatch = f'<i style="background: {on_ground(colour_of(fit.labels)[label])}"></i>'
    return f'<span class="chip">{swatch}{html.escape(label)}</span>'


def draw_driving_words(words: tuple[tuple[DrivingWord, ...], ...] | None, fit: Fit) -> None:
    """Draw the words that drive each label."""
    st.markdown("**Words that drive each label**", help=WORDS_HELP)
    if words is None:
        reserve(WORDS_HEIGHT, "Measuring…")
        return
    colours = list(colour_of(fit.labels).values())
    cards = [
        word_card(fit.labels[code], colours[code], driving)
        for code, driving in zip(fit.classes, words, strict=True)
    ]
    # Many scroll, and the lowest line fades to show it.
    kind = "driving-words many" if len(cards) > CARDS_SHOWN else "driving-words"
    st.html(f'<div class="{kind}">{"".join(cards)}</div>')


def word_card(label: str, colour: str, words: tuple[DrivingWord, ...]) -> str:
    """One label with its words as HTML, the stronger the darker."""
    strongest = max((word.weight for word in words), default=1.0)
    shown = [
        f'<span style="opacity: {0.7 + 0.3 * word.weight / strongest:.2f}" '
        f'title="In {percent(word.inside)} of the texts predicted to have this label, in '
        f"{percent(word.outside)} of the others; accounts for {percent(word.weight)} of the difference in "
        f'score">{html.escape(word.word)}</span>'
        for word in words
    ]
    listed = " ".join(shown) or '<span class="none">no word stands out</span>'
    return f'<div><b style="border-color: {on_ground(colour)}">{html.escape(label)}</b> {listed}</div>'


def draw_linear_form(linear: LinearForm | None) -> None:
    """Draw how close the linear form is to the full transform."""
    if linear is None or np.isnan(linear.agreement):
        return
    st.markdown(
        f"**As one matrix**: the exported matrix reproduces **{percent(linear.agreement)}** of each text's "
        "nearest neighbours. It reshapes any number of new texts at once.",
        help=LINEAR_HELP,
    )

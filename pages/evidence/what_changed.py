"""What the reshaping changed, on the evidence page: neighbours, driving words, the linear form."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.evidence import Change, DrivingWord, most_changed
from core.maps import Fit
from core.transforms import LinearForm
from core.utils import one_line, percent
from pages.charts import change_histogram, colour_of
from pages.common import cache, layout
from pages.evidence.figures import reserve

CHANGE_HEIGHT, WORDS_HEIGHT = 270, 120  # pixels
MOST_CHANGED = 20  # texts listed
TEXT_LENGTH = 160  # characters of a text shown
CHANGE_HELP = (
    "For each text: the share of its nearest neighbours in the generic space that are no longer among them "
    "(by cosine, in all dimensions, not on the map)."
)
LOST_HELP = "Its nearest text in the generic space that is no longer a neighbour"
GAINED_HELP = "Its nearest text now that was not a neighbour before"
WORDS_HELP = (
    "Words that raise the score of the label more than those of the others, by the linear form; the "
    "stronger, the darker. They show what the transform took the label to mean: look for words that do not "
    "belong."
)
LINEAR_HELP = (
    "The reshaping also uses a text's neighbours. Its linear form does not: it is one matrix, applied to any "
    "embedding. Measured: the share of the ten nearest neighbours in the reshaped space that it keeps."
)


def draw_neighbour_change(change: np.ndarray | None, corpus: Corpus, generic_key: str, fit: Fit) -> None:
    """Draw how many neighbours were replaced, and the texts that changed most; frames until it is known."""
    left, right = st.columns([1, 2], gap="large")
    left.markdown("**Neighbours replaced**", help=CHANGE_HELP)
    right.markdown("**Texts that changed most** :small[with the nearest neighbour they lost and gained]")
    if change is None:
        for side in (left, right):
            with side:
                reserve(CHANGE_HEIGHT, "Measuring…")
        return
    with left:
        st.markdown(f"On average, **{percent(np.mean(change))}** of a text's nearest neighbours are new.")
        layout.draw_chart(change_histogram(np.asarray(change)), "evidence_change", CHANGE_HEIGHT - 40)
    changed = _most_changed(corpus.key, generic_key, fit.space_key, fit)
    cards = [change_card(text, corpus) for text in changed]
    right.html(f'<div class="changed-texts" tabindex="0">{"".join(cards)}</div>')


@st.cache_resource(max_entries=4, show_spinner=False)
def _most_changed(corpus_key: str, generic_key: str, fit_key: str, _fit: Fit) -> list[Change]:
    return most_changed(cache.space(corpus_key, generic_key).graph, _fit.space.graph, MOST_CHANGED)


def change_card(changed: Change, corpus: Corpus) -> str:
    """One text with its lost and its gained neighbour, as HTML."""
    text, lost, gained = (
        html.escape(one_line(corpus.texts[row], TEXT_LENGTH))
        for row in (changed.row, changed.lost, changed.gained)
    )
    return (
        f'<div><b title="{html.escape(CHANGE_HELP)}">{percent(changed.share)}</b><p>{text}</p>'
        f'<p class="was" title="{LOST_HELP}">lost: {lost}</p>'
        f'<p class="is" title="{GAINED_HELP}">gained: {gained}</p></div>'
    )


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
    st.html(f'<div class="driving-words">{"".join(cards)}</div>')


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
    return f'<div><b style="border-color: {colour}">{html.escape(label)}</b> {listed}</div>'


def draw_linear_form(linear: LinearForm | None) -> None:
    """Draw how close the linear form is to the full transform."""
    if linear is None or np.isnan(linear.agreement):
        return
    st.markdown(
        f"**As one matrix** the reshaping keeps **{percent(linear.agreement)}** of the ten nearest "
        "neighbours. It reshapes any number of new texts at once; the Export page offers it as a file.",
        help=LINEAR_HELP,
    )

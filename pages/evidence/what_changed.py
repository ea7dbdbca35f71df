"""What the reshaping changed, on the evidence page: neighbours, driving words, the linear form."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.evidence import Change, DrivingWord
from core.maps import Fit
from core.transforms import LinearForm
from pages.charts import change_histogram, colour_of

HEIGHT = 270  # pixels
LONGEST = 160  # characters of a text
CHANGE_HELP = (
    "For each text: which share of its nearest neighbours in the generic space is no longer among them "
    "now (by cosine, in all dimensions, not on the map)."
)
LOST_HELP = "Its nearest text in the generic space that is no neighbour any more"
GAINED_HELP = "Its nearest text now that was no neighbour before"
WORDS_HELP = (
    "Words that go with a high score for the label, more than with the other labels, by the linear form; the "
    "stronger, the darker. They show what the transform took the label to mean: look for words that do not "
    "belong."
)
LINEAR_HELP = (
    "The reshaping looks at a text's neighbours too. Its linear form does not: one matrix, applied to any "
    "embedding. Measured: which share of the ten nearest neighbours in the reshaped space it keeps."
)


def draw_change(change: np.ndarray | None, corpus: Corpus, most_changed: Callable[[], list[Change]]) -> None:
    """How many neighbours were replaced, and the texts that changed most."""
    left, right = st.columns([1, 2], gap="large")
    left.markdown("**Neighbours replaced**", help=CHANGE_HELP)
    right.markdown("**Texts that changed most** :small[with the nearest neighbour they lost and gained]")
    if change is None:
        left.container(height=HEIGHT, border=True)
        right.container(height=HEIGHT, border=True)
        return
    with left:
        st.markdown(f"On average, **{100 * np.mean(change):.0f} %** of a text's nearest neighbours are new.")
        st.plotly_chart(
            change_histogram(np.asarray(change)),
            key="evidence_change",
            height=HEIGHT - 40,
            config={"displayModeBar": False},
        )
    cards = [change_card(text, corpus) for text in most_changed()]
    right.html(f'<div class="changed-texts">{"".join(cards)}</div>')


def change_card(changed: Change, corpus: Corpus) -> str:
    """One text with what it stood beside and stands beside now, as HTML."""
    text, lost, gained = (cut(corpus.texts[row]) for row in (changed.row, changed.lost, changed.gained))
    return (
        f'<div><b title="{html.escape(CHANGE_HELP)}">{100 * changed.share:.0f} %</b><p>{text}</p>'
        f'<p class="was" title="{LOST_HELP}">lost: {lost}</p>'
        f'<p class="is" title="{GAINED_HELP}">gained: {gained}</p></div>'
    )


def cut(text: str) -> str:
    """First characters of a text, harmless in HTML."""
    text = " ".join(text.split())
    return html.escape(text if len(text) <= LONGEST else text[: LONGEST - 1] + "…")


def draw_words(words: tuple[tuple[DrivingWord, ...], ...] | None, fit: Fit) -> None:
    """The words that drive each label."""
    st.markdown("**Words that drive each label**", help=WORDS_HELP)
    if words is None:
        st.container(height=120, border=True)
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
        f'title="In {word.inside:.0%} of the texts that fall to this label, in {word.outside:.0%} of the '
        f'others; accounts for {word.weight:.0%} of the difference in score">{html.escape(word.word)}</span>'
        for word in words
    ]
    said = " ".join(shown) or '<span class="none">no word stands out</span>'
    return f'<div><b style="border-color: {colour}">{html.escape(label)}</b> {said}</div>'


def draw_linear(linear: LinearForm | None) -> None:
    """How far the linear form is from the full one."""
    if linear is None or np.isnan(linear.agreement):
        return
    st.markdown(
        f"**As one matrix** the reshaping keeps **{100 * linear.agreement:.0f} %** of the ten nearest "
        "neighbours. It reshapes any number of new texts at once, and is on the Export page.",
        help=LINEAR_HELP,
    )

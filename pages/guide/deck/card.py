"""The card of the deck: the text, its columns where asked for, why it is shown, the latest answers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import streamlit as st

from core.corpus import Corpus
from core.labels import GuideLabels, is_uncertain
from core.maps import Fit
from core.maps.drawing import GREY, colour_of
from core.utils import cut, one_line, percent
from pages.common import markdown, metadata_of, own_names, state_of
from pages.guide.deck.deck import Deck, Shown

LONGEST_SHOWN = 20_000  # characters of a text on the card, which scrolls
LONGEST_ANSWER = 40  # characters of a text among the latest answers
LONGEST_LABEL = 24  # characters of a label there
LATEST_ANSWERS = 5
MOST_COLUMNS = 6
FIRST_SHARES = 50
"""Labels from which the shares of the predicted labels are shown.

On the demo the mean share of the likeliest label and that of right ones differ by up to 10 points with 10
to 30 labels, and by at most 6 from 50 on (random labels of three facets, four draws each). On short texts by
others it was 11 with 26 labels.
"""
LEAST_SHARE = 0.01  # of a label, to be shown
SHARES_HELP = f"From {FIRST_SHARES} labels on, percentages say how likely: with fewer they would mislead."


@dataclass
class CardColumns:
    """Whether the card shows the other columns of the corpus."""

    shown: bool = False


def draw_text(corpus: Corpus, row: int, *, blind: bool = False) -> None:
    """Draw the text, and its metadata below in small type where asked for.

    Where the answer has to be `blind` there are none: they may tell it.
    """
    st.text(cut(corpus.texts[row], LONGEST_SHOWN))
    if blind or not state_of(CardColumns, corpus.key).shown:
        return
    known = [f"{name}: {value}" for name, value in metadata_of(corpus, row)]
    st.caption(markdown(" · ".join(known[:MOST_COLUMNS])))


def draw_reason(shown: Shown, fit: Fit | None) -> None:
    """Draw what the latest Fit makes of the text, and why it is shown."""
    with st.container(key="guide_reason", gap="xsmall"):
        if fit is not None and shown.row is not None and shown.given is None:
            # A Fit was trained on a label that is given: its prediction is no check.
            few = (fit.given >= 0).sum() < FIRST_SHARES
            st.markdown(looks_like(fit, shown.row), help=SHARES_HELP if few else None)
        st.caption(shown.why)


def looks_like(fit: Fit, row: int) -> str:
    """Return the likeliest labels of a text, in markdown; with their shares once these can be trusted."""
    shares = fit.probabilities[row]
    likeliest = [int(column) for column in shares.argsort()[:-3:-1]]
    names = [f"**{markdown(fit.labels[fit.classes[column]])}**" for column in likeliest]
    if (fit.given >= 0).sum() >= FIRST_SHARES:
        looks = [
            f"{name} {_share_text(shares[column])}"
            for name, column in zip(names, likeliest, strict=True)
            if column == likeliest[0] or shares[column] >= LEAST_SHARE
        ]
        return f"Looks like {' · '.join(looks)}"
    if len(names) > 1 and is_uncertain(shares):
        return f"Between {names[0]} and {names[1]}"
    return f"Looks like {names[0]}"


def _share_text(share: float) -> str:
    """Return a share in whole per cent, which does not break; never as certain."""
    text = "over 99 %" if share > 1 - LEAST_SHARE else percent(share)
    return text.replace(" %", "\N{NO-BREAK SPACE}%")


def draw_card_menu(deck: Deck, guide: GuideLabels, corpus: Corpus) -> None:
    """Draw a menu that takes a text back to the card, and shows or hides the other columns of the corpus."""
    answers = latest_answers(guide)
    columns = len(corpus.metadata.columns) > 0
    if not answers and not columns:
        return
    what = " and ".join(name for name, is_there in (("answers", answers), ("columns", columns)) if is_there)
    key = f"guide_card_menu_{deck.n_again}"  # another key starts closed, so that the card is in sight
    with st.popover(what.capitalize(), type="tertiary", key=key):
        if columns:
            _draw_columns_choice(corpus)
        if answers:
            st.caption("Answer a text again. Until then its answer stays.")
        for row, label in answers.items():
            text = markdown(one_line(corpus.texts[row], LONGEST_ANSWER))
            st.button(
                f"**{markdown(label or 'skipped')}** {text}",
                key=f"guide_again_{row}",
                type="tertiary",
                icon=":material/replay:",
                on_click=deck.show_again,
                args=[row],
            )


def draw_latest(guide: GuideLabels, corpus: Corpus) -> None:
    """Draw the latest answers of this person in one line."""
    answers, colours = latest_answers(guide), colour_of(guide.names)
    items = [
        f'<span><i style="background:{colours.get(label or "", GREY)}"></i>'
        f"<b>{escape(cut(label or 'skipped', LONGEST_LABEL))}</b> "
        f"{escape(one_line(corpus.texts[row], LONGEST_ANSWER))}</span>"
        for row, label in answers.items()
    ]
    answered = "".join(items) or "Your latest answers appear here."
    st.html(f'<div class="latest-answers" aria-label="Latest answers">{answered}</div>')


def latest_answers(guide: GuideLabels) -> dict[int, str | None]:
    """Return the texts that this person answered in a deck last, each with its label; None for a skip."""
    return guide.latest_of(own_names(), LATEST_ANSWERS)


def _draw_columns_choice(corpus: Corpus) -> None:
    kept, key = state_of(CardColumns, corpus.key), f"guide_columns_{corpus.key}"

    def keep() -> None:
        kept.shown = not kept.shown

    st.toggle(
        "Show the other columns",
        value=kept.shown,
        key=key,
        help="A column may give the answer away. The check sample never shows any.",
        on_change=keep,
    )

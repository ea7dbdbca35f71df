"""The labelling deck on screen: one text at a time; single keys give its label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import uuid4

import streamlit as st

from core.corpus import Corpus
from core.labels import (
    BY_MODEL,
    CHECK_SAMPLE,
    FITS_NONE,
    LABEL_MODES,
    MISTAKES,
    MODES,
    SUGGESTED,
    GuideLabels,
)
from core.maps import Fit, Space
from core.maps.drawing import colour_of
from core.storage import Analysis
from pages.common import (
    attempt,
    cache,
    draw_check_job,
    draw_notice,
    forget_widget,
    has_notice,
    keep_notice,
    markdown,
    navigation,
    own_undone,
    person,
    set_widget,
    state_of,
    widget_value,
)
from pages.guide.deck.card import draw_card_menu, draw_latest, draw_reason, draw_text
from pages.guide.deck.check_sample import (
    check_progress,
    draw_answer_undo,
    draw_check_link,
    draw_none_button,
    record_answer,
)
from pages.guide.deck.deck import DECK, Deck, Shown, get_deck, next_text
from pages.guide.deck.give import add_label, give_label
from pages.guide.deck.people import draw_changed_labels, draw_people
from pages.guide.deck.undo_redo import draw_label_undo

KEYS = 9  # labels that a single key gives
TYPED = "guide_typed_label"
ADDED = "guide_added_label"
LEAVE_FIELD = f"""<script>{{{{  // {{mark}}: the browser runs an equal script only once
  const field = document.querySelector(".st-key-{ADDED} input");
  if (field === document.activeElement) field.blur();
}}}}</script>"""
Record = Callable[[Deck, int, str | None], None]


@dataclass
class DrawnDeck:
    """Whether the run that draws the deck is one of the whole page."""

    with_page: bool = False


def draw_deck(analysis: Analysis, corpus: Corpus, generic: Space | None, fit: Fit | None) -> None:
    """Draw one text of the deck, with buttons to label it, skip it, undo and redo.

    A key press draws the deck alone, so that the next text comes at once; the rest of the page, such as the
    numbers of labels, follows in a run of its own.
    """
    state_of(DrawnDeck).with_page = True
    _draw_then_page(analysis, corpus, generic, fit)


@st.fragment
def _draw_then_page(analysis: Analysis, corpus: Corpus, generic: Space | None, fit: Fit | None) -> None:
    drawn = state_of(DrawnDeck)
    with_page, drawn.with_page = drawn.with_page, False
    # A message is shown once, by the run of the page, which also reads a map again whose file was cut short.
    if not with_page and (has_notice(DECK) or not all(map(_is_whole, (generic, fit)))):
        st.rerun()
    _draw(analysis, corpus, generic, fit)
    if not with_page:
        st.rerun()


def _is_whole(found: Space | Fit | None) -> bool:
    return found is None or found.is_whole


def _draw(analysis: Analysis, corpus: Corpus, generic: Space | None, fit: Fit | None) -> None:
    guide = cache.store().labels.read(analysis.id)
    draw_changed_labels(analysis, corpus)
    with st.container(key="guide_deck", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", key="guide_modes"):
            mode, label = choose_mode(guide)
            deck = get_deck(analysis.id, analysis.fit_key if fit else None, mode, label)
            if mode != CHECK_SAMPLE:
                draw_card_menu(deck, guide, corpus)
        with st.spinner("Choosing texts…", show_time=False):
            shown = next_text(deck, guide, generic, fit)
        card, reason = st.columns([5, 2], gap="medium")
        with card, st.container(border=True, key="guide_card"):
            if shown.row is None:
                st.markdown(shown.why)
                if mode == MISTAKES and fit is not None and deck.mistakes is None:
                    draw_check_job(analysis, key="guide_check")
            else:
                draw_text(corpus, shown.row, blind=mode == CHECK_SAMPLE)
        if shown.row is not None:
            with reason:
                draw_reason(shown, None if mode == CHECK_SAMPLE else fit)
        _draw_buttons(deck, shown, guide, corpus)
        if mode == CHECK_SAMPLE:
            if progress := check_progress(analysis, guide, fit):
                st.caption(progress)
            draw_check_link(analysis, guide, fit)
        elif shown.row is not None:
            draw_latest(guide, corpus)
    draw_notice(DECK)
    draw_people(guide)
    keys = (navigation.ROOT / "assets" / "deck_keys.js").read_text(encoding="utf-8")
    with st.container(key="guide_deck_scripts"):  # takes no room
        st.html(f"<script>{keys}</script>", unsafe_allow_javascript=True)


def draw_undone(analysis: Analysis, corpus: Corpus) -> None:
    """Draw Undo and Redo without the deck, where a step was undone that named the labels which open it."""
    if own_undone(analysis.id) is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="guide_buttons"):
        draw_label_undo(get_deck(analysis.id, None, SUGGESTED, None), corpus)
    draw_notice(DECK)


def choose_mode(guide: GuideLabels) -> tuple[str, str | None]:
    """Draw the choice of what the deck shows next, and for `LABEL_MODES` the label to look for.

    Review of labels by a model is offered while there are any, and while it is the current choice.
    """
    by_model = guide.by_model.any() or widget_value("guide_mode") == BY_MODEL
    mode = st.selectbox(
        "Texts to show",
        MODES if by_model else MODES[:-1],
        key="guide_mode",
        label_visibility="collapsed",
        width=230,
        persist_state="session",
    )
    if mode not in LABEL_MODES:
        return mode, None
    if widget_value("guide_more_label") not in guide.names:  # renamed or removed meanwhile
        forget_widget("guide_more_label")
    label = st.selectbox(
        "Label to look for",
        guide.names,
        key="guide_more_label",
        label_visibility="collapsed",
        width=230,
        persist_state="session",
    )
    return mode, label


def _draw_buttons(deck: Deck, shown: Shown, guide: GuideLabels, corpus: Corpus) -> None:
    """Draw what can be done with the text, which may be none, then Undo and Redo."""
    mode, row = deck.mode, shown.row
    with st.container(horizontal=True, vertical_alignment="center", key="guide_buttons"):
        if row is not None:
            record = record_answer if mode == CHECK_SAMPLE else record_label
            if deck.reviews:
                draw_review_buttons(deck, row, shown)
            draw_label_buttons(deck, row, guide, record)
            if mode == FITS_NONE:
                draw_added_label(deck, row)
            if mode == CHECK_SAMPLE:
                draw_none_button(deck, row)
            if not deck.reviews:
                draw_skip(deck, row, record)
        (draw_answer_undo if mode == CHECK_SAMPLE else draw_label_undo)(deck, corpus)


def draw_label_buttons(deck: Deck, row: int, guide: GuideLabels, record: Record) -> None:
    """Draw a button for each label, with its key, colour and definition, and the number of its texts.

    A check sample shows no numbers: they tell which label is likely.
    """
    names = guide.names
    for position, name in enumerate(names[:KEYS]):
        count = "" if deck.mode == CHECK_SAMPLE else f" :gray[{guide.counts[name]:,}]"
        st.button(
            f"**{markdown(name)}**{count}",
            key=f"guide_label_{position}",
            shortcut=str(position + 1),
            help=markdown(guide.definitions[name]) if name in guide.definitions else None,
            on_click=record,
            args=[deck, row, name],
        )
    if len(names) > KEYS:
        draw_typed_label(deck, row, names, record)
    colours = list(colour_of(names).values())[:KEYS]
    rules = (f".st-key-guide_label_{i} button {{--swatch: {c}}}" for i, c in enumerate(colours))
    st.html(f"<style>{' '.join(rules)}</style>")


def draw_typed_label(deck: Deck, row: int, names: Sequence[str], record: Record) -> None:
    """Draw a field that gives any label by the beginning of its name; it is emptied for the next text."""

    def record_typed_label() -> None:
        label = widget_value(TYPED)
        set_widget(TYPED, None)
        if label is not None:
            record(deck, row, label)

    st.selectbox(
        "Any label",
        names,
        index=None,
        key=TYPED,
        placeholder=f"type any of {len(names)} labels, Enter",
        label_visibility="collapsed",
        width=240,
        on_change=record_typed_label,
    )


def draw_added_label(deck: Deck, row: int) -> None:
    """Draw a field that adds a label and gives it to the text; it is emptied for the next text."""

    def record_added_label() -> None:
        typed = widget_value(ADDED)
        if typed.strip() and _record(lambda: add_label(deck, row, typed, person())):
            deck.leaves_field = True
            set_widget(ADDED, "")

    st.text_input(
        "New label for this text",
        key=ADDED,
        placeholder="new label for this text, Enter",
        label_visibility="collapsed",
        width=240,
        on_change=record_added_label,
    )
    if deck.leaves_field:  # so that the next keys label texts
        deck.leaves_field = False
        st.html(LEAVE_FIELD.format(mark=uuid4().hex), unsafe_allow_javascript=True)


def draw_review_buttons(deck: Deck, row: int, shown: Shown) -> None:
    """Draw the buttons to keep a label, change it to the suggested one, or remove it."""
    st.button(
        f"Keep **{markdown(shown.given or '')}**",
        key="guide_keep",
        shortcut="K",
        on_click=record_label,
        args=[deck, row, shown.given, True],
    )
    if deck.mode == BY_MODEL:
        st.button(
            "Remove label",
            key="guide_reject",
            shortcut="X",
            help="The text then has no label, and no later run of the model gives it one.",
            on_click=record_label,
            args=[deck, row, None],
        )
        return
    st.button(
        f"Change to **{markdown(shown.better or '')}**",
        key="guide_change",
        shortcut="Y",
        on_click=record_label,
        args=[deck, row, shown.better],
    )


def draw_skip(deck: Deck, row: int, record: Record) -> None:
    """Draw the button that skips the text."""
    st.button(
        "Skip", key="guide_skip", shortcut="S", type="tertiary", on_click=record, args=[deck, row, None]
    )


def record_label(deck: Deck, row: int, label: str | None, reviewed: bool = False) -> None:
    """Record a label; after an error the text stays, and the page shows the message. For callbacks."""
    _record(lambda: give_label(deck, row, label, person(), reviewed=reviewed))


def _record(step: Callable[[], str]) -> bool:
    """Do a step of labelling, and keep what someone else did meanwhile for the page; return whether it was.

    For callbacks.
    """
    meanwhile: list[str] = []
    done = attempt(lambda: meanwhile.append(step()), DECK)
    if any(meanwhile):
        keep_notice(DECK, meanwhile[0], "info")
    return done

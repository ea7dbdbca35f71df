"""The labelling deck on screen: one text at a time; single keys give its label."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.labels import (
    BY_MODEL,
    CHECK_SAMPLE,
    FITS_NONE,
    LABEL_MODES,
    LEAST_SURE,
    MISTAKES,
    MODES,
    MORE,
    REVIEW_MODES,
    SUGGESTED,
    GuideLabels,
)
from core.maps import Fit, Space
from core.storage import Analysis
from core.utils import cut
from pages.charts import colour_of
from pages.common import (
    OwnStep,
    attempt,
    cache,
    draw_check_job,
    draw_notice,
    forget_widget,
    keep_notice,
    markdown,
    metadata_of,
    overtaken_text,
    own_step,
    person,
    set_widget,
    step_text,
    widget_value,
)
from pages.guide.check_sample import (
    check_progress,
    draw_answer_undo,
    draw_check_link,
    draw_none_button,
    record_answer,
)
from pages.guide.deck import DECK, Deck, Shown, add_label, get_deck, give_label, next_text, undo_label
from pages.guide.people import draw_changed_labels, draw_people

KEYS = 9  # labels that a single key gives
TYPED = "guide_typed_label"
ADDED = "guide_added_label"
SUGGESTED_PER_LABEL = 10  # texts to a label after which the maps regroup visibly
CARD_HEIGHT = 190  # pixels; longer texts scroll
LONGEST_SHOWN = 1500  # characters of a text in the deck
LONGEST_HINT = 80  # characters of a text in the hint of Undo
OTHER_KEYS = {
    MISTAKES: "K keeps it, Y changes it",
    BY_MODEL: "K keeps it, X removes it",
    CHECK_SAMPLE: "N says none of these, S skips",
}
LEAVE_FIELD = f"""<script>{{{{  // {{mark}}: the browser runs an equal script only once
  const field = document.querySelector(".st-key-{ADDED} input");
  if (field === document.activeElement) field.blur();
}}}}</script>"""
Record = Callable[[Deck, int | None, str | None], None]
ICONS = {
    SUGGESTED: "auto_awesome",
    MORE: "search",
    LEAST_SURE: "help",
    FITS_NONE: "block",
    MISTAKES: "rule",
    CHECK_SAMPLE: "casino",
    BY_MODEL: "smart_toy",
}


def draw_deck(analysis: Analysis, corpus: Corpus, generic: Space, fit: Fit | None) -> None:
    """Draw one text of the deck, with buttons to label it, skip it and undo."""
    store = cache.store()
    guide = store.labels.read(analysis.id)
    names = guide.names
    draw_changed_labels(analysis, corpus)
    mode, label = choose_mode(names, guide)
    deck = get_deck(analysis.id, analysis.fit_key if fit else None, mode, label)
    with st.spinner("Choosing texts…", show_time=False):
        shown = next_text(deck, guide, generic, fit)
    left, right = st.columns([5, 2], gap="medium")
    with left, st.container(border=True, key="guide_card", height=CARD_HEIGHT):
        if shown.row is None:
            st.markdown(shown.why)
            if mode == MISTAKES and fit is not None and deck.mistakes is None:
                draw_check_job(analysis, key="guide_check")
        else:
            draw_text(corpus, shown.row, blind=mode == CHECK_SAMPLE)
    with right:
        draw_reason(shown, None if mode == CHECK_SAMPLE else fit)
    with st.container(horizontal=True, key="guide_buttons"):
        if mode in REVIEW_MODES:
            draw_review_buttons(deck, shown, mode)
        record = record_answer if mode == CHECK_SAMPLE else record_label
        draw_label_buttons(deck, shown.row, guide, record)
        if mode == FITS_NONE:
            draw_added_label(deck, shown.row)
        if mode == CHECK_SAMPLE:
            draw_none_button(deck, shown.row)
        if mode not in REVIEW_MODES:
            draw_skip(deck, shown.row, record)
        (draw_answer_undo if mode == CHECK_SAMPLE else draw_undo)(deck, corpus)
    progress = f"{guide.n_labels:,} of about {SUGGESTED_PER_LABEL * len(names)} suggested labels given."
    if mode == CHECK_SAMPLE:
        progress = check_progress(analysis, guide, fit)
    keys = f"Keys 1 to {min(len(names), KEYS)} give the label" if len(names) > 1 else "Key 1 gives the label"
    others = OTHER_KEYS.get(mode, "S skips")
    st.caption(f"{progress} {keys}, {others}, Z undoes; click beside a field first.")
    if mode == CHECK_SAMPLE:
        draw_check_link(analysis, guide, fit)
    draw_notice(DECK)
    draw_people(guide)


def choose_mode(names: Sequence[str], guide: GuideLabels) -> tuple[str, str | None]:
    """Draw the choice of what the deck shows next, and for `LABEL_MODES` the label to look for.

    Review of labels by a model is offered while there are any, and while it is the current choice.
    """
    by_model = guide.by_model.any() or widget_value("guide_mode") == BY_MODEL
    with st.container(horizontal=True, vertical_alignment="center", key="guide_modes"):
        mode = st.segmented_control(
            "Show",
            MODES if by_model else MODES[:-1],
            default=SUGGESTED,
            required=True,
            format_func=lambda mode: f":material/{ICONS[mode]}: {mode}",
            key="guide_mode",
            label_visibility="collapsed",
            persist_state="session",
        )
        if mode not in LABEL_MODES:
            return mode, None
        if widget_value("guide_more_label") not in names:  # renamed or removed meanwhile
            forget_widget("guide_more_label")
        label = st.selectbox(
            "Label to look for",
            names,
            key="guide_more_label",
            label_visibility="collapsed",
            width=220,
            persist_state="session",
        )
        return mode, label


def draw_label_buttons(deck: Deck, row: int | None, guide: GuideLabels, record: Record) -> None:
    """Draw a button for each label, with its key and colour, and the number of its texts.

    A check sample shows no numbers: they tell which label is likely.
    """
    names = guide.names
    for position, name in enumerate(names[:KEYS]):
        st.button(
            f"**{markdown(name)}**" + ("" if deck.mode == CHECK_SAMPLE else f" · {guide.counts[name]}"),
            key=f"guide_label_{position}",
            shortcut=str(position + 1),
            disabled=row is None,
            on_click=record,
            args=[deck, row, name],
        )
    if len(names) > KEYS:
        draw_typed_label(deck, row, names, record)
    colours = list(colour_of(names).values())[:KEYS]
    rules = (f".st-key-guide_label_{i} button {{border-left: 5px solid {c}}}" for i, c in enumerate(colours))
    st.html(f"<style>{' '.join(rules)}</style>")


def draw_typed_label(deck: Deck, row: int | None, names: Sequence[str], record: Record) -> None:
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
        disabled=row is None,
        on_change=record_typed_label,
    )


def draw_added_label(deck: Deck, row: int | None) -> None:
    """Draw a field that adds a label and gives it to the text; it is emptied for the next text."""

    def record_added_label() -> None:
        typed = widget_value(ADDED)
        if typed.strip() and attempt(lambda: add_label(deck, row, typed, person()), DECK):
            deck.leaves_field = True
            set_widget(ADDED, "")

    st.text_input(
        "New label for this text",
        key=ADDED,
        placeholder="new label for this text, Enter",
        label_visibility="collapsed",
        width=240,
        disabled=row is None,
        on_change=record_added_label,
    )
    if deck.leaves_field:  # so that the next keys label texts
        deck.leaves_field = False
        st.html(LEAVE_FIELD.format(mark=uuid4().hex), unsafe_allow_javascript=True)


def draw_review_buttons(deck: Deck, shown: Shown, mode: str) -> None:
    """Draw the buttons to keep a label, change it to the suggested one, or remove it."""
    nothing = shown.row is None
    st.button(
        "Keep" if nothing else f"Keep **{markdown(shown.given)}**",
        key="guide_keep",
        shortcut="K",
        disabled=nothing,
        on_click=record_label,
        args=[deck, shown.row, shown.given, True],
    )
    if mode == BY_MODEL:
        st.button(
            "Remove label",
            key="guide_reject",
            shortcut="X",
            disabled=nothing,
            help="The text then has no label, and no later run of the model gives it one.",
            on_click=record_label,
            args=[deck, shown.row, None],
        )
        return
    st.button(
        "Change" if nothing else f"Change to **{markdown(shown.better)}**",
        key="guide_change",
        shortcut="Y",
        disabled=nothing,
        on_click=record_label,
        args=[deck, shown.row, shown.better],
    )


def draw_skip(deck: Deck, row: int | None, record: Record) -> None:
    """Draw the button that skips the text."""
    st.button(
        "Skip",
        key="guide_skip",
        shortcut="S",
        type="tertiary",
        disabled=row is None,
        on_click=record,
        args=[deck, row, None],
    )


def record_label(deck: Deck, row: int, label: str | None, reviewed: bool = False) -> None:
    """Record a label; after an error the text stays, and the page shows the message. For callbacks."""
    attempt(lambda: give_label(deck, row, label, person(), reviewed=reviewed), DECK)


def draw_undo(deck: Deck, corpus: Corpus) -> None:
    """Draw the button that undoes the latest step of this person; its hint says what that is."""
    own = own_step(deck.analysis_id)
    if own is None:
        hint = "There is nothing of yours to undo."
    else:
        step = own.step
        text = f": “{cut(corpus.texts[step.rows[0]], LONGEST_HINT)}”" if len(step.rows) == 1 else ""
        hint = f"Takes back {step_text(step)}{markdown(text)}, by {markdown(step.given_by)}. "
        hint += markdown(overtaken_text(step))
    st.button(
        "Undo",
        key="guide_undo",
        shortcut="Z",
        type="tertiary",
        disabled=own is None,
        help=hint.strip(),
        on_click=undo_step,
        args=[deck, own],
    )


def undo_step(deck: Deck, own: OwnStep) -> None:
    """Undo a step of this person. For callbacks."""
    try:
        stays = undo_label(deck, own)
    except RefractError as error:
        keep_notice(DECK, str(error))
        return
    if stays:
        keep_notice(DECK, f"Your step is undone. {stays}", "info")
    if len(own.step.rows) > 1:
        st.toast(f"{len(own.step.rows):,} labels undone.")


def draw_text(corpus: Corpus, row: int, *, blind: bool = False) -> None:
    """Draw the text, and its metadata below in small type; without them where the answer has to be blind."""
    text = corpus.texts[row]
    st.text(cut(text, LONGEST_SHOWN))
    if blind:
        return
    known = [f"{name}: {value}" for name, value in metadata_of(corpus, row)]
    st.caption(markdown(" · ".join(known[:6])))


def draw_reason(shown: Shown, fit: Fit | None) -> None:
    """Draw why this text is shown, and the labels that the latest Fit predicts for it."""
    with st.container(border=True, height=CARD_HEIGHT, key="guide_reason"):
        if shown.row is None:
            return
        st.caption("Why this one")
        st.markdown(shown.why)
        if fit is None or shown.given is not None:
            return  # a Fit was trained on the given label: its prediction is no check
        shares = fit.probabilities[shown.row]
        names = [markdown(fit.labels[code]) for code in fit.classes]
        likeliest = shares.argsort()[:-3:-1]
        looks = " · ".join(f"{names[column]} **{shares[column]:.0%}**" for column in likeliest)
        st.caption(f"Predicted: {looks}")

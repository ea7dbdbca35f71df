"""Choose which copies and non-answers stay beside the map."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.corpus import CorpusReport, LeftOut
from pages.common import shorten, start_widget
from pages.corpus.widget_subject import start_with

COPIES, ASIDE = "corpus_leave_out_copies", "corpus_set_aside"  # keys of the widgets
COPIES_HELP = (
    "Of equal texts the first is on the map. The others are kept beside it: counted, exported, and with the "
    "label of the first. Letter case counts; blanks and line breaks do not. Texts that come very often have "
    "no neighbours on the map but their copies."
)
ASIDE_HELP = (
    "Whole texts that answer nothing, in any spelling. They are kept beside the map: counted and exported, "
    "without a label. Take one out of this list to have it on the map."
)


@dataclass(frozen=True)
class LeftOutChoice:
    """What is left out of the map; as `core.corpus.build_corpus` takes it."""

    copies: bool = False
    set_aside: frozenset[str] = frozenset()


def choose_left_out(source_id: str, text_column: str, report: CorpusReport) -> LeftOutChoice:
    """Draw the offers to leave out copies and non-answers; each column starts with what is suggested."""
    start_with((source_id, text_column), COPIES, ASIDE)
    start_widget(COPIES, report.suggests_no_copies)
    start_widget(ASIDE, list(report.suggested_aside))
    copies, aside = False, []
    if report.n_duplicates:
        copies = st.checkbox(
            "Leave copies out of the map",
            key=COPIES,
            help=COPIES_HELP,
            persist_state="session",
        )
    if report.non_answers:
        rows = {each.text: each.n_rows for each in report.non_answers}
        aside = st.multiselect(
            "Set aside texts that answer nothing",
            list(rows),
            format_func=lambda text: f"{shorten(text)} × {rows[text]:,}",
            key=ASIDE,
            placeholder=f"{sum(rows.values()):,} rows: none is set aside",
            help=ASIDE_HELP,
            persist_state="session",
        )
    return LeftOutChoice(copies, frozenset(aside))


def draw_left_out(n_texts: int, left_out: LeftOut | None) -> None:
    """Draw one line on what is beside the map, and how to have it back."""
    if left_out is None:
        return
    parts = [
        _count(left_out.n_copies, "copy", "copies"),
        _count(left_out.n_set_aside, "text that answers nothing", "texts that answer nothing"),
    ]
    st.caption(
        f":material/filter_alt: **{n_texts:,}** texts on the map; {' and '.join(filter(None, parts))} kept "
        "beside it, and exported. “What is left out” below changes that."
    )


def _count(number: int, one: str, many: str) -> str:
    return f"**{number:,}** {one if number == 1 else many}" if number else ""

"""Guide page: type an instruction, name labels, label texts, fit."""

from __future__ import annotations

import streamlit as st

from pages.common import cache, current_analysis, current_corpus, is_fitted, layout, navigation
from pages.guide.annotation import draw_annotation
from pages.guide.deck_view import draw_deck
from pages.guide.fields import draw_instruction, draw_labels
from pages.guide.fit_step import draw_fit_step, show_maps_after_fit
from pages.guide.label_import import draw_import
from pages.guide.labelled_table import draw_labelled
from pages.guide.method import draw_method

FIRST_LABELS = (
    "Name two labels or more, such as *angry* and *pleased*. "
    "Existing labels can be imported below, and a language model can label texts, too."
)
LABELS_CHECK = (
    "Re-encoding needs no labels. Name two or more and label a few texts to check whether the map follows "
    "the instruction."
)


def guide_page() -> None:
    """Type an instruction, name labels, label texts, fit."""
    entry, analysis = current_corpus(), current_analysis()
    layout.page_head(
        "Guide",
        "Say what the map should show, and label a handful of texts that way.",
        page=navigation.GUIDE,
    )
    layout.require_prepared(entry, "Guide labels belong to texts: choose a corpus first.")
    show_maps_after_fit(analysis)
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key)
    draw_instruction(analysis)
    draw_method(analysis)
    reencodes = analysis is not None and analysis.method.reencodes
    if reencodes:  # needs no labels, so the button comes before them
        draw_fit_step(analysis, corpus)
    draw_labels(analysis)
    analysis = current_analysis()
    if analysis is None or not cache.store().label_names.current(analysis.id):
        typed = analysis is not None and bool(analysis.instruction)
        first_labels = FIRST_LABELS if typed else f"Type an instruction first. {FIRST_LABELS}"
        st.info(LABELS_CHECK if reencodes else first_labels, icon=":material/info:")
    else:
        fit = cache.fit(analysis) if is_fitted(analysis) else None
        draw_deck(analysis, corpus, generic, fit if fit and fit.has_predictions else None)
    if analysis is not None and not reencodes:
        draw_fit_step(analysis, corpus)
    draw_annotation(analysis, corpus)
    draw_import(corpus)
    if analysis is not None:
        draw_labelled(analysis, corpus)


guide_page()

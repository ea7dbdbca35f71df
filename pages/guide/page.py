"""Guide page: type an instruction, name labels, label texts, fit."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.labels import is_offered
from core.maps import Fit, Space
from core.storage import Analysis
from pages.common import (
    cache,
    current_analysis,
    current_corpus,
    is_fitted,
    is_prepared,
    layout,
    navigation,
)
from pages.guide.deck import choose_ahead, draw_deck, draw_undone
from pages.guide.fit_step import draw_fit_or_encoding, encoding_job, show_maps_after_fit
from pages.guide.instruction import draw_instruction
from pages.guide.label_import import draw_report, label_columns
from pages.guide.method import draw_method
from pages.guide.more_ways import draw_more_ways
from pages.guide.names import draw_names

LABELS_CHECK = (
    "Re-encoding needs no labels. A few of them show whether the map follows the instruction, and sharpen it."
)
FEWEST_NAMES = 2  # before texts can be told apart


def guide_page() -> None:
    """Type an instruction, name labels, label texts, fit."""
    entry, analysis = current_corpus(), current_analysis()
    layout.page_head(
        "Guide",
        "Say what the map should show, and label a handful of texts that way.",
        page=navigation.GUIDE,
    )
    encoding = encoding_job(entry)
    if encoding is None:
        layout.require_prepared(entry, "Labels belong to texts: choose a corpus first.")
        show_maps_after_fit(analysis)
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key) if is_prepared(entry) else None
    # Containers keep the place of the deck, whatever is drawn above it: Streamlit knows a fragment by its
    # place, and a key press that comes while it moves would draw nothing.
    with st.container():
        draw_instruction(analysis, [each for each in label_columns(corpus.key, corpus) if is_offered(each)])
    if analysis is not None and analysis.method.reencodes:  # needs no labels, so they come last
        with st.container():
            draw_method(analysis)
            draw_fit_or_encoding(analysis, corpus)
            draw_report(corpus, analysis)
        _draw_optional_labels(analysis, corpus, generic)
    else:
        _draw_labelling(analysis, corpus, generic)
    draw_more_ways(analysis, corpus)
    if analysis is not None:
        choose_ahead(analysis.id, generic, _predicting_fit(analysis))


def _draw_labelling(analysis: Analysis | None, corpus: Corpus, generic: Space | None) -> None:
    """Draw the names once there is an instruction, and the deck once there are two names."""
    with st.container():
        draw_report(corpus, analysis)
    guide = cache.store().labels.read(analysis.id) if analysis else None
    if analysis is None or guide is None or not (analysis.instruction or guide.names or guide.retired):
        return
    with_deck = len(guide.names) >= FEWEST_NAMES or guide.n_labels > 0
    with st.container():
        draw_names(analysis, corpus, with_deck=with_deck)
    if with_deck:
        draw_deck(analysis, corpus, generic, _predicting_fit(analysis))
        if not analysis.method.reencodes:
            draw_fit_or_encoding(analysis, corpus)
    else:
        draw_undone(analysis, corpus)


def _predicting_fit(analysis: Analysis) -> Fit | None:
    fit = cache.fit(analysis) if is_fitted(analysis) else None
    return fit if fit is not None and fit.has_predictions else None


def _draw_optional_labels(analysis: Analysis, corpus: Corpus, generic: Space | None) -> None:
    """Draw names and deck in a fold; a closed one draws nothing, since its keys would label unseen texts."""
    fold = st.expander(
        "Labels (optional)",
        icon=":material/label:",
        key=f"guide_optional_{analysis.id}",
        expanded=cache.store().labels.read(analysis.id).n_labels > 0,
        on_change="rerun",
    )
    if fold.open:
        with fold:
            st.caption(LABELS_CHECK)
            _draw_labelling(analysis, corpus, generic)


guide_page()

"""Guide page: type an instruction, name labels, label texts, fit."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.corpus import Corpus
from core.storage import Analysis
from core.tasks import fit_key
from pages.common import (
    LABEL_TEXTS,
    NEW_LABEL,
    attempt,
    cache,
    current_analysis,
    current_corpus,
    draw_labels,
    ensure_analysis,
    get_state,
    has_widget,
    is_fitted,
    jobs,
    layout,
    markdown,
    method_hint,
    method_ready,
    navigation,
    open_analysis,
    reset_state,
    set_widget,
    start_label,
    state_of,
    widget_value,
)
from pages.guide.annotation import draw_annotation
from pages.guide.deck_view import draw_deck
from pages.guide.label_import import draw_import
from pages.guide.labelled_table import draw_labelled
from pages.guide.method import draw_method

FIRST_LABELS = (
    "Type an instruction, then name two labels or more, such as *angry* and *pleased*. "
    "Existing labels can be imported below, and a language model can label texts, too."
)
LABELS_CHECK = (
    "Re-encoding needs no labels. Name two or more and label a few texts to check whether the map follows "
    "the instruction."
)
COPY_HELP = (
    "Copy this analysis with its labels, to try another method or other labels: the maps page shows any two "
    "side by side."
)


@dataclass
class InstructionField:
    """Analysis and instruction that the field was filled by."""

    filled_by: tuple[int | None, str] | None = None


def guide_page() -> None:
    """Type an instruction, name labels, label texts, fit."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    layout.page_head(
        "Guide",
        "Say what the map should show, and label a handful of texts that way.",
        next_page=navigation.MAPS if fitted else None,
        next_label="Compare the maps" if fitted else "",
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
        st.info(LABELS_CHECK if reencodes else FIRST_LABELS, icon=":material/info:")
    else:
        fit = cache.fit(analysis) if is_fitted(analysis) else None
        draw_deck(analysis, corpus, generic, fit if fit and fit.has_predictions else None)
    if analysis is not None and not reencodes:
        draw_fit_step(analysis, corpus)
    draw_annotation(analysis, corpus)
    draw_import(corpus)
    if analysis is not None:
        draw_labelled(analysis, corpus)


def draw_instruction(analysis: Analysis | None) -> None:
    """Draw the instruction; changing it renames the analysis, and starts one when there is none."""
    key = "guide_instruction"
    kept = (analysis.id, analysis.instruction) if analysis else (None, "")

    def save() -> None:
        typed = widget_value(key)
        if kept[1] and not typed.strip():  # also what a browser may send while the page is being drawn
            reset_state(InstructionField)
            return
        attempt(
            lambda: cache.store().set_instruction(analysis.id if analysis else ensure_analysis(), typed),
            NEW_LABEL,
        )

    def remove() -> None:
        jobs.cancel_of(analysis_id=analysis.id)
        cache.store().delete_analysis(analysis.id)
        remaining = cache.store().analyses(analysis.corpus_key)
        open_analysis(remaining[-1].id if remaining else None)

    # Only when the analysis or its instruction changed: a rerun must not overwrite what is being typed.
    field = state_of(InstructionField)
    if not has_widget(key) or field.filled_by != kept:
        field.filled_by = kept
        set_widget(key, kept[1])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Instruction",
            key=key,
            placeholder="by what the customer feels",
            help="What two texts must share to stand close together. The labels show what it means.",
            on_change=save,
            max_chars=200,
        )
        if analysis is not None:
            st.button(
                "",
                key="guide_copy",
                icon=":material/content_copy:",
                help=COPY_HELP,
                on_click=lambda: open_analysis(cache.store().copy_analysis(analysis.id)),
            )
            remove_key = f"guide_remove_{analysis.id}"  # the popover of another analysis starts closed
            with st.popover("", icon=":material/delete:", help="Remove this analysis", key=remove_key):
                st.markdown("Remove this instruction with its labels and its map? This cannot be undone.")
                st.button("Remove", key="guide_remove_analysis", type="primary", on_click=remove)


def draw_fit_step(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the page's primary button, Fit, with its progress and what it still needs."""
    if jobs.draw_job(jobs.latest("fit", analysis_id=analysis.id), cancel_key="guide_cancel"):
        return
    n_names = len(cache.store().label_names.current(analysis.id))
    missing = method_ready(analysis)
    if n_names == 0 and missing and not analysis.method.reencodes:
        return  # the message above says what is missing
    n_labels = cache.store().labels.read(analysis.id).n_labels
    fresh = is_fitted(analysis) and analysis.fit_key == fit_key(cache.store(), analysis.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            start_label(analysis, len(corpus.texts), fresh=fresh)
            or ("Fit" if n_labels or missing == LABEL_TEXTS else "Fit from names only"),
            key="guide_fit",
            type="primary",
            icon=":material/auto_awesome:",
            disabled=missing is not None,
            on_click=start_fit_and_wait,
            args=[analysis],
        )
        hint = method_hint(analysis, corpus, fresh=fresh) or fit_hint(n_labels, fresh=fresh)
        st.caption(markdown(missing) if missing else hint)


def fit_hint(n_labels: int, *, fresh: bool) -> str:
    """Return what Fit would do now, shown beside its button."""
    if n_labels == 0 and fresh:
        return "The maps show what the names alone say. A few labelled texts make them much better."
    if n_labels == 0:
        return (
            "No text is labelled yet: the names alone give a first, rough map, and nothing can check it. "
            "Labels make it better."
        )
    if fresh:
        return "The maps show these labels. Evidence says whether more labels would help."
    return "Reshapes the space by the labels given so far; takes seconds, encodes nothing again."


def start_fit_and_wait(analysis: Analysis) -> None:
    """Queue a Fit, and let the app open the maps when it ends. For callbacks."""
    get_state().awaited_fit = analysis.id
    jobs.start_fit(analysis)


def show_maps_after_fit(analysis: Analysis | None) -> None:
    """Go to the maps when the Fit started here has ended, before anything else is drawn."""
    if analysis is None or get_state().awaited_fit != analysis.id:
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is not None and job.active:
        return
    get_state().awaited_fit = None
    if job is not None and job.status == "done":
        st.switch_page(navigation.MAPS)


guide_page()

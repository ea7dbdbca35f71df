"""Choice of the method: reshape by labels, or re-encode with the instruction."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.corpus import Corpus
from core.encoders import EncoderSpec, host_of, split_precomputed, title_of
from core.storage import Analysis
from core.transforms import Method
from pages.common import (
    attempt,
    cache,
    draw_notice,
    ensure_analysis,
    markdown,
    set_widget,
    state_of,
    widget_value,
)
from pages.common.encoders import draw_encoder_chooser, draw_vector_upload, forget_fields

KINDS = {
    "guided": "Reshape (fast)",
    "gstransform": "GSTransform (paper)",
    "reencode": "Re-encode with the instruction",
}
METHOD_HELP = (
    "Reshape: your labels reshape the map in seconds; nothing is encoded again. GSTransform: a published "
    "method that needs hundreds of labels. Re-encode: an encoder that follows instructions, such as "
    "INSTRUCTOR or InBedder, encodes every text under this one. That needs no labels, and takes minutes to "
    "hours here. Evidence compares them on your labels."
)
METHOD = "method"  # where messages about the method are shown
ENCODER, FILE = "By an encoder", "Vectors I have already"
FEW_FOR_GSTRANSFORM = 200  # labels


@dataclass
class MethodState:
    """What the fields of an analysis' method show."""

    seen: Method | None = None
    """Stored method when the fields were last set to it."""
    latest_reencode: Method | None = None
    latest_file: Method | None = None
    """Methods chosen last, to be offered again."""


def draw_method(analysis: Analysis | None) -> None:
    """Draw the choice of the method in one line, and below it what re-encoding needs.

    Where there is no analysis yet, a choice creates one.
    """
    method = analysis.method if analysis else Method()
    kind, key = method.kind.value, f"approach_kind_{analysis.id if analysis else None}"

    def choose_kind() -> None:
        if widget_value(key) == kind:  # a browser also sends what it shows, when a run is cut short
            return
        analysis_id = analysis.id if analysis else ensure_analysis()
        state, before = state_of(MethodState, analysis_id), cache.store().analysis(analysis_id).method
        if before.reencodes:
            state.latest_reencode = before
        chosen = Method(widget_value(key))
        chosen = state.latest_reencode or chosen if chosen.reencodes else chosen
        cache.store().set_method(analysis_id, chosen)
        state.seen = chosen

    # Set only where the choice was not stored, or another window changed it. Otherwise `default` sets the
    # widget, since a rerun may interrupt this one.
    outdated = widget_value(key, kind) != kind
    if outdated:
        set_widget(key, kind)
    with st.container(horizontal=True, vertical_alignment="center", key="approach"):
        st.markdown(":small[Method]", help=METHOD_HELP, width="content")
        st.segmented_control(
            "Method", list(KINDS), default=None if outdated else kind,
            format_func=KINDS.__getitem__, required=True, key=key, label_visibility="collapsed",
            on_change=attempt, args=[choose_kind, METHOD],
        )  # fmt: skip
        if method.kind == "gstransform":
            _draw_label_need(analysis)
        elif not method.reencodes:
            st.caption("Your labels reshape the map in seconds.", width="content")
    if method.reencodes:
        with st.container(border=True, key="approach_reading"):
            _draw_reencoding(analysis, cache.corpus(analysis.corpus_key))
    draw_notice(METHOD)


def _draw_label_need(analysis: Analysis) -> None:
    n_labels = cache.store().labels.read(analysis.id).n_labels
    if n_labels < FEW_FOR_GSTRANSFORM:
        st.caption(
            f"{n_labels:,} {'label' if n_labels == 1 else 'labels'} given; it needs hundreds. With fewer, "
            "Reshape is better."
        )


def _draw_reencoding(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the choice of encoder or file, and store each choice at once."""
    method, source = analysis.method, f"approach_source_{analysis.id}"
    _follow_other_window(analysis)
    state = state_of(MethodState, analysis.id)

    def choose_source() -> None:
        kept = state.latest_file if widget_value(source) == FILE else None
        _store_method(analysis.id, kept or Method("reencode"))

    def use_task(task: str) -> None:
        attempt(lambda: cache.store().set_instruction(analysis.id, task), METHOD)

    chosen_source = st.segmented_control(
        "Where the vectors come from", [ENCODER, FILE], required=True, key=source,
        default=ENCODER if split_precomputed(method.encoder) is None else FILE,
        label_visibility="collapsed", on_change=choose_source, persist_state="session",
    )  # fmt: skip
    if chosen_source == ENCODER:
        name, template = draw_encoder_chooser(
            key=f"approach_{analysis.id}",
            instructed=True,
            texts=corpus.texts,
            corpus_key=corpus.key,
            instruction=analysis.instruction,
            start="" if split_precomputed(method.encoder) else method.encoder,
            start_template=method.template,
            use_task=use_task,
        )
        refused = EncoderSpec.parse(name).kind == "endpoint" and host_of(name) is None
        chosen = Method("reencode") if refused else Method("reencode", name, template)  # it may hold a key
    else:
        name = draw_vector_upload(corpus, key=f"approach_{analysis.id}")
        chosen = Method("reencode", name) if name else method
        if not name and method.encoder:
            title = markdown(title_of(method.encoder))
            st.caption(f"The {title} are in use until you choose another file.")
    if split_precomputed(chosen.encoder) is not None:
        state.latest_file = chosen
    if chosen != method and _store_method(analysis.id, chosen):
        st.rerun()  # button and hint depend on the stored method


def _follow_other_window(analysis: Analysis) -> None:
    """Set the fields to the stored method where another window changed it, which they would undo."""
    state, key = state_of(MethodState, analysis.id), f"approach_{analysis.id}"
    if state.seen not in (None, analysis.method):
        forget_fields(key)
        precomputed = split_precomputed(analysis.method.encoder)
        set_widget(f"{key}_encoder", None if precomputed else analysis.method.encoder or None)
        set_widget(f"approach_source_{analysis.id}", FILE if precomputed else ENCODER)
    state.seen = analysis.method


def _store_method(analysis_id: int, method: Method) -> bool:
    state_of(MethodState, analysis_id).seen = method
    return attempt(lambda: cache.store().set_method(analysis_id, method), METHOD)

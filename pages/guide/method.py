"""How an instruction is followed: by labels, or by an encoder that reads every text anew."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.corpus import Corpus
from core.encoders import host_of, split_name, split_ready, title_of
from core.errors import RefractError
from core.storage import Analysis
from core.transforms import Approach
from pages.common import cache, ensure_analysis, markdown
from pages.common.encoders import (
    draw_encoder_chooser,
    draw_ready_upload,
)

KINDS = {"guided": "Reshape by labels", "gstransform": "GSTransform", "reading": "Read every text anew"}
HELP = (
    "Reshape by labels: your labels reshape the embeddings that are there already; seconds, and nothing is "
    "encoded again. GSTransform: the published recipe for the same, made for thousands of labels. Read every "
    "text anew: an encoder that follows instructions, such as INSTRUCTOR or InBedder, reads each text under "
    "this one; it needs no labels, and takes minutes to hours here. Evidence compares them on your labels."
)
ERROR = "approach_error"
ENCODER, FILE = "An encoder reads them", "Vectors I have already"
FEW_FOR_GSTRANSFORM = 200  # labels


def draw_approach(analysis: Analysis | None) -> None:
    """How the instruction is followed, in one line; what a reading needs, below it.

    Parameters
    ----------
    analysis : Analysis or None
        None while there is none: a choice then starts one.
    """
    approach = analysis.approach if analysis else Approach()
    key = f"approach_kind_{analysis.id if analysis else None}"

    def choose_kind() -> None:
        analysis_id = analysis.id if analysis else ensure_analysis()
        latest, before = f"approach_reading_{analysis_id}", cache.store().analysis(analysis_id).approach
        if before.reencodes:
            st.session_state[latest] = before
        chosen = Approach(st.session_state[key])
        chosen = st.session_state.get(latest, chosen) if chosen.reencodes else chosen
        cache.store().set_approach(analysis_id, chosen)
        st.session_state[f"approach_seen_{analysis_id}"] = chosen

    # Not kept, or changed in another window. Else by default: the page may be drawn anew before it is whole.
    otherwise = st.session_state.get(key, approach.kind) != approach.kind
    if otherwise:
        st.session_state[key] = approach.kind
    with st.container(horizontal=True, vertical_alignment="center", key="approach"):
        st.markdown(":small[How it is followed]", help=HELP, width="content")
        st.segmented_control(
            "How the instruction is followed", list(KINDS), default=None if otherwise else approach.kind,
            format_func=KINDS.__getitem__, required=True, key=key, label_visibility="collapsed",
            on_change=_attempt, args=[choose_kind],
        )  # fmt: skip
        if approach.kind == "gstransform":
            _draw_label_need(analysis)
    if approach.reencodes:
        with st.container(border=True, key="approach_reading"):
            _draw_reading(analysis, cache.corpus(analysis.corpus_key))
    if ERROR in st.session_state:
        st.error(markdown(st.session_state.pop(ERROR)), icon=":material/error:")


def _draw_label_need(analysis: Analysis) -> None:
    n_labels = int(cache.store().guide_labels(analysis.id)["label"].notna().sum())
    if n_labels < FEW_FOR_GSTRANSFORM:
        st.caption(
            f"{n_labels:,} labels given; it wants hundreds. With fewer, reshaping by labels finds more."
        )


def _draw_reading(analysis: Analysis, corpus: Corpus) -> None:
    """By whom the texts are read; what is chosen is kept at once."""
    approach, source = analysis.approach, f"approach_source_{analysis.id}"
    _follow_other_window(analysis)
    latest_file = f"approach_file_{analysis.id}"

    def choose_source() -> None:
        kept = st.session_state.get(latest_file) if st.session_state[source] == FILE else None
        _keep(analysis.id, kept or Approach("reading"))

    def use_task(task: str) -> None:
        _attempt(lambda: cache.store().set_instruction(analysis.id, task))

    by = st.segmented_control(
        "Where the vectors come from", [ENCODER, FILE], required=True, key=source,
        default=ENCODER if split_ready(approach.encoder) is None else FILE,
        label_visibility="collapsed", on_change=choose_source, persist_state="session",
    )  # fmt: skip
    if by == ENCODER:
        name, template = draw_encoder_chooser(
            key=f"approach_{analysis.id}",
            instructed=True,
            texts=corpus.texts,
            corpus_key=corpus.key,
            instruction=analysis.instruction,
            start="" if split_ready(approach.encoder) else approach.encoder,
            start_template=approach.template,
            use_task=use_task,
        )
        refused = split_name(name).kind == "endpoint" and host_of(name) is None
        chosen = Approach("reading") if refused else Approach("reading", name, template)  # it may hold a key
    else:
        name = draw_ready_upload(corpus, key=f"approach_{analysis.id}")
        chosen = Approach("reading", name) if name else approach
        if not name and approach.encoder:
            title = markdown(title_of(approach.encoder))
            st.caption(f"The {title} are in use until another file takes their place.")
    if split_ready(chosen.encoder) is not None:
        st.session_state[latest_file] = chosen
    if chosen != approach and _keep(analysis.id, chosen):
        st.rerun()  # button and hint go by what is kept


def _follow_other_window(analysis: Analysis) -> None:
    """Let the fields show what is kept where another window changed it: else they would change it back."""
    seen, key = f"approach_seen_{analysis.id}", f"approach_{analysis.id}"
    if st.session_state.get(seen, analysis.approach) != analysis.approach:
        for field in ("start", "template_of", "output_of", "kind_of"):
            st.session_state.pop(f"{key}_{field}", None)
        ready = split_ready(analysis.approach.encoder)
        st.session_state[f"{key}_encoder"] = None if ready else analysis.approach.encoder or None
        st.session_state[f"approach_source_{analysis.id}"] = FILE if ready else ENCODER
    st.session_state[seen] = analysis.approach


def _keep(analysis_id: int, approach: Approach) -> bool:
    st.session_state[f"approach_seen_{analysis_id}"] = approach
    return _attempt(lambda: cache.store().set_approach(analysis_id, approach))


def _attempt(step: Callable[[], None]) -> bool:
    """Do a step, and tell whether it could be kept; if not, why is said below."""
    try:
        step()
        return True
    except RefractError as error:
        st.session_state[ERROR] = str(error)
        return False

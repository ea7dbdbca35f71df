"""What one session works on: a corpus and one of its analyses."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

import streamlit as st

from core.encoders import title_of
from core.storage import Analysis, StoredCorpus, has_fit, has_space, load_approach
from pages.common import cache


@dataclass
class State:
    """The choice of one session, kept under a key of its own so that pages can come and go."""

    corpus_key: str | None = None
    analysis_id: int | None = None


def get_state() -> State:
    """State of this session; a new session goes on with the corpus that was opened last."""
    if "refract" not in st.session_state:
        state = st.session_state["refract"] = State()
        stored = cache.store().corpora()
        if stored:
            open_corpus(stored[0].key)
        return state
    return st.session_state["refract"]


def open_corpus(corpus_key: str) -> None:
    """Work on a corpus, with its newest analysis."""
    state = st.session_state.setdefault("refract", State())
    if state.corpus_key != corpus_key:
        analyses = cache.store().analyses(corpus_key)
        state.analysis_id = analyses[-1].id if analyses else None
    state.corpus_key = corpus_key
    cache.store().mark_opened(corpus_key)


def open_analysis(analysis_id: int | None) -> None:
    """Work on an analysis; None starts with an empty instruction."""
    get_state().analysis_id = analysis_id


def current_corpus() -> StoredCorpus | None:
    """Entry of the corpus in use, or None."""
    state = get_state()
    if state.corpus_key is None:
        return None
    entry = cache.store().find_corpus(state.corpus_key)
    if entry is None:  # removed by another session
        state.corpus_key = state.analysis_id = None
    return entry


def current_analysis() -> Analysis | None:
    """Analysis in use, or None."""
    state = get_state()
    if state.analysis_id is None:
        return None
    analysis = cache.store().find_analysis(state.analysis_id)
    if analysis is None or analysis.corpus_key != state.corpus_key:
        state.analysis_id = None
        return None
    return analysis


def ensure_analysis() -> int:
    """Id of the analysis in use; one without an instruction is started when there is none."""
    state = get_state()
    if current_analysis() is None:
        state.analysis_id = cache.store().add_analysis(state.corpus_key, "")
    return state.analysis_id


def person() -> str:
    """Name of who labels: the user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no user name, as in some containers
        return "person"


def analysis_title(analysis: Analysis, *, longest: int | None = None) -> str:
    """Instruction, and how it is followed where that is not the usual way.

    Of one that is longer than `longest` characters, the instruction is cut first.
    """
    approach, how = analysis.approach, ""
    if is_fitted(analysis):
        approach = load_approach(cache.store().results(analysis.corpus_key), analysis.fit_key)
    if approach.kind == "gstransform":
        how = " · GSTransform"
    elif approach.reencodes:
        how = f" · {title_of(approach.encoder)}" if approach.encoder else " · read anew"
    title = analysis.instruction or "untitled"
    if longest is None or len(title) + len(how) <= longest:
        return title + how
    how = _cut(how, longest * 2 // 3)
    return _cut(title, longest - len(how)) + how


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def is_prepared(entry: StoredCorpus | None) -> bool:
    """Whether the generic map of a corpus can be shown."""
    if entry is None or entry.embedding_key is None:
        return False
    return has_space(cache.store().results(entry.key), entry.embedding_key)


def is_read(analysis: Analysis) -> bool:
    """Whether the latest Fit read the texts as they are to be read now: another then reads none again."""
    if not analysis.approach.reencodes or not is_fitted(analysis):
        return False
    fit = cache.fit(analysis)
    return (fit.approach, fit.instruction) == (analysis.approach, analysis.instruction)


def is_fitted(analysis: Analysis | None) -> bool:
    """Whether an analysis has a reshaped map, made from the embeddings in use."""
    if analysis is None:
        return False
    entry = cache.store().find_corpus(analysis.corpus_key)
    made_from_these = entry is not None and analysis.embedding_key == entry.embedding_key
    return made_from_these and has_fit(cache.store().results(analysis.corpus_key), analysis.fit_key)

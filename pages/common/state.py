"""State of one browser session: the pages use `st.session_state` here, and in `account/session.py`.

It has three parts:

- `AppState`, under one key: the corpus and the analysis in use, and messages to be shown;
- within it the states of pages and panels, each a dataclass of its own, one for the session or one for each
  corpus or analysis (`state_of`);
- values of widgets, each under the widget's key (`widget_value`, `set_widget`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.export import title_of_analysis
from core.storage import Analysis, StoredCorpus, has_fit, has_space, load_method
from pages.common import account, cache

Part = TypeVar("Part")
NoticeKind = Literal["error", "warning", "info", "success"]
STATE_KEY = "refract"
OF_ONE_CORPUS = ("evidence_", "guide_", "maps_")
"""Beginnings of the keys of widgets whose values are about the corpus in use."""


@dataclass(frozen=True)
class Notice:
    """A message that the next run shows."""

    message: str
    kind: NoticeKind = "error"


@dataclass
class AppState:
    """The corpus and the analysis in use, messages, and the states of pages and panels.

    Attributes
    ----------
    corpus_key, analysis_id : the corpus and the analysis in use
    notices : messages to be shown, by the name of the place that shows them
    toasts : messages and their icons, to be shown in the corner of the page
    redraw : whether a callback changed what the whole page shows
    puts_file_aside : whether the corpus page is to forget the file chosen there
    parts : states of pages and panels, by their class and what they belong to (see `state_of`)
    awaited_fit : analysis whose Fit opens the maps when it ends
    awaited_map : corpus whose maps the corpus page opens when they are ready; another page forgets it
    started : whether the session has opened the corpus that was used last
    place : shared corpus in whose data folder corpus and analysis are; "" for the person's own
    """

    corpus_key: str | None = None
    analysis_id: int | None = None
    notices: dict[str, Notice] = field(default_factory=dict)
    toasts: list[tuple[str, str]] = field(default_factory=list)
    redraw: bool = False
    awaited_fit: int | None = None
    awaited_map: str | None = None
    puts_file_aside: bool = False
    parts: dict[tuple[type, Hashable], object] = field(default_factory=dict)
    started: bool = False
    place: str = ""


def get_state() -> AppState:
    """Return the state of this session; a new session opens the corpus that was used last."""
    state = session()
    if not state.started:
        state.started = True
        stored = cache.store().corpora()
        if stored and stored[0].opened_at and state.corpus_key is None:
            open_corpus(stored[0].key)
    return state


def session() -> AppState:
    """Return the state of this session, without reading the store; it starts over in another data folder."""
    state = st.session_state.setdefault(STATE_KEY, AppState())
    if state.place != account.place():
        _change_place(state)
    return state


def state_of(kind: type[Part], owner: Hashable = None, *, make: Callable[[], Part] | None = None) -> Part:
    """State of a page or panel in this session, to be read and changed in place.

    Parameters
    ----------
    kind : type
        A dataclass, each field with a default.
    owner : hashable, optional
        The corpus key, analysis id or widget key that it belongs to; one for the session when left out.
    make : callable, optional
        Makes the first state, in place of the defaults.
    """
    parts = session().parts
    if (kind, owner) not in parts:
        parts[kind, owner] = (make or kind)()
    return parts[kind, owner]


def reset_state(kind: type, owner: Hashable = None) -> None:
    """Forget the state of a page or panel, so that the next use starts from the defaults."""
    session().parts.pop((kind, owner), None)


@dataclass
class ListState:
    """How many entries of a list are shown; 0 for as many as at first."""

    n_shown: int = 0


def n_shown(list_key: str, n_first: int) -> int:
    """How many entries of a list are shown: `n_first` until `show_more` was called."""
    return state_of(ListState, list_key).n_shown or n_first


def show_more(list_key: str, count: int) -> None:
    """Show so many entries of a list. For callbacks."""
    state_of(ListState, list_key).n_shown = count


def widget_value(key: str, default: object = None) -> object:
    """Value of the widget with this key; the default where it was never drawn or set."""
    return st.session_state.get(key, default)


def set_widget(key: str, value: object) -> None:
    """Set the value of a widget; only in callbacks, or before the widget is drawn."""
    st.session_state[key] = value


def start_widget(key: str, value: object) -> None:
    """Set the value of a widget that has none yet."""
    st.session_state.setdefault(key, value)


def has_widget(key: str) -> bool:
    """Whether a widget has a value."""
    return key in st.session_state


def forget_widget(key: str) -> None:
    """Remove the value of a widget, which then starts from its default.

    A browser keeps what a widget shows, and sends it at the next run. So one that stays on the page needs
    `start_widget` as well, before it is drawn: only a value that is set reaches the browser.
    """
    st.session_state.pop(key, None)


def forget_widgets(prefix: str) -> None:
    """Remove the values of all widgets whose keys have this prefix."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith(prefix):
            forget_widget(key)


def open_corpus(corpus_key: str) -> None:
    """Open a corpus with its newest analysis."""
    state = get_state()
    if state.corpus_key not in (None, corpus_key):
        _leave_corpus(state)
    if state.corpus_key != corpus_key:
        analyses = cache.store().analyses(corpus_key)
        state.analysis_id = analyses[-1].id if analyses else None
    state.corpus_key = corpus_key
    cache.store().mark_opened(corpus_key)


def switch_corpus(corpus_key: str, place: str = "") -> None:
    """Open a kept corpus in place of what is in use, a file that was chosen on the corpus page included.

    `place` is the shared corpus that it is; "" for one of the person's own.
    """
    account.enter(place)
    open_corpus(corpus_key)
    get_state().puts_file_aside = True


def leave_shared() -> None:
    """Go back to the person's own corpora. For callbacks."""
    account.enter("")


def close_corpus(corpus_key: str) -> None:
    """Close a corpus that was removed, where it is in use."""
    state = get_state()
    if state.corpus_key == corpus_key:
        _leave_corpus(state)
        state.corpus_key = state.analysis_id = None


def _change_place(state: AppState) -> None:
    """Forget all that belongs to corpora and analyses of another data folder: numbers mean others here."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith(OF_ONE_CORPUS):
            forget_widget(key)
    state.parts = {part: held for part, held in state.parts.items() if part[1] is None}
    state.notices.clear()
    state.corpus_key = state.analysis_id = state.awaited_fit = state.awaited_map = None
    state.started, state.place = True, account.place()


def _leave_corpus(state: AppState) -> None:
    """Forget what was chosen, typed and said about the corpus in use: searches, modes, panels, messages.

    Widgets whose keys name the corpus stay: no other corpus has them.
    """
    for key in [str(key) for key in st.session_state]:
        if key.startswith(OF_ONE_CORPUS) and str(state.corpus_key) not in key:
            forget_widget(key)
    for part in [part for part in state.parts if part[0] is ListState]:
        del state.parts[part]
    state.notices.clear()
    state.awaited_fit = None


def open_analysis(analysis_id: int | None) -> None:
    """Open an analysis; None starts with an empty instruction."""
    get_state().analysis_id = analysis_id


def current_corpus() -> StoredCorpus | None:
    """Entry of the corpus in use, or None."""
    state = get_state()
    if state.corpus_key is None:
        return None
    entry = cache.store().find_corpus(state.corpus_key)
    if entry is None:  # removed by another session
        close_corpus(state.corpus_key)
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
    """Return the id of the analysis in use; create one without an instruction when there is none."""
    state = get_state()
    if current_analysis() is None:
        state.analysis_id = cache.store().add_analysis(state.corpus_key, "")
    return state.analysis_id


def connection_check() -> Callable[[], bool]:
    """Return a function that says whether the browser tab of this session is still connected."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return lambda: True
    server, session_id = runtime.get_instance(), context.session_id
    return lambda: bool(server.is_active_session(session_id))


def analysis_title(analysis: Analysis, *, longest: int | None = None) -> str:
    """Return the instruction of an analysis, and its method unless that is reshaping by labels.

    Of a title longer than `longest` characters, the end of the instruction is cut first.
    """
    method = analysis.method
    if is_fitted(analysis):
        method = load_method(cache.store().results(analysis.corpus_key), analysis.fit_key)
    return title_of_analysis(analysis.instruction, method, longest=longest)


def is_prepared(entry: StoredCorpus | None) -> bool:
    """Whether the generic map of a corpus can be shown."""
    if entry is None or entry.embedding_key is None:
        return False
    return has_space(cache.store().results(entry.key), entry.embedding_key)


def is_reencoded(analysis: Analysis) -> bool:
    """Whether the latest Fit re-encoded the texts by the present method; a new Fit reuses its vectors."""
    if not analysis.method.reencodes or not is_fitted(analysis):
        return False
    fit = cache.fit(analysis)
    return (fit.method, fit.instruction) == (analysis.method, analysis.instruction)


def is_fitted(analysis: Analysis | None) -> bool:
    """Whether an analysis has a reshaped map, made from the embeddings in use."""
    return _has_current_fit(analysis) and _is_kept(analysis)


def has_lost_map(analysis: Analysis | None) -> bool:
    """Whether an analysis was reshaped, but a part of its map is missing or was set aside as damaged."""
    return _has_current_fit(analysis) and not _is_kept(analysis)


def _has_current_fit(analysis: Analysis | None) -> bool:
    """Whether an analysis was reshaped since the corpus was encoded."""
    if analysis is None or analysis.fit_key is None:
        return False
    entry = cache.store().find_corpus(analysis.corpus_key)
    return entry is not None and analysis.embedding_key == entry.embedding_key


def _is_kept(analysis: Analysis) -> bool:
    return has_fit(cache.store().results(analysis.corpus_key), analysis.fit_key)

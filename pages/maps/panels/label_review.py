"""Panel "Label review": duplicates with different labels, possible mistakes, and the label names."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.corpus import Corpus
from core.labels import LEAST_MISTAKE_PROBABILITY, GuideLabels, find_conflicts
from core.maps.drawing import GREY, colour_of
from core.neighbours import Graph
from core.storage import Analysis
from core.tasks import LabelCheck, LabelDoubt, check_key
from core.utils import content_key, cut, percent
from pages.common import (
    LABELS,
    cache,
    current_check,
    draw_check_job,
    draw_fit_button,
    draw_label_manager,
    draw_notice,
    markdown,
    n_shown,
    on_ground,
    reset_state,
    start_check,
    state_of,
)
from pages.maps.lists import draw_more
from pages.maps.panels.label_actions import draw_give, draw_undo
from pages.maps.selection import draw_select
from pages.maps.view import MapView

ENTRIES_SHOWN = 3  # of a list; as many more on each click
MOST_MISTAKES = 200  # listed at most
LONGEST_TEXT = 240  # characters of a text in a list
CONFLICTS_HELP = "Equal or nearly equal texts with different labels. No map can follow both."
MISTAKES_HELP = (
    "The label of each text is predicted from the other labelled texts. Listed are the texts whose given "
    f"label is wrong with a probability of {percent(LEAST_MISTAKE_PROBABILITY)} or more."
)


def draw_label_review(view: MapView, selected: np.ndarray) -> None:
    """Draw duplicates with different labels, possible mistakes, and the label manager."""
    if view.analysis is None or not (view.labels or cache.store().labels.read(view.analysis.id).retired):
        st.caption(
            "No labels yet. Select texts on a map and label them in the panel **Texts**. Labels that "
            "contradict each other, and labels that are likely wrong, are then listed here."
        )
        return
    draw_notice(LABELS)
    guide = cache.store().labels.read(view.analysis.id)
    _draw_conflicts(view, guide)
    _draw_mistakes(view, guide)
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_undo(view.analysis.id, "maps_check_undo")
        draw_fit_button(view.analysis, "maps_check_fit")
    st.markdown("**Labels**")
    draw_label_manager(view.analysis, "maps_names")


def _draw_conflicts(view: MapView, guide: GuideLabels) -> None:
    """Draw the duplicates with different labels, but for those that a person reviewed."""
    # The generic space is not always on a map.
    embedding_key = cache.store().corpus_entry(view.corpus.key).embedding_key
    graph = cache.space(view.corpus.key, embedding_key).graph
    groups = _conflicts(embedding_key, content_key(view.given), view.given, graph, view.corpus.texts)
    groups = [rows for rows in groups if not guide.reviewed[rows].all()]
    st.markdown(f"**Duplicates with different labels** · {len(groups):,}", help=CONFLICTS_HELP)
    if not groups:
        st.caption("None: equal texts have equal labels.")
        return
    for rows in groups[: n_shown("maps_conflicts_shown", ENTRIES_SHOWN)]:
        _draw_conflict(view, rows)
    _draw_more(len(groups), "maps_conflicts_shown")


def _draw_conflict(view: MapView, rows: np.ndarray) -> None:
    """Draw one text, the labels of its duplicates, and buttons that settle them."""
    codes, counts = np.unique(view.given[rows], return_counts=True)
    names = [view.labels[code] for code in codes]
    badges = ", ".join(f"{_badge(name, view.labels)} {n}" for name, n in zip(names, counts, strict=True))
    key = f"maps_conflict_{rows[0]}"
    with st.container(border=True, key=key, gap="small"):
        st.html(f"{_quoted(view.corpus, int(rows[0]))}<small>{len(rows):,} duplicates: {badges}</small>")
        with st.container(horizontal=True):
            _draw_select(view, rows, key)
            for position, name in enumerate(names):
                label, labels = f"All **{markdown(name)}**", dict.fromkeys(rows.tolist(), name)
                draw_give(label, f"{key}_all_{position}", view.analysis.id, labels)
            labels = {int(row): view.labels[view.given[row]] for row in rows}
            options = {"reviewed": True, "type": "tertiary"}
            draw_give("Keep as they are", f"{key}_keep", view.analysis.id, labels, **options)


def _draw_mistakes(view: MapView, guide: GuideLabels) -> None:
    """Draw the labels that the other labels contradict, but for those that a person reviewed."""
    analysis = view.analysis
    latest = state_of(LatestCheck, analysis.id)
    if latest.check is None:
        latest.check = current_check(analysis, guide)
    if latest.check is None:
        st.markdown("**Possible mistakes**", help=MISTAKES_HELP)
        draw_check_job(analysis, key="maps_check_job")
        return
    doubts = [doubt for doubt in latest.check.doubts if doubt.reason == "fit"][:MOST_MISTAKES]
    doubts = [doubt for doubt in doubts if not guide.reviewed[doubt.row] and has_doubted_label(doubt, view)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Possible mistakes** · {len(doubts):,}", help=MISTAKES_HELP, width="content")
        if latest.check.key != check_key(cache.store(), analysis, guide):
            st.button(
                "Check the labels again",
                key="maps_check_again",
                type="tertiary",
                icon=":material/refresh:",
                on_click=_check_again,
                args=[analysis],
            )
    if not doubts:
        st.caption("None: the labels agree with each other.")
    for doubt in doubts[: n_shown("maps_mistakes_shown", ENTRIES_SHOWN)]:
        _draw_doubt(view, doubt)
    _draw_more(len(doubts), "maps_mistakes_shown")


def _check_again(analysis: Analysis) -> None:
    """Queue a check of the labels as they are now. For callbacks."""
    reset_state(LatestCheck, analysis.id)
    start_check(analysis)


def has_doubted_label(doubt: LabelDoubt, view: MapView) -> bool:
    """Whether the text still has the label that was doubted."""
    code = view.given[doubt.row]
    return code >= 0 and view.labels[code] == doubt.given


def _draw_doubt(view: MapView, doubt: LabelDoubt) -> None:
    """Draw a label that may be wrong, with buttons to change or keep it."""
    key = f"maps_mistake_{doubt.row}"
    given, better = _badge(doubt.given, view.labels), _badge(doubt.better, view.labels)
    with st.container(border=True, key=key, gap="small"):
        st.html(
            f"{_quoted(view.corpus, doubt.row)}<small>labelled {given} · the other labels suggest {better} · "
            f"wrong with a probability of {percent(doubt.probability)}</small>"
        )
        with st.container(horizontal=True):
            _draw_select(view, np.array([doubt.row]), key)
            label, gone = f"Change to **{markdown(doubt.better)}**", doubt.better not in view.labels
            labels = {doubt.row: doubt.better}
            draw_give(label, f"{key}_change", view.analysis.id, labels, disabled=gone)
            label, labels = f"Keep **{markdown(doubt.given)}**", {doubt.row: doubt.given}
            options = {"reviewed": True, "type": "tertiary", "help": "It is not listed here again."}
            draw_give(label, f"{key}_keep", view.analysis.id, labels, **options)


def _draw_select(view: MapView, rows: np.ndarray, key: str) -> None:
    """Draw a button that selects the texts of an entry."""
    options = {"type": "secondary", "icon": ":material/my_location:", "help": "Select on the maps"}
    draw_select("Select", view.corpus.key, rows, f"{key}_select", **options)


def _draw_more(n_entries: int, list_key: str) -> None:
    """Draw a button that shows more entries of a list."""
    draw_more(n_entries, list_key, ENTRIES_SHOWN, f"{list_key}_more", step=ENTRIES_SHOWN)


def _badge(name: str, names: list[str]) -> str:
    """Return a label with its colour, as HTML."""
    colour = on_ground(colour_of(names).get(name, GREY))
    return f'<b><span style="color: {colour}">●</span> {html.escape(name)}</b>'


def _quoted(corpus: Corpus, row: int) -> str:
    """Return the beginning of a text, as HTML."""
    return f"<div>{html.escape(cut(corpus.texts[row], LONGEST_TEXT))}</div>"


@dataclass
class LatestCheck:
    """The latest check of an analysis' labels."""

    check: LabelCheck | None = None


@cache.kept(max_entries=4, show_spinner=False)
def _conflicts(
    embedding_key: str, given_key: str, _given: np.ndarray, _graph: Graph, _texts: np.ndarray
) -> list[np.ndarray]:
    """Return groups of duplicates with different labels; cached."""
    return find_conflicts(_given, _graph, _texts)

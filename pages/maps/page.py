"""Maps page: two spaces of the same texts side by side, linked, and panels about them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import streamlit as st

from core.storage import Analysis, StoredCorpus, load_finding
from core.utils import percent
from pages.common import (
    INSTRUCTION_ONLY,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    VERDICT_ICONS,
    analysis_title,
    cache,
    capitalised,
    current_analysis,
    current_corpus,
    draw_measuring,
    draw_refit,
    evidence_help,
    get_state,
    is_fitted,
    layout,
    markdown,
    names_for,
    navigation,
    set_widget,
    start_widget,
    verdict_of,
    widget_value,
)
from pages.common.encoders import doubt_about
from pages.maps.clusters import draw_clusters
from pages.maps.colour_by import colourings
from pages.maps.component import Mark, Name, Pane, linked_maps
from pages.maps.filters import draw_chips
from pages.maps.panels import (
    draw_all_analyses,
    draw_columns,
    draw_flows,
    draw_label_review,
    draw_label_selection,
    draw_moves,
    draw_new_text,
    draw_search,
    draw_selection,
    draw_text_detail,
)
from pages.maps.selection import selection_from_python
from pages.maps.view import GENERIC, MapView, Side, comparable, current_view, left_key

LONGEST_TITLE = 72  # characters: in one line with the page's purpose
HEIGHT = 560  # pixels: both maps above the fold of 1440 x 900
SIDE_PANELS = ("Selection", "Label", "Text", "New text")
BELOW = {
    "Clusters": draw_clusters,
    "Flows": draw_flows,
    "Moves": draw_moves,
    "Columns": draw_columns,
    "All analyses": draw_all_analyses,
    "Labels": draw_label_review,
}
QUALITY_HELP = (
    "How faithful each map is. Neighbours near: of a text's true nearest neighbours (in all dimensions), the "
    "share that is near it on the map. Trustworthiness (Venna and Kaski 2001): 1 when no text is near on the "
    "map that is far in the space. Moved: the median distance, from the left map to the right one, of the "
    "texts that kept their neighbours, as a share of the map's spread; smaller is easier to follow. "
    "“Doubtful places” above the maps marks texts whose position misleads."
)


def maps_page() -> None:
    """Draw two spaces of the same texts side by side, linked."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    layout.page_head(
        analysis_title(analysis, longest=LONGEST_TITLE) if fitted else "Maps",
        "The same texts in two spaces."
        if fitted
        else "The generic space: similar texts are close to each other.",
        page=navigation.MAPS,
    )
    get_state().awaited_fit = None  # the maps are open already
    layout.require_prepared(entry, "The maps need texts: choose a corpus first.")
    # Before the fragment, so that errors and the spinner of a slow load are shown in the page.
    cache.corpus(entry.key)
    cache.space(entry.key, entry.embedding_key)
    if fitted:
        draw_evidence(analysis)
    draw_maps(entry, analysis)


def draw_evidence(analysis: Analysis) -> None:
    """Draw one line of evidence, and a button to fit again where labels changed."""
    fit = cache.fit(analysis)
    with st.container(horizontal=True, vertical_alignment="center", key="maps_evidence"):
        evidence = load_finding(cache.store().results(analysis.corpus_key), analysis.fit_key, "evidence")
        if fit.from_names_only:
            st.markdown(f":orange-badge[from names only] {NAMES_ONLY}", help=NAMES_ONLY_HELP)
        elif not (np.asarray(fit.given) >= 0).any():
            st.markdown(f":orange-badge[from the instruction only] {INSTRUCTION_ONLY}")
            if cache.map_quality(analysis.corpus_key, analysis.fit_key)[1] is None:
                draw_measuring(analysis, ["map_quality"])
        elif evidence is None:
            draw_measuring(analysis, ["evidence"])
        else:
            verdict = verdict_of(analysis)
            icon = VERDICT_ICONS[verdict.state]
            st.markdown(f"{icon} {capitalised(verdict.sentence)}", help=evidence_help(fit.method))
        st.page_link(navigation.EVIDENCE, label=":small[Evidence :material/arrow_forward:]")
        draw_refit(analysis)


@st.fragment
def draw_maps(entry: StoredCorpus, analysis: Analysis | None) -> None:
    """Draw the tools, the maps, and the chosen panels; they redraw without the rest of the page."""
    view = current_view(entry, analysis)
    if analysis is not None and view.analysis is None:
        st.rerun()  # removed in another window
    choices = colourings(view)
    with st.container(horizontal=True, vertical_alignment="bottom", key="maps_tools"):
        colour = st.selectbox(
            "Colour by", list(choices), key=f"maps_colour_{len(view.sides) == 2}", width=220,
            persist_state="session",
        )  # fmt: skip
        choose_left(view)
        hits = draw_search(view)
    draw_chips(view.corpus, view.right.fit)
    with st.container(key="maps_row"):
        left, right = st.columns([3.4, 1.2], gap="small")
    with right, st.container(border=True, height=HEIGHT, key="maps_side"):
        panel = choose_panel("Side panel", SIDE_PANELS, "maps_side_panel")
        body = st.container()
    marks: list[tuple[Mark, ...]] = [() for _ in view.sides]
    if panel == "New text":
        with body:
            marks = draw_new_text(view)
    with left:
        colouring = choices[colour]()
        selected = linked_maps(
            list(map(partial(make_pane, view), view.sides, marks)),
            colouring,
            view.corpus.texts,
            key=f"maps_{view.corpus.key}",
            texts_key=view.corpus.key,
            height=None,
            select=selection_from_python(view.corpus.key),
            shown=view.shown,
            lit=hits,
        )
    selected = view.passing(selected)  # a filter removes texts from the selection
    with body:
        if panel == "Selection":
            draw_selection(view, selected, hits, colouring)
        elif panel == "Label":
            draw_label_selection(view, selected)
        elif panel == "Text":
            draw_text_detail(view, selected)
    draw_quality(view)
    BELOW[choose_panel("Below the maps", tuple(BELOW), "maps_below")](view, selected)


def choose_panel(name: str, options: Sequence[str], key: str) -> str:
    """Draw the choice of a panel and return it."""
    start_widget(key, options[0])
    return st.segmented_control(
        name, options, required=True, key=key, label_visibility="collapsed", persist_state="session"
    )


def choose_left(view: MapView) -> None:
    """Draw the choice of the left map."""
    titles = comparable(view.corpus.key, view.analysis) if len(view.sides) == 2 else {}
    if len(titles) < 2:
        return
    key = left_key(view.corpus.key)
    if widget_value(key) not in titles:
        set_widget(key, GENERIC)
    st.selectbox(
        "Left map", list(titles), format_func=titles.__getitem__, key=key, width=200,
        persist_state="session",
    )  # fmt: skip


def make_pane(view: MapView, side: Side, marks: tuple[Mark, ...]) -> Pane:
    """Return one map as the component draws it."""
    near, _ = cache.map_quality(view.corpus.key, side.findings_key)
    found = names_for(view.corpus, side.analysis, side.space, side.space_key)
    names = tuple(Name(*name) for name in found.names)
    return Pane(side.title, np.asarray(side.space.map), names, near, marks, found.groups)


def draw_quality(view: MapView) -> None:
    """Draw one line on the faithfulness of each map."""
    lines = []
    doubts: dict[str, list[str]] = {}
    for side in view.sides:
        doubt = doubt_of(view, side)
        if doubt:
            doubts.setdefault(doubt, []).append(markdown(side.title))
        _, quality = cache.map_quality(view.corpus.key, side.findings_key)
        if quality is None:
            continue
        parts = [f"{percent(quality.near)} of neighbours near"]
        # Of vectors that tell nothing apart, a map can be trustworthy and still mislead.
        if not doubt and not np.isnan(quality.trustworthiness):
            parts.append(f"trustworthiness {quality.trustworthiness:.2f}")
        if quality.displacement is not None:
            parts.append(f"texts with the same neighbours moved {quality.displacement:.2f}")
        lines.append(f"**{markdown(side.title)}** {', '.join(parts)}")
    for doubt, titles in doubts.items():
        st.markdown(f":orange-badge[Doubtful] **{' and '.join(titles)}**: {doubt}")
    if lines:
        st.markdown(f":small[{' · '.join(lines)}]", help=QUALITY_HELP)


def doubt_of(view: MapView, side: Side) -> str:
    """Return why the vectors that a map is made from are doubtful; "" for no reason."""
    corpus, analysis = view.corpus, side.analysis
    entry = cache.store().corpus_entry(corpus.key)
    if analysis is None:
        return doubt_about(corpus.key, side.space_key, entry.encoder, corpus.texts)
    if side.fit.method.reencodes:
        # Vectors of answers are one where the answers are equal.
        answered = cache.answers(corpus.key, side.space_key) is not None
        encoder = side.fit.method.encoder
        return "" if answered else doubt_about(corpus.key, side.space_key, encoder, corpus.texts)
    return doubt_about(corpus.key, analysis.embedding_key, entry.encoder, corpus.texts)


maps_page()

"""Maps page: two spaces of the same texts side by side, linked, and panels about them."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.maps.drawing import Mark, Name, Pane
from core.storage import Analysis, StoredCorpus, load_finding
from core.utils import percent
from pages.common import (
    INSTRUCTION_ONLY,
    MAPS_NOTICE,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    VERDICT_ICONS,
    analysis_title,
    cache,
    capitalised,
    current_analysis,
    current_corpus,
    draw_measuring,
    draw_notice,
    draw_refit,
    evidence_help,
    get_state,
    is_fitted,
    keep_notice,
    keep_shown_texts,
    layout,
    markdown,
    names_for,
    navigation,
    set_widget,
    verdict_of,
)
from pages.common.encoders import doubt_about
from pages.maps.clusters import ask_name
from pages.maps.colour_by import colourings
from pages.maps.component import current_selection, linked_maps
from pages.maps.demo_line import draw_demo_line
from pages.maps.filters import draw_chips
from pages.maps.first_picture import awaited_picture, draw_first_picture, draw_refinement
from pages.maps.opened import SIDE_PANEL, TEXTS, follow_selection, open_clicked, opened_texts
from pages.maps.panels import draw_new_text, show_selected
from pages.maps.selection import select_texts, selection_from_python
from pages.maps.side_panel import NEW_TEXT, choose_tab, draw_size, draw_tab, is_shown, unfold
from pages.maps.tools import draw_tools
from pages.maps.view import DOUBTFUL, MapView, Side, current_view

LONGEST_TITLE = 72  # characters: in one line with the page's purpose
BELOW = 84  # pixels: the line below the maps, and the margin of the page
QUALITY_HELP = (
    "Of each text's true nearest neighbours (in all dimensions), the share that is near it on the map too. "
    "The rest is lost by drawing in two dimensions. “Doubtful” above the maps marks the texts whose position "
    "says little."
)


def maps_page() -> None:
    """Draw two spaces of the same texts side by side, linked."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    layout.page_head(
        analysis_title(analysis, longest=LONGEST_TITLE) if fitted else "Maps",
        "The same texts in two spaces." if fitted else "Similar texts sit together.",
        page=navigation.MAPS,
    )
    layout.require_prepared(entry, "The maps need texts: choose a corpus first.")
    picture = awaited_picture(entry, analysis)
    above = st.container()  # always there, so that maps take the place of a first picture, and it moves on
    if picture is not None:
        with above:
            draw_refinement(picture)
        with st.container():  # as a fragment has
            st.container(key="maps_above")  # where the tools are going to be
            with map_row(), st.container(key="maps_both"):
                draw_first_picture(entry, picture, BELOW)
        return
    get_state().awaited_fit = None  # the maps are open already
    # Before the fragment, so that errors and the spinner of a slow load are shown in the page.
    cache.corpus(entry.key)
    cache.space(entry.key, entry.embedding_key)
    if fitted:
        with above:
            draw_evidence(analysis)
            draw_demo_line(analysis)
    if get_state().analysis_id == (analysis.id if analysis else None):  # else a button opens another page
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
        draw_refit(analysis)


@st.fragment
def draw_maps(entry: StoredCorpus, analysis: Analysis | None) -> None:
    """Draw the tools, the maps, and the panel beside them; they redraw without the rest of the page."""
    stored = cache.store().find_corpus(entry.key)
    if stored is None or stored.embedding_key != entry.embedding_key:
        st.rerun()  # it was removed, or a full map took the place of a quick preview
    view = current_view(entry, analysis)
    if analysis is not None and view.analysis is None:
        message = f"“{analysis_title(analysis, longest=LONGEST_TITLE)}” was removed in another window."
        keep_notice(MAPS_NOTICE, message, "info")
        st.rerun()
    if get_state().analysis_id != (analysis.id if analysis else None):
        st.rerun()  # another analysis was chosen here
    choices = colourings(view)
    with st.container(key="maps_above"):
        draw_notice(MAPS_NOTICE)
        colour, found = draw_tools(view, choices)
        draw_chips(view.corpus, view.right.fit)
    colouring, key = choices[colour](), f"maps_{view.corpus.key}"
    by_panel = selection_from_python(view.corpus.key)
    selected = view.passing(current_selection(key, view.corpus.texts, view.corpus.key, by_panel))
    passing = None if view.shown is None else np.flatnonzero(view.shown)
    keep_shown_texts(view.corpus.key, selected, passing)
    if follow_selection(view.corpus.key, selected):
        show_selected()
    opened = opened_texts(view.corpus.key).row
    marks: list[tuple[Mark, ...]] = [() for _ in view.sides]
    with map_row():
        maps, tab = st.container(key="maps_both"), ""
        if is_shown():
            with st.container(key="maps_side", gap="xsmall"):
                tab = choose_tab()
                body = st.container(key="maps_panel_body", gap="small")
                chosen = len(selected) > 0 or found is not None or opened is not None
                draw_size(has_content=chosen or tab != TEXTS)
    if tab == NEW_TEXT:
        with body:
            marks = draw_new_text(view)
    with maps:
        drawn = linked_maps(
            list(map(partial(make_pane, view), view.sides, marks)),
            colouring,
            view.corpus.texts,
            key=key,
            texts_key=view.corpus.key,
            below=BELOW,
            select=by_panel,
            shown=view.shown,
            lit=np.array([opened]) if opened is not None else found.rows if found else None,
            on_open=lambda row: open_clicked(view.corpus.key, row),
            on_rename=lambda pane, code: ask_cluster_name(view.sides[pane], code),
        )
    if tab:
        with body:
            draw_tab(tab, view, view.passing(drawn), found, colouring)
    draw_quality(view)


def map_row() -> DeltaGenerator:
    """Return the row of the maps and the panel beside them."""
    return st.container(key="maps_row", horizontal=True, wrap=False, gap="small")


def ask_cluster_name(side: Side, code: int) -> None:
    """Show the field for the name of a cluster that was double-clicked on its map. For callbacks."""
    ask_name(side, code, above=True)
    set_widget(SIDE_PANEL, "Clusters")
    set_widget("maps_cluster_side", side.key)
    unfold()


def make_pane(view: MapView, side: Side, marks: tuple[Mark, ...]) -> Pane:
    """Return one map as the component draws it."""
    near, _ = cache.map_quality(view.corpus.key, side.findings_key)
    found = names_for(view.corpus, side.analysis, side.space, side.space_key)
    names = tuple(Name(*name) for name in found.names)
    return Pane(side.title, np.asarray(side.space.map), names, near, marks, found.groups)


def draw_quality(view: MapView) -> None:
    """Draw how accurate each map is, with a button that lists the texts whose place misleads."""
    shares, doubtful = [], np.zeros(len(view.corpus.texts), dtype=bool)
    doubts: dict[str, list[str]] = {}
    for side, place in zip(view.sides, ("left ", "right ") if len(view.sides) == 2 else ("",), strict=True):
        doubt = doubt_of(view, side)
        if doubt:
            doubts.setdefault(doubt, []).append(markdown(side.title))
        near, quality = cache.map_quality(view.corpus.key, side.findings_key)
        if quality is not None:
            shares.append(f"{place}**{percent(quality.near)}**")
        if near is not None:
            doubtful |= np.asarray(near) < DOUBTFUL
    for doubt, titles in doubts.items():
        st.markdown(f":orange-badge[Doubtful] **{' and '.join(titles)}**: {doubt}")
    sampled = sampled_sentence(view)
    if sampled:
        st.caption(sampled)
    if not shares:
        return
    rows = view.passing(np.flatnonzero(doubtful))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps_quality"):
        st.markdown(f":small[Map accuracy: {', '.join(shares)}]", help=QUALITY_HELP, width="content")
        if len(rows):
            places = "1 doubtful place" if len(rows) == 1 else f"{len(rows):,} doubtful places"
            st.button(
                f":small[{places}: list the texts]", key="maps_doubtful",
                type="tertiary", on_click=list_texts, args=[view.corpus.key, rows],
                help="Few of the texts that are nearest to them in all dimensions are near them on a map.",
            )  # fmt: skip


def sampled_sentence(view: MapView) -> str:
    """Return that maps were laid out from a sample; "" where none was."""
    sizes = [cache.sample_size(view.corpus.key, side.space_key) for side in view.sides]
    drawn = [size for size in sizes if size is not None]
    if not drawn:
        return ""
    where = "" if len(sizes) == len(drawn) else " of one map"
    return (
        f"{max(drawn):,} of the {len(view.corpus.texts):,} texts{where} were laid out first, and the others "
        "placed beside those most like them."
    )


def list_texts(corpus_key: str, rows: np.ndarray) -> None:
    """Select texts, and list them in the panel. For callbacks."""
    set_widget(SIDE_PANEL, TEXTS)
    unfold()
    select_texts(corpus_key, rows)


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

"""Panel "All analyses": a small map of each, to choose the left and the right map from."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.maps.drawing import Colouring, clustered, predicted
from core.storage import Analysis
from core.utils import content_key
from pages.charts import map_thumbnail, short
from pages.common import (
    VERDICT_ICONS,
    cache,
    capitalised,
    evidence_help,
    is_fitted,
    markdown,
    on_ground,
    partition_for,
    set_widget,
    verdict_of,
)
from pages.maps.colour_by import cluster_colours
from pages.maps.view import MapView, Side, left_key, make_right, side_key, titles

LEGEND_ENTRIES = 4  # labels or clusters named below a map


def draw_all_analyses(view: MapView, selected: np.ndarray) -> None:
    """Draw a small map of the generic space and of each fitted analysis, with its evidence."""
    corpus_key = view.corpus.key
    analyses = cache.store().analyses(corpus_key)
    fitted = [analysis for analysis in analyses if is_fitted(analysis)]
    st.caption(_summary(len(fitted), len(analyses)))
    opened = False
    with st.container(key="maps_cards_analyses"):
        for analysis in (None, *fitted):
            with st.container(border=True, key=f"maps_multiple_{side_key(analysis)}"):
                opened |= _draw_card(view, analysis)
    if opened:
        st.rerun()  # the whole page: its title, sidebar and evidence are those of another analysis now


def _summary(n_fitted: int, n_analyses: int) -> str:
    """Return what the panel shows, in words."""
    if n_fitted == 0:
        return "Each reshaped map is shown here, beside the generic one. There is none yet."
    words = "Every map of these texts. Show one on the right, and compare it with any other on the left."
    waiting = n_analyses - n_fitted
    if waiting:
        words += f" {waiting} more {'has' if waiting == 1 else 'have'} no map yet."
    return words


def _draw_card(view: MapView, analysis: Analysis | None) -> bool:
    """Draw one map with its evidence and buttons; return whether "Show" was clicked."""
    key = side_key(analysis)
    shown = [side.key for side in view.sides]
    badge = ""
    if key in shown:
        badge = f" :blue-badge[{'the map' if len(shown) == 1 else ('left', 'right')[shown.index(key)]}]"
    st.markdown(f"**{markdown(titles(view.corpus.key)[key])}**{badge}")
    space_key, points, colouring = _map_in_colour(view, analysis)
    colours = [on_ground(colour) for colour in colouring.colours]
    colours_key = content_key(colouring.codes, list(colouring.labels), colours)
    picture, legend = _picture(space_key, colours_key, points, colouring, colours)
    st.image(picture, width="stretch")
    st.html(legend)
    words, meaning = _evidence_line(view, analysis)
    st.markdown(words, help=meaning)
    with st.container(horizontal=True, gap="small"):
        opened = False
        if analysis is not None:
            opened = st.button(
                "Show",
                key=f"maps_show_{key}",
                disabled=view.right.key == key,
                help="Make this the right map",
                on_click=make_right,
                args=[view, analysis],
            )
        if len(view.sides) == 2:
            st.button(
                "Compare with",
                key=f"maps_compare_{key}",
                disabled=key in shown,
                help="Make this the left map",
                on_click=set_widget,
                args=[left_key(view.corpus.key), key],
            )
    return opened


def _evidence_line(view: MapView, analysis: Analysis | None) -> tuple[str, str]:
    """Return the evidence of a map in one line, and its help text."""
    if analysis is None:
        return ":gray[before any instruction]", "The embeddings as the encoder gives them."
    fit = cache.fit(analysis)
    given = fit.given[np.asarray(fit.given) >= 0]
    labels = "1 label" if len(given) == 1 else f"{len(given):,} labels"
    meaning = evidence_help(fit.method)
    verdict = verdict_of(analysis)
    if verdict is None:
        return f"{labels} · :gray[not checked yet]", meaning
    return f"{VERDICT_ICONS[verdict.state]} {verdict.state} · {labels}", capitalised(verdict.sentence)


def _map_in_colour(view: MapView, analysis: Analysis | None) -> tuple[str, np.ndarray, Colouring]:
    """Return the key and the map of an analysis' space, coloured by predicted label or else by cluster."""
    corpus = view.corpus
    if analysis is None:
        space_key = cache.store().corpus_entry(corpus.key).embedding_key
        space = cache.space(corpus.key, space_key)
    else:
        fit = cache.fit(analysis)
        if fit.has_predictions:
            return (
                fit.space_key,
                fit.space.map,
                predicted(fit, cache.store().label_names.current(analysis.id)),
            )
        space, space_key = fit.space, fit.space_key
    partition = partition_for(corpus, analysis, space, space_key)
    side = Side("", "", space, None, analysis, space_key, partition)
    return space_key, space.map, clustered("", partition, cluster_colours(view, side))


@cache.kept(max_entries=60, show_spinner=False)
def _picture(
    space_key: str, colours_key: str, _points: np.ndarray, _colouring: Colouring, _colours: list[str]
) -> tuple[bytes, str]:
    """Return a small map, and a legend of its largest groups as HTML; cached."""
    codes, names, colours = _colouring.codes, _colouring.labels, _colours
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    largest = [int(code) for code in np.argsort(-sizes, kind="stable") if sizes[code]]
    entries = [
        f'<span><i style="background: {colours[code]}"></i>{html.escape(short(names[code]))}</span>'
        for code in largest[:LEGEND_ENTRIES]
    ]
    if len(largest) > LEGEND_ENTRIES:
        entries.append(f"<span>and {len(largest) - LEGEND_ENTRIES} more</span>")
    picture = map_thumbnail(_points, codes, list(colours))
    return picture, f'<div class="small-legend">{"".join(entries)}</div>'

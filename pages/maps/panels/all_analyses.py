"""Panel "All analyses": a small map of each, to choose the left and the right map from."""

from __future__ import annotations

import html

import numpy as np
import streamlit as st

from core.corpus import Partition
from core.evidence import Evidence
from core.maps import Fit
from core.storage import Analysis, load_finding
from core.utils import content_key
from pages.charts import map_thumbnail, short
from pages.common import cache, evidence_help, is_fitted, markdown, open_analysis, partition_for, set_widget
from pages.maps.colour_by import clustered, predicted
from pages.maps.view import MapView, left_key, side_key, titles

COLUMNS = 4
NAMED = 4  # labels named below a map


def draw_all_analyses(view: MapView, selected: np.ndarray) -> None:
    """Draw a small map of the generic space and of each fitted analysis, with its evidence."""
    corpus_key = view.corpus.key
    analyses = cache.store().analyses(corpus_key)
    fitted = [analysis for analysis in analyses if is_fitted(analysis)]
    st.caption(_summary(len(fitted), len(analyses)))
    opened = False
    grid = st.columns(COLUMNS)
    for position, analysis in enumerate([None, *fitted]):
        with grid[position % COLUMNS], st.container(border=True, key=f"maps_multiple_{side_key(analysis)}"):
            opened |= _draw_card(view, analysis)
    if opened:
        st.rerun()  # the whole page: title, sidebar and evidence are another analysis' now


def _summary(n_fitted: int, n_analyses: int) -> str:
    if n_fitted == 0:
        return "Each analysis that is fitted gets a map here, beside the generic one: there is none yet."
    words = "Every map of these texts. Show one on the right, and compare it with any other on the left."
    waiting = n_analyses - n_fitted
    if waiting:
        words += f" {waiting} more {'is' if waiting == 1 else 'are'} not fitted yet."
    return words


def _draw_card(view: MapView, analysis: Analysis | None) -> bool:
    """Draw one map with its evidence and buttons; return whether "Show" was clicked."""
    key = side_key(analysis)
    shown = [side.key for side in view.sides]
    place = ""
    if key in shown:
        place = "the map" if len(shown) == 1 else ("left", "right")[shown.index(key)]
    badge = f" :blue-badge[{place}]" if place else ""
    st.markdown(f"**{markdown(titles(view.corpus.key)[key])}**{badge}")
    picture, legend = _picture(view, analysis)
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
                on_click=_make_right,
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


def _make_right(view: MapView, analysis: Analysis) -> None:
    """Make an analysis the right map; if it was the left map, swap the two."""
    if view.sides[0].key == side_key(analysis):
        set_widget(left_key(view.corpus.key), view.right.key)
    open_analysis(analysis.id)


def _evidence_line(view: MapView, analysis: Analysis | None) -> tuple[str, str]:
    """Return the evidence of a map in one line, and its help text."""
    if analysis is None:
        return ":gray[before any instruction]", "The texts as the encoder places them."
    results = cache.store().results(view.corpus.key)
    fit = cache.fit(analysis)
    n_labels = int((np.asarray(fit.given) >= 0).sum())
    n_kinds = len(np.unique(fit.given[fit.given >= 0]))
    labels = f"{n_labels:,} labels of {n_kinds} kinds" if n_labels else "no labels"
    meaning = evidence_help(fit.method)
    found: Evidence | None = load_finding(results, analysis.fit_key, "evidence")
    if fit.from_names_only:
        return f"{len(fit.labels)} label names, no labelled text", meaning
    if found is None:
        return f"{labels} · :gray[not checked yet]", meaning
    if not found.enough:
        return f"{labels} · :gray[too few to check]", meaning
    change = f"{100 * found.generic:.0f} % → **{100 * found.reshaped:.0f} %**"
    return f"{labels} · {change} ({found.verdict})", meaning


def _picture(view: MapView, analysis: Analysis | None) -> tuple[bytes, str]:
    """Draw the small map of an analysis by predicted label; by cluster where there are none."""
    corpus_key = view.corpus.key
    if analysis is None:
        key = cache.store().corpus_entry(corpus_key).embedding_key
        partition = partition_for(view.corpus, None, cache.space(corpus_key, key), key)
        points = cache.space(corpus_key, key).map
        return _clustered_picture(key, shown_key(partition), partition, points)
    fit = cache.fit(analysis)
    if not fit.has_predictions:
        partition = partition_for(view.corpus, analysis, fit.space, fit.space_key)
        return _clustered_picture(fit.space_key, shown_key(partition), partition, fit.space.map)
    labels = cache.store().label_names.current(analysis.id)
    return _fitted_picture(analysis.fit_key, content_key(labels, fit.labels), labels, fit)


@st.cache_resource(max_entries=20, show_spinner=False)
def _clustered_picture(
    space_key: str, shown: str, _partition: Partition, _points: np.ndarray
) -> tuple[bytes, str]:
    colouring = clustered("", _partition)
    return _thumbnail(_points, colouring.codes, colouring.labels, colouring.colours)


def shown_key(partition: Partition) -> str:
    """Return a key of clusters and their names."""
    return content_key(partition.codes, [f"{code} {name}" for code, name in partition.names.items()])


@st.cache_resource(max_entries=60, show_spinner=False)
def _fitted_picture(fit_key: str, labels_key: str, _labels: list[str], _fit: Fit) -> tuple[bytes, str]:
    colouring = predicted(_fit, _labels)
    return _thumbnail(_fit.space.map, colouring.codes, colouring.labels, colouring.colours)


def _thumbnail(
    points: np.ndarray, codes: np.ndarray, names: list[str], colours: list[str]
) -> tuple[bytes, str]:
    """Return the picture, and a legend of the largest groups as HTML."""
    sizes = np.bincount(codes[codes >= 0], minlength=len(names))
    largest = [int(code) for code in np.argsort(-sizes, kind="stable") if sizes[code]]
    entries = [
        f'<span><i style="background: {colours[code]}"></i>{html.escape(short(names[code]))}</span>'
        for code in largest[:NAMED]
    ]
    if len(largest) > NAMED:
        entries.append(f"<span>and {len(largest) - NAMED} more</span>")
    return map_thumbnail(points, codes, colours), f'<div class="small-legend">{"".join(entries)}</div>'

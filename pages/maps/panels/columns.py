"""Panel "Columns": distribution of each metadata column, of all and of the selected texts."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.corpus import Profile
from pages.charts import column_bars
from pages.common import markdown, n_shown, on_ground
from pages.maps.colour_by import value_colours
from pages.maps.filters import filterable, filters, profile_of, toggle_bin
from pages.maps.lists import draw_more
from pages.maps.selection import draw_clickable
from pages.maps.view import MapView

BARS = 10  # values of a category with a bar of their own
CARDS = 9  # shown at first
CHART = 190  # pixels
HELP = (
    "Number of texts with each value. With a selection: in colour the share of the selected texts with each "
    "value, in grey that of all texts; the columns in which they differ most come first. Click a bar to "
    "filter the maps by it, again to take it out."
)


def draw_columns(view: MapView, selected: np.ndarray) -> None:
    """Draw a chart for each column with values to count: all texts in grey, some of them in colour."""
    corpus, fit = view.corpus, view.right.fit
    columns = filterable(corpus, fit)
    found = {name: profile_of(corpus, name, fit) for name in columns}
    profiles = {name: profile for name, profile in found.items() if profile is not None}
    if not profiles:
        st.caption(
            "No column beside the texts has values to count: import a file with columns such as a date, a "
            "category or a score."
        )
        return
    some, of, note = _compared_texts(view, selected)
    with st.container(horizontal=True, vertical_alignment="center", key="maps_columns_head"):
        st.markdown(note, help=HELP, width="content")
        left_out = len(columns) - len(profiles)
        if left_out:
            those = "1 column" if left_out == 1 else f"{left_out} columns"
            st.caption(f"Left out: {those} of long texts, ids or one value.", width="content")
    names = sorted(profiles, key=lambda name: -_difference(profiles[name], some))
    with st.container(key="maps_cards_columns"):
        for position, name in enumerate(names[: n_shown("maps_columns", CARDS)]):
            with st.container(border=True, gap="xsmall", key=f"maps_column_{position}"):
                _draw_card(view, name, profiles[name], some, position, of)
    draw_more(len(profiles), "maps_columns", CARDS, "maps_columns_more")


def _compared_texts(view: MapView, selected: np.ndarray) -> tuple[np.ndarray | None, str, str]:
    """Return the texts to compare with all, a phrase for them, and a sentence on what is drawn."""
    if len(selected):
        texts = "The selected text" if len(selected) == 1 else f"The **{len(selected):,}** selected texts"
        return selected, "of the selected", f"{texts} beside all {len(view.corpus.texts):,} (grey)"
    if view.shown is not None:
        of = "of those that pass the filters"
        passing = f"The **{int(view.shown.sum()):,}** that pass the filters"
        return view.shown, of, f"{passing} beside all {len(view.corpus.texts):,} texts (grey)"
    return None, "", f"All **{len(view.corpus.texts):,}** texts. Select some to see in what they differ."


def _difference(profile: Profile, some: np.ndarray | None) -> float:
    """Return by how much the shares of the values differ between some texts and all, 0 to 1."""
    if some is None:
        return 0.0
    every, inside = profile.counts(), profile.counts(some)
    return float(np.abs(every / max(every.sum(), 1) - inside / max(inside.sum(), 1)).sum() / 2)


def _draw_card(
    view: MapView, name: str, profile: Profile, some: np.ndarray | None, position: int, of: str
) -> None:
    """Draw the chart of a column, with a note on what it leaves out."""
    chosen = filters(view.corpus, view.right.fit).get(name, [])
    every = profile.counts()
    inside = None if some is None else profile.counts(some)
    category = profile.kind == "category"
    bins = _bars_shown(every, inside, chosen) if category else list(range(len(every)))
    missing = int((profile.codes < 0).sum())
    notes = [f"{missing:,} {'text' if missing == 1 else 'texts'} without a value"] if missing else []
    if len(bins) < len(profile.bins):
        notes.append(f"{len(bins)} of {len(profile.bins):,} values")
    st.markdown(f"**{markdown(name)}**" + (f" :small[:gray[{', '.join(notes)}]]" if notes else ""))
    figure = column_bars(
        profile.bins,
        every,
        inside,
        shown=bins,
        chosen=chosen,
        starts=None if category else profile.starts,
        one_value=profile.one_value,
        some_words=of,
        colours=_bar_colours(view, profile),
    )
    chart = f"maps_column_chart_{position}"
    draw_clickable(figure, chart, CHART, lambda bar: toggle_bin(view.corpus.key, name, bar))


def _bar_colours(view: MapView, profile: Profile) -> list[str] | None:
    """Return the colours that the values of a category have on the maps; None for other columns."""
    if profile.kind != "category":
        return None
    return [on_ground(colour) for colour in value_colours(profile.bins, view.labels)]


def _bars_shown(every: np.ndarray, inside: np.ndarray | None, chosen: list[int]) -> list[int]:
    """Return the values to draw: filtered ones, then the most frequent."""
    if len(every) <= BARS:
        return list(range(len(every)))
    first = every if inside is None else inside
    order = sorted(range(len(every)), key=lambda bin: (bin not in chosen, -first[bin], bin))
    return sorted(order[:BARS], key=lambda bin: (-first[bin], bin))

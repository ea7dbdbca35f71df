"""The form above the maps that filters the texts by a column, or by what a Fit says of them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.corpus import Profile
from pages.common import set_widget, widget_value
from pages.maps.filters import NO_VALUE, bin_words, filterable, filters, profile_of, set_filter
from pages.maps.view import MapView


def draw_filter_form(view: MapView) -> None:
    """Draw a button that opens a form to filter the texts by a column; nothing where no column can."""
    corpus, fit = view.corpus, view.right.fit
    found = {name: profile_of(corpus, name, fit) for name in filterable(corpus, fit)}
    profiles = {name: profile for name, profile in found.items() if profile is not None}
    if not profiles:
        return
    n_filters = len(filters(corpus, fit))
    label = f"Filters · {n_filters}" if n_filters else "Filters"
    with st.popover(label, key="maps_filter_by", icon=":material/filter_alt:"):
        column = st.selectbox("Column", list(profiles), key="maps_filter_column")
        profile = profiles[column]
        chosen = filters(corpus, fit).get(column, [])
        if column not in corpus.metadata.columns:
            _draw_least_share(corpus.key, column, profile, chosen)
            return
        bins = np.flatnonzero(profile.counts()).tolist()
        if (profile.codes < 0).any():
            bins.append(NO_VALUE)
        key = f"maps_filter_values_{column}"
        set_widget(key, chosen)  # as clicks left it
        st.multiselect(
            "Values to keep",
            bins,
            key=key,
            format_func=lambda bin: bin_words(profile, bin),
            on_change=lambda: set_filter(corpus.key, column, widget_value(key)),
        )


def _draw_least_share(corpus_key: str, column: str, profile: Profile, chosen: list[int]) -> None:
    """Draw a filter by the least probability."""
    key = "maps_filter_fits_none"
    set_widget(key, min(chosen, default=0))  # as clicks left it

    def keep() -> None:
        least = widget_value(key)
        set_filter(corpus_key, column, range(least, len(profile.bins)) if least else [])

    st.select_slider(
        "Keep texts from",
        range(len(profile.bins)),
        key=key,
        format_func=profile.starts.__getitem__,
        on_change=keep,
    )

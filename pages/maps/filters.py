"""Filters on the texts of a corpus, by values of its metadata columns; several combine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus, Profile, profile_column
from pages.common import markdown, reset_state, state_of

NO_VALUE = -1
CHIP_VALUES = 3
HELP = (
    "Texts that do not pass are grey on the maps and cannot be selected there. A text passes when it has one "
    "of the chosen values in every filtered column."
)


@dataclass
class FilterState:
    """Bins that each filtered column of a corpus keeps."""

    bins: dict[str, list[int]] = field(default_factory=dict)


def profile_of(corpus: Corpus, column: str) -> Profile | None:
    """Return the bins of a metadata column; None where bins are not informative."""
    return _profile(corpus.key, column, corpus.metadata[column])


def filters(corpus: Corpus) -> dict[str, list[int]]:
    """Return the bins that each filtered column keeps, at least one; -1 for texts without a value."""
    return state_of(FilterState, corpus.key).bins


def set_filter(corpus_key: str, column: str, bins: Iterable[int]) -> None:
    """Keep the texts of some bins of a column; with none, the column filters nothing. For callbacks."""
    kept = {**state_of(FilterState, corpus_key).bins, column: sorted(set(bins), key=_missing_last)}
    state_of(FilterState, corpus_key).bins = {name: chosen for name, chosen in kept.items() if chosen}


def toggle_bin(corpus_key: str, column: str, bin: int) -> None:
    """Add a bin to a column's filter, or take it out. For callbacks."""
    chosen = set(state_of(FilterState, corpus_key).bins.get(column, []))
    set_filter(corpus_key, column, chosen ^ {bin})


def clear_filters(corpus_key: str) -> None:
    """Show all texts again. For callbacks."""
    reset_state(FilterState, corpus_key)


def shown_texts(corpus: Corpus) -> np.ndarray | None:
    """Texts that pass all filters of this session: bool array (n,); None when there is no filter."""
    shown = None
    for column, bins in filters(corpus).items():
        in_bins = np.isin(profile_of(corpus, column).codes, bins)
        shown = in_bins if shown is None else shown & in_bins
    return shown


def bin_words(profile: Profile, bin: int) -> str:
    """Return the name of a bin."""
    if bin != NO_VALUE:
        return profile.bins[bin]
    return (
        "no value" if "no value" not in profile.bins else "no value at all"
    )  # widgets identify options by name


def draw_chips(corpus: Corpus) -> None:
    """Draw the filters in use, each with a button that removes it, and how many texts pass."""
    chosen = filters(corpus)
    if not chosen:
        return
    left = int(shown_texts(corpus).sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps_filters"):
        st.markdown(
            f":material/filter_alt: **{left:,}** of {len(corpus.texts):,} texts pass",
            width="content",
            help=HELP,
        )
        for number, (column, bins) in enumerate(chosen.items()):
            words = [bin_words(profile_of(corpus, column), bin) for bin in bins]
            said = ", ".join(_cut(word) for word in words[:CHIP_VALUES])
            if len(words) > CHIP_VALUES:
                said += f" and {len(words) - CHIP_VALUES} more"
            st.button(
                f"{markdown(_cut(column))}: {markdown(said)}",
                key=f"maps_filter_{number}",
                icon=":material/close:",
                icon_position="right",
                help="Remove this filter",
                on_click=set_filter,
                args=[corpus.key, column, []],
            )
        if len(chosen) > 1:
            st.button(
                "Remove all",
                key="maps_filter_clear",
                type="tertiary",
                on_click=clear_filters,
                args=[corpus.key],
            )


@st.cache_resource(max_entries=200, show_spinner=False)
def _profile(corpus_key: str, column: str, _values: pd.Series) -> Profile | None:
    return profile_column(_values)


def _missing_last(bin: int) -> tuple[bool, int]:
    return bin == NO_VALUE, bin


def _cut(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"

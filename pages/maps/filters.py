"""Filters on the texts of a corpus, by its metadata columns and by what a Fit says; several combine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus, Profile, profile_column
from core.maps import Fit
from core.utils import cut
from pages.common import cache, markdown, reset_state, state_of

NO_VALUE = -1  # bin of the texts without a value
CHIP_VALUES = 3  # named on a chip
CHIP_LENGTH = 40  # characters of a value or a column on a chip
FITS_NONE = "Fits none of the labels"
N_SHARES = 10  # bins of a probability
HELP = (
    "Texts that do not pass are grey on the maps and cannot be selected there. A text passes when it has one "
    "of the chosen values in every filtered column."
)


@dataclass
class FilterState:
    """Bins that each filtered column of a corpus keeps."""

    bins: dict[str, list[int]] = field(default_factory=dict)


def fits_none_column(corpus: Corpus) -> str:
    """Return the name under which texts are filtered by how probably they fit no label."""
    return next(name for name in (FITS_NONE, f"{FITS_NONE} (Fit)") if name not in corpus.metadata.columns)


def filterable(corpus: Corpus, fit: Fit | None = None) -> list[str]:
    """Return the columns to filter by: those of the metadata, and that of a Fit where it knows how texts fit.

    Some have no bins, see `profile_of`.
    """
    columns = list(map(str, corpus.metadata.columns))
    return columns if fit is None or fit.fits_none is None else [*columns, fits_none_column(corpus)]


def profile_of(corpus: Corpus, column: str, fit: Fit | None = None) -> Profile | None:
    """Return the bins of a column of `filterable`; None where they say nothing, as for ids."""
    if column not in corpus.metadata.columns:
        return _share_profile(fit.fits_none)
    values = corpus.metadata[column]
    # By its type too: a corpus saved again keeps its key, and its strings may have become dates.
    return _profile(corpus.key, column, str(values.dtype), values)


def filters(corpus: Corpus, fit: Fit | None = None) -> dict[str, list[int]]:
    """Return the bins that each filtered column keeps, at least one; only columns of `filterable`."""
    offered = filterable(corpus, fit)
    bins = state_of(FilterState, corpus.key).bins
    return {column: chosen for column, chosen in bins.items() if column in offered}


def set_filter(corpus_key: str, column: str, bins: Iterable[int]) -> None:
    """Keep the texts of some bins of a column; with none, the column filters nothing. For callbacks."""
    state = state_of(FilterState, corpus_key)
    state.bins = {**state.bins, column: sorted(set(bins), key=lambda bin: (bin == NO_VALUE, bin))}
    if not state.bins[column]:
        del state.bins[column]


def toggle_bin(corpus_key: str, column: str, bin: int) -> None:
    """Add a bin to a column's filter, or take it out. For callbacks."""
    chosen = set(state_of(FilterState, corpus_key).bins.get(column, []))
    set_filter(corpus_key, column, chosen ^ {bin})


def clear_filters(corpus_key: str) -> None:
    """Show all texts again. For callbacks."""
    reset_state(FilterState, corpus_key)


def shown_texts(corpus: Corpus, fit: Fit | None = None) -> np.ndarray | None:
    """Return which texts pass all filters of this session: bool array (n,); None without a filter."""
    shown = None
    for column, bins in filters(corpus, fit).items():
        in_bins = np.isin(profile_of(corpus, column, fit).codes, bins)
        shown = in_bins if shown is None else shown & in_bins
    return shown


def bin_words(profile: Profile, bin: int) -> str:
    """Return the name of a bin."""
    if bin != NO_VALUE:
        return profile.bins[bin]
    # Widgets identify options by name.
    return "no value" if "no value" not in profile.bins else "no value at all"


def draw_chips(corpus: Corpus, fit: Fit | None = None) -> None:
    """Draw the filters in use, each with a button that removes it, and how many texts pass."""
    chosen = filters(corpus, fit)
    if not chosen:
        return
    left = int(shown_texts(corpus, fit).sum())
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="maps_filters"):
        st.markdown(
            f":material/filter_alt: **{left:,}** of {len(corpus.texts):,} texts pass",
            width="content",
            help=HELP,
        )
        for number, (column, bins) in enumerate(chosen.items()):
            values = _chip_words(profile_of(corpus, column, fit), bins, column in corpus.metadata.columns)
            st.button(
                markdown(f"{cut(column, CHIP_LENGTH)}: {values}"),
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


def _chip_words(profile: Profile, bins: list[int], is_metadata: bool) -> str:
    """Return the bins that a filter keeps in a few words."""
    if not is_metadata and bins == list(range(bins[0], N_SHARES)):
        return f"from {profile.starts[bins[0]]}"
    words = [bin_words(profile, bin) for bin in bins]
    values = ", ".join(cut(word, CHIP_LENGTH) for word in words[:CHIP_VALUES])
    return values if len(words) <= CHIP_VALUES else f"{values} and {len(words) - CHIP_VALUES} more"


def _share_profile(shares: np.ndarray) -> Profile:
    """Return `N_SHARES` bins of equal width of shares, 0 to 1."""
    known = np.isfinite(shares)
    codes = np.where(known, np.floor(N_SHARES * np.where(known, shares, 0)).clip(0, N_SHARES - 1), NO_VALUE)
    edges = [100 * number // N_SHARES for number in range(N_SHARES + 1)]
    return Profile(
        "number",
        codes.astype(np.int32),
        tuple(f"{low} to {high} %" for low, high in pairwise(edges)),
        tuple(f"{low} %" for low in edges[:-1]),
        one_value=False,
    )


@cache.kept(max_entries=200, show_spinner=False)
def _profile(corpus_key: str, column: str, kind: str, _values: pd.Series) -> Profile | None:
    return profile_column(_values)

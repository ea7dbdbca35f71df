"""Colourings of the maps; a label has the same colour on all pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from core.corpus import dates_of
from core.maps.drawing import (
    GREY,
    Colouring,
    NumericColouring,
    category_colours,
    clustered,
    colour_of,
    labelled,
    partition_colours,
    predicted,
)
from pages.common import cache
from pages.maps.filters import FITS_NONE
from pages.maps.scales import dates_on_scale, numbers_on_scale
from pages.maps.view import MapView, Side

MOST_CATEGORIES = 20  # further values of a metadata column share one entry, so that the legend stays readable
CHANGE = "Neighbours replaced (%)"


def colourings(view: MapView) -> dict[str, Callable[[], Colouring | NumericColouring]]:
    """Return all colourings by name, default first, each as a function."""
    choices: dict[str, Callable] = {}
    if view.right.has_predictions:
        choices["Predicted label"] = lambda: predicted(view.right.fit, view.labels)
    if view.right.fit is not None and view.labels:
        choices["Given label"] = lambda: labelled("Given label", view.given, view.labels, "unlabelled")
    for side in reversed(view.sides):
        if side.fit is not None and side.fit.fits_none is not None:
            name = FITS_NONE if side is view.right else f"{FITS_NONE} ({side.title})"
            choices[name] = lambda side=side, name=name: _probability(name, side.fit.fits_none)
    for side in reversed(view.sides):
        name = "Cluster" if len(view.sides) == 1 else f"Cluster ({side.title})"
        choices[name] = lambda side=side, name=name: clustered(
            name, side.partition, cluster_colours(view, side)
        )
    if len(view.sides) == 2:
        left = view.sides[0]
        if left.has_predictions:
            name = f"Predicted label ({left.title})"
            choices[name] = lambda name=name: predicted(left.fit, labels_of(view, left), name)
        choices[CHANGE] = lambda: NumericColouring(CHANGE, 100 * change_between(*view.sides))
    for column, values in view.corpus.metadata.items():
        # By its type too: a corpus saved again keeps its key, and its strings may have become dates.
        known = (view.corpus.key, str(column), str(values.dtype))
        if _differs(*known, values):
            name = f"{column} (column)" if column in choices else column
            choices[name] = lambda name=name, known=known, values=values: _column(
                *known, name, tuple(view.labels), values
            )
    return choices


@cache.kept(max_entries=200, show_spinner=False)
def _differs(corpus_key: str, column: str, kind: str, _values: pd.Series) -> bool:
    """Whether a column has more than one value."""
    return _values.nunique() > 1


@cache.kept(max_entries=8, show_spinner=False)
def _column(
    corpus_key: str, column: str, kind: str, title: str, labels: tuple[str, ...], _values: pd.Series
) -> Colouring | NumericColouring:
    """Return the colouring by a column, kept: a million values take a second."""
    return _metadata(title, _values, list(labels))


def change_between(left: Side, right: Side) -> np.ndarray:
    """Return the share of each text's neighbours that the right space replaced: float32 array (n,)."""
    return cache.change(left.space_key, right.space_key, left.space.graph, right.space.graph)


def labels_of(view: MapView, side: Side) -> list[str]:
    """Return the label names of a map as they are now, by whose positions its labels have their colours."""
    if side is view.right or side.analysis is None:
        return view.labels
    return cache.store().label_names.current(side.analysis.id)


def value_colours(values: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Return the colour of each value of a column, the most frequent first.

    Where some are labels of the analysis too, these have the colour of the label. Values after the first
    `MOST_CATEGORIES` are grey, as on the map.
    """
    named = values[:MOST_CATEGORIES]
    colours = category_colours(len(named))
    if set(named) & set(labels):
        found = colour_of([*labels, *named])
        colours = [found[value] for value in named]
    return [*colours, *[GREY] * (len(values) - len(named))]


def cluster_colours(view: MapView, side: Side) -> list[str]:
    """Return the colour of each cluster of a map, by code: see `partition_colours`."""
    return partition_colours(side.partition, labels_of(view, side), side.fit)


def _probability(title: str, shares: np.ndarray) -> NumericColouring:
    """Colour by a probability, on a scale from 0 to 100 % whatever the values."""
    return NumericColouring(title, 100 * np.asarray(shares), ends=("0 %", "100 %"), scale=(0, 100))


def _metadata(title: str, column: pd.Series, labels: list[str]) -> Colouring | NumericColouring:
    """Colour by a metadata column: by number, by date, or by its most frequent values."""
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > MOST_CATEGORIES:
        return numbers_on_scale(title, column)
    dates = dates_of(column)
    if dates is not None:
        return dates_on_scale(title, dates)
    # The same words as in `core.corpus.column_profile`.
    words = {True: "yes", False: "no"} if pd.api.types.is_bool_dtype(column) else {}
    values = (
        column.astype(object)
        .where(column.notna(), None)
        .map(lambda value: None if value is None else words.get(value) or str(value).strip() or None)
    )
    counts = values.value_counts()
    # In the order of `core.corpus.column_profile`, also where two are equally frequent.
    names = sorted(counts.index, key=lambda name: (-counts[name], name))[:MOST_CATEGORIES]
    colours = value_colours(names, labels)
    codes = pd.Index(names, dtype=object).get_indexer(values).astype(np.int32)
    if len(counts) > len(names):
        codes[(codes < 0) & values.notna().to_numpy()] = len(names)
        names, colours = [*names, f"{len(counts) - len(names):,} other values"], [*colours, GREY]
    return Colouring(title, codes, names, colours, "no value")

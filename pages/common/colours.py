"""What the maps can be coloured by, with the same colour for the same label everywhere."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.corpus import Corpus
from core.fits import Fit
from core.palette import GREY, category_colours, colour_of
from core.spaces import Space
from pages.common.linked_maps import Colouring, NumericColouring

MOST_CATEGORIES = 20  # further values of a metadata column share one entry, so that the legend stays readable


CHANGE = "Neighbours replaced (%)"


def colourings(fit: Fit | None, change: np.ndarray | None, corpus: Corpus) -> list[str]:
    """Names of all choices, the most telling first; `change` as in `Findings`, where it was measured."""
    if fit is None:
        return ["Cluster", *_columns(corpus)]
    spaces = ["Predicted label", "Given label", "Cluster (reshaped)", "Cluster (generic)"]
    return [*spaces, *([CHANGE] if change is not None else []), *_columns(corpus)]


def colouring(
    choice: str,
    corpus: Corpus,
    generic: Space,
    fit: Fit | None,
    change: np.ndarray | None,
    given: np.ndarray,
    labels: list[str],
) -> Colouring | NumericColouring:
    """Colours of all texts for one of `colourings`.

    Parameters
    ----------
    change : float32 array (n,) or None, see `Findings`
    given : int64 array (n,), positions in `labels` as they are now, -1 where none
    labels : list of str, label names as they are now
    """
    if choice == "Predicted label":
        names = list(dict.fromkeys([*labels, *fit.labels]))
        codes = np.asarray([names.index(name) for name in fit.labels], dtype=np.int32)[fit.predicted]
        return _labelled("Predicted label", codes, names, "none")
    if choice == "Given label":
        return _labelled("Given label", given, labels, "unlabelled")
    if choice in ("Cluster", "Cluster (generic)"):
        return _clustered(choice, generic)
    if choice == CHANGE:
        return NumericColouring(CHANGE, 100 * np.asarray(change))
    if choice == "Cluster (reshaped)":
        return _clustered(choice, fit.space)
    return _metadata(choice, corpus.metadata[choice])


def _columns(corpus: Corpus) -> list[str]:
    """Metadata columns with more than one value."""
    return [str(name) for name in corpus.metadata.columns if corpus.metadata[name].nunique() > 1]


def _labelled(title: str, codes: np.ndarray, names: list[str], none: str) -> Colouring:
    return Colouring(title, np.asarray(codes, dtype=np.int32), names, list(colour_of(names).values()), none)


def _clustered(title: str, space: Space) -> Colouring:
    names = [space.cluster_names[cluster] for cluster in sorted(space.cluster_names)]
    return Colouring(title, np.asarray(space.clusters), names, category_colours(len(names)), "in no cluster")


def _metadata(title: str, column: pd.Series) -> Colouring | NumericColouring:
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > MOST_CATEGORIES:
        return NumericColouring(title, column.to_numpy(dtype=np.float32, na_value=np.nan))
    values = (
        column.astype(object)
        .where(column.notna(), None)
        .map(lambda value: None if value is None else str(value))
    )
    counts = values.value_counts()
    names = list(counts.index[:MOST_CATEGORIES])
    colours = category_colours(len(names))
    codes = pd.Categorical(values, categories=names).codes.astype(np.int32)
    if len(counts) > len(names):
        codes[(codes < 0) & values.notna().to_numpy()] = len(names)
        names, colours = [*names, f"{len(counts) - len(names):,} other values"], [*colours, GREY]
    return Colouring(title, codes, names, colours, "no value")

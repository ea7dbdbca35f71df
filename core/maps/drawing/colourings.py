"""Colourings by labels and by clusters: one thing has one colour on all pages and in all files."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np

from ...corpus import Partition
from ..clusters import leading_labels
from ..fit import Fit
from .model import Colouring
from .palette import CATEGORIES, colour_of


def labelled(title: str, codes: np.ndarray, names: Sequence[str], none: str) -> Colouring:
    """Colour by label: positions in the names, -1 where there is none."""
    colours = list(colour_of(names).values())
    return Colouring(title, np.asarray(codes, dtype=np.int32), list(names), colours, none)


def predicted(fit: Fit, labels: Sequence[str], title: str = "Predicted label") -> Colouring:
    """Colour by predicted label; labels not renamed since the Fit keep their colours.

    `labels` are the label names of the analysis as they are now.
    """
    names = list(dict.fromkeys([*labels, *fit.labels]))
    codes = np.asarray([names.index(name) for name in fit.labels], dtype=np.int32)[fit.predicted]
    return labelled(title, codes, names, "none")


def clustered(title: str, partition: Partition, colours: Sequence[str]) -> Colouring:
    """Colour by the clusters of one map, with the colours of `partition_colours`."""
    n_clusters = max(partition.names, default=-1) + 1
    names = [partition.names.get(code, "") for code in range(n_clusters)]
    return Colouring(title, np.asarray(partition.codes), names, colours, "in no cluster")


def partition_colours(partition: Partition, labels: Sequence[str], fit: Fit | None) -> list[str]:
    """Return the colour of each cluster of a map, by code.

    The largest cluster of which most texts have one label has the colour of that label; the others have
    colours that no label has, so that one colour stands for one thing.

    Parameters
    ----------
    labels : sequence of str
        Label names of the analysis as they are now.
    fit : Fit or None
        Of this map; None for the generic map.
    """
    predicts = fit is not None and fit.has_predictions
    by_label = colour_of([*labels, *(fit.labels if fit is not None and predicts else [])])
    n_clusters = max(partition.names, default=-1) + 1
    leading: dict[int, str] = {}
    if fit is not None and predicts:
        leading = leading_labels(partition.codes, fit.fitting_labels, fit.labels)
    own: dict[str, int] = {}
    for code in sorted(leading):
        own.setdefault(by_label[leading[code]], code)
    found = {code: colour for colour, code in own.items()}
    used = set(by_label.values())
    free = cycle([colour for colour in CATEGORIES if colour not in used] or CATEGORIES)
    return [found[code] if code in found else next(free) for code in range(n_clusters)]

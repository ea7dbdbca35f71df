"""One table over all analyses of a corpus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..corpus import Corpus, Partition
from .made_by import ENCODER, constant_columns, made_by
from .tables import Column, add_results

LONGEST_PREFIX = 40


@dataclass(frozen=True)
class AnalysisResults:
    """What the table over all analyses holds of one; None for what there is not.

    Attributes
    ----------
    title : str
    given, predicted : Partition of n texts by their labels
    checked : list of n answers to the check sample, `CheckLabels.labels`
    probability : float array (n,), of the predicted label
    fits_none : float array (n,), probability that a text fits none of the labels
    clusters : Partition of the reshaped space
    map : float array (n, 2), of the reshaped space
    encoder : str, of re-encoded texts; "" for a space that is reshaped from the corpus' own vectors
    """

    title: str
    given: Partition | None = None
    checked: Sequence[str | None] | None = None
    predicted: Partition | None = None
    probability: np.ndarray | None = None
    fits_none: np.ndarray | None = None
    clusters: Partition | None = None
    map: np.ndarray | None = None
    encoder: str = ""


def overview_table(corpus: Corpus, analyses: Iterable[AnalysisResults]) -> pd.DataFrame:
    """Build the table over all analyses of a corpus: one row a text, columns of each analysis.

    The columns are those of `text_columns`, and of each analysis "given_label", "check_label",
    "predicted_label", "probability", "fits_none", "reshaped_cluster", "reshaped_cluster_name", "reshaped_x",
    "reshaped_y", and of re-encoded texts "encoder" and "encoder_commit", as far as it has them. Before each
    stand the title of the analysis and "_". Names are categories: 200,000
    texts with ten analyses take 40 MB beside the texts.

    Parameters
    ----------
    analyses : iterable of AnalysisResults
        Read one after another; none is kept.
    """
    results: dict[str, Column | None] = {}
    prefixes: list[str] = []
    for found in analyses:
        prefix = _prefix(found.title, prefixes)
        prefixes.append(prefix)
        columns = {
            "given_label": _names(found.given),
            "check_label": None if found.checked is None else pd.Categorical(found.checked),
            "predicted_label": _names(found.predicted),
            "probability": found.probability,
            "fits_none": found.fits_none,
            "reshaped_cluster": None if found.clusters is None else np.array(found.clusters.codes),
            "reshaped_cluster_name": _names(found.clusters),
            "reshaped_x": None if found.map is None else np.array(found.map[:, 0]),
            "reshaped_y": None if found.map is None else np.array(found.map[:, 1]),
        }
        if found.encoder:
            columns |= constant_columns(made_by({ENCODER: found.encoder}), len(corpus.texts))
        results |= {f"{prefix}_{name}": values for name, values in columns.items()}
    return add_results(corpus, results)


def _prefix(title: str, taken: Sequence[str]) -> str:
    """Return a title in a form that every tool takes for a name, distinct from those before."""
    short = re.sub(r"\W+", "_", title.lower()).strip("_")[:LONGEST_PREFIX].strip("_") or "analysis"
    prefix, number = short, 1
    while prefix in taken:
        number += 1
        prefix = f"{short}_{number}"
    return prefix


def _names(groups: Partition | None) -> pd.Categorical | None:
    if groups is None:
        return None
    highest = max(int(groups.codes.max(initial=-1)), *groups.names, -1)
    positions = np.full(highest + 2, -1, dtype=np.int32)  # the last is that of code -1
    different = list(dict.fromkeys(groups.names.values()))
    for code, name in groups.names.items():
        positions[code] = different.index(name)
    return pd.Categorical.from_codes(positions[groups.codes], categories=different)

"""Labels as a notebook has them: a mapping of rows, a column with gaps, a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..errors import LabelError


def read_labels(labels: Mapping[int, str] | pd.Series | Iterable[object], n_texts: int) -> dict[int, str]:
    """Return the label of each labelled row.

    Parameters
    ----------
    labels : mapping, Series or iterable of n_texts values
        A mapping of rows, from 0, to names; a Series whose index holds such rows; or a value for each text.
        None, NaN and "" are gaps.

    Raises
    ------
    LabelError
        When there is no such row, or the number of values is another.
    """
    if isinstance(labels, Mapping):
        pairs = list(labels.items())
    elif isinstance(labels, pd.Series):
        pairs = list(zip(labels.index.tolist(), labels.tolist(), strict=True))
    else:
        values = list(labels)
        if len(values) != n_texts:
            raise LabelError(
                f"{len(values):,} labels found for {n_texts:,} texts: give one for each, with None for those "
                "without a label, or a mapping of rows to labels."
            )
        pairs = list(enumerate(values))
    found: dict[int, str] = {}
    for row, label in pairs:
        if not isinstance(row, (int, np.integer)) or not 0 <= row < n_texts:
            raise LabelError(
                f"{row!r} found as a row of {n_texts:,} texts: rows are whole numbers from 0 to "
                f"{n_texts - 1:,}."
            )
        if not (label is None or label is pd.NA or label == "" or label != label):  # NaN differs from itself
            found[int(row)] = str(label)
    return found

"""Labels as a notebook has them: a mapping of rows, a column with gaps, a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from ..errors import LabelError
from ..labels import labels_from_column


def read_labels(labels: Mapping[int, object] | pd.Series | Iterable[object], n_texts: int) -> dict[int, str]:
    """Return the label of each labelled row, written as an import of a column writes it: 1.0 is "1".

    Parameters
    ----------
    labels : mapping, Series or iterable of n_texts values
        A mapping of rows, from 0, to names; a Series whose index holds such rows; or a value for each text.
        None, NaN and "" are gaps; nothing at all labels nothing.

    Raises
    ------
    LabelError
        When there is no such row, the number of values is another, or a name is too long.
    """
    if isinstance(labels, Mapping):
        rows, values = list(labels), list(labels.values())
    elif isinstance(labels, pd.Series):
        rows, values = labels.index.tolist(), labels.tolist()
    else:
        values = list(labels)
        rows = list(range(len(values)))
        if values and len(values) != n_texts:
            raise LabelError(
                f"{len(values):,} labels found for {n_texts:,} texts: give one for each, with None for those "
                "without a label, or a mapping of rows to labels."
            )
    wrong = [row for row in rows if not isinstance(row, (int, np.integer)) or not 0 <= row < n_texts]
    if wrong:
        raise LabelError(
            f"{wrong[0]!r} found as a row of {n_texts:,} texts: rows are whole numbers from 0 to "
            f"{n_texts - 1:,}."
        )
    column = pd.Series(values, dtype=object)
    if (column.isna() | (column == "")).all():
        return {}
    return {int(rows[place]): name for place, name in labels_from_column(column).labels.items()}

"""Vectors that a table has for the texts of its corpus."""

from __future__ import annotations

import numpy as np

from ..errors import CorpusError
from .corpus import Corpus
from .tables import Table


def vectors_of_texts(table: Table, corpus: Corpus, column: str) -> np.ndarray:
    """Return the vector of each text of a corpus, from a column of the table it was built from.

    Returns
    -------
    float32 array (n_texts, d)

    Raises
    ------
    CorpusError
        When the corpus is of another table, or a text has no vector.
    """
    vectors = table.vectors[column]
    rows = np.arange(1, len(vectors) + 1) if table.source_rows is None else table.source_rows
    if corpus.source_rows is None or not np.isin(corpus.source_rows, rows).all():
        raise CorpusError(
            f"The texts of “{corpus.name}” are not those of “{table.name}”: upload the file again."
        )
    order = np.argsort(rows)
    found = vectors[order[np.searchsorted(rows, corpus.source_rows, sorter=order)]]
    without = np.flatnonzero(~np.isfinite(found).all(axis=1))
    if len(without):
        raise CorpusError(
            f"The column “{column}” of “{table.name}” has no vector of {found.shape[1]:,} numbers for "
            f"{len(without):,} of {len(found):,} texts (the first is in row "
            f"{corpus.source_rows[without[0]]:,}): add them, or leave those rows out of the file."
        )
    return found

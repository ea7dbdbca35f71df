"""Report on a text column before a corpus is made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus.corpus import texts_of
from core.corpus.tables import Table


@dataclass(frozen=True)
class CorpusReport:
    """Summary of a text column.

    Attributes
    ----------
    n_empty : int
        Rows whose text is missing or blank; the corpus leaves them out.
    n_duplicates : int
        Rows whose text equals that of an earlier row; the corpus keeps them.
    encoding : str or None
        Of the file's characters.
    longest, median_length
        In characters.
    """

    n_rows: int
    n_empty: int
    n_duplicates: int
    encoding: str | None
    longest: int
    median_length: float


def examine(table: Table, text_column: str) -> CorpusReport:
    """Summarise the text column of a table.

    Raises
    ------
    CorpusError
        When there is no such column.
    """
    texts = texts_of(table, text_column)
    filled = [text for text in texts if text and not text.isspace()]
    lengths = np.fromiter(map(len, filled), dtype=np.int64, count=len(filled))
    return CorpusReport(
        n_rows=len(texts),
        n_empty=len(texts) - len(filled),
        n_duplicates=len(filled) - len(set(filled)),
        encoding=table.encoding,
        longest=int(lengths.max(initial=0)),
        median_length=float(np.median(lengths)) if len(filled) else 0.0,
    )

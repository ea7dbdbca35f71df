"""A corpus, built from a table and its text column; partitions of its texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.corpus.tables import Table, as_text
from core.errors import CorpusError
from core.utils import content_key

LEAST_TEXTS = 3
"""Different texts: a map of two points shows nothing."""

GUESS_ROWS, GUESS_CHARACTERS = 1_000, 1_000
"""Rows that the guess of the text column reads, and characters to which one value counts."""

CODE_PATTERN = re.compile(r"[!-~]*")  # ASCII without a blank: an id, a link, a date, a category
CODE_WEIGHT = 0.1
USUAL_NAMES = re.compile(
    r"(?i)texts?|body|comments?|content|message|review|feedback|description|answer|tweet"
)
USUAL_NAME_WEIGHT = 1.5


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


@dataclass(frozen=True)
class Corpus:
    """Texts and their metadata.

    Attributes
    ----------
    texts : object array (n,) of str
        None is empty.
    metadata : DataFrame of n rows
        The other columns of the table; index 0 to n - 1.
    key : str
        Equal for corpora of the same texts and metadata in the same order.
    """

    name: str
    texts: np.ndarray
    metadata: pd.DataFrame
    text_column: str
    key: str


@dataclass(frozen=True, eq=False)
class Partition:
    """Partition of n texts: clusters, predicted labels, or the values of a column.

    Attributes
    ----------
    codes : int32 array (n,)
        Group of each text; -1 for none.
    names : dict of int to str
        Name of each group that has texts, ascending codes; no two are equal.
    """

    codes: np.ndarray
    names: dict[int, str]

    def rows(self, code: int) -> np.ndarray:
        """Return the texts of a group, ascending: int64 array."""
        return np.flatnonzero(np.asarray(self.codes) == code)

    def sizes(self) -> dict[int, int]:
        """Return the number of texts in each named group, in the order of `names`."""
        codes = np.asarray(self.codes)
        counts = np.bincount(codes[codes >= 0], minlength=max(self.names, default=-1) + 1)
        return {code: int(counts[code]) for code in self.names}


def guess_text_column(frame: pd.DataFrame) -> str:
    """Return the column with the longest varied strings.

    The score of a column is the mean length of its values times the share of different ones. Ids, links and
    the like count a tenth; a usual name such as "text" raises the score by half. Up to `GUESS_ROWS` rows are
    read, spread evenly.

    Raises
    ------
    CorpusError
        When no column holds a string.
    """
    scores = {str(name): _text_score(str(name), frame[name]) for name in frame.columns}
    best = max(scores, key=scores.__getitem__, default="")  # the first of equals
    if scores.get(best, 0) == 0:
        raise CorpusError(
            f"No column holds texts (found {', '.join(map(str, list(frame.columns)[:10]))}): a column of "
            "strings is needed, choose another file."
        )
    return best


def examine(table: Table, text_column: str) -> CorpusReport:
    """Summarise the text column of a table.

    Raises
    ------
    CorpusError
        When there is no such column.
    """
    texts = _texts_of(table, text_column)
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


def build_corpus(table: Table, text_column: str) -> Corpus:
    """Build the corpus of a table: rows without a text are left out, equal texts are kept.

    Raises
    ------
    CorpusError
        When there is no such column, or fewer than 3 different texts are left.
    """
    texts = _texts_of(table, text_column)
    kept = np.fromiter((bool(text) and not text.isspace() for text in texts), dtype=bool, count=len(texts))
    texts = texts[kept]
    _check_enough(table, text_column, texts, n_rows=len(kept))
    metadata = table.frame.drop(columns=text_column)[kept].reset_index(drop=True)
    metadata.columns = [str(name) for name in metadata.columns]
    return Corpus(table.name, texts, metadata, text_column, _corpus_key(texts, metadata, text_column))


def _check_enough(table: Table, text_column: str, texts: np.ndarray, n_rows: int) -> None:
    where = f"The column “{text_column}” of “{table.name}”"
    need = f"at least {LEAST_TEXTS} different texts are needed: choose another column or file."
    if len(texts) == 0:
        raise CorpusError(f"{where} is empty in all {n_rows:,} rows, and {need}")
    n_distinct = len(set(texts))
    if n_distinct == 1 and len(texts) > 1:
        raise CorpusError(f"{where} holds {len(texts):,} times the same text, and {need}")
    if n_distinct < LEAST_TEXTS:
        different = "text" if n_distinct == 1 else "different texts"
        raise CorpusError(f"{where} holds {n_distinct} {different}, and {need}")


def _texts_of(table: Table, text_column: str) -> np.ndarray:
    """Return the text of each row, "" where there is none: object array (n_rows,)."""
    if text_column not in table.frame.columns:
        raise CorpusError(
            f"“{table.name}” has no column “{text_column}” (found "
            f"{', '.join(map(str, list(table.frame.columns)[:10]))}): choose one of its columns."
        )
    column = table.frame[text_column]
    texts = column.to_numpy(dtype=object, copy=True)
    texts[column.isna().to_numpy()] = ""
    texts[:] = [as_text(text) for text in texts]
    return texts


def _text_score(name: str, column: pd.Series) -> float:
    """Return the score of `guess_text_column`; 0 for a column without strings."""
    if not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
        return 0.0
    filled = column.dropna()
    values = filled.iloc[:: -(-len(filled) // GUESS_ROWS) or 1].to_numpy(dtype=object)
    values = [value for value in values if isinstance(value, str) and value.strip()]
    if not values:
        return 0.0
    lengths = [
        min(len(value), GUESS_CHARACTERS) * (CODE_WEIGHT if CODE_PATTERN.fullmatch(value) else 1)
        for value in values
    ]
    usual = USUAL_NAME_WEIGHT if USUAL_NAMES.fullmatch(name.strip()) else 1
    return sum(lengths) / len(lengths) * len(set(values)) / len(values) * usual


def _corpus_key(texts: np.ndarray, metadata: pd.DataFrame, text_column: str) -> str:
    columns = [(str(name), str(column.dtype), *_packed(column)) for name, column in metadata.items()]
    return content_key("corpus", text_column, *_packed(pd.Series(texts, dtype=object)), columns)


def _packed(column: pd.Series) -> tuple[np.ndarray, bytes]:
    """Return the lengths (-1 for a missing value) and the joined values, equal only for equal columns.

    A key part per value would be slow for a corpus of a million.
    """
    missing = column.isna().to_numpy()
    values = ["" if gone else str(value) for value, gone in zip(column.tolist(), missing, strict=True)]
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    lengths[missing] = -1
    return lengths, "".join(values).encode()

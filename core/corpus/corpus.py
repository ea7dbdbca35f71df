"""A corpus, built from a table and its text column; partitions of its texts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..errors import CorpusError
from ..utils import content_key, normal_text
from .left_out import LeftOut, mark_left_out
from .tables import Table, as_text

LEAST_TEXTS = 3
"""Different texts: a map of two points shows nothing."""


@dataclass(frozen=True)
class Corpus:
    """Texts that are on the map, and their metadata.

    Attributes
    ----------
    texts : object array (n,) of str
        None is empty.
    metadata : DataFrame of n rows
        The other columns of the table; index 0 to n - 1.
    key : str
        Equal for corpora of the same texts and metadata in the same order, with the same rows left out.
    source_rows : int64 array (n,) or None
        Row of each text in the file, as `Table.source_rows` counts them; None where an earlier version of
        Refract stored the corpus.
    descriptions : dict of str to str
        What a column is about, such as the wording of a survey's question, for columns that say so.
    left_out : LeftOut or None
        Copies and set-aside texts; None where there are none.
    """

    name: str
    texts: np.ndarray
    metadata: pd.DataFrame
    text_column: str
    key: str
    source_rows: np.ndarray | None = None
    descriptions: dict[str, str] = field(default_factory=dict)
    left_out: LeftOut | None = None

    def places_in_table(self) -> np.ndarray:
        """Return the place of each text among all texts, those left out too, in their order: int64 (n,)."""
        if self.left_out is None or self.source_rows is None:
            return np.arange(len(self.texts))
        rows = np.concatenate([self.source_rows, self.left_out.source_rows])
        return np.searchsorted(np.sort(rows), self.source_rows)


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


def build_corpus(
    table: Table,
    text_column: str,
    *,
    leave_out_copies: bool = False,
    set_aside: frozenset[str] = frozenset(),
) -> Corpus:
    """Build the corpus of a table; rows without a text are dropped.

    Parameters
    ----------
    leave_out_copies : bool
        Whether, of texts that are equal by `normal_text`, only the first is on the map.
    set_aside : frozenset of str
        Texts, such as "N/A", that are not on the map; letter case, punctuation and blanks do not count.

    Raises
    ------
    CorpusError
        When there is no such column, or fewer than 3 different texts are on the map.
    """
    texts = texts_of(table, text_column)
    filled = np.fromiter((normal_text(text) != "" for text in texts), dtype=bool, count=len(texts))
    rows = np.arange(1, len(texts) + 1) if table.source_rows is None else table.source_rows
    metadata = table.frame.drop(columns=text_column)
    metadata.columns = [str(name) for name in metadata.columns]
    key_columns = metadata.assign(
        **{name: table.key_columns[name] for name in metadata.columns if name in table.key_columns}
    )
    texts, rows, metadata, key_columns = texts[filled], rows[filled], metadata[filled], key_columns[filled]
    kept, copy_of = mark_left_out(texts, leave_out_copies=leave_out_copies, set_aside=set_aside)
    _check_enough(table, text_column, texts[kept], n_rows=len(filled), n_left_out=int((~kept).sum()))
    left_out = None
    if not kept.all():
        beside = metadata[~kept].reset_index(drop=True)
        left_out = LeftOut(texts[~kept], beside, rows[~kept], copy_of[~kept])
    key = _corpus_key(texts, key_columns, text_column, kept, copy_of)
    return Corpus(
        table.name,
        texts[kept],
        metadata[kept].reset_index(drop=True),
        text_column,
        key,
        source_rows=rows[kept],
        descriptions=dict(table.descriptions),
        left_out=left_out,
    )


def _check_enough(table: Table, text_column: str, texts: np.ndarray, *, n_rows: int, n_left_out: int) -> None:
    where = f"The column “{text_column}” of “{table.name}”"
    if n_left_out and len(set(texts)) < LEAST_TEXTS:
        raise CorpusError(
            f"{where} holds {len(set(texts)):,} different texts beside the {n_left_out:,} rows left out, and "
            f"at least {LEAST_TEXTS} are needed: leave out fewer, or choose another column."
        )
    need = f"at least {LEAST_TEXTS} different texts are needed: choose another column or file."
    if len(texts) == 0:
        raise CorpusError(f"{where} is empty in all {n_rows:,} rows, and {need}")
    n_distinct = len(set(texts))
    if n_distinct == 1 and len(texts) > 1:
        raise CorpusError(f"{where} holds {len(texts):,} times the same text, and {need}")
    if n_distinct < LEAST_TEXTS:
        different = "text" if n_distinct == 1 else "different texts"
        raise CorpusError(f"{where} holds {n_distinct} {different}, and {need}")


def texts_of(table: Table, text_column: str) -> np.ndarray:
    """Return the text of each row, "" where there is none: object array (n_rows,)."""
    if text_column not in table.frame.columns:
        raise CorpusError(
            f"“{table.name}” has no column “{text_column}” (found "
            f"{', '.join(map(str, list(table.frame.columns)[:10]))}): choose one of its columns."
        )
    column = table.frame[text_column]
    if not isinstance(column.dtype, pd.StringDtype):  # as it stands in the file, not as numbers or dates
        column = table.key_columns.get(text_column, column)
    if isinstance(column.dtype, pd.StringDtype) and not column.str.contains("\0", regex=False).any():
        return column.to_numpy(dtype=object, na_value="", copy=True)  # strings as `as_text` leaves them
    texts = column.to_numpy(dtype=object, copy=True)
    texts[column.isna().to_numpy()] = ""
    texts[:] = [as_text(text) for text in texts]
    return texts


def _corpus_key(
    texts: np.ndarray, columns: pd.DataFrame, text_column: str, kept: np.ndarray, copy_of: np.ndarray
) -> str:
    """Return the key of all texts, of which some are kept; columns are as earlier versions read them."""
    parts: list[object] = [text_column, *_packed_table(texts[kept], columns[kept])]
    if not kept.all():
        parts += ["left out", copy_of[~kept], *_packed_table(texts[~kept], columns[~kept])]
    return content_key("corpus", *parts)


def _packed_table(texts: np.ndarray, metadata: pd.DataFrame) -> tuple[object, ...]:
    columns = [(str(name), str(column.dtype), *_packed(column)) for name, column in metadata.items()]
    return *_packed(pd.Series(texts, dtype=object)), columns


def _packed(column: pd.Series) -> tuple[np.ndarray, bytes]:
    """Return the lengths (-1 for a missing value) and the joined values, equal only for equal columns.

    A key part per value would be slow for a corpus of a million.
    """
    missing = column.isna().to_numpy()
    values = ["" if gone else str(value) for value, gone in zip(column.tolist(), missing, strict=True)]
    lengths = np.fromiter(map(len, values), dtype=np.int64, count=len(values))
    lengths[missing] = -1
    return lengths, "".join(values).encode()

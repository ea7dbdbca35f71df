"""Read texts from wherever a notebook has them."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from ..corpus import build_corpus, guess_text_column, read_table
from ..corpus.tables import Table
from ..errors import CorpusError
from ..utils import one_line
from .texts import Texts

LONGEST_SHOWN = 200


def read(
    source: str | os.PathLike[str] | pd.DataFrame | Iterable[str] | object,
    *,
    text: str | None = None,
    name: str = "",
) -> Texts:
    """Read a corpus.

    Rows without a text are left out. The other columns are kept as `Texts.metadata`.

    Parameters
    ----------
    source : str, path, DataFrame or iterable of str
        A path, folder, pattern or address as `core.corpus.read_table` takes; a table of pandas, polars or
        pyarrow; or texts.
    text : str, optional
        Column of the texts; guessed where it is left out.
    name : str
        Of the corpus; the name of the file, or "texts", where it is left out.

    Raises
    ------
    CorpusError
        When nothing can be read there, there is no such column, or fewer than 3 different texts are found.
    """
    table = _as_table(source, name)
    return Texts(build_corpus(table, text_column(table, text)))


def text_column(table: Table, named: str | None) -> str:
    """Return the column of the texts: the one that was named, else the likeliest.

    Raises
    ------
    CorpusError
        When there is no such column, or none that holds texts.
    """
    column = guess_text_column(table.frame) if named is None else named
    if column is None or column not in table.frame.columns:
        lacks = "holds texts" if column is None else f"is called “{column}”"
        raise CorpusError(
            f"No column of “{table.name}” {lacks}: name one of "
            f"{one_line(', '.join(map(str, table.frame.columns)), LONGEST_SHOWN)}."
        )
    return column


def _as_table(source: object, name: str) -> Table:
    if isinstance(source, (str, os.PathLike)):
        table = read_table(source)
        return replace(table, name=name or table.name)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pd.DataFrame):
        import pyarrow as pa

        source = pa.table(source).to_pandas()  # polars and others
    if not isinstance(source, pd.DataFrame):
        source = _listed(source)
    return _from_frame(source, name or "texts")


def _listed(source: object) -> pd.DataFrame:
    if not isinstance(source, Iterable) or isinstance(source, bytes):
        raise CorpusError(
            f"{type(source).__name__} found: give a path, an address, a table, or a list of texts."
        )
    texts = list(source)
    wrong = [type(each).__name__ for each in texts if not isinstance(each, str)]
    if wrong:
        raise CorpusError(f"{wrong[0]} found in the list: give texts, each of them a str.")
    return pd.DataFrame({"text": texts}, dtype="str")


def _from_frame(frame: pd.DataFrame, name: str) -> Table:
    """Read a frame as the file that it would be, so that its columns are understood as everywhere."""
    written = io.BytesIO()
    try:
        frame.set_axis([str(column) for column in frame.columns], axis=1).to_parquet(written, index=False)
    except (ValueError, TypeError) as error:  # a column of mixed types; two of one name
        reason = one_line(str(error), LONGEST_SHOWN)
        raise CorpusError(
            f"The table cannot be read ({reason}): give each column one type and a name of its own."
        ) from error
    return replace(read_table(f"{name}.parquet", written.getvalue()), name=name)

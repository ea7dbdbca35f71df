"""The files of a corpus: its texts with their columns, the rows left out, and the names of the columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ..corpus import Corpus, LeftOut
from ..errors import StoreError
from ..utils import read_parquet, write_parquet

TABLE, COLUMNS, LEFT_OUT = "corpus.parquet", "columns.parquet", "left_out.parquet"
SOURCE_ROW, COPY_OF, N_LEFT_OUT = "source_row", "copy_of", "n_left_out"


def save_corpus(folder: Path, corpus: Corpus) -> None:
    """Write the files of a corpus; those that are there are replaced, each at once."""
    frame, beside = _frame(corpus.texts, corpus.metadata), corpus.left_out
    if corpus.source_rows is not None:
        frame[SOURCE_ROW] = corpus.source_rows
    names = [corpus.text_column, *map(str, corpus.metadata.columns)]
    columns = pd.DataFrame({"name": names, "description": [corpus.descriptions.get(name) for name in names]})
    if beside is not None:
        columns[N_LEFT_OUT] = len(beside)  # so that a missing file is noticed
        rest = _frame(beside.texts, beside.metadata)
        rest[SOURCE_ROW], rest[COPY_OF] = beside.source_rows, beside.copy_of
        write_parquet(folder / LEFT_OUT, rest)
    write_parquet(folder / COLUMNS, columns)
    write_parquet(folder / TABLE, frame)


def count_left_out(folder: Path) -> int:
    """Return how many rows of a corpus are left out, from its smallest file; 0 where it cannot be read."""
    try:
        return _stated_left_out(read_parquet(folder / COLUMNS))
    except (OSError, ValueError, KeyError):
        return 0


def load_corpus(folder: Path, key: str, name: str, n_texts: int) -> Corpus:
    """Read the files of a corpus of n texts; they stay as they are, whatever is found.

    Raises
    ------
    StoreError
        When a file is missing, damaged or cannot be read now.
    """
    try:
        frame, columns = read_parquet(folder / TABLE), read_parquet(folder / COLUMNS)
        names = columns["name"].tolist()
        # Corpora stored by earlier versions have no source rows and no descriptions.
        source_rows = frame.pop(SOURCE_ROW).to_numpy() if SOURCE_ROW in frame else None
        if (len(frame), frame.shape[1]) != (n_texts, len(names)) or "0" not in frame:
            raise ValueError("another number of texts or columns")
        n_left_out = _stated_left_out(columns)
        left_out = _read_left_out(folder / LEFT_OUT, names, n_left_out, n_texts) if n_left_out else None
    except FileNotFoundError as error:
        files = [folder / name for name in (TABLE, COLUMNS, LEFT_OUT)]
        missing = next((path for path in files if not path.exists()), folder)
        raise StoreError(
            f"A file of “{name}” is missing ({missing}): put it back and try again, or upload the corpus "
            "again; its labels are kept."
        ) from error
    except (OSError, ValueError, KeyError) as error:
        if isinstance(error, OSError):
            raise StoreError(
                f"“{name}” cannot be read now ({error.strerror or error}): nothing is lost; close other "
                f"programs, or check that {folder} may be read, and try again."
            ) from error
        raise StoreError(
            f"A file of “{name}” is damaged (in {folder}): put back a copy of it and try again, or upload "
            "the corpus again; its labels are kept."
        ) from error
    texts, metadata = _split(frame, names)
    described = columns["description"].tolist() if "description" in columns else []
    descriptions = {name: text for name, text in zip(names, described, strict=False) if isinstance(text, str)}
    return Corpus(name, texts, metadata, names[0], key, source_rows, descriptions, left_out)


def _frame(texts: np.ndarray, metadata: pd.DataFrame) -> pd.DataFrame:
    """Return texts and metadata as one table whose columns are named "0", "1" and so on.

    Position 0 is the text, whatever the metadata are called.
    """
    frame = metadata.copy(deep=False)
    frame.insert(0, "text", texts, allow_duplicates=True)
    frame.columns = [str(position) for position in range(frame.shape[1])]
    return frame


def _split(frame: pd.DataFrame, names: list[str]) -> tuple[np.ndarray, pd.DataFrame]:
    texts = frame["0"].to_numpy(dtype=object)
    texts.setflags(write=False)  # the app and the worker share one corpus between their users
    metadata = frame.drop(columns="0")
    metadata.columns = names[1:]
    return texts, metadata


def _stated_left_out(columns: pd.DataFrame) -> int:
    return int(columns[N_LEFT_OUT].iloc[0]) if N_LEFT_OUT in columns else 0


def _read_left_out(path: Path, names: list[str], n_rows: int, n_texts: int) -> LeftOut:
    frame = read_parquet(path)
    source_rows, copy_of = (frame.pop(name).to_numpy(dtype=np.int64) for name in (SOURCE_ROW, COPY_OF))
    if (len(frame), frame.shape[1]) != (n_rows, len(names)) or "0" not in frame or copy_of.max() >= n_texts:
        raise ValueError("another number of rows or columns")
    texts, metadata = _split(frame, names)
    return LeftOut(texts, metadata, source_rows, copy_of)

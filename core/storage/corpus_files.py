"""The files of a corpus: its texts with their columns, and the names of the columns."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa

from core.corpus import Corpus
from core.errors import StoreError
from core.utils import write_atomically

TABLE, COLUMNS = "corpus.parquet", "columns.parquet"
SOURCE_ROW = "source_row"


def save_corpus(folder: Path, corpus: Corpus) -> None:
    """Write the files of a corpus; those that are there are replaced, each at once."""
    frame = corpus.metadata.copy()
    # Position 0 is the text, whatever the metadata are called.
    frame.insert(0, "text", corpus.texts, allow_duplicates=True)
    frame.columns = [str(position) for position in range(frame.shape[1])]
    if corpus.source_rows is not None:
        frame[SOURCE_ROW] = corpus.source_rows
    names = [corpus.text_column, *map(str, corpus.metadata.columns)]
    columns = pd.DataFrame({"name": names, "description": [corpus.descriptions.get(name) for name in names]})
    write_atomically(folder / COLUMNS, lambda file: columns.to_parquet(file))
    write_atomically(folder / TABLE, lambda file: frame.to_parquet(file))


def load_corpus(folder: Path, key: str, name: str, n_texts: int) -> Corpus:
    """Read the files of a corpus of n texts; they stay as they are, whatever is found.

    Raises
    ------
    StoreError
        When a file is missing, damaged or cannot be read now.
    """
    try:
        frame, columns = pd.read_parquet(folder / TABLE), pd.read_parquet(folder / COLUMNS)
        names = columns["name"].tolist()
        # Corpora stored by earlier versions have no source rows and no descriptions.
        source_rows = frame.pop(SOURCE_ROW).to_numpy() if SOURCE_ROW in frame else None
        if (len(frame), frame.shape[1]) != (n_texts, len(names)) or "0" not in frame:
            raise ValueError("another number of texts or columns")
    except FileNotFoundError as error:
        missing = next((path for path in (folder / TABLE, folder / COLUMNS) if not path.exists()), folder)
        raise StoreError(
            f"A file of “{name}” is missing ({missing}): put it back and try again, or upload the corpus "
            "again; its labels are kept."
        ) from error
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        if isinstance(error, OSError) and error.errno:  # the system's; a damaged file has no number
            raise StoreError(
                f"“{name}” cannot be read now ({os.strerror(error.errno)}): nothing is lost; close other "
                f"programs, or check that {folder} may be read, and try again."
            ) from error
        raise StoreError(
            f"A file of “{name}” is damaged (in {folder}): put back a copy of it and try again, or upload "
            "the corpus again; its labels are kept."
        ) from error
    texts = frame["0"].to_numpy(dtype=object)
    texts.setflags(write=False)  # the app and the worker share one corpus between their users
    metadata = frame.drop(columns="0")
    metadata.columns = names[1:]
    described = columns["description"].tolist() if "description" in columns else []
    descriptions = {name: text for name, text in zip(names, described, strict=False) if isinstance(text, str)}
    return Corpus(name, texts, metadata, names[0], key, source_rows, descriptions)

"""Read a table with the reader of its format; the limits are the same for all formats."""

from __future__ import annotations

import gc
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import numpy as np
import pandas as pd

from ...errors import CorpusError
from .delimited import read_delimited
from .exported_tables import FIRST_BYTES_AS_THEY_ARE, read_exported, unguard_table
from .file_format import MARKUP, find_format
from .nested import notes_on_vectors, read_json, read_parquet, take_vectors
from .plain_text import read_plain_text
from .raw_table import Choices, RawTable, Reader, ReadOptions
from .refused_types import refusal
from .spreadsheets import read_markup, read_ods, read_xls, read_xlsb, read_xlsx
from .tidy_columns import tidy_frame
from .twice_decoded import note_on_twice_decoded

MEGABYTE = 2**20
GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True, eq=False)
class Table:
    """Table of a file.

    Attributes
    ----------
    name : str
        Of the file.
    frame : DataFrame of at least one row and one column
        Column names are unique strings. Whole numbers are int64 (Int64 when some are missing), other numbers
        float64, everything else strings or dates.
    encoding : str or None
        Of the characters, such as "UTF-8"; None for formats that define it.
    notes : tuple of str
        One sentence for each change to the content.
    source_rows : int64 array (n,) or None
        Row of the file that each row was in, counted from 1 with the header, as spreadsheets do; None for 1
        to n, the numbers of the records of a format without a header.
    descriptions : dict of str to str
        What a column is about, such as the wording of a survey's question, for columns that say so.
    used : ReadOptions
        How the file was read.
    choices : Choices
        How else it can be read.
    vectors : dict of str to float32 array (n, d)
        Columns of vectors, which `frame` lacks; rows without one are NaN.
    key_columns : dict of str to Series
        Strings that were read as numbers or dates, as in the file; keys of corpora are made of them.
    """

    name: str
    frame: pd.DataFrame
    encoding: str | None
    notes: tuple[str, ...] = ()
    source_rows: np.ndarray | None = None
    descriptions: Mapping[str, str] = field(default_factory=dict)
    used: ReadOptions = field(default_factory=ReadOptions)
    choices: Choices = field(default_factory=Choices)
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)
    key_columns: Mapping[str, pd.Series] = field(default_factory=dict)


def read_table(
    name: str,
    content: bytes,
    *,
    options: ReadOptions | None = None,
    most_bytes: int = 200 * MEGABYTE,
) -> Table:
    """Read a file as a table, in the format of its content where that differs from its ending.

    Parameters
    ----------
    name : str
    content : bytes
    options : ReadOptions, optional
        What a person chose; the readers find the rest.
    most_bytes : int
        Largest size, also after unpacking.

    Raises
    ------
    CorpusError
        For a file of unknown format, empty, too large, damaged or without rows.
    """
    name = PurePath(name).name
    options = options or ReadOptions()
    raw = read_raw(name, content, options=options, most_bytes=most_bytes)
    return finish_table(name, raw, day_first=options.day_first)


def read_raw(name: str, content: bytes, *, options: ReadOptions, most_bytes: int) -> RawTable:
    """Read a file as its reader finds it, before the columns are tidied. Parameters as `read_table`."""
    check_size(name, len(content), most_bytes)
    inner = name
    if name.lower().endswith(".gz") or content.startswith(GZIP_START):
        inner = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
        content = unpack(name, content, most_bytes)
    ending = PurePath(inner).suffix.lower()
    if ending not in READERS:
        raise CorpusError(refusal(name, ending, content))
    if not content.strip():
        raise CorpusError(f"“{name}” is empty: choose a file with one text a row.")
    ending, notes = find_format(name, ending, content)
    try:
        with without_garbage_collection():
            raw = read_exported(content, options) or _reader(ending)(name, content, options)
    except RecursionError as error:
        raise CorpusError(f"“{name}” nests its values too deeply: leave out those fields.") from error
    guarded = ending != ".parquet" and not content.startswith(FIRST_BYTES_AS_THEY_ARE)
    return replace(raw, notes=[*notes, *raw.notes], guarded=guarded)


def finish_table(name: str, raw: RawTable, *, day_first: bool | None = None) -> Table:
    """Give each column of a table one type, and take its vectors apart.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    raw : RawTable
    day_first : bool or None
        Whether a person chose that 3/1/2024 is the third of January.

    Raises
    ------
    CorpusError
        For a table without rows, or without anything but vectors.
    """
    no_columns = raw.frame.shape[1] == 0 and not raw.vectors
    if no_columns or len(raw.frame) == 0:
        raise CorpusError(f"“{name}” has no rows below its column names: choose a file with one text a row.")
    tidied = tidy_frame(
        raw.frame,
        delimiter=raw.used.delimiter,
        day_first=day_first,
        text_columns=raw.text_columns,
    )
    frame, tidying = tidied.frame, tidied.notes
    frame, unguarded = unguard_table(frame) if raw.guarded else (frame, [])
    names = list(frame.columns)
    frame, written_vectors = take_vectors(frame)
    if frame.shape[1] == 0:
        raise CorpusError(f"“{name}” holds vectors but no texts: choose a file with one text a row.")
    vectors = {**raw.vectors, **written_vectors}
    return Table(
        name,
        frame,
        raw.encoding,
        (*raw.notes, *tidying, *unguarded, *notes_on_vectors(vectors), *note_on_twice_decoded(frame)),
        raw.source_rows,
        {names[position]: text for position, text in raw.descriptions.items()},
        replace(raw.used, day_first=tidied.day_first),
        raw.choices,
        vectors,
        tidied.before,
    )


def check_size(name: str, n_bytes: int, most_bytes: int, *, unpacked: bool = False) -> None:
    """Raise CorpusError for a file over the limit."""
    if n_bytes > most_bytes:
        size = f"more than {most_bytes // MEGABYTE:,}" if unpacked else f"{-(-n_bytes // MEGABYTE):,}"
        raise CorpusError(
            f"“{name}” has {size} MB{' unpacked' if unpacked else ''}, and {most_bytes // MEGABYTE:,} MB is "
            "the limit: leave out columns that are not needed, or raise the limit."
        )


def unpack(name: str, content: bytes, most_bytes: int) -> bytes:
    """Return the content of a gzip file, read up to the limit."""
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(most_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise CorpusError(
            f"“{name}” is not a complete gzip file: pack it again, or upload it unpacked."
        ) from error
    check_size(name, len(unpacked), most_bytes, unpacked=True)
    return unpacked


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Pause the garbage collector, which with millions of new rows takes as long as the parsing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


READERS: dict[str, Reader] = {
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".jsonl": read_json,
    ".ndjson": read_json,
    ".json": read_json,
    ".geojson": read_json,
    ".js": read_json,
    ".parquet": read_parquet,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".xlsb": read_xlsb,
    ".xls": read_xls,
    ".ods": read_ods,
    ".txt": read_plain_text,
}


def _reader(ending: str) -> Reader:
    return read_markup if ending == MARKUP else READERS[ending]

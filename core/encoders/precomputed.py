"""Ready vectors: embeddings that people have already, read from a file and put beside their texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from core.encoders.spec import split_name
from core.errors import EncoderUnavailable
from core.utils import content_key

if TYPE_CHECKING:
    import pyarrow as pa

VERSION = 1  # raise when the same file would give other vectors
USUAL_NAMES = ("vectors", "embeddings", "vector", "embedding")
USUAL_IDS = ("ids", "id")
FORMATS = (".npy", ".npz", ".parquet")


@dataclass(frozen=True)
class ReadyVectors:
    """Vectors of a corpus' texts, in their order.

    Attributes
    ----------
    vectors : float32 array (n_texts, n_dims), rows of length 1 (0 where the file has zeros)
    matched_by : "ids" or "order"
    key : str, the same for the same vectors
    """

    vectors: np.ndarray
    matched_by: str
    key: str


def ready_name(file_name: str, key: str) -> str:
    """Name of vectors from a file, as an encoder: `key` is that under which a corpus keeps them.

    Raises
    ------
    ValueError
        When the key is empty, or holds a "#".
    """
    if not key or "#" in key:
        raise ValueError("the key of vectors is not empty, and holds no #")
    return f"vectors:{file_name.strip()}#{key}"


def split_ready(name: str) -> tuple[str, str] | None:
    """File and key of vectors from a file; None for the name of any other encoder."""
    named = split_name(name)
    found = named.kind == "vectors" and named.source and named.output
    return (named.source, named.output) if found else None


def ready_refusal(file_name: str) -> str:
    """Say why nothing can be read by vectors of a file."""
    return (
        f"The vectors of “{file_name}” come from a file: label names and new texts cannot be read by them; "
        "choose an encoder for those."
    )


def read_ready_vectors(
    name: str,
    file: BinaryIO,
    n_texts: int,
    *,
    ids: Sequence[object] | None = None,
    column: str | None = None,
    id_column: str | None = None,
) -> ReadyVectors:
    """Read the vectors of a corpus' texts from a `.npy`, `.npz` or Parquet file; nothing pickled is read.

    Where both the corpus and the file have ids, each text gets the vector of its id, whatever the order, and
    vectors of other ids are left out. Else there must be one vector for each text, in the same order.

    Parameters
    ----------
    name : str
        Of the file; its ending tells the format.
    file : binary file, open for reading
    n_texts : int
    ids : sequence of n_texts values, optional
        Of the texts; compared as they are written, so that 7 and "7" are the same.
    column, id_column : str, optional
        Array of a `.npz`, or column of a Parquet file. By default a usual name ("vectors", "ids"), or the
        only one that can be meant.

    Raises
    ------
    EncoderUnavailable
        When the file holds no such vectors, or they do not fit the texts.
    """
    ending = Path(name).suffix.lower()
    if ending not in FORMATS:
        raise EncoderUnavailable(
            f"“{name}” is of no format for vectors: a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file is "
            "needed."
        )
    read = _read_parquet if ending == ".parquet" else _read_arrays
    vectors, found = read(name, file, column, id_column)
    if vectors.ndim != 2 or vectors.shape[1] < 2 or vectors.dtype.kind not in "fiu":
        raise EncoderUnavailable(
            f"“{name}” holds {vectors.dtype.name} of shape {vectors.shape}: a table of numbers is needed, "
            "one row of two or more for each text."
        )
    matched_by = "order"
    if ids is not None and found is not None:
        vectors, matched_by = vectors[_rows_of(name, ids, found, len(vectors))], "ids"
    elif len(vectors) != n_texts:
        raise EncoderUnavailable(
            f"“{name}” holds {len(vectors):,} vectors and the corpus {n_texts:,} texts (rows without a text "
            "are left out): one for each text is needed, or ids in both to match them by."
        )
    vectors = _unit(name, np.asarray(vectors, dtype=np.float32))
    return ReadyVectors(vectors, matched_by, content_key("ready vectors", VERSION, vectors))


def _read_arrays(
    name: str, file: BinaryIO, column: str | None, id_column: str | None
) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded, None
        with loaded:
            arrays = {part: loaded[part] for part in loaded.files}
    except Exception as error:  # damaged, of another kind, or pickled: of many types
        raise EncoderUnavailable(
            f"“{name}” cannot be read as NumPy arrays of plain numbers or strings: save them again with "
            "numpy.save, without objects."
        ) from error
    tables = [part for part, array in arrays.items() if array.ndim == 2]
    chosen = _choose(name, column, list(arrays), USUAL_NAMES, tables, "array")
    known = id_column if id_column is not None else next((part for part in USUAL_IDS if part in arrays), None)
    if known is not None and (known not in arrays or arrays[known].ndim != 1):
        raise EncoderUnavailable(f"“{name}” has no array “{known}” of ids: choose one of {_listed(arrays)}.")
    return arrays[chosen], None if known is None else arrays[known]


def _read_parquet(
    name: str, file: BinaryIO, column: str | None, id_column: str | None
) -> tuple[np.ndarray, np.ndarray | None]:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        source = pyarrow.parquet.ParquetFile(file)
        types = {field.name: field.type for field in source.schema_arrow}
        lists = [part for part, kind in types.items() if _is_list(kind)]
        chosen = _choose(name, column, list(types), USUAL_NAMES, lists, "list column")
        known = (
            id_column if id_column is not None else next((part for part in USUAL_IDS if part in types), None)
        )
        if known is not None and known not in types:
            raise EncoderUnavailable(f"“{name}” has no column “{known}”: choose one of {_listed(types)}.")
        table = source.read([chosen, *([known] if known else [])])
    except (pa.ArrowException, OSError, ValueError) as error:
        raise EncoderUnavailable(f"“{name}” is not a readable Parquet file: write it again.") from error
    if not _is_list(types[chosen]):
        raise EncoderUnavailable(
            f"The column “{chosen}” of “{name}” holds {types[chosen]}: a list of numbers in each row is "
            "needed."
        )
    ids = np.array(table[known].to_pylist(), dtype=object) if known else None
    return _stack_lists(name, chosen, table[chosen].combine_chunks()), ids


def _stack_lists(name: str, column: str, lists: pa.Array) -> np.ndarray:
    """Lists of one length as a table; says which row is short."""
    import pyarrow.compute

    if not len(lists):
        return np.zeros((0, 2), dtype=np.float32)
    lengths = np.asarray(pyarrow.compute.list_value_length(lists).fill_null(0))
    odd = np.flatnonzero(lengths != lengths[0])
    if lists.null_count or len(odd):
        row = int(odd[0]) if len(odd) else 0
        raise EncoderUnavailable(
            f"Row {row + 1:,} of “{column}” in “{name}” has {lengths[row]:,} numbers and the first row "
            f"{lengths[0]:,}: every row needs as many."
        )
    flat = lists.flatten()
    return np.asarray(flat.to_numpy(zero_copy_only=False)).reshape(len(lists), int(lengths[0]))


def _is_list(kind: pa.DataType) -> bool:
    import pyarrow.types as types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return is_list and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type))


def _choose(
    name: str, asked: str | None, there: list[str], usual: Sequence[str], possible: list[str], what: str
) -> str:
    """Part of a file that holds the vectors."""
    if asked is not None and asked in there:
        return asked
    found = [part for part in usual if part in possible] or possible
    if asked is None and (len(possible) == 1 or (found and found[0] in usual)):
        return found[0]
    missing = f"no {what} “{asked}”" if asked is not None else f"{len(possible)} {what}s of vectors"
    raise EncoderUnavailable(f"“{name}” has {missing}: choose one of {_listed(there)}.")


def _rows_of(name: str, ids: Sequence[object], found: np.ndarray, n_vectors: int) -> np.ndarray:
    """Row of each id in the file."""
    if len(found) != n_vectors:
        raise EncoderUnavailable(
            f"“{name}” holds {n_vectors:,} vectors and {len(found):,} ids: one id for each vector is needed."
        )
    written = [_as_written(one) for one in np.asarray(found).tolist()]
    twice = next((one for one, count in Counter(written).items() if count > 1), None)
    if twice is not None:
        raise EncoderUnavailable(f"The id {twice} stands more than once in “{name}”: each may only once.")
    places = {one: row for row, one in enumerate(written)}
    wanted = [_as_written(one) for one in ids]
    missing = [one for one in wanted if one not in places]
    if missing:
        raise EncoderUnavailable(
            f"“{name}” has no vector for {len(missing):,} of {len(wanted):,} texts (the first is of the id "
            f"{missing[0]}): add them, or leave those texts out."
        )
    return np.array([places[one] for one in wanted], dtype=np.int64)


def _as_written(one: object) -> str:
    whole = isinstance(one, float | np.floating) and float(one).is_integer()
    return str(int(one)) if whole else str(one).strip()


def _unit(name: str, vectors: np.ndarray) -> np.ndarray:
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise EncoderUnavailable(
            f"{len(bad):,} vectors of “{name}” are no numbers (the first is that of text {bad[0] + 1:,}): "
            "make them anew, or leave those texts out."
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _listed(parts: Sequence[str]) -> str:
    return ", ".join(list(map(str, parts))[:10]) or "none"

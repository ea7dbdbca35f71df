"""Columns of a record batch: ids, texts and vectors, in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..errors import CorpusError
from ..utils import normal_text

if TYPE_CHECKING:
    import pyarrow as pa

ID, VECTOR = "id", "vector"
MOST_NAMED = 10
"""Columns that a message names at most."""


def check_column(schema: pa.Schema, column: str, name: str) -> pa.Field:
    """Return a column of a file.

    Parameters
    ----------
    name : str
        Of the file, for messages.

    Raises
    ------
    CorpusError
        When the file has none of this name, or several.
    """
    place = schema.get_field_index(column)
    if place < 0:
        count = "has several columns" if column in schema.names else "has no column"
        found = ", ".join(schema.names[:MOST_NAMED]) + (", …" if len(schema.names) > MOST_NAMED else "")
        raise CorpusError(f"“{name}” {count} “{column}” (found {found}): give all files the same columns.")
    return schema.field(place)


def check_texts(schema: pa.Schema, column: str, name: str) -> None:
    """Refuse a file without this column of texts."""
    kind = check_column(schema, column, name).type
    if not is_text(kind):
        raise CorpusError(f"The column “{column}” of “{name}” holds {kind}: name a column of texts.")


def is_text(kind: pa.DataType) -> bool:
    """Return whether values of a type are texts; also categories of texts."""
    import pyarrow.types as types

    kind = kind.value_type if types.is_dictionary(kind) else kind
    return types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)


def id_field(schema: pa.Schema, column: str | None, name: str) -> pa.Field:
    """Return the field of the ids in the file of results: that of the column, or of row numbers from 0."""
    import pyarrow as pa

    if column is None:
        return pa.field(ID, pa.int64(), nullable=False)
    kind = check_column(schema, column, name).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_nested(kind):
        raise CorpusError(
            f"The column “{column}” of “{name}” holds {kind}: name a column of numbers or texts."
        )
    return pa.field(ID, kind)


def read_ids(batch: pa.RecordBatch, column: str | None, first: int) -> pa.Array:
    """Return the ids of a batch whose first row is row `first` of its file."""
    import pyarrow as pa

    if column is None:
        return pa.array(np.arange(first, first + len(batch)))
    found = batch.column(column)
    return found.dictionary_decode() if pa.types.is_dictionary(found.type) else found


def read_texts(batch: pa.RecordBatch, column: str) -> tuple[list[str], np.ndarray]:
    """Return the texts that say something, and which rows they are: bool (n_rows,)."""
    texts = batch.column(column).to_pylist()
    filled = [text is not None and normal_text(text) != "" for text in texts]
    return [text for text, kept in zip(texts, filled, strict=True) if kept], np.array(filled, dtype=bool)


def is_vectors(kind: pa.DataType) -> bool:
    """Return whether values of a type are lists of decimal numbers."""
    import pyarrow.types as types

    is_list = types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)
    return is_list and types.is_floating(kind.value_type)


def read_vectors(batch: pa.RecordBatch, column: str, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the vectors of the rows that have one, float32 (k, n_dims), and which these are: bool (n_rows,).

    Raises
    ------
    CorpusError
        When lengths differ or a number is not finite.
    """
    found = batch.column(column)
    filled = found.is_valid().to_numpy(zero_copy_only=False)
    n_filled = int(filled.sum())
    numbers = found.drop_null().flatten().to_numpy(zero_copy_only=False)
    if not n_filled:
        return np.empty((0, 0), dtype=np.float32), filled
    lengths = set(found.drop_null().value_lengths().to_pylist()) if hasattr(found, "value_lengths") else set()
    if len(lengths) > 1 or not np.isfinite(numbers).all():
        what = "vectors of several lengths" if len(lengths) > 1 else "numbers that are not finite"
        raise CorpusError(f"The column “{column}” of “{name}” holds {what}: encode its texts again.")
    return numbers.astype(np.float32).reshape(n_filled, -1), filled


def vector_type(n_dims: int, dtype: str) -> pa.DataType:
    """Return the type of a column of vectors of "float32" or "float16" numbers."""
    import pyarrow as pa

    return pa.list_(pa.float16() if dtype == "float16" else pa.float32(), n_dims)


def vector_column(vectors: np.ndarray, filled: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Return a column with the vectors (k, n_dims) in the k filled rows, and null in the others."""
    import pyarrow as pa

    numbers = np.zeros((len(filled), kind.list_size), dtype=kind.value_type.to_pandas_dtype())
    numbers[filled] = vectors
    mask = None if filled.all() else pa.array(~filled)
    return pa.FixedSizeListArray.from_arrays(pa.array(numbers.reshape(-1)), type=kind, mask=mask)


def number_column(values: np.ndarray, filled: np.ndarray) -> pa.Array:
    """Return a column of float32 with the k values in the k filled rows, and null in the others."""
    import pyarrow as pa

    numbers = np.zeros(len(filled), dtype=np.float32)
    numbers[filled] = values
    return pa.array(numbers, mask=~filled)


def name_column(codes: np.ndarray, filled: np.ndarray, names: Sequence[str]) -> pa.Array:
    """Return a column of categories: the names of the k codes in the k filled rows, null in the others."""
    import pyarrow as pa

    whole = np.zeros(len(filled), dtype=np.int32)
    whole[filled] = codes
    return pa.DictionaryArray.from_arrays(pa.array(whole, mask=~filled), pa.array(list(names), pa.string()))

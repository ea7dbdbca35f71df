"""Precomputed embeddings: vectors from a file, matched to the texts of a corpus."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

import numpy as np

from ..errors import EncoderUnavailable
from ..utils import Report, content_key
from .base import EncoderFacts, EncoderFamily
from .spec import EncoderSpec, Kind

if TYPE_CHECKING:
    import pyarrow as pa

PRECOMPUTED_VERSION = 1  # raise when the same file would give other vectors
USUAL_NAMES = ("vectors", "embeddings", "vector", "embedding")
USUAL_IDS = ("ids", "id")
FORMATS = (".npy", ".npz", ".parquet")


@dataclass(frozen=True)
class PrecomputedVectors:
    """Vectors of a corpus' texts, in the order of the texts.

    Attributes
    ----------
    vectors : float32 array (n_texts, n_dims)
        Rows of length 1 (0 where the file has zeros).
    matched_by : "ids", "order" or "rows"
        "rows" for a column of the table that the texts are from.
    key : str
        Equal for equal vectors.
    """

    vectors: np.ndarray
    matched_by: str
    key: str


class PrecomputedFamily(EncoderFamily):
    """Vectors of one corpus from a file; no text can be encoded with them."""

    kind = Kind.VECTORS

    @property
    def title(self) -> str:
        """File name, after "vectors of"."""
        return f"vectors of {self.spec.source or self.spec.output}"

    def describe(self) -> EncoderFacts:
        """Return that the vectors are here."""
        return EncoderFacts(self.spec.name, self.kind, self.title, on_this_machine=True)

    def _refuse(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse: no text is encoded."""
        raise EncoderUnavailable(
            f"The vectors of “{self.spec.source}” come from a file: label names and new texts cannot be "
            "encoded with them; choose an encoder for those."
        )

    preview_prompt = load = count_too_long = _refuse


def precomputed_name(file_name: str, key: str) -> str:
    """Return the encoder name of vectors from a file; `key`, without "#", is that of the stored vectors."""
    return f"vectors:{file_name.strip()}#{key}"


def split_precomputed(name: str) -> tuple[str, str] | None:
    """Return the file and the key of precomputed vectors; None for the name of any other encoder."""
    spec = EncoderSpec.parse(name)
    found = spec.kind == Kind.VECTORS and spec.source and spec.output
    return (spec.source, spec.output) if found else None


def read_precomputed(
    name: str,
    file: BinaryIO,
    n_texts: int,
    *,
    ids: Sequence[object] | None = None,
    column: str | None = None,
    id_column: str | None = None,
    places: np.ndarray | None = None,
    n_places: int = 0,
) -> PrecomputedVectors:
    """Read the vectors of a corpus' texts from a `.npy`, `.npz` or Parquet file; pickles are refused.

    When the corpus and the file have ids, each text gets the vector with its id, in any order; vectors with
    other ids are left out. Else the file must have one vector for each text, in the same order: for each text
    of the corpus, or for each of the table where some of its texts are not in the corpus.

    Parameters
    ----------
    name : str
        File name; its ending is the format.
    ids : sequence of n_texts values, optional
        Ids of the texts; compared as strings, so that 7 equals "7".
    column, id_column : str, optional
        Array in a `.npz`, or column in a Parquet file. By default a usual name ("vectors", "ids"), or the
        only possible one.
    places : int array (n_texts,), optional
        Place of each text among the `n_places` texts of the table.

    Raises
    ------
    EncoderUnavailable
        When the file has no such vectors, or they do not fit the texts.
    """
    ending = Path(name).suffix.lower()
    if ending not in FORMATS:
        raise EncoderUnavailable(
            f"“{name}” is no file of vectors: a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} file is needed."
        )
    read_file = _read_parquet if ending == ".parquet" else _read_arrays
    vectors, file_ids = read_file(name, file, column, id_column)
    if vectors.ndim != 2 or vectors.shape[1] < 2 or vectors.dtype.kind not in "fiu":
        raise EncoderUnavailable(
            f"“{name}” holds {vectors.dtype.name} of shape {vectors.shape}: a table of numbers is needed, "
            "one row of two or more for each text."
        )
    matched_by = "order"
    if ids is not None and file_ids is not None:
        vectors, matched_by = vectors[_rows_of(name, ids, file_ids, len(vectors))], "ids"
    elif places is not None and len(vectors) == n_places:
        vectors = vectors[places]
    elif len(vectors) != n_texts:
        raise EncoderUnavailable(
            f"“{name}” holds {len(vectors):,} vectors and the corpus {n_texts:,} texts (rows without a text "
            "are left out): one for each text is needed, or ids in both to match them by."
        )
    return as_precomputed(name, vectors, matched_by)


def as_precomputed(name: str, vectors: np.ndarray, matched_by: str) -> PrecomputedVectors:
    """Return vectors in the order of the texts, real array (n_texts, n_dims), scaled to length 1.

    Raises
    ------
    EncoderUnavailable
        When one is not finite; `name` is the file in the message.
    """
    vectors = _unit_rows(name, np.asarray(vectors, dtype=np.float32))
    return PrecomputedVectors(vectors, matched_by, content_key("ready vectors", PRECOMPUTED_VERSION, vectors))


def write_vectors(
    report: Report,
    *,
    target: str,
    file: str,
    ids: str | None,
    places: str,
    name: str,
    n_texts: int,
    column: str | None,
    id_column: str | None,
    n_places: int,
) -> dict[str, str]:
    """Read vectors, and write them in the order of the texts. For child processes.

    `target`, `file`, `ids` (JSON) and `places` (`.npy`) are paths; the other arguments are those of
    `read_precomputed`.
    """
    report("Reading the vectors", 0, 1)
    known = None if ids is None else json.loads(Path(ids).read_text(encoding="utf-8"))
    with Path(file).open("rb") as content:
        found = read_precomputed(
            name,
            content,
            n_texts,
            ids=known,
            column=column,
            id_column=id_column,
            places=np.load(places, allow_pickle=False),
            n_places=n_places,
        )
    np.save(target, found.vectors, allow_pickle=False)
    return {"matched_by": found.matched_by, "key": found.key}


def list_parts(report: Report, *, file: str, ending: str) -> list[str]:
    """Return the names of the arrays or columns of a file. For child processes."""
    report("Looking at the file", 0, 1)
    if ending == ".npz":
        with np.load(file, allow_pickle=False) as arrays:
            return list(arrays.files)
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(file).schema_arrow.names


def _read_arrays(
    name: str, file: BinaryIO, column: str | None, id_column: str | None
) -> tuple[np.ndarray, np.ndarray | None]:
    try:
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded, None
        with loaded:
            # A member that is no array comes as its bytes.
            arrays = {part: np.asarray(loaded[part]) for part in loaded.files}
    except MemoryError:
        raise
    except Exception as error:  # of many types: damaged, of another format, or pickled
        raise EncoderUnavailable(
            f"“{name}” cannot be read as NumPy arrays of plain numbers or strings: save them again with "
            "numpy.save, without objects."
        ) from error
    tables = [part for part, array in arrays.items() if array.ndim == 2]
    chosen = _choose(name, column, list(arrays), tables, "array")
    known = _choose_ids(id_column, arrays)
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
        chosen = _choose(name, column, list(types), lists, "list column")
        known = _choose_ids(id_column, types)
        if known is not None and known not in types:
            raise EncoderUnavailable(f"“{name}” has no column “{known}”: choose one of {_listed(types)}.")
        table = source.read([chosen, *([known] if known else [])])
    except MemoryError:
        raise
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
    """Return lists of equal length as an array; the error names the first row of another length."""
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


def _choose(name: str, wanted: str | None, parts: list[str], possible: list[str], what: str) -> str:
    """Array or column with the vectors: the wanted one, one of a usual name, or the only possible one."""
    if wanted is not None and wanted in parts:
        return wanted
    usual = [part for part in USUAL_NAMES if part in possible]
    if wanted is None and (usual or len(possible) == 1):
        return (usual or possible)[0]
    missing = f"no {what} “{wanted}”" if wanted is not None else f"{len(possible)} {what}s of vectors"
    raise EncoderUnavailable(f"“{name}” has {missing}: choose one of {_listed(parts)}.")


def _choose_ids(wanted: str | None, parts: Iterable[str]) -> str | None:
    """Name of the array or column with the ids; None where there is none."""
    return wanted if wanted is not None else next((part for part in USUAL_IDS if part in parts), None)


def _rows_of(name: str, ids: Sequence[object], file_ids: np.ndarray, n_vectors: int) -> np.ndarray:
    """Row of each id in the file."""
    import pandas as pd

    if len(file_ids) != n_vectors:
        raise EncoderUnavailable(
            f"“{name}” holds {n_vectors:,} vectors and {len(file_ids):,} ids: one id for each vector is "
            "needed."
        )
    in_file = pd.Index([_id_text(value) for value in file_ids.tolist()], dtype=object)
    if in_file.has_duplicates:
        repeated = in_file[in_file.duplicated()][0]
        raise EncoderUnavailable(
            f"The id {repeated} is more than once in “{name}”: each id must be there only once."
        )
    wanted = [_id_text(value) for value in ids]
    rows = in_file.get_indexer(wanted)
    missing = np.flatnonzero(rows < 0)
    if len(missing):
        raise EncoderUnavailable(
            f"“{name}” has no vector for {len(missing):,} of {len(wanted):,} texts (the first has the id "
            f"{wanted[missing[0]]}): add them, or leave those texts out."
        )
    return rows


def _id_text(value: object) -> str:
    """Id as a string; 7.0 as "7", as tables with missing values turn whole numbers into floats."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _unit_rows(name: str, vectors: np.ndarray) -> np.ndarray:
    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise EncoderUnavailable(
            f"{len(bad):,} vectors of “{name}” are not finite (the first is that of text {bad[0] + 1:,}): "
            "compute them again, or leave those texts out."
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(list(map(str, parts))[:10]) or "none"

"""Tables to export: texts with all results, the record of labels, the vectors.

Texts leave exactly as they came in, also those that begin with "=" or "+". A spreadsheet may take these for
formulas: open exports of texts you do not trust with automatic formulas off.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from core.corpus import Corpus

SIZE_SAMPLE = 500
"""Rows that are written to estimate the size of a whole table."""


def export_table(
    corpus: Corpus,
    *,
    generic_clusters: np.ndarray,
    generic_names: Mapping[int, str],
    generic_map: np.ndarray,
    given: Sequence[str | None] | None = None,
    predicted: Sequence[str | None] | None = None,
    probability: np.ndarray | None = None,
    answers: Sequence[str] | None = None,
    reshaped_clusters: np.ndarray | None = None,
    reshaped_names: Mapping[int, str] | None = None,
    reshaped_map: np.ndarray | None = None,
    neighbours_replaced: np.ndarray | None = None,
) -> pd.DataFrame:
    """Build the table of a corpus and its results: one row a text, in the corpus' order.

    The columns are "text", the metadata, and the results that are passed, always in the same order. A
    metadata column with the name of a result becomes "… (metadata)", whether or not that result is passed.

    Parameters
    ----------
    corpus : Corpus of n texts
    generic_clusters, reshaped_clusters : int array (n,), -1 for noise, whose name is left empty
    generic_names, reshaped_names : mapping of cluster to name
    generic_map, reshaped_map : float array (n, 2)
    given, predicted : sequence of n label names, None for a text without one
    probability : float array (n,), of the predicted label
    answers : sequence of n str, a language model's answer about each text; "" for an empty one
    neighbours_replaced : float array (n,), share of the generic neighbours that the reshaped space replaced

    Raises
    ------
    ValueError
        When something does not have n rows.
    """
    results = {
        "given_label": _names(given),
        "predicted_label": _names(predicted),
        "probability": probability,
        "answer": None if answers is None else _names([answer or None for answer in answers]),
        "generic_cluster": generic_clusters,
        "generic_cluster_name": _cluster_names(generic_clusters, generic_names),
        "reshaped_cluster": reshaped_clusters,
        "reshaped_cluster_name": _cluster_names(reshaped_clusters, reshaped_names),
        **_coordinates("generic", generic_map),
        **_coordinates("reshaped", reshaped_map),
        "neighbours_replaced": neighbours_replaced,
    }
    table = pd.DataFrame({"text": pd.Series(corpus.texts, dtype="str")})
    metadata = corpus.metadata.set_axis(_free_names(corpus.metadata.columns, {"text", *results}), axis=1)
    table = pd.concat([table, metadata.reset_index(drop=True)], axis=1)
    for name, values in results.items():
        if values is None:
            continue
        if len(values) != len(corpus.texts):
            raise ValueError(f"{name} has {len(values)} rows, the corpus has {len(corpus.texts)}")
        table[name] = values
    return table


def build_record(corpus: Corpus, history: pd.DataFrame) -> pd.DataFrame:
    """Build the record of labels from `LabelStore.history`: one row an entry, oldest first.

    The first column is the text.
    """
    columns = ["label", "counts_as", "given_by", "source", "source_name", "reviewed", "given_at"]
    table = history[[*columns, "row", "step"]].copy()
    table.insert(0, "text", corpus.texts[history["row"].to_numpy(dtype=np.int64)])
    return table


def to_csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as CSV in UTF-8, with the byte order mark by which spreadsheets recognise UTF-8."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def csv_size(table: pd.DataFrame) -> float:
    """Estimate how many bytes `to_csv_bytes` returns, from `SIZE_SAMPLE` rows."""
    some = table.iloc[:: max(1, len(table) // SIZE_SAMPLE)]
    return len(to_csv_bytes(some)) * len(table) / max(len(some), 1)


def to_parquet_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as Parquet."""
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


def vectors_to_parquet_bytes(texts: Sequence[str], vectors: np.ndarray) -> bytes:
    """Write texts and vectors as Parquet.

    Columns: "row" (int64), "text", "vector" (fixed-size list of float32).

    Parameters
    ----------
    texts : sequence of n str
    vectors : float array (n, d)

    Raises
    ------
    ValueError
        When the numbers of texts and vectors differ.
    """
    import pyarrow as pa
    import pyarrow.parquet

    n_texts, n_dims = vectors.shape
    if n_texts != len(texts):
        raise ValueError(f"{n_texts} vectors for {len(texts)} texts")
    numbers = np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1)
    table = pa.table(
        {
            "row": np.arange(n_texts, dtype=np.int64),
            "text": pa.array(list(texts), type=pa.large_string()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(numbers), n_dims),
        }
    )
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return file.getvalue()


def _free_names(names: Sequence[str], taken: set[str]) -> list[str]:
    """Metadata names; those that equal another column of the export are changed."""
    free = []
    for name in map(str, names):
        candidate, number = name, 1
        while candidate in taken or (number > 1 and candidate in names):
            candidate = f"{name} (metadata)" if number == 1 else f"{name} (metadata {number})"
            number += 1
        taken.add(candidate)
        free.append(candidate)
    return free


def _names(labels: Sequence[str | None] | None) -> pd.Series | None:
    return None if labels is None else pd.Series(list(labels), dtype="str")


def _cluster_names(clusters: np.ndarray | None, names: Mapping[int, str] | None) -> pd.Series | None:
    if clusters is None:
        return None
    return _names([(names or {}).get(int(cluster)) for cluster in clusters])


def _coordinates(space: str, points: np.ndarray | None) -> dict[str, np.ndarray | None]:
    x, y = (None, None) if points is None else (points[:, 0], points[:, 1])
    return {f"{space}_x": x, f"{space}_y": y}

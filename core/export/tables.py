"""Tables to export: texts with all results, and the record of labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..corpus import Corpus
from .made_by import ENCODER_COLUMNS

ROW, SOURCE_ROW, COPY_OF, TEXT, VECTOR = "row", "source_row", "copy_of", "text", "vector"
Column = Any  # what a DataFrame takes for a column: an array, a Series, a Categorical


def export_table(
    corpus: Corpus,
    *,
    generic_clusters: np.ndarray,
    generic_names: Mapping[int, str],
    generic_map: np.ndarray,
    given: Sequence[str | None] | None = None,
    checked: Sequence[str | None] | None = None,
    predicted: Sequence[str | None] | None = None,
    probability: np.ndarray | None = None,
    fits_none: np.ndarray | None = None,
    answers: Sequence[str] | None = None,
    reshaped_clusters: np.ndarray | None = None,
    reshaped_names: Mapping[int, str] | None = None,
    reshaped_map: np.ndarray | None = None,
    neighbours_replaced: np.ndarray | None = None,
) -> pd.DataFrame:
    """Build the table of a corpus and its results: one row a text, in the order of the file.

    The columns are "row", "source_row", "text", the metadata, and the results that are passed, always in the
    same order; see `text_columns`. A metadata column with the name of a result becomes "… (metadata)",
    whether or not that result is passed.

    Parameters
    ----------
    corpus : Corpus of n texts
    generic_clusters, reshaped_clusters : int array (n,), -1 for noise, whose name is left empty
    generic_names, reshaped_names : mapping of cluster to name
    generic_map, reshaped_map : float array (n, 2)
    given, checked, predicted : sequence of n label names, None for a text without one
    probability : float array (n,), of the predicted label
    fits_none : float array (n,), probability that a text fits none of the labels
    answers : sequence of n str, a language model's answer about each text; "" for an empty one
    neighbours_replaced : float array (n,), share of the generic neighbours that the reshaped space replaced

    Raises
    ------
    ValueError
        When something does not have n rows.
    """
    results = {
        "given_label": _names(given),
        "check_label": _names(checked),
        "predicted_label": _names(predicted),
        "probability": probability,
        "fits_none": fits_none,
        "answer": None if answers is None else _names([answer or None for answer in answers]),
        "generic_cluster": generic_clusters,
        "generic_cluster_name": _cluster_names(generic_clusters, generic_names),
        "reshaped_cluster": reshaped_clusters,
        "reshaped_cluster_name": _cluster_names(reshaped_clusters, reshaped_names),
        **_coordinates("generic", generic_map),
        **_coordinates("reshaped", reshaped_map),
        "neighbours_replaced": neighbours_replaced,
    }
    return add_results(corpus, results)


def add_results(corpus: Corpus, results: Mapping[str, Column | None]) -> pd.DataFrame:
    """Return `text_columns` and beside them the results, those that are None left out.

    Copies of a text, which are not on the map, have its results. Texts that were set aside have none.

    Parameters
    ----------
    results : mapping of name to a column of n values, or None

    Raises
    ------
    ValueError
        When a result does not have as many rows as the corpus.
    """
    table = text_columns(corpus, set(results))
    origin = origins(table)
    spread = corpus.left_out is not None
    columns: dict[str, Column] = {str(name): column for name, column in table.items()}
    for name, values in results.items():
        if values is None:
            continue
        if len(values) != len(corpus.texts):
            raise ValueError(f"{name} has {len(values)} rows, the corpus has {len(corpus.texts)}")
        columns[name] = _take(values, origin) if spread else values
    return pd.DataFrame(columns)


def text_columns(corpus: Corpus, result_names: set[str]) -> pd.DataFrame:
    """Return the columns of a corpus with which every table begins: one row a text, in the order of the file.

    - "row": the row of the text in the corpus, from 0; empty for texts that are not on the map.
    - "source_row": the row of the text in the uploaded file, as a spreadsheet counts them; empty where an
      earlier version of Refract stored the corpus.
    - "copy_of", only where texts were left out of the map: the row of the text that this one is a copy of. A
      text with neither "row" nor "copy_of" was set aside.
    - "text", then the metadata.

    These whole numbers are int64, Int64 where one is missing.

    Parameters
    ----------
    result_names : set of str
        Names that no metadata column keeps.
    """
    n_texts, beside = len(corpus.texts), corpus.left_out
    table = pd.DataFrame({ROW: pd.array(np.arange(n_texts), dtype="Int64"), SOURCE_ROW: _source_rows(corpus)})
    texts, metadata = corpus.texts, corpus.metadata.reset_index(drop=True)
    if beside is not None:
        rows = {ROW: pd.array([None] * len(beside), dtype="Int64"), SOURCE_ROW: beside.source_rows}
        table = pd.concat([table, pd.DataFrame(rows).astype("Int64")], ignore_index=True)
        copies = pd.Series(np.concatenate([np.full(n_texts, -1), beside.copy_of]), dtype="Int64")
        table[COPY_OF] = copies.mask(copies < 0)
        texts = np.concatenate([texts, beside.texts])
        metadata = pd.concat([metadata, beside.metadata], ignore_index=True)
    table[TEXT] = pd.Series(texts, dtype="str")
    taken = {ROW, SOURCE_ROW, COPY_OF, TEXT, VECTOR, *ENCODER_COLUMNS, *result_names}
    metadata = metadata.set_axis(_free_names(metadata.columns, taken), axis=1)
    table = pd.concat([table, metadata], axis=1)
    if beside is not None:
        table = table.sort_values(SOURCE_ROW, kind="stable", ignore_index=True)
    for name in (ROW, SOURCE_ROW):
        if table[name].notna().all():
            table[name] = table[name].astype(np.int64)
    return table


def origins(table: pd.DataFrame) -> np.ndarray:
    """Return the row of the corpus whose results each row of a table has, -1 for none: int64 array (m,)."""
    rows = table[ROW].astype("Int64")
    if COPY_OF in table:
        rows = rows.fillna(table[COPY_OF])
    return rows.to_numpy(dtype=np.int64, na_value=-1)


def build_record(corpus: Corpus, history: pd.DataFrame) -> pd.DataFrame:
    """Build the record of labels from `LabelStore.history`: one row an entry, oldest first.

    The first columns are "row", "source_row" and "text".
    """
    columns = ["label", "counts_as", "given_by", "source", "source_name", "reviewed", "given_at", "step"]
    table = history[columns].reset_index(drop=True)
    rows = history["row"].to_numpy(dtype=np.int64)
    table.insert(0, ROW, rows)
    table.insert(1, SOURCE_ROW, _source_rows(corpus)[rows])
    table.insert(2, TEXT, corpus.texts[rows])
    return table


def _source_rows(corpus: Corpus) -> pd.api.extensions.ExtensionArray:
    rows = [None] * len(corpus.texts) if corpus.source_rows is None else corpus.source_rows
    return pd.array(rows, dtype="Int64")


def _take(values: Column, rows: np.ndarray) -> Column:
    """Return a column by the rows of the corpus, missing for -1; whole numbers stay whole."""
    column = pd.Series(values).reset_index(drop=True)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu":
        sign = "U" if column.dtype.kind == "u" else ""
        column = column.astype(f"{sign}Int{8 * column.dtype.itemsize}")
    return column.reindex(rows).reset_index(drop=True)


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

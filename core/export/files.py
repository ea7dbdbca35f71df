"""The files that can be exported: what each is, and how it is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd

from ..corpus import Corpus
from ..encoders import EncoderSpec
from ..maps import Fit
from ..utils import COMMAND
from .dataset_folder import write_dataset
from .findings import findings_to_json_bytes
from .made_by import ENCODER, made_by, with_encoders
from .overview import overview_table
from .pictures import LONGEST_TEXT, picture_files
from .reshaping_files import reshaping_files
from .source import EVIDENCE, MEGABYTE, NEW_TEXTS, ExportSource, File, about_size
from .tables import ROW, build_record, export_table, origins
from .tables_and_labels import label_files, table_files
from .text_model import build_text_model, text_model_to_bytes
from .write import csv_size, write_csv, write_parquet, write_vectors

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
OVERVIEW_BYTES = 60
"""Typical size of the columns of one analysis in a row of the table over all analyses."""
RECORD_BYTES = 200
"""Typical size of an entry of the record of labels: most of it is the text."""
ENCODER_BYTES = 80
"""Of the name and commit of an encoder, which each row of a CSV file repeats."""


def source_table(source: ExportSource) -> pd.DataFrame:
    """Build the table of a source; see `export_table`."""
    fit, clusters = source.fit, source.fit_clusters
    results: dict[str, Any] = {}
    if fit is not None and clusters is not None:
        results = {
            "answers": source.answers,
            "reshaped_clusters": clusters.codes,
            "reshaped_names": clusters.names,
            "reshaped_map": fit.space.map,
            "neighbours_replaced": source.findings.change,
        }
        if fit.has_predictions:
            labels = np.asarray(fit.labels, dtype=object)
            results |= {
                "predicted": labels[fit.predicted],
                "probability": fit.probability,
                "fits_none": fit.fits_none,
            }
    return export_table(
        source.corpus,
        generic_clusters=source.generic_clusters.codes,
        generic_names=source.generic_clusters.names,
        generic_map=source.generic.map,
        given=source.given,
        checked=source.check_labels,
        **results,
    )


def export_files(
    source: ExportSource,
    table: pd.DataFrame,
    *,
    neutralise: bool = True,
    part: str = "",
    longest: int | None = LONGEST_TEXT,
) -> list[File]:
    """List the files of a source; each is made only when its `write` is called.

    Parameters
    ----------
    table : DataFrame
        Result of `source_table`, or some of its rows.
    neutralise : bool, default=True
        Of `write_csv`, for all CSV files.
    part : str
        What the rows are called in the names of files, such as "selected"; "" for all.
    longest : int or None, default=500
        Most characters of a text in the report; None for whole texts.
    """
    whole = file_name(
        source.corpus.name,
        source.title,
        from_names_only=bool(source.fit and source.fit.from_names_only),
        quick_preview=EncoderSpec.parse(source.encoder).is_static,
    )
    stem = f"{whole}-{part}" if part else whole  # of what has a row for each text
    encoders = partial(made_by, source.encoders)  # of a folder, all files are read: only when wanted
    files = [
        File(
            "csv",
            "Table as CSV",
            f"Every text with its label, clusters and place on the maps{_rows_beside(source.corpus)}. "
            f"Opens in Excel, LibreOffice and everything else · "
            f"{about_size(max(0.1 * MEGABYTE, csv_size(table) + ENCODER_BYTES * len(table)))}",
            f"{stem}.csv",
            CSV,
            lambda file: write_csv(with_encoders(table, encoders()), file, neutralise=neutralise),
        ),
        File(
            "parquet",
            "Table as Parquet",
            "The same, with the types of its columns. Opens in pandas, DuckDB, R · "
            f"{about_size(csv_size(table) / 2)}",
            f"{stem}.parquet",
            PARQUET,
            lambda file: write_parquet(with_encoders(table, found := encoders()), file, found),
        ),
        *table_files(table, lambda: with_encoders(table, encoders()), stem),
        _dataset(source, table, encoders, stem),
        _vectors(source, table, stem),
        *picture_files(source, whole, longest=longest),
    ]
    if source.given is not None:
        files += label_files(table, list(source.label_names), stem, source.definitions)
    if source.fit is not None:
        if not source.fit.method.reencodes:  # else no matrix makes the space
            files += reshaping_files(source, source.fit, whole)
        if source.fit.has_estimators:
            files.append(_text_model(source, source.fit, whole))
        if source.findings.evidence is not None:
            files.append(_evidence(source, source.fit, whole))
    if source.history is not None and not source.history.empty:
        files.append(_record(source.corpus, source.history, whole, neutralise=neutralise))
    if len(source.analyses) > 1:
        files += _overviews(source, table, neutralise=neutralise)
    return files


def rows_of_table(table: pd.DataFrame, rows: np.ndarray) -> pd.DataFrame:
    """Return some rows of an exported table, by their row of the corpus; in the order of the table."""
    return table[table[ROW].isin(rows)].reset_index(drop=True)


def file_name(
    corpus_name: str, title: str = "", *, from_names_only: bool = False, quick_preview: bool = False
) -> str:
    """Name for files, valid on any file system: of the corpus and of the analysis."""
    parts = [PurePath(corpus_name).stem, title, "from names only" if from_names_only else ""]
    parts.append("quick preview" if quick_preview else "")
    return re.sub(r"[^\w]+", "-", " ".join(part for part in parts if part)).strip("-").lower() or "refract"


def _rows_beside(corpus: Corpus) -> str:
    """Say what the table holds of the rows that are not on the map."""
    beside = corpus.left_out
    if beside is None:
        return ""
    return (
        f", also copies with the results of their originals ({beside.n_copies:,}) and texts that were "
        f"set aside, without results ({beside.n_set_aside:,})"
    )


def _vectors(source: ExportSource, table: pd.DataFrame, stem: str) -> File:
    space, kind = source.generic, "Generic"
    if source.fit is not None:
        space, kind = source.fit.space, "Re-encoded" if source.fit.method.reencodes else "Reshaped"
    n_texts, n_dims = int((origins(table) >= 0).sum()), space.vectors.shape[1]
    beside = source.corpus.left_out
    without = ""
    if beside is not None and beside.n_set_aside and n_texts < len(table):
        without = f", without the texts that were set aside ({beside.n_set_aside:,}), which have none"
    return File(
        "vectors",
        f"{kind} vectors as Parquet",
        f"The table with a column of vectors, {n_texts:,} × {n_dims}{without}: for search and models of your "
        f"own. Opens in pandas, DuckDB, R · {about_size(4 * n_texts * n_dims)}",
        f"{stem}-vectors.parquet",
        PARQUET,
        lambda file: write_vectors(
            with_encoders(table, found := made_by(source.encoders)), space.vectors, file, found
        ),
    )


def _dataset(
    source: ExportSource, table: pd.DataFrame, encoders: Callable[[], dict[str, str]], stem: str
) -> File:
    return File(
        "dataset",
        "Dataset folder for Hugging Face, ZIP",
        "The Parquet table with a card: unpack it, and load it by "
        f'`datasets.load_dataset("{stem}-dataset")` · {about_size(csv_size(table) / 2)}',
        f"{stem}-dataset.zip",
        "application/zip",
        lambda file: write_dataset(
            with_encoders(table, found := encoders()),
            file,
            folder=f"{stem}-dataset",
            title=source.title or source.corpus.name,
            made_by=found,
        ),
    )


def _text_model(source: ExportSource, fit: Fit, stem: str) -> File:
    name = f"{stem}-analysis.safetensors"
    n_bytes = sum(array.nbytes for part in (fit.classifier, fit.network) for array in (part or {}).values())
    gives = "Labels and reshapes" if fit.has_predictions else "Finds the nearest clusters of"
    return File(
        "text_model",
        "Analysis for other texts, safetensors",
        f"{gives} any number of new texts, on one machine or many, by `{COMMAND} batch apply`. "
        f"Each text counts alone, so figures differ a little from those here · {about_size(n_bytes)}",
        name,
        "application/octet-stream",
        lambda file: file.write(
            text_model_to_bytes(
                build_text_model(fit, source.generic, source.fit_clusters, encoder=source.encoder)
            )
        ),
        NEW_TEXTS,
    )


def _evidence(source: ExportSource, fit: Fit, stem: str) -> File:
    return File(
        "evidence",
        "Evidence as JSON",
        "The verdict with every figure behind it, label by label. Opens in any editor · less than 0.1 MB",
        f"{stem}-evidence.json",
        "application/json",
        lambda file: file.write(
            findings_to_json_bytes(
                fit,
                source.findings,
                encoder=source.encoder,
                check=source.check,
                definitions=source.definitions,
            )
        ),
        EVIDENCE,
    )


def _overviews(source: ExportSource, table: pd.DataFrame, *, neutralise: bool) -> list[File]:
    """Return the table over all analyses as CSV and as Parquet."""
    corpus, analyses = source.corpus, source.analyses
    encoders = partial(made_by, {ENCODER: source.encoder})
    stem = f"{file_name(corpus.name)}-all-analyses"

    def build() -> pd.DataFrame:
        return with_encoders(overview_table(corpus, (read() for read in analyses)), encoders())

    holds = f"Labels, clusters and coordinates of {len(analyses)} analyses side by side, a row for each text."
    n_rows = len(corpus.texts)
    size = csv_size(table) / max(1, len(table)) * n_rows  # the table may be of some texts only
    size += (ENCODER_BYTES + OVERVIEW_BYTES * len(analyses)) * n_rows
    return [
        File(
            "overview",
            "All analyses as CSV",
            f"{holds} Opens in Excel, LibreOffice and everything else · "
            f"{about_size(max(0.1 * MEGABYTE, size))}",
            f"{stem}.csv",
            CSV,
            lambda file: write_csv(build(), file, neutralise=neutralise),
        ),
        File(
            "overview_parquet",
            "All analyses as Parquet",
            f"The same, with the types of its columns. Opens in pandas, DuckDB, R · {about_size(size)}",
            f"{stem}.parquet",
            PARQUET,
            lambda file: write_parquet(build(), file, encoders()),
        ),
    ]


def _record(corpus: Corpus, history: pd.DataFrame, stem: str, *, neutralise: bool) -> File:
    return File(
        "record",
        "Record of labels as CSV",
        f"Who gave which text which label, and when: {len(history):,} entries, also those that were replaced "
        f"later. Opens in Excel, LibreOffice and everything else · {about_size(RECORD_BYTES * len(history))}",
        f"{stem}-labels.csv",
        CSV,
        lambda file: write_csv(build_record(corpus, history), file, neutralise=neutralise),
        EVIDENCE,
    )

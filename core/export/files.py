"""The files that can be exported: what each is, and how it is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePath
from typing import Any, BinaryIO

import numpy as np
import pandas as pd

from ..corpus import Corpus, Partition
from ..encoders import EncoderSpec
from ..evidence import CheckEstimate, Findings
from ..maps import Fit, Space
from ..transforms import fit_linear_form
from ..utils import COMMAND, percent
from .findings import findings_to_json_bytes, linear_to_npz_bytes
from .made_by import ENCODER, RESHAPED_ENCODER, made_by, with_encoders
from .overview import AnalysisResults, overview_table
from .tables import build_record, export_table
from .text_model import build_text_model, text_model_to_bytes
from .write import csv_size, write_csv, write_parquet, write_vectors

MEGABYTE = 1_000_000
CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
OVERVIEW_BYTES = 60
"""Typical size of the columns of one analysis in a row of the table over all analyses."""
RECORD_BYTES = 200
"""Typical size of an entry of the record of labels: most of it is the text."""
ENCODER_BYTES = 80
"""Of the name and commit of an encoder, which each row of a CSV file repeats."""


@dataclass(frozen=True)
class ExportSource:
    """Everything that can be exported of a corpus and one analysis.

    Attributes
    ----------
    corpus : Corpus of n texts
    encoder : str, name of the encoder of the generic space
    title : str, of the analysis, for names of files
    given : list of n label names, None for a text without one; None without labels
    check_labels : list of n answers to the check sample, `CheckLabels.labels`; None without a checked text
    check : what the check sample says of the corpus; None without one
    history : DataFrame of `LabelStore.history`, None without an analysis
    fit_clusters : Partition of the Fit's space
    answers : list of n str, a language model's answers about the texts, or None
    findings : Findings of the Fit
    analyses : sequence of callables
        Each reads what one analysis of the corpus adds to the table over all of them.
    """

    corpus: Corpus
    encoder: str
    generic: Space
    generic_clusters: Partition
    title: str = ""
    given: Sequence[str | None] | None = None
    check_labels: Sequence[str | None] | None = None
    check: CheckEstimate | None = None
    history: pd.DataFrame | None = None
    fit: Fit | None = None
    fit_clusters: Partition | None = None
    answers: Sequence[str] | None = None
    findings: Findings = field(default_factory=Findings)
    analyses: Sequence[Callable[[], AnalysisResults]] = ()


@dataclass(frozen=True)
class File:
    """One file that can be exported.

    Attributes
    ----------
    kind : str, distinct for each file of a source
    title, hint : str, what it is; what it is for, what opens it, and its size, in markdown
    write : callable that writes it to a binary file, in parts where it is large
    """

    kind: str
    title: str
    hint: str
    name: str
    mime: str
    write: Callable[[BinaryIO], object]


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


def export_files(source: ExportSource, table: pd.DataFrame, *, neutralise: bool = True) -> list[File]:
    """List the files of a source; each is made only when its `write` is called.

    Parameters
    ----------
    table : DataFrame
        Result of `source_table`.
    neutralise : bool, default=True
        Of `write_csv`, for all CSV files.
    """
    stem = file_name(
        source.corpus.name,
        source.title,
        from_names_only=bool(source.fit and source.fit.from_names_only),
        quick_preview=EncoderSpec.parse(source.encoder).is_static,
    )
    encoders = partial(made_by, _encoders(source))  # of a folder, all files are read: only when wanted
    files = [
        File(
            "csv",
            "Table as CSV",
            f"Every text with its label, clusters and place on the maps{_rows_beside(source.corpus)}. "
            f"Opens in Excel, LibreOffice and everything else · "
            f"{_about(max(0.1 * MEGABYTE, csv_size(table) + ENCODER_BYTES * len(table)))}",
            f"{stem}.csv",
            CSV,
            lambda file: write_csv(with_encoders(table, encoders()), file, neutralise=neutralise),
        ),
        File(
            "parquet",
            "Table as Parquet",
            "The same, with the types of its columns. Opens in pandas, DuckDB, R · "
            f"{_about(csv_size(table) / 2)}",
            f"{stem}.parquet",
            PARQUET,
            lambda file: write_parquet(with_encoders(table, found := encoders()), file, found),
        ),
        _vectors(source, table, stem),
    ]
    if source.fit is not None:
        if not source.fit.method.reencodes:  # else no matrix makes the space
            files.append(_linear_form(source, source.fit, stem))
        if source.fit.has_estimators:
            files.append(_text_model(source, source.fit, stem))
        if source.findings.evidence is not None:
            files.append(_evidence(source, source.fit, stem))
    if source.history is not None and not source.history.empty:
        files.append(_record(source.corpus, source.history, stem, neutralise=neutralise))
    if len(source.analyses) > 1:
        files += _overviews(source, table, neutralise=neutralise)
    return files


def file_name(
    corpus_name: str, title: str = "", *, from_names_only: bool = False, quick_preview: bool = False
) -> str:
    """Name for files, valid on any file system: of the corpus and of the analysis."""
    parts = [PurePath(corpus_name).stem, title, "from names only" if from_names_only else ""]
    parts.append("quick preview" if quick_preview else "")
    return re.sub(r"[^\w]+", "-", " ".join(part for part in parts if part)).strip("-").lower() or "refract"


def _encoders(source: ExportSource) -> dict[str, str]:
    """Return the encoder of the corpus, and that of a space of re-encoded texts."""
    found = {ENCODER: source.encoder}
    if source.fit is not None and source.fit.method.reencodes:
        found[RESHAPED_ENCODER] = source.fit.method.encoder
    return found


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
    n_texts, n_dims = space.vectors.shape
    beside = source.corpus.left_out
    without = ""
    if beside is not None:
        n_texts += beside.n_copies
        if beside.n_set_aside:
            without = f", without the texts that were set aside ({beside.n_set_aside:,}), which have none"
    return File(
        "vectors",
        f"{kind} vectors as Parquet",
        f"The table with a column of vectors, {n_texts:,} × {n_dims}{without}: for search and models of your "
        f"own. Opens in pandas, DuckDB, R · {_about(4 * n_texts * n_dims)}",
        f"{stem}-vectors.parquet",
        PARQUET,
        lambda file: write_vectors(
            with_encoders(table, found := made_by(_encoders(source))), space.vectors, file, found
        ),
    )


def _linear_form(source: ExportSource, fit: Fit, stem: str) -> File:
    known, generic = source.findings.linear, source.generic
    n_dims, n_reshaped = generic.vectors.shape[1], fit.space.vectors.shape[1]
    n_dims += sum(view.shape[1] for view in generic.views) if fit.n_views else 0
    kept = ""
    if known is not None and not np.isnan(known.agreement):
        kept = f" It reproduces {percent(known.agreement)} of each text's nearest neighbours."
    name = f"{stem}-linear.npz"

    def write(file: BinaryIO) -> None:
        views = generic.views if fit.n_views else ()
        linear = known or fit_linear_form(generic.vectors, fit.unscaled_vectors(), views)
        file.write(linear_to_npz_bytes(fit, linear, encoder=source.encoder, file_name=name))

    return File(
        "linear",
        "Reshaping as one matrix, NPZ",
        f"Reshapes new texts without Refract: multiply their embeddings by this matrix, {n_dims} × "
        f"{n_reshaped}.{kept} Opens in NumPy; the code is inside · {_about(4 * n_dims * n_reshaped)}",
        name,
        "application/octet-stream",
        write,
    )


def _text_model(source: ExportSource, fit: Fit, stem: str) -> File:
    name = f"{stem}-analysis.safetensors"
    n_bytes = sum(array.nbytes for part in (fit.classifier, fit.network) for array in (part or {}).values())
    gives = "Labels and reshapes" if fit.has_predictions else "Finds the nearest clusters of"
    return File(
        "text_model",
        "Analysis for other texts, safetensors",
        f"{gives} any number of new texts, on one machine or many, by `{COMMAND} batch apply`. "
        f"Each text counts alone, so figures differ a little from those here · {_about(n_bytes)}",
        name,
        "application/octet-stream",
        lambda file: file.write(
            text_model_to_bytes(
                build_text_model(fit, source.generic, source.fit_clusters, encoder=source.encoder)
            )
        ),
    )


def _evidence(source: ExportSource, fit: Fit, stem: str) -> File:
    return File(
        "evidence",
        "Evidence as JSON",
        "The verdict with every figure behind it, label by label. Opens in any editor · less than 0.1 MB",
        f"{stem}-evidence.json",
        "application/json",
        lambda file: file.write(
            findings_to_json_bytes(fit, source.findings, encoder=source.encoder, check=source.check)
        ),
    )


def _overviews(source: ExportSource, table: pd.DataFrame, *, neutralise: bool) -> list[File]:
    """Return the table over all analyses as CSV and as Parquet."""
    corpus, analyses = source.corpus, source.analyses
    encoders = partial(made_by, {ENCODER: source.encoder})
    stem = f"{file_name(corpus.name)}-all-analyses"

    def build() -> pd.DataFrame:
        return with_encoders(overview_table(corpus, (read() for read in analyses)), encoders())

    holds = f"Labels, clusters and coordinates of {len(analyses)} analyses side by side, a row for each text."
    size = csv_size(table) + (ENCODER_BYTES + OVERVIEW_BYTES * len(analyses)) * len(table)
    return [
        File(
            "overview",
            "All analyses as CSV",
            f"{holds} Opens in Excel, LibreOffice and everything else · {_about(max(0.1 * MEGABYTE, size))}",
            f"{stem}.csv",
            CSV,
            lambda file: write_csv(build(), file, neutralise=neutralise),
        ),
        File(
            "overview_parquet",
            "All analyses as Parquet",
            f"The same, with the types of its columns. Opens in pandas, DuckDB, R · {_about(size)}",
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
        f"later. Opens in Excel, LibreOffice and everything else · {_about(RECORD_BYTES * len(history))}",
        f"{stem}-labels.csv",
        CSV,
        lambda file: write_csv(build_record(corpus, history), file, neutralise=neutralise),
    )


def _about(n_bytes: float) -> str:
    if n_bytes < MEGABYTE / 20:
        return "less than 0.1 MB"
    return f"about {n_bytes / MEGABYTE:,.1f} MB"

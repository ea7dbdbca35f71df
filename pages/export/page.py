"""Export page: everything out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.evidence import Findings
from core.export import (
    build_export,
    build_record,
    csv_size,
    file_name,
    findings_to_json_bytes,
    linear_to_npz_bytes,
    to_csv_bytes,
    to_parquet_bytes,
    vectors_to_parquet_bytes,
)
from core.maps import Fit, Space
from core.neighbours import unit_rows
from core.storage import Analysis, load_findings
from core.tasks import fit_key
from core.transforms import fit_linear_form
from pages.common import (
    analysis_title,
    cache,
    current_analysis,
    current_corpus,
    is_fitted,
    is_prepared,
    layout,
    markdown,
    partition_for,
)

PREVIEW_ROWS = 20
MEGABYTE = 1_000_000
PARQUET = "application/vnd.apache.parquet"


def export_page() -> None:
    """Everything out."""
    entry, analysis = current_corpus(), current_analysis()
    layout.page_head("Export", "Take texts, labels, clusters, coordinates, vectors and evidence with you.")
    if entry is None:
        layout.ask_for(
            "There is nothing to export yet: choose a corpus first.", layout.CORPUS, "Choose a corpus"
        )
    if not is_prepared(entry):
        layout.ask_for(f"“{markdown(entry.name)}” is not encoded yet.", layout.CORPUS, "See how far it is")
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key)
    fit, findings = None, Findings()
    if is_fitted(analysis):
        fit = cache.fit(analysis)
        findings = load_findings(cache.store().results(entry.key), analysis.fit_key)
    say_what_it_is(fit, analysis)
    table = export_table(corpus, generic, fit, findings, analysis)
    title = "" if fit is None else analysis_title(replace(analysis, instruction=fit.instruction))
    name = file_name(corpus.name, title, from_names_only=fit is not None and fit.from_names_only)
    draw_downloads(table_files(table, corpus, generic, fit), name)
    if fit is not None:
        draw_downloads(fit_files(generic, fit, findings, entry.encoder, name), name)
    if analysis is not None:
        draw_downloads(record_files(corpus, analysis), name)
    st.markdown(f"**Preview** :small[first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows]")
    st.dataframe(table.head(PREVIEW_ROWS), hide_index=True, key="export_preview")


def say_what_it_is(fit: Fit | None, analysis: Analysis | None) -> None:
    """Which Fit the files hold, where that needs saying."""
    if fit is None:
        said = "After a Fit the reshaped clusters, coordinates and vectors are here too."
    elif analysis.fit_key != fit_key(cache.store(), analysis.id):
        said = (
            "Labels or instruction changed since the last Fit: predictions, clusters and vectors are those "
            "of that Fit."
        )
    elif fit.from_names_only:
        said = "From names only: no text was labelled, so nothing checked the predictions; files say so too."
    elif fit.has_predictions and not (np.asarray(fit.given) >= 0).any():
        said = "No text was labelled: predictions go by the label names alone, and nothing checked them."
    else:
        return
    st.info(said, icon=":material/info:")


def export_table(
    corpus: Corpus, generic: Space, fit: Fit | None, findings: Findings, analysis: Analysis | None
) -> pd.DataFrame:
    """One row a text: text, metadata, labels, clusters as the maps show them, and coordinates."""
    entry = cache.store().corpus_entry(corpus.key)
    clusters = partition_for(corpus, None, generic, entry.embedding_key)
    columns = {
        "generic_clusters": clusters.codes,
        "generic_names": clusters.names,
        "generic_map": generic.map,
    }
    if analysis is not None:
        names, codes = cache.store().named_codes(analysis.id, len(corpus.texts))
        if names:
            columns["given"] = [names[code] if code >= 0 else None for code in codes]
    if fit is not None:
        clusters = partition_for(corpus, analysis, fit.space, fit.space_key)
        columns |= {
            "answers": cache.answers(corpus.key, fit.space_key),
            "reshaped_clusters": clusters.codes,
            "reshaped_names": clusters.names,
            "reshaped_map": fit.space.map,
            "neighbours_replaced": findings.change,
        }
        if fit.has_predictions:
            labels = np.asarray(fit.labels, dtype=object)
            columns |= {"predicted": labels[fit.predicted], "probability": fit.probability}
    return build_export(corpus, **columns)


@dataclass(frozen=True)
class File:
    """One thing that can leave.

    Attributes
    ----------
    key : str, of its button
    title, hint : str, what it is and what opens it
    ending : str, of its name
    mime : str
    make : callable that returns its bytes, called when it is asked for
    """

    key: str
    title: str
    hint: str
    ending: str
    mime: str
    make: Callable[[], bytes]


def table_files(table: pd.DataFrame, corpus: Corpus, generic: Space, fit: Fit | None) -> list[File]:
    """The table and the vectors."""
    vectors = generic.vectors if fit is None else fit.space.vectors
    space = "Generic" if fit is None else "The reading's" if fit.approach.reencodes else "Reshaped"
    about = max(0.1, csv_size(table) / MEGABYTE)
    return [
        File(
            "export_csv",
            "Table as CSV",
            f"Opens in spreadsheets and everything else · about {about:,.1f} MB",
            ".csv",
            "text/csv",
            lambda: to_csv_bytes(table),
        ),
        File(
            "export_parquet",
            "Table as Parquet",
            "Opens in pandas, DuckDB, R; keeps types",
            ".parquet",
            PARQUET,
            lambda: to_parquet_bytes(table),
        ),
        File(
            "export_vectors",
            f"{space} vectors as Parquet",
            f"{vectors.shape[0]:,} × {vectors.shape[1]}, a list column beside the text · "
            f"about {vectors.nbytes / MEGABYTE:,.1f} MB",
            "-vectors.parquet",
            PARQUET,
            lambda: vectors_to_parquet_bytes(corpus.texts, vectors),
        ),
    ]


def fit_files(generic: Space, fit: Fit, findings: Findings, encoder: str, name: str) -> list[File]:
    """The linear form of a transform, and what was measured."""
    reencodes = fit.approach.reencodes  # then no matrix makes the space, and no words are its reasons
    n_dims, n_reshaped = generic.vectors.shape[1], fit.space.vectors.shape[1]
    agreement = findings.linear.agreement if findings.linear else float("nan")
    kept = "" if np.isnan(agreement) else f"keeps {100 * agreement:.0f} % of the ten nearest neighbours · "

    def make_linear() -> bytes:
        linear = findings.linear or fit_linear_form(unit_rows(generic.vectors), np.asarray(fit.space.vectors))
        return linear_to_npz_bytes(fit, linear, encoder=encoder, file_name=f"{name}-linear.npz")

    linear_form = File(
        "export_linear",
        "Linear form as NPZ",
        f"One matrix, {n_dims} × {n_reshaped}, that reshapes new embeddings; holds the lines of NumPy "
        "that do it · "
        f"{kept}about {4 * n_dims * n_reshaped / MEGABYTE:,.1f} MB",
        "-linear.npz",
        "application/octet-stream",
        make_linear,
    )
    words = "" if reencodes else ", with the words that drive each"
    measured = "" if findings.evidence else "; not measured yet, see Evidence"
    evidence = File(
        "export_evidence",
        "Evidence as JSON",
        f"Whether it helped, label by label{words}{measured}",
        "-evidence.json",
        "application/json",
        lambda: findings_to_json_bytes(fit, findings, encoder=encoder),
    )
    return [evidence] if reencodes else [linear_form, evidence]


def record_files(corpus: Corpus, analysis: Analysis) -> list[File]:
    """The record of labels, once there are some."""
    record = cache.store().label_history(analysis.id)
    if record.empty:
        return []

    return [
        File(
            "export_record",
            "Record of labels as CSV",
            f"Who gave which text which label, and when · {len(record):,} entries; those that were replaced "
            "later, and those of merged or deleted labels, are among them",
            "-labels.csv",
            "text/csv",
            lambda: to_csv_bytes(build_record(corpus, record)),
        )
    ]


def draw_downloads(files: list[File], name: str) -> None:
    """What can leave, each with what opens it and its size; files are made when asked for."""
    for file in files:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{file.title}**  \n:small[{file.hint}]", width="stretch")
            st.download_button(
                "Download",
                data=file.make,
                file_name=f"{name}{file.ending}",
                mime=file.mime,
                key=file.key,
                icon=":material/download:",
                on_click="ignore",
            )


export_page()

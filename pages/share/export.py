"""Export page: everything out."""

from __future__ import annotations

import re
from pathlib import PurePath

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.export import build_export, to_csv_bytes, to_parquet_bytes, vectors_to_parquet_bytes
from core.pipeline import Fit, fit_key
from core.spaces import Space
from core.store import Analysis
from pages.common import cache, frame
from pages.common.markdown import markdown
from pages.common.state import current_analysis, current_corpus, is_fitted, is_prepared

PREVIEW_ROWS = 20
MEGABYTE = 1_000_000


def export_page() -> None:
    """Everything out."""
    entry, analysis = current_corpus(), current_analysis()
    frame.page_head("Export", "Take texts, labels, clusters, coordinates and vectors with you.")
    if entry is None:
        frame.ask_for(
            "There is nothing to export yet: choose a corpus first.", frame.CORPUS, "Choose a corpus"
        )
    if not is_prepared(entry):
        frame.ask_for(f"“{markdown(entry.name)}” is not encoded yet.", frame.CORPUS, "See how far it is")
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key)
    fit = cache.fit(entry.key, analysis.fit_key) if is_fitted(analysis) else None
    table = export_table(corpus, generic, fit, analysis)
    name = file_name(corpus.name, analysis if fit else None)
    if fit is None:
        st.info(
            "After a Fit the reshaped clusters, coordinates and vectors are here too.", icon=":material/info:"
        )
    elif analysis.fit_key != fit_key(cache.store(), analysis.id):
        st.info(
            "Labels changed since the last Fit: predictions, clusters and vectors are those of that Fit.",
            icon=":material/info:",
        )
    draw_downloads(table, corpus, generic, fit, name)
    st.markdown(f"**Preview** :small[first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows]")
    st.dataframe(table.head(PREVIEW_ROWS), hide_index=True, key="export_preview")


def export_table(corpus: Corpus, generic: Space, fit: Fit | None, analysis: Analysis | None) -> pd.DataFrame:
    """One row a text: text, metadata, labels, clusters and coordinates."""
    columns = {
        "generic_clusters": generic.clusters,
        "generic_names": generic.cluster_names,
        "generic_map": generic.map,
    }
    if analysis is not None:
        names = cache.store().label_names(analysis.id)
        codes = cache.store().label_codes(analysis.id, len(corpus.texts))
        if names:
            columns["given"] = [names[code] if code >= 0 else None for code in codes]
    if fit is not None:
        columns |= {
            "predicted": np.asarray(fit.labels, dtype=object)[fit.predicted],
            "probability": fit.probability,
            "reshaped_clusters": fit.space.clusters,
            "reshaped_names": fit.space.cluster_names,
            "reshaped_map": fit.space.map,
        }
    return build_export(corpus, **columns)


def draw_downloads(table: pd.DataFrame, corpus: Corpus, generic: Space, fit: Fit | None, name: str) -> None:
    """What can leave, each with what opens it and its size; files are made when asked for."""
    vectors = generic.vectors if fit is None else fit.space.vectors
    space = "Generic" if fit is None else "Reshaped"
    text_bytes = sum(map(len, corpus.texts))
    about = f"about {max(0.1, (text_bytes + 90 * len(table)) / MEGABYTE):,.1f} MB"
    rows = [
        (
            "export_csv",
            "Table as CSV",
            f"Opens in spreadsheets and everything else · {about}",
            ".csv",
            "text/csv",
        ),
        ("export_parquet", "Table as Parquet", "Opens in pandas, DuckDB, R; keeps types", ".parquet", None),
        (
            "export_vectors",
            f"{space} vectors as Parquet",
            f"{vectors.shape[0]:,} × {vectors.shape[1]}, a list column beside the text · "
            f"about {vectors.nbytes / MEGABYTE:,.1f} MB",
            "-vectors.parquet",
            None,
        ),
    ]
    makers = {
        "export_csv": lambda: to_csv_bytes(table),
        "export_parquet": lambda: to_parquet_bytes(table),
        "export_vectors": lambda: vectors_to_parquet_bytes(corpus.texts, vectors),
    }
    for key, title, hint, ending, mime in rows:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{title}**  \n:small[{hint}]", width="stretch")
            st.download_button(
                "Download",
                data=makers[key],
                file_name=f"{name}{ending}",
                mime=mime or "application/vnd.apache.parquet",
                key=key,
                icon=":material/download:",
                on_click="ignore",
            )


def file_name(corpus_name: str, analysis: Analysis | None) -> str:
    """Name of the corpus and of the analysis, fit for any file system."""
    parts = [PurePath(corpus_name).stem, analysis.instruction if analysis else ""]
    return re.sub(r"[^\w]+", "-", " ".join(part for part in parts if part)).strip("-").lower() or "refract"


export_page()

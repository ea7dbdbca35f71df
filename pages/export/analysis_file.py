"""An analysis as one file, and the choice of what is in it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.export import EVIDENCE, File, file_name
from core.storage import Analysis, StoredCorpus
from core.storage.analysis_file import ENDING, measure_sizes, write_analysis
from pages.common import analysis_title, cache, widget_value

TEXTS, VECTORS = "export_with_texts", "export_with_vectors"  # keys of the widgets
TEXTS_HELP = (
    "Without them the file opens only where the same corpus is. It then holds no text, no column and no word "
    "of a text, but label names, the instruction and names of clusters."
)
VECTORS_HELP = "Without them the encoder has to compute them again where the file is opened."


def analysis_files(analysis: Analysis | None, entry: StoredCorpus) -> list[File]:
    """Return the file of an analysis, with what is chosen for it; none without an analysis."""
    if analysis is None:
        return []
    sizes = measure_sizes(cache.store(), analysis.id)
    with_texts, with_vectors = (bool(widget_value(key, True)) for key in (TEXTS, VECTORS))
    n_bytes = sizes.others + with_texts * sizes.texts + with_vectors * sizes.vectors
    made = File(
        "analysis",
        "This analysis as one file",
        "Labels with who gave them, maps, clusters with their names, evidence: opens in Refract on another "
        "machine exactly as it is here. A zip of JSON, Parquet and NumPy files for other programs · "
        f"about {_megabytes(n_bytes)}",
        f"{file_name(entry.name, analysis_title(analysis))}{ENDING}",
        "application/zip",
        partial(write_analysis, cache.store(), analysis.id, with_texts=with_texts, with_vectors=with_vectors),
        EVIDENCE,
    )
    return [made]


def draw_choice(analysis: Analysis | None) -> None:
    """Draw what the file of an analysis may hold besides."""
    if analysis is None:
        return
    sizes = measure_sizes(cache.store(), analysis.id)
    with st.container(horizontal=True, key="export_analysis_choice"):
        for key, name, n_bytes, help in (
            (TEXTS, "With the texts", sizes.texts, TEXTS_HELP),
            (VECTORS, "With the vectors", sizes.vectors, VECTORS_HELP),
        ):
            st.checkbox(
                f"{name} :small[{_megabytes(n_bytes)}]",
                value=True,
                key=key,
                help=help,
                persist_state="session",
            )


def _megabytes(n_bytes: int) -> str:
    return f"{max(0.1, n_bytes / 1e6):,.1f} MB"

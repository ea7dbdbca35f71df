"""Import of existing labels, on the guide page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.corpus import Corpus
from core.corpus.tables import read_table
from core.errors import RefractError
from core.labels import FoundLabels, labels_from_column, match_labels
from pages.common import cache, draw_notice, ensure_analysis, keep_notice, person, state_of

TEXTS_PER_LABEL = {"10 of each": 10, "25 of each": 25, "100 of each": 100, "all": None}
IMPORT = "import"  # where messages about an import are shown


@dataclass
class LatestImport:
    """The file that was imported last."""

    file_id: str = ""


def draw_import(corpus: Corpus) -> None:
    """Draw the import of labels from a metadata column, or from a file with text and label."""
    with st.expander("Import labels", icon=":material/upload:"):
        from_column, from_file = st.tabs(["From a column", "From a file"])
        with from_column:
            columns = [str(name) for name in corpus.metadata.columns]
            if not columns:
                st.caption("This corpus has no other columns.")
            else:
                with st.container(horizontal=True, vertical_alignment="bottom"):
                    column = st.selectbox("Column", columns, key="guide_import_column")
                    amount = st.selectbox(
                        "How many", list(TEXTS_PER_LABEL), index=3, key="guide_import_amount"
                    )
                    if st.button("Import", key="guide_import_from_column"):
                        values = corpus.metadata[column]
                        most = TEXTS_PER_LABEL[amount]
                        import_labels(
                            lambda: labels_from_column(values, most_per_label=most), "column", column
                        )
        with from_file:
            file = st.file_uploader(
                "A file with the columns text and label",
                type=["csv", "tsv", "jsonl", "xlsx"],
                key="guide_import",
            )
            latest = state_of(LatestImport)
            if file is not None and latest.file_id != file.file_id:
                latest.file_id = file.file_id
                content = file.getvalue()
                import_labels(
                    lambda: match_labels(corpus.texts, read_table(file.name, content).frame),
                    "file",
                    file.name,
                )
        draw_notice(IMPORT)


def import_labels(find: Callable[[], FoundLabels], source: str, name: str) -> None:
    """Record imported labels as one step, and add the new names."""
    store = cache.store()
    try:
        found = find()
        analysis_id = ensure_analysis()
        known = {label.casefold(): label for label in store.label_names.current(analysis_id)}
        for label in dict.fromkeys(found.labels.values()):
            if label.casefold() not in known:
                known[label.casefold()] = store.label_names.add(analysis_id, label)
        labels = {row: known[label.casefold()] for row, label in found.labels.items()}
        store.labels.give(analysis_id, labels, person(), source=source, source_name=name)
    except RefractError as error:
        keep_notice(IMPORT, str(error))
    else:
        message = f"{len(found.labels):,} labels imported from {source} {name}."
        if found.n_unknown:
            message += f" {found.n_unknown:,} texts of it are not in this corpus and were left out."
        if found.n_conflicting:
            message += f" {found.n_conflicting:,} gave a text a second label; the first was kept."
        keep_notice(IMPORT, message + " Undo removes them all.", "success")
    st.rerun()

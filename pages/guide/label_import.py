"""Import of existing labels, on the guide page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.errors import CorpusError, RefractError
from core.labels import (
    FoundLabels,
    LabelColumn,
    LabelColumns,
    LabelFile,
    TextRows,
    choose_columns,
    columns_with_labels,
    known_names,
    labels_from_column,
    match_labels,
    rank_by_instruction,
    read_label_upload,
)
from core.storage import Analysis
from core.utils import Report, cut
from pages.common import (
    account,
    cache,
    draw_notice,
    draw_reading,
    ensure_analysis,
    forget_widget,
    keep_notice,
    keep_toast,
    markdown,
    person,
    set_widget,
    show_message,
    start_widget,
    state_of,
    widget_value,
)
from pages.guide.import_report import Outcome, describe, headline, n_passed_over

TEXTS_PER_LABEL = {"10 of each": 10, "25 of each": 25, "100 of each": 100, "all": None}
IMPORT = "import"  # where messages about an import are shown
LABELS_SHOWN = 8  # of a column, before it is imported
LONGEST_SHOWN = 300  # characters of a text that was passed over
FORMATS_HELP = (
    "CSV, TSV, Excel, JSON, JSON Lines, Parquet or plain text: a column with the texts or their ids, and "
    "one with the labels. Files that Refract exported, and exports of Label Studio, doccano, Prodigy and "
    "Argilla, are read as they are."
)


@dataclass
class LatestImport:
    """The file that was uploaded last, and what the latest import did.

    Attributes
    ----------
    file_id, name : str
    file : LabelFile, or None before a file could be read
    columns : LabelColumns, as they were found
    corpus_key : str, of the corpus that they were found for
    passed_over : FoundLabels of the latest import, None where nothing was passed over
    passed_over_in : str, key of the corpus of that import
    report : str, what the latest import did
    reported_of : analysis of that import and its number of labels afterwards; others end the report
    asked : str, the instruction that the columns were ranked by
    """

    file_id: str = ""
    name: str = ""
    file: LabelFile | None = None
    columns: LabelColumns | None = None
    corpus_key: str = ""
    passed_over: FoundLabels | None = None
    passed_over_in: str = ""
    report: str = ""
    reported_of: tuple[int, int] | None = None
    asked: str = ""


@cache.kept(max_entries=4, show_spinner=False)
def label_columns(corpus_key: str, _corpus: Corpus) -> list[LabelColumn]:
    """Return the columns of a corpus that hold labels, the likeliest first; cached by the corpus' key."""
    return columns_with_labels(_corpus.metadata, every=True)


def draw_import(corpus: Corpus, instruction: str) -> None:
    """Draw the import of labels from a metadata column or from a file."""
    with st.container(key="guide_import_labels"):
        draw_column_import(corpus, instruction)
        draw_file_import(corpus)


def draw_report(corpus: Corpus, analysis: Analysis | None) -> None:
    """Draw what the latest import did, until a label is given or taken back."""
    latest = state_of(LatestImport)
    draw_notice(IMPORT)
    now = (analysis.id, cache.store().labels.read(analysis.id).n_labels) if analysis else None
    if latest.report and latest.reported_of == now:
        show_message(latest.report, "success")
    found = latest.passed_over
    if found is None or latest.passed_over_in != corpus.key:
        return
    n = n_passed_over(found)
    with st.expander(f"Passed over in the latest import · {n:,}", icon=":material/rule:", key="guide_passed"):
        if n > len(found.examples):
            st.caption(f"The first {len(found.examples):,}.")
        st.dataframe(
            pd.DataFrame(
                {
                    "Why": [str(reason) for reason, _ in found.examples],
                    "Text": [cut(text, LONGEST_SHOWN) for _, text in found.examples],
                }
            ),
            hide_index=True,
            key="guide_passed_over",
        )


def draw_column_import(corpus: Corpus, instruction: str) -> None:
    """Draw the choice of a column that holds labels, and of how many texts of each value."""
    columns = rank_by_instruction(label_columns(corpus.key, corpus), instruction)
    if not columns:
        other = "" if corpus.metadata.columns.empty else " that holds labels"
        st.caption(f"This corpus has no other column{other}.")
        return
    by_name = {column.name: column for column in columns}
    latest = state_of(LatestImport)
    if latest.asked != instruction:  # the column that answers the new one is chosen again
        latest.asked = instruction
        set_widget("guide_import_column", columns[0].name)

    def import_chosen() -> None:  # the widgets may have changed since the button was drawn
        amount = TEXTS_PER_LABEL[str(widget_value("guide_import_amount"))]
        import_column(corpus, str(widget_value("guide_import_column")), most_per_label=amount)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox("From a column", list(by_name), key="guide_import_column", width=240)
        st.selectbox("How many", list(TEXTS_PER_LABEL), index=3, key="guide_import_amount", width=160)
        st.button("Import", key="guide_import_from_column", on_click=import_chosen)
    st.caption(column_text(by_name[column]))


def column_text(column: LabelColumn) -> str:
    """Return how many labels a column holds, and the most frequent of them, in markdown."""
    some = ", ".join(markdown(value) for value in column.values[:LABELS_SHOWN])
    more = len(column.values) - LABELS_SHOWN
    return (
        f"{column.n_texts:,} texts with {len(column.values):,} values: {some}"
        f"{f' and {more:,} more' if more > 0 else ''}."
    )


def import_column(corpus: Corpus, name: str, *, most_per_label: int | None = None) -> None:
    """Import the labels of a metadata column. For callbacks."""
    import_labels(
        corpus,
        lambda: labels_from_column(corpus.metadata[name], most_per_label=most_per_label),
        "column",
        name,
    )


def draw_file_import(corpus: Corpus) -> None:
    """Draw the upload of a file; a file whose columns are clear is imported at once."""
    try:
        file = account.upload_file(
            "Or from a file with texts and labels", key="guide_import", help=FORMATS_HELP
        )
    except CorpusError as error:
        show_message(str(error))
        return
    latest = state_of(LatestImport)
    if file is None:
        return
    if latest.file_id != file.file_id:
        latest.file_id, latest.name = file.file_id, file.name
        latest.file = latest.columns = None
        latest.corpus_key = corpus.key
        for key in ("guide_import_text_column", "guide_import_label_column"):
            forget_widget(key)
        with draw_reading(file.name) as report:
            _read(corpus, latest, file.getvalue(), report)
    if latest.columns is not None and not latest.columns.sure and latest.corpus_key == corpus.key:
        draw_column_choice(corpus, latest, latest.columns)


def _read(corpus: Corpus, latest: LatestImport, content: bytes, report: Report) -> None:
    most_bytes = account.upload_limit() * 2**20
    try:
        file = read_label_upload(latest.name, content, report, most_bytes=most_bytes)
        columns = choose_columns(file.frame, text_rows(corpus.key, corpus))
    except RefractError as error:
        keep_notice(IMPORT, str(error))
        st.rerun()
    latest.file, latest.columns = file, columns
    if columns.sure or columns.label is None or not columns.texts:
        import_file(corpus, latest, columns)
        st.rerun()
    else:
        keep_notice(
            IMPORT,
            f"{latest.name} has several columns that may hold the labels: choose one below, then import it.",
            "info",
        )
        st.rerun()


def draw_column_choice(corpus: Corpus, latest: LatestImport, columns: LabelColumns) -> None:
    """Draw the choice of the columns with texts and labels, where it is not clear which are meant."""
    text_key, label_key = "guide_import_text_column", "guide_import_label_column"

    def import_chosen() -> None:  # the widgets may have changed since the button was drawn
        text = widget_value(text_key, columns.text)
        label = widget_value(label_key)
        import_file(corpus, latest, replace(columns, text=text, label=label, sure=True))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        if len(columns.texts) > 1:
            start_widget(text_key, columns.texts[0])
            st.selectbox("Text column", columns.texts, key=text_key)
        start_widget(label_key, columns.labels[0] if columns.label else None)
        label = st.selectbox(
            "Label column",
            columns.labels,
            index=None,
            key=label_key,
            placeholder="choose a column",
        )
        st.button("Import", key="guide_import_chosen", disabled=label is None, on_click=import_chosen)
    if label is not None and latest.file is not None:
        values = latest.file.frame[label].dropna().astype(str)
        some = [markdown(cut(value, 40)) for value in values.value_counts().index[:LABELS_SHOWN]]
        st.caption(f"Its most frequent values: {', '.join(some)}." if some else "It is empty.")


def import_file(corpus: Corpus, latest: LatestImport, columns: LabelColumns) -> None:
    """Import the uploaded file by these columns."""
    file, rows = latest.file, text_rows(corpus.key, corpus)
    import_labels(corpus, lambda: match_labels(rows, file, columns=columns), "file", latest.name)


@st.cache_resource(max_entries=2, scope="session", show_spinner=False)
def text_rows(corpus_key: str, _corpus: Corpus) -> TextRows:
    """Return the texts of a corpus as an import finds them; cached by the corpus' key."""
    return TextRows(_corpus.texts, _corpus.metadata, _corpus.source_rows, _corpus.left_out)


def import_labels(corpus: Corpus, find: Callable[[], FoundLabels], source: str, name: str) -> None:
    """Record imported labels as one step, add the new names, and keep what is to be said. For callbacks too.

    An analysis without an instruction gets one from the name of the column.
    """
    latest, store = state_of(LatestImport), cache.store()
    try:
        found = find()
        analysis_id = ensure_analysis()
        outcome = give_labels(analysis_id, found, source, name)
        if source == "column" and not store.analysis(analysis_id).instruction:
            store.set_instruction(analysis_id, f"by {name}")
    except RefractError as error:
        keep_notice(IMPORT, str(error))
        return
    latest.report = describe(found, outcome, source, name)
    latest.reported_of = analysis_id, store.labels.read(analysis_id).n_labels
    latest.passed_over = found if found.examples else None
    latest.passed_over_in = corpus.key
    keep_toast(headline(found, outcome, name), "upload")


def give_labels(analysis_id: int, found: FoundLabels, source: str, name: str) -> Outcome:
    """Record the labels that change something, all in one step; a person's equal label stays theirs."""
    store = cache.store()
    guide = store.labels.read(analysis_id)
    has = {row: guide.names[code] for row, code in enumerate(guide.codes.tolist()) if code >= 0}
    names = known_names(found.labels.values(), guide.names)
    wanted: dict[int, str | None] = {row: names[label] for row, label in found.labels.items()}
    wanted |= {row: None for row in found.removed if row in has}
    given = {row: label for row, label in wanted.items() if has.get(row) != label or guide.by_model[row]}
    if given:
        store.labels.give(analysis_id, given, person(), source=source, source_name=name, add_names=True)
    return Outcome(
        n_given=sum(label is not None for label in given.values()),
        n_same=len(wanted) - len(given),
        n_changed=sum(label is not None and has.get(row, label) != label for row, label in given.items()),
        n_removed=sum(label is None for label in given.values()),
    )

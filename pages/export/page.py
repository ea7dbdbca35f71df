"""Export page: every result as a file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core.api import add_labels
from core.corpus import Corpus
from core.errors import StoreError
from core.evidence import findings_wanted
from core.export import (
    GROUPS,
    LONGEST_TEXT,
    PICTURES,
    ExportSource,
    File,
    export_files,
    rows_of_table,
    source_table,
)
from core.maps import Fit
from core.storage import Analysis, StoredCorpus, load_finding, load_findings
from core.tasks import fit_key
from pages.common import (
    VERDICT_ICONS,
    account,
    analysis_title,
    cache,
    capitalised,
    clusters_job,
    current_analysis,
    current_corpus,
    draw_measuring,
    draw_notice,
    is_fitted,
    jobs,
    latest_shown_texts,
    layout,
    navigation,
    partition_for,
    safe_download,
    set_widget,
    show_message,
    verdict_of,
    widget_value,
)
from pages.export.all_analyses import analysis_readers, draw_waiting
from pages.export.analysis_file import analysis_files, draw_choice

PREVIEW_ROWS = 5
DOWNLOAD = "export_download"  # where the message of a download that failed is shown
PART = "export_part"  # widget key
ALL, SELECTED, FILTERED = "all", "selected", "filtered"
PART_WORDS = {SELECTED: "{n:,} selected on the maps", FILTERED: "{n:,} that pass the filters"}
# Choices of how much of each text the report holds; a bare string here would be drawn on the page.
USUAL_LENGTH = f"{LONGEST_TEXT:,} characters"
LENGTHS = {"200 characters": 200, USUAL_LENGTH: LONGEST_TEXT, "2,000 characters": 2_000, "Whole": None}
NEUTRALISE_HELP = (
    "A spreadsheet takes a text that begins with =, +, - or @ for a formula, which can run a command or show "
    "an error. With the apostrophe it shows the text. Refract takes the apostrophe away when it reads the "
    "file again; for other programs switch this off. Numbers and the Parquet files stay as they are."
)


def export_page() -> None:
    """Every result as a file."""
    entry, analysis = current_corpus(), current_analysis()
    layout.page_head("Export", "Take your results with you.", page=navigation.EXPORT)
    layout.require_prepared(entry, "There is nothing to export yet: choose a corpus first.")
    draw_notice(DOWNLOAD)
    corpus = cache.corpus(entry.key)
    fit = cache.fit(analysis) if is_fitted(analysis) else None
    analyses = cache.store().analyses(entry.key)
    source = replace(export_source(corpus, entry, analysis, fit), analyses=analysis_readers(corpus, analyses))
    unlabelled = fit is not None and not (np.asarray(fit.given) >= 0).any()
    # Predictions without a label are spoken of below, where a check sample counts too.
    verdict = None if fit is None or (unlabelled and fit.has_predictions) else verdict_of(analysis)
    if verdict is not None:
        st.markdown(f"{VERDICT_ICONS[verdict.state]} {capitalised(verdict.sentence)}.")
    said = what_the_files_hold(source, analysis, unlabelled=unlabelled)
    if said:
        show_message(said, "info")
    draw_pending_clusters(entry, analysis, fit)
    draw_waiting([other for other in analyses if other != analysis])
    part, table = choose_part(corpus, source_table(source))
    with st.container(border=True, key="export_table"):
        place = st.empty()  # the file depends on the choice below it
        neutralise = st.toggle(
            "Safe for spreadsheets: an apostrophe before texts that begin with =, +, - or @",
            value=True,
            key="export_neutralise",
            help=NEUTRALISE_HELP,
            persist_state="session",
        )
        draw_preview(table, corpus)
    longest = LENGTHS[widget_value("export_longest") or USUAL_LENGTH]
    first, *others = export_files(source, table, neutralise=neutralise, part=part, longest=longest)
    others += analysis_files(analysis, entry)
    with place.container():
        draw_file(first, source, entry, primary=True)
    for group in GROUPS:
        files = [file for file in others if file.group == group]
        if files:
            st.markdown(f"##### {group}")
        for file in files:
            draw_file(file, source, entry)
        if group == PICTURES:
            draw_text_length()
    draw_choice(analysis)
    if fit is not None and source.findings.evidence is None:
        st.caption("The evidence comes here as a file when the check is done.")
    if fit is not None:
        wanted = {"evidence", "linear_evidence"} & set(findings_wanted(fit.method))
        missing = [name for name in wanted if getattr(source.findings, name) is None]
        if missing:
            draw_measuring(analysis, missing)


def choose_part(corpus: Corpus, table: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """Draw the choice between all texts and those of the maps; return what they are called, and their rows.

    Without a selection and without a filter there is no choice.
    """
    shown = latest_shown_texts(corpus.key)
    parts = {SELECTED: shown.selected, FILTERED: shown.passing}
    rows = {name: found for name, found in parts.items() if found is not None and len(found)}
    if not rows:
        return "", table
    words = {ALL: f"All {len(table):,}"}
    words |= {name: PART_WORDS[name].format(n=len(found)) for name, found in rows.items()}
    if widget_value(PART) not in words:
        set_widget(PART, ALL)
    chosen = st.segmented_control(
        "Texts in the tables", list(words), format_func=words.__getitem__, required=True, key=PART,
        persist_state="session",
    )  # fmt: skip
    return (chosen, rows_of_table(table, rows[chosen])) if chosen in rows else ("", table)


def draw_file(file: File, source: ExportSource, entry: StoredCorpus, *, primary: bool = False) -> None:
    """Draw what a file is, and the button that downloads it."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"export_row_{file.kind}"):
        st.markdown(f"**{file.title}**  \n:small[{file.hint}]", width="stretch")
        st.download_button(
            "Download",
            data=safe_download(
                account.for_download(
                    partial(content_of, file, source),
                    what=file.name,
                    corpus=entry.name,
                    key=entry.key,
                    rows=entry.n_texts,
                ),
                DOWNLOAD,
            ),
            file_name=file.name,
            mime=file.mime,
            key=f"export_{file.kind}",
            icon=":material/download:",
            type="primary" if primary else "tertiary",
            help=None if primary else f"{file.title}: {file.name}",
            on_click="ignore",
        )


def draw_text_length() -> None:
    """Draw the choice of how much of each text the report holds."""
    st.segmented_control(
        "Texts in the report",
        list(LENGTHS),
        default=USUAL_LENGTH,
        required=True,
        key="export_longest",
        persist_state="session",
    )


def content_of(file: File, source: ExportSource) -> bytes:
    """Return the content of a file that is written in parts: memory holds it once, as Streamlit sends it."""
    if not (source.generic.is_whole and (source.fit is None or source.fit.is_whole)):
        raise StoreError(
            "A file of this map was cut short by another program: open this page again, it says what to do."
        )
    with tempfile.TemporaryFile() as written:
        file.write(written)
        written.seek(0)
        return written.read()


def draw_preview(table: pd.DataFrame, corpus: Corpus) -> None:
    """Draw the first rows of the table; what Refract adds stands before the columns of the file."""
    columns = list(table.columns)
    text = columns.index("text")
    results = columns[text + 1 + corpus.metadata.shape[1] :]
    order = ["text", *results, *(name for name in columns if name != "text" and name not in results)]
    st.markdown(f"**Preview** :small[first {min(PREVIEW_ROWS, len(table))} of {len(table):,} rows]")
    narrow = {"text": st.column_config.TextColumn(width=260)}
    st.dataframe(table.head(PREVIEW_ROWS)[order], hide_index=True, key="export_preview", column_config=narrow)


def draw_pending_clusters(entry: StoredCorpus, analysis: Analysis | None, fit: Fit | None) -> None:
    """Draw the jobs of k-means clusters that the files do not hold yet, and say what they hold."""
    pending = {"generic": clusters_job(entry.key, None, entry.embedding_key)}
    if fit is not None:
        pending["reshaped"] = clusters_job(entry.key, analysis, fit.space_key)
    for name, job in pending.items():
        if job is not None:
            jobs.draw_job(job, cancel_key=f"export_cancel_clusters_{name}")
            show_message(
                f"The k-means clusters of the {name} map are not computed yet: until then the files hold its "
                "clusters by density.",
                "warning",
            )


def what_the_files_hold(source: ExportSource, analysis: Analysis | None, *, unlabelled: bool) -> str:
    """Return which map the files hold, where that needs saying; else an empty string.

    `unlabelled` says whether it was made without a labelled text.
    """
    fit = source.fit
    if fit is None:
        return "Once the map is reshaped, the files also hold its clusters, places and vectors."
    if analysis.fit_key != fit_key(cache.store(), analysis.id):
        return (
            "Labels or instruction changed since the map was reshaped: predictions, clusters and vectors are "
            "those of before."
        )
    checked = source.check is not None and source.check.enough
    if fit.from_names_only:
        unchecked = "" if checked else ", so nothing checked the predictions"
        return f"From names only: no text was labelled{unchecked}. The names of the files say so, too."
    if fit.has_predictions and unlabelled:
        unchecked = "" if checked else ", and nothing checked them"
        return f"No text was labelled: the label names alone made the predictions{unchecked}."
    return ""


def export_source(
    corpus: Corpus, entry: StoredCorpus, analysis: Analysis | None, fit: Fit | None
) -> ExportSource:
    """Read what can be exported: labels, clusters as the maps show them, findings."""
    generic = cache.space(entry.key, entry.embedding_key)
    clusters = partition_for(corpus, None, generic, entry.embedding_key)
    near = load_finding(cache.store().results(entry.key), entry.embedding_key, "near")
    source = ExportSource(corpus, entry.encoder, generic, clusters, near)
    if analysis is not None:
        source = add_labels(source, cache.store(), analysis.id, fit)
    if fit is not None:
        source = replace(
            source,
            title=analysis_title(replace(analysis, instruction=fit.instruction)),
            fit=fit,
            fit_clusters=partition_for(corpus, analysis, fit.space, fit.space_key),
            answers=cache.answers(corpus.key, fit.space_key),
            findings=load_findings(cache.store().results(entry.key), analysis.fit_key),
        )
    return source


export_page()

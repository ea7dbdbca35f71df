"""What a table holds, before it is encoded: its first rows, and a report on its texts."""

from __future__ import annotations

from html import escape

import pandas as pd
import streamlit as st
from pandas.api.types import is_datetime64_any_dtype

from core.corpus import MOST_LOOKED_AT, Corpus, CorpusReport
from core.corpus.tables import Table, as_text
from core.utils import one_line
from pages.charts import text_length_histogram
from pages.common import layout, markdown, shorten

PREVIEW_ROWS = 30
PREVIEW_COLUMNS = 30  # beside that of the texts
LENGTHS_HEIGHT = 150  # pixels
LONGEST_TEXT, LONGEST_VALUE = 400, 60  # characters that the preview shows
LANGUAGES_HELP = (
    f"Languages and scripts of up to {MOST_LOOKED_AT:,} different texts, found on this machine. Very short "
    "texts tell no language."
)


def draw_preview(table: Table, text_column: str, *, n_rows: int | None) -> None:
    """Draw the first rows: the text wrapped and first, the other columns beside it.

    The edge of what can be scrolled is shaded, so that nobody takes the visible columns for all.
    `n_rows` is the number of all rows, of which the table may be the beginning; None where it is unknown.
    """
    rows = table.frame.head(PREVIEW_ROWS)
    others = [str(name) for name in rows.columns if name != text_column]
    shown = others[:PREVIEW_COLUMNS]
    n_others = f" · {len(others)} other {'column' if len(others) == 1 else 'columns'}" if others else ""
    of_all = "" if n_rows is None else f" of {n_rows:,}"
    st.markdown(f"**{markdown(table.name)}** :small[first {len(rows)}{of_all} rows{n_others}]")
    heads = "".join(f'<th scope="col">{escape(one_line(name, LONGEST_VALUE))}</th>' for name in shown)
    columns = [_cells(rows[name]) for name in shown]
    lines = []
    for number, text in enumerate(_cells(rows[text_column], longest=LONGEST_TEXT)):
        values = "".join(f"<td>{column[number]}</td>" for column in columns)
        lines.append(f'<tr><td class="text"><div>{text}</div></td>{values}</tr>')
    st.html(
        f'<div class="preview" role="region" tabindex="0" aria-label="First rows of the file"><table><thead>'
        f'<tr><th scope="col" class="text">{escape(one_line(text_column, LONGEST_VALUE))}</th>{heads}</tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _cells(column: pd.Series, *, longest: int = LONGEST_VALUE) -> list[str]:
    """Return the values of a column as HTML, cut to `longest` characters; "" where there is none."""
    if is_datetime64_any_dtype(column.dtype) and bool(
        (column.dropna() == column.dropna().dt.normalize()).all()
    ):
        column = column.dt.date  # dates without a time of day
    missing = column.isna().to_numpy()
    return [
        "" if gone else escape(one_line(as_text(value), longest))
        for value, gone in zip(column.tolist(), missing, strict=True)
    ]


def draw_report(report: CorpusReport, table: Table) -> None:
    """Draw one line on the texts, what repeats among them, and the notes on how the file was read."""
    n_texts, languages = report.n_rows - report.n_empty, report.languages.sentence()
    facts = [
        f"**{n_texts:,}** {'text' if n_texts == 1 else 'texts'}",
        markdown(languages),
        f"**{report.n_empty:,}** empty left out" if report.n_empty else "",
        f"**{report.n_duplicates:,}** {'copy' if report.n_duplicates == 1 else 'copies'}"
        if report.n_duplicates
        else "",
    ]
    st.markdown(" · ".join(fact for fact in facts if fact), help=LANGUAGES_HELP if languages else None)
    for note in table.notes:
        st.caption(f":material/info: {markdown(note)}")


def draw_lengths(corpus: Corpus) -> None:
    """Draw the histogram of the lengths of the texts."""
    st.caption("How long the texts are")
    lengths = text_length_histogram([len(text) for text in corpus.texts])
    layout.draw_chart(lengths, "corpus_lengths", LENGTHS_HEIGHT)


def draw_details(report: CorpusReport) -> None:
    """Draw what is rarely asked about the texts: their length, and which of them repeat most."""
    lines = [
        f"Half of the texts have up to {report.median_length:,.0f} characters, the longest has "
        f"{report.longest:,}."
    ]
    if report.repeated:
        named = ", ".join(f"“{markdown(shorten(text))}” {n_rows:,} times" for text, n_rows in report.repeated)
        lines.append(f"Repeated most: {named}.")
    st.caption("  \n".join(lines))

"""Result of a comparison: a sentence, a table and a chart."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from core.evidence import points
from core.evidence.comparison import Comparison, SystemRow, headline, in_words
from core.utils import percent
from pages.charts import SystemPoint, accuracy_by_seconds
from pages.common import gigabytes, layout, markdown

CHART_HEIGHT, CHART_WIDTH, TABLE_WIDTH = 330, 440, 620  # pixels; in a narrow window the chart goes below
SHORTEST_SECONDS = 0.001  # on the chart, whose axis is logarithmic
COLUMN_HELP = {
    "System": "How an instruction becomes vectors.",
    "Labels found": "Share of the hidden labels that the nearest labelled text has, too, each label counting "
    "the same.",
    "Gain": "Over the generic space, in points, and where it lies with 95 % confidence. Where 0 is inside, "
    "the gain can be chance.",
    "First instruction": "From texts to vectors under a first instruction: load the model and encode the "
    "sample; for the transforms: encode once, find neighbours, reshape. Starting Python, downloading a model "
    "and giving labels are not counted.",
    "One more": "Time to the vectors of one more instruction: reshape, or encode the sample again.",
    "On all": "The same for all texts, at the rate measured on the sample. GSTransform learns from labelled "
    "texts alone, so that others hardly cost it time.",
    "Memory": "The most that its process held at a time, Python and its libraries included.",
    "Graphics memory": "The most that it reserved on the graphics card.",
}


def draw_comparison_result(comparison: Comparison) -> None:
    """Draw the result: a sentence, the table, and the chart beside it."""
    sentence = headline(comparison, markdown)
    if sentence:
        st.markdown(f"**{sentence}**")
    st.caption(sample_text(comparison))
    points = [
        to_point(row) for row in comparison.measured if row.enough and not math.isnan(row.second_seconds)
    ]
    with st.container(horizontal=True, gap="medium", key="compare_result"):
        with st.container(width=TABLE_WIDTH if points else "stretch"):
            draw_system_table(comparison)
            draw_notes(comparison)
        if points:
            generic = next(row.generic for row in comparison.measured if row.enough)
            figure = accuracy_by_seconds(points, generic=generic)
            with st.container(width=CHART_WIDTH):
                layout.draw_chart(figure, "compare_chart", CHART_HEIGHT)


def sample_text(comparison: Comparison) -> str:
    """Return what it was measured on, and what is missing for more."""
    counts = f"{comparison.n_labels:,} labels of {comparison.n_classes} kinds"
    sample = "all" if comparison.n_texts == comparison.n_corpus else f"{comparison.n_texts:,} of"
    said = f"Measured on {sample} {comparison.n_corpus:,} texts with {counts}."
    if comparison.measured and not any(row.enough for row in comparison.measured):
        said += " Too few labels to tell which finds more: only times and memory are shown."
    return said


def draw_system_table(comparison: Comparison) -> None:
    """Draw a row for each measured system."""
    if not comparison.measured:
        return
    table = pd.DataFrame([to_cells(row, comparison) for row in comparison.measured])
    table = table.loc[:, [name for name in table if name == "System" or (table[name] != "").any()]]
    st.dataframe(
        table,
        key="compare_table",
        hide_index=True,
        column_config={
            name: st.column_config.TextColumn(
                name, help=COLUMN_HELP["On all" if name.startswith("On all") else name]
            )
            for name in table
        },
    )


def to_cells(row: SystemRow, comparison: Comparison) -> dict[str, str]:
    """Return the cells of a system; "" where a column has no value for it."""
    n_texts, n_corpus = comparison.n_texts, comparison.n_corpus
    return {
        "System": row.system.title,
        "Labels found": percent(row.accuracy) if row.enough else "",
        "Gain": "" if math.isnan(row.gain_low) else points(row.gain_low, row.gain_high),
        "First instruction": in_words(row.first_seconds),
        "One more": in_words(row.second_seconds),
        **({f"On all {n_corpus:,}": in_words(comparison.seconds_on_all(row))} if n_texts < n_corpus else {}),
        "Memory": gigabytes(row.peak_bytes / 1e9) if row.peak_bytes else "",
        "Graphics memory": gigabytes(row.graphics_bytes / 1e9) if row.graphics_bytes else "",
    }


def to_point(row: SystemRow) -> SystemPoint:
    """Return the point of a system on the chart."""
    meaning = (
        f"{row.system.title}: {percent(row.accuracy)} of the hidden labels found again, one more instruction "
        f"in {in_words(row.second_seconds)}"
    )
    return SystemPoint(
        name=row.system.title,
        seconds=max(row.second_seconds, SHORTEST_SECONDS),
        accuracy=row.accuracy,
        low=max(0.0, min(row.accuracy, row.generic + row.gain_low)),
        high=min(1.0, max(row.accuracy, row.generic + row.gain_high)),
        meaning=meaning,
        own=row.system.method.kind == "guided",
    )


def draw_notes(comparison: Comparison) -> None:
    """Draw notes and failures of systems, and whether they were measured in several runs."""
    for row in comparison.rows:
        if row.failure:
            st.warning(
                f"**{markdown(row.system.title)}**: {markdown(row.failure)}", icon=":material/warning:"
            )
        elif row.note:
            st.caption(f"**{markdown(row.system.title)}**: {markdown(row.note)}")
    runs = {row.run for row in comparison.measured}
    if len(runs) > 1:
        st.caption("Measured in several runs: the machine may have been busier in one of them.")

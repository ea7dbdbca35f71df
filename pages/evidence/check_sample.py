"""The check sample on the evidence page: accuracy in the whole corpus, and the share of each label."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from core.corpus import Corpus, Partition, profile_column
from core.evidence import LEAST_CHECKED, CheckEstimate, Interval, LabelShare, check_by_value
from core.labels import CHECK_SAMPLE, NONE, NONE_OF_THESE, CheckLabels, GuideLabels
from core.maps import Fit
from core.maps.drawing import GREY, colour_of
from core.storage import Analysis
from core.utils import percent
from pages.charts import GAIN, ShareRow, share_intervals
from pages.common import NextStep, cache, draw_step, estimate_of, layout, markdown, n_needed, navigation
from pages.evidence.verdict import has_labels

AXIS_HEIGHT, ROW_HEIGHT = 40, 30  # pixels: of the axis, and of one row
ROWS_SHOWN = 12  # without scrolling
TABLE_ROW = 36  # pixels
MOST_VALUES = 20  # of a column whose values are compared
VALUES_NAMED = 8  # in a sentence
NARROW = 0.025  # half width of an interval that more texts hardly improve
ACCURACY = "Accuracy of the predicted labels"
HELP = (
    "Texts drawn at random and labelled in the deck without seeing a prediction. They never shape a map. "
    "Texts with a label of a person count with that label. The others are estimated: the predictions on all "
    "of them, corrected by the sample (prediction-powered inference). Intervals are of 95 % confidence."
)
NOT_RANDOM = (
    "The labels behind the other figures of this page are not a random sample: the deck picks the texts that "
    "improve the map most. "
)
WHY = (
    "A check sample is drawn at random and labelled without seeing the prediction. It tells how often the "
    "predicted labels are right **in the whole corpus**, and how large the **share of each label** is."
)


def draw_check_sample(analysis: Analysis, corpus: Corpus, fit: Fit) -> None:
    """Draw what the check sample says of the whole corpus; before that, how many answers it still needs."""
    store = cache.store()
    guide = store.labels.read(analysis.id)
    if not guide.names:
        return
    checks = store.check_labels.read(analysis.id)
    needed = n_needed(guide, checks)
    with st.container(key="evidence_check_sample"):
        st.markdown("##### Check sample", help=HELP)
        if checks.n_checked < needed:
            st.markdown((NOT_RANDOM if has_labels(fit) else "") + WHY)
            st.progress(
                checks.n_checked / needed,
                f"{checks.n_checked:,} of {needed} texts answered. {needed} give a first estimate.",
            )
            with st.container(horizontal=True):
                link_to_deck("Go on" if len(checks.seen) else "Label a check sample")
            return
        estimate = estimate_of(analysis, fit)
        draw_accuracy(estimate, checks)
        draw_names_changed(guide, fit)
        if not estimate.enough:
            return
        draw_shares(estimate, guide)
        draw_by_value(corpus, fit, guide, checks)


def link_to_deck(label: str) -> None:
    """Draw a button that opens the check sample in the labelling deck."""
    draw_step(NextStep(label, navigation.GUIDE, CHECK_SAMPLE), "evidence_to_check", navigation.EVIDENCE)


def draw_accuracy(estimate: CheckEstimate, checks: CheckLabels) -> None:
    """Draw the accuracy with its interval, what it rests on, and what more texts would bring."""
    if estimate.n_known == estimate.n_texts:
        st.markdown("Every text has a label of a person, so nothing is estimated: the shares are counted.")
        return
    if not estimate.enough:
        st.markdown("Too few texts are left without a label for an estimate.")
    elif estimate.accuracy is not None:
        st.markdown(
            f"In the whole corpus **{percent(estimate.accuracy.value)} of the predicted labels are right**, "
            f"between {percent(estimate.accuracy.low)} and {percent(estimate.accuracy.high)} with 95 % "
            f"confidence. {width_text(estimate, estimate.accuracy)}"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(counts_text(estimate, checks), width="stretch")
        if estimate.n_left:
            link_to_deck("Label more of it")


def width_text(estimate: CheckEstimate, interval: Interval) -> str:
    """Return how wide an interval still is, and how many more texts would halve it."""
    points = f"± {100 * interval.margin:.0f} points"
    if interval.margin == 0:
        return "Every text is labelled, so this is exact."
    if interval.margin <= NARROW:
        return f"That is {points}: more texts would change little."
    more = estimate.more_for(interval, interval.margin / 2)
    more = more if more < 100 else round(more, -1)
    return f"That is still {points}; about {more:,} more texts would halve it."


def counts_text(estimate: CheckEstimate, checks: CheckLabels) -> str:
    """Return what the estimates rest on."""
    n_none = int((checks.codes == NONE).sum())
    texts = "1 text" if estimate.n_checked == 1 else f"{estimate.n_checked:,} texts"
    said = f"{texts} answered, {n_none:,} of them “{NONE_OF_THESE}”."
    if estimate.n_known:
        said += (
            f" {estimate.n_known:,} of {estimate.n_texts:,} texts have a label of a person and count with it."
        )
    if estimate.n_skipped:
        said += (
            f" {estimate.n_skipped:,} skipped: if such texts are unlike the others, the figures are biased."
        )
    return said


def draw_names_changed(guide: GuideLabels, fit: Fit) -> None:
    """Draw that labels were added, merged or deleted since the Fit, where they were."""
    if fit.has_predictions and set(guide.names) != set(fit.labels):
        st.caption(
            ":material/info: Label names changed since this map was made. **Reshape map** predicts the "
            "present labels, and narrows the intervals."
        )


def draw_shares(estimate: CheckEstimate, guide: GuideLabels) -> None:
    """Draw the share of each label as a chart and as a table."""
    shares = sorted(estimate.shares, key=lambda share: (share.name is None, -share.share.value))
    rows = [share_row(share, estimate, guide) for share in shares]
    mark = ", grey mark: by predictions alone" if estimate.accuracy is not None else ""
    st.markdown(f"**Share of each label in the corpus** :small[line: 95 % confidence{mark}]")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        draw_intervals(rows, "evidence_shares")
    with right:
        draw_table(share_table(rows, "Label"), "evidence_shares_table")


def draw_intervals(rows: list[ShareRow], key: str) -> None:
    """Draw shares with their intervals; many of them scroll."""
    height = AXIS_HEIGHT + ROW_HEIGHT * len(rows)
    shown = AXIS_HEIGHT + ROW_HEIGHT * ROWS_SHOWN
    with st.container(height=shown if len(rows) > ROWS_SHOWN else "content"):
        layout.draw_chart(share_intervals(rows), key, height)


def draw_table(table: pd.DataFrame, key: str) -> None:
    """Draw a table of percentages; its first column is text."""
    st.dataframe(
        table,
        key=key,
        hide_index=True,
        height="content" if len(table) <= ROWS_SHOWN else TABLE_ROW * (ROWS_SHOWN + 1),
        column_config={
            name: st.column_config.NumberColumn(format="%.0f %%")
            for name in table.columns
            if table[name].dtype == float
        },
    )


def draw_by_value(corpus: Corpus, fit: Fit, guide: GuideLabels, checks: CheckLabels) -> None:
    """Draw a share or the accuracy by the values of a column, where a column suits."""
    columns = columns_of_few_values(corpus.key, corpus)
    if not columns:
        return
    st.markdown("**By the values of a column**")
    with st.container(horizontal=True, key="evidence_check_by"):
        column = st.selectbox(
            "Column",
            list(columns),
            index=None,
            key="evidence_check_column",
            placeholder="Choose a column",
            label_visibility="collapsed",
            width=220,
        )
        if column is None:
            return
        measures = [*([ACCURACY] if fit.has_predictions else []), *range(len(guide.names) + 1)]
        measure = st.selectbox(
            "What to compare",
            measures,
            key="evidence_check_measure",
            format_func=lambda measure: measure_name(measure, guide),
            label_visibility="collapsed",
            width=280,
        )
    partition = columns[column]
    found = check_by_value(fit, guide, checks, partition)
    enough = {code: estimate for code, estimate in found.items() if estimate is not None}
    if enough:
        rows = [
            value_row(partition.names[code], estimate, measure, guide) for code, estimate in enough.items()
        ]
        left, right = st.columns([3, 2], gap="medium")
        with left:
            draw_intervals(rows, "evidence_shares_by_value")
        with right:
            table = share_table(rows, column)
            if measure == ACCURACY:
                table = table.rename(columns={"Share": "Accuracy"})
            table.insert(1, "Answered", [estimate.n_checked for estimate in enough.values()])
            draw_table(table, "evidence_shares_by_value_table")
    few = [partition.names[code] for code in found if code not in enough]
    if few:
        named = ", ".join(f"*{markdown(name)}*" for name in few[:VALUES_NAMED])
        rest = f" and {len(few) - VALUES_NAMED} more" if len(few) > VALUES_NAMED else ""
        st.caption(
            f":material/info: Fewer than {LEAST_CHECKED} texts answered, too few to tell: {named}{rest}."
        )


@cache.kept(max_entries=4, show_spinner=False)
def columns_of_few_values(corpus_key: str, _corpus: Corpus) -> dict[str, Partition]:
    """Return the columns with 2 to `MOST_VALUES` values or bins, each with its groups of texts."""
    profiles = {str(name): profile_column(values) for name, values in _corpus.metadata.items()}
    partitions = {name: profile.partition for name, profile in profiles.items() if profile is not None}
    return {name: groups for name, groups in partitions.items() if 2 <= len(groups.names) <= MOST_VALUES}


def measure_name(measure: str | int, guide: GuideLabels) -> str:
    """Return the name of what is compared: the accuracy, or the share of a label or of none."""
    if isinstance(measure, str):
        return measure
    return f"Share of “{[*guide.names, NONE_OF_THESE][measure]}”"


def value_row(value: str, estimate: CheckEstimate, measure: str | int, guide: GuideLabels) -> ShareRow:
    """Return what is compared, for one value of a column."""
    if isinstance(measure, str):
        accuracy = estimate.accuracy
        return ShareRow(value, accuracy.value, accuracy.low, accuracy.high, None, GAIN)
    return replace(share_row(estimate.shares[measure], estimate, guide), name=value)


def share_row(share: LabelShare, estimate: CheckEstimate, guide: GuideLabels) -> ShareRow:
    """Return the share of a label in the colour of the label."""
    return ShareRow(
        NONE_OF_THESE if share.name is None else share.name,
        share.share.value,
        share.share.low,
        share.share.high,
        None if estimate.accuracy is None else share.predicted,
        GREY if share.name is None else colour_of(guide.names)[share.name],
    )


def share_table(rows: list[ShareRow], title: str) -> pd.DataFrame:
    """Return shares in per cent, a row for each; the column of predicted shares only where there are any."""
    table = pd.DataFrame(
        {
            title: [row.name for row in rows],
            "Share": [100 * row.value for row in rows],
            "From": [100 * row.low for row in rows],
            "To": [100 * row.high for row in rows],
        }
    )
    if all(row.predicted is not None for row in rows):
        table["Predicted"] = [100 * row.predicted for row in rows]
    return table

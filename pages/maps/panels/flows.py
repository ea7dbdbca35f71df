"""Panel "Flows": how many texts go from each left group to each right group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.evidence import CrossTable, Movement, diagonal_order, flows, fold, likeness, movements
from core.utils import percent
from pages.charts import flow_matrix, flow_ribbons
from pages.common import draw_swatches, is_dark, markdown, widget_value
from pages.maps.groupings import Grouping, groupings
from pages.maps.selection import draw_clickable, select_texts
from pages.maps.view import NONE_PASSES, MapView

RIBBON_GROUPS = 12  # of a side, at most; the smaller ones are drawn as one
MATRIX_GROUPS = 40  # likewise
SENTENCES = 12  # at most
TABLE_ROWS = 500  # at most
HEIGHT = 470  # pixels
RIBBONS, MATRIX, TABLE = "Ribbons", "Matrix", "Table"
VERBS = {"splits": "splits into", "stays": "stays together in", "gathers": "gathers"}
LIKENESS_HELP = (
    "How far the two groupings agree. **Adjusted Rand index**: whether two texts of one group share a group "
    "on the other side too: 100 % for the same groups, about 0 % or less for independent ones. **NMI** "
    "(normalised mutual information): how far the group on one side predicts the group on the other, 0 to "
    "100 %; many small groups raise it. Texts without a group on either side are not counted."
)
SENTENCES_HELP = (
    "Left groups that went to several right ones, and right groups that came from several left ones, those "
    "with most moved texts first. Parts below a tenth of a group are not named. Click a part to select its "
    "texts on both maps."
)
CHART_HELP = "Click a ribbon, a bar or a cell to select its texts on both maps."


@dataclass(frozen=True, eq=False)
class Drawing:
    """A table with the groups of both sides in the order in which they are drawn."""

    table: CrossTable
    left_groups: list[int]
    right_groups: list[int]
    counts: np.ndarray
    left_names: list[str]
    right_names: list[str]


def draw_flows(view: MapView, selected: np.ndarray) -> None:
    """Draw the flows between two groupings as ribbons, matrix or table, and as sentences."""
    choices = groupings(view)
    if not choices[0]:
        st.caption(
            "Flows compare the groups of two maps. There is one map only, and no column of categories to "
            "compare it with: reshape the map by an instruction first."
        )
        return
    sides = "_".join(side.key for side in view.sides)
    with st.container(horizontal=True, vertical_alignment="bottom", key="maps_flows_head"):
        left, right = (
            _choose_grouping(f"{word} groups", offered, f"maps_flows_{word.lower()}_{sides}")
            for word, offered in zip(("Left", "Right"), choices, strict=True)
        )
        table = CrossTable(left.partition, right.partition, view.shown)
        kind = st.segmented_control(
            "Drawn as", (RIBBONS, MATRIX, TABLE), default=RIBBONS, required=True, key="maps_flows_kind",
            persist_state="session", help=CHART_HELP,
        )  # fmt: skip
        _draw_likeness(table)
        if view.shown is not None:
            st.caption("Only texts that pass the filters are counted.", width="content")
    if not table.counts.size:
        st.caption(NONE_PASSES)
        return
    with st.container(key="maps_flows_body"):
        words, chart = st.columns([1, 1.65], gap="medium")
    with chart:
        {RIBBONS: _draw_ribbons, MATRIX: _draw_matrix, TABLE: _draw_table}[kind](view, table, left, right)
    with words:
        _draw_sentences(view, table, left, right)


def _choose_grouping(label: str, offered: dict[str, Grouping], key: str) -> Grouping:
    """Draw the choice of one side's groups and return it."""
    name = st.selectbox(label, list(offered), key=key, persist_state="session")
    return offered[name]


def _draw_likeness(table: CrossTable) -> None:
    """Draw how alike the two groupings are."""
    found = likeness(table)
    if not math.isnan(found.adjusted_rand):
        st.markdown(
            f"Agreement: **{percent(max(found.adjusted_rand, 0))}** (adjusted Rand), "
            f"**{percent(found.mutual_information)}** (NMI)",
            help=LIKENESS_HELP,
            width="content",
        )


def _drawing(table: CrossTable, left: Grouping, right: Grouping, most: int) -> Drawing:
    """Keep the largest left groups and the right groups of most of their texts; sum the others."""
    folded_left = fold(table.left, most, table.among)
    inside = np.isin(folded_left.codes, list(table.left.names))
    inside &= True if table.among is None else table.among
    small = CrossTable(folded_left, fold(table.right, most, inside), table.among)

    def at_the_end(group: int, names: dict[int, str]) -> tuple[bool, bool]:
        return group < 0, group not in names

    rows, columns = diagonal_order(small.counts)
    rows = sorted(rows.tolist(), key=lambda at: at_the_end(small.left_groups[at], table.left.names))
    columns = sorted(columns.tolist(), key=lambda at: at_the_end(small.right_groups[at], table.right.names))
    left_groups = [small.left_groups[at] for at in rows]
    right_groups = [small.right_groups[at] for at in columns]
    return Drawing(
        small,
        left_groups,
        right_groups,
        small.counts[np.ix_(rows, columns)],
        [left.none if group < 0 else small.left.names[group] for group in left_groups],
        [right.none if group < 0 else small.right.names[group] for group in right_groups],
    )


def _draw_ribbons(view: MapView, table: CrossTable, left: Grouping, right: Grouping) -> None:
    """Draw the flows as ribbons between bars."""
    drawing = _drawing(table, left, right, RIBBON_GROUPS)
    drawn = np.ones(drawing.counts.shape, dtype=bool)
    if drawing.table.left is not table.left or drawing.table.right is not table.right:
        # Flows between the merged groups would take most of the space.
        drawn = np.logical_or.outer(
            np.isin(drawing.left_groups, list(table.left.names)),
            np.isin(drawing.right_groups, list(table.right.names)),
        )
    figure = flow_ribbons(
        drawing.counts,
        drawing.left_names,
        drawing.right_names,
        [left.colour(group) for group in drawing.left_groups],
        [right.colour(group) for group in drawing.right_groups],
        drawn=drawn,
        height=HEIGHT - 30,
        dark=is_dark(),
    )
    _draw_chart(figure, view, drawing, HEIGHT - 30)
    if not drawn.all():
        st.caption(
            "Drawn: the largest left groups, and the right ones that most of their texts went to. The flows "
            f"between the others ({drawing.counts[~drawn].sum():,} texts) are in the table."
        )


def _draw_matrix(view: MapView, table: CrossTable, left: Grouping, right: Grouping) -> None:
    """Draw the flows as a matrix of left and right groups."""
    drawing = _drawing(table, left, right, MATRIX_GROUPS)
    n_rows, n_columns = drawing.counts.shape
    row = min(40.0, max(15.0, (HEIGHT - 110) / n_rows))
    figure = flow_matrix(
        drawing.counts,
        drawing.left_names,
        drawing.right_names,
        cell=(520 / n_columns, row),
        dark=is_dark(),
    )
    _draw_chart(figure, view, drawing, round(110 + row * n_rows))


def _draw_chart(figure: object, view: MapView, drawing: Drawing, height: int) -> None:
    """Draw the figure of a drawing; a click selects the texts of a flow or a group."""

    def select_flow(i: int, j: int) -> None:
        left, right = None if i < 0 else drawing.left_groups[i], None if j < 0 else drawing.right_groups[j]
        select_texts(view.corpus.key, drawing.table.rows(left, right))

    draw_clickable(figure, "maps_flows_chart", height, select_flow)


def _draw_table(view: MapView, table: CrossTable, left: Grouping, right: Grouping) -> None:
    """Draw a table of all flows, largest first; selected rows select their texts."""
    found = flows(table)
    shown = found[:TABLE_ROWS]
    sizes = dict(zip(table.left_groups, table.counts.sum(axis=1).tolist(), strict=True))
    key = f"maps_flows_table_{len(found)}_{left.title}_{right.title}"

    def select_chosen() -> None:
        picked = [shown[at] for at in widget_value(key).selection.rows if at < len(shown)]
        if picked:
            rows = [table.rows(flow.left, flow.right) for flow in picked]
            select_texts(view.corpus.key, np.concatenate(rows))

    drawn = pd.DataFrame(
        {
            "left": "●",
            "Left group": [left.name(flow.left) for flow in shown],
            "right": "●",
            "Right group": [right.name(flow.right) for flow in shown],
            "Texts": [flow.count for flow in shown],
            "Of the left group": [100 * flow.count / sizes[flow.left] for flow in shown],
        }
    )
    colours = {
        "left": [f"color: {left.colour(flow.left)}" for flow in shown],
        "right": [f"color: {right.colour(flow.right)}" for flow in shown],
    }
    st.dataframe(
        drawn.style.apply(lambda column: colours[column.name], subset=["left", "right"]),
        key=key,
        height=HEIGHT,
        hide_index=True,
        on_select=select_chosen,
        selection_mode="multi-row",
        column_config={
            "left": st.column_config.TextColumn("", width=30),
            "right": st.column_config.TextColumn("", width=30),
            "Of the left group": st.column_config.NumberColumn(format="%.0f %%"),
        },
    )
    if len(found) > TABLE_ROWS:
        st.caption(f"The largest {TABLE_ROWS:,} of {len(found):,} are listed.")


def _draw_sentences(view: MapView, table: CrossTable, left: Grouping, right: Grouping) -> None:
    """Draw sentences on groups that split or gather; each part is a button."""
    found = movements(table)
    st.markdown("**In words**", help=SENTENCES_HELP)
    draw_swatches(_sentence_colours(found[:SENTENCES], left, right))
    if not found:
        st.caption("No group of either side splits or gathers others.")
    with st.container(gap="small", key="maps_flows_words"):
        for number, move in enumerate(found[:SENTENCES]):
            _draw_sentence(view, table, move, left, right, number)


def _sentence_colours(found: Sequence[Movement], left: Grouping, right: Grouping) -> dict[str, str]:
    """Return the colour of each group that the sentences name, by the key of its widget."""
    colours = {}
    for number, move in enumerate(found):
        own, other = (right, left) if move.kind == "gathers" else (left, right)
        colours[f"maps_flow_group_{number}"] = own.plain_colour(move.group)
        for part, (code, _) in enumerate(move.parts):
            colours[f"maps_flow_{number}_{part}"] = other.plain_colour(code)
    return colours


def _draw_sentence(
    view: MapView, table: CrossTable, move: Movement, left: Grouping, right: Grouping, number: int
) -> None:
    """Draw what became of one group, each part as a button that selects it."""
    own, other = (right, left) if move.kind == "gathers" else (left, right)
    sign = {"splits": "call_split", "gathers": "call_merge", "stays": "arrow_forward"}[move.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        with st.container(key=f"maps_flow_group_{number}", width="content"):
            st.markdown(
                f"**{markdown(own.name(move.group))}** :material/{sign}: {VERBS[move.kind]}", width="content"
            )
        for part, (code, count) in enumerate(move.parts):
            pair = (code, move.group) if move.kind == "gathers" else (move.group, code)
            st.button(
                f"{markdown(other.name(code))} **{count:,}**",
                key=f"maps_flow_{number}_{part}",
                type="tertiary",
                help="Select these texts on both maps",
                on_click=lambda pair=pair: select_texts(view.corpus.key, table.rows(*pair)),
            )
        if move.rest:
            st.markdown(
                f":gray[and {move.rest:,} {'from ' if own is right else ''}elsewhere]", width="content"
            )

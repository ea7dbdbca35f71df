"""Panel "Moves": what changed from the left map to the right one, and which texts moved as a group."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.evidence import MovingGroup, moving_groups
from core.maps.clusters import typical_rows
from core.utils import content_key
from pages.charts import replaced_bars
from pages.common import markdown, n_shown, show_more
from pages.maps.clusters import markdown_excerpt
from pages.maps.colour_by import change_between
from pages.maps.selection import chart_key, select_texts, take_click
from pages.maps.view import MapView, Side

CARDS = 6  # shown at first
COLUMNS = 2
TYPICAL = 2
CHART = 230  # pixels
MOVES_CHART = "maps_moves_chart"
CHANGE_HELP = (
    "For each text: which share of its nearest neighbours on the left side is no longer among them on the "
    "right side (by cosine, in all dimensions, not on the map). Grey: all texts; in colour: the selected "
    "ones. Click a bar to select its texts on both maps; the slider below takes several."
)
GROUPS_HELP = (
    "Texts that share a cluster on the left and a cluster on the right, while most of the left cluster went "
    "elsewhere; they are closer to each other than before. Sorted by score: size "
    "times the neighbours gained within the group, reduced where chance alone would give as large a "
    "group. Texts between the clusters of either map are in no group."
)
CARD_HELP = (
    "New: neighbours that the texts did not have on the left side. Of this group: neighbours that are "
    "themselves in this group, on the right side, and before, on the left. A group that moved as one has "
    "many more of them after than before."
)


def draw_moves(view: MapView, selected: np.ndarray) -> None:
    """Draw the share of replaced neighbours, and the groups of texts that moved together."""
    if len(view.sides) < 2:
        st.caption(
            "Moves show which texts changed their neighbours. There is one map only: label some "
            "texts and press Fit; the reshaped map then appears beside this one."
        )
        return
    if view.shown is not None and not view.shown.any():
        st.caption("No text passes the filters: remove one of them.")
        return
    left, right = view.sides
    n_neighbours = min(side.space.graph.indices.shape[1] for side in view.sides)
    if not n_neighbours:
        st.caption("One text alone has no neighbours that could be replaced.")
        return
    change = change_between(left, right)
    chart, cards = st.columns([1, 1.9], gap="medium")
    with chart:
        _draw_change(view, selected, change, n_neighbours)
    with cards:
        _draw_groups(view, left, right, change)


def _draw_change(view: MapView, selected: np.ndarray, change: np.ndarray, n_neighbours: int) -> None:
    """One bar for each possible number of replaced neighbours, and a slider that selects the same."""
    replaced = np.rint(change * n_neighbours).astype(np.int64)
    counted = np.arange(len(change)) if view.shown is None else np.flatnonzero(view.shown)
    st.markdown("**Neighbours replaced**", help=CHANGE_HELP)
    mean = 100 * float(np.mean(change[counted], dtype=np.float64))
    of = "" if view.shown is None else ", of texts that pass the filters"
    st.markdown(f"On average, **{mean:.0f} %** of a text's nearest neighbours are new{of}.")
    some = selected if view.shown is None else selected[view.shown[selected]]
    figure = replaced_bars(
        np.bincount(replaced[counted], minlength=n_neighbours + 1),
        np.bincount(replaced[some], minlength=n_neighbours + 1) if len(some) else None,
    )

    def select_between(fewest: int, most: int) -> None:
        inside = (replaced[counted] >= fewest) & (replaced[counted] <= most)
        select_texts(view.corpus.key, counted[inside])

    def clicked() -> None:
        bar = take_click(MOVES_CHART)
        if bar is not None:
            select_between(bar[0], bar[0])

    st.plotly_chart(
        figure,
        key=chart_key(MOVES_CHART),
        height=CHART,
        config={"displayModeBar": False},
        on_select=clicked,
        selection_mode="points",
    )
    fewest, most = st.select_slider(
        "Texts with so many of them replaced",
        range(n_neighbours + 1),
        value=(int(np.quantile(replaced[counted], 0.9)), n_neighbours),  # the 10 % with most change
        key=f"maps_moves_between_{'_'.join(side.key for side in view.sides)}",
        format_func=lambda count: _percent(count, n_neighbours),
        persist_state="session",
    )
    n_between = int(((replaced[counted] >= fewest) & (replaced[counted] <= most)).sum())
    st.button(
        f"Select {n_between:,} text" + ("s" if n_between != 1 else ""),
        key="maps_moves_select",
        disabled=not n_between,
        on_click=select_between,
        args=[fewest, most],
    )


def _draw_groups(view: MapView, left: Side, right: Side, change: np.ndarray) -> None:
    """Draw the moving groups as cards, highest score first."""
    found = suggestions(left, right, change, view.shown)
    st.markdown("**Moved together**", help=GROUPS_HELP)
    if not found:
        st.caption(
            "No group of texts left its cluster and drew together elsewhere: neighbours stayed together or "
            "scattered. Finer or coarser clusters (in the panel “Clusters”) may show some."
        )
        return
    shown = found[: n_shown("maps_moves", CARDS)]
    for start in range(0, len(shown), COLUMNS):
        for column, (number, (group, typical)) in zip(
            st.columns(COLUMNS, gap="small"),
            enumerate(shown[start : start + COLUMNS], start),
            strict=False,
        ):
            with column:
                _draw_card(view, left, right, group, typical, number)
    if len(shown) < len(found):
        st.button(
            f"Show all {len(found)}", key="maps_moves_more", on_click=show_more,
            args=["maps_moves", len(found)],
        )  # fmt: skip


def _draw_card(
    view: MapView, left: Side, right: Side, group: MovingGroup, typical: list[int], number: int
) -> None:
    names = markdown(left.partition.names[group.left]), markdown(right.partition.names[group.right])
    with st.container(border=True, height="stretch", gap="xsmall", key=f"maps_moves_card_{number}"):
        with st.container(height="stretch", gap="xsmall"):
            st.markdown(f"{names[0]} :material/arrow_forward: **{names[1]}**")
            st.caption(
                f"**{len(group.rows):,}** of {group.left_size:,} texts. Of their neighbours, "
                f"**{_share(group.change)}** are new, and **{_share(group.together)}** are of this group; "
                f"before, {_share(group.before)} were.",
                help=CARD_HELP,
            )
            for row in typical:
                st.caption(markdown_excerpt(view.corpus.texts[row]))
        st.button(
            "Select", key=f"maps_moves_group_{number}", type="tertiary", on_click=select_texts,
            args=[view.corpus.key, group.rows],
        )  # fmt: skip


def suggestions(
    left: Side, right: Side, change: np.ndarray, shown: np.ndarray | None
) -> list[tuple[MovingGroup, list[int]]]:
    """Return the moving groups, each with its most typical texts in the right space."""
    content = content_key(np.asarray(left.partition.codes), np.asarray(right.partition.codes), shown)
    return _suggestions(left.space_key, right.space_key, content, left, right, change, shown)


@st.cache_resource(max_entries=24, show_spinner=False)
def _suggestions(
    left_key: str,
    right_key: str,
    content: str,
    _left: Side,
    _right: Side,
    _change: np.ndarray,
    _shown: np.ndarray | None,
) -> list[tuple[MovingGroup, list[int]]]:
    found = moving_groups(
        _left.partition,
        _right.partition,
        _change,
        _left.space.graph,
        _right.space.graph,
        among=_shown,
    )
    return [(group, typical_rows(_right.space.vectors, group.rows, TYPICAL)) for group in found]


def _percent(count: int, of: int) -> str:
    return f"{100 * count / of:.0f} %"


def _share(share: float) -> str:
    """A share as markdown that keeps number and sign on one line."""
    return f"{100 * share:.0f}&nbsp;%"

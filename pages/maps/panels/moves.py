"""Panel "Moves": what changed from the left map to the right one, and which texts moved as a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.evidence import MovingGroup, moving_groups
from core.maps.clusters import typical_rows
from core.utils import content_key, percent
from pages.charts import n_texts, replaced_bars
from pages.common import cache, draw_swatches, markdown, n_shown, shorten
from pages.maps.colour_by import change_between, cluster_colours
from pages.maps.lists import draw_more
from pages.maps.selection import draw_clickable, draw_select, select_texts
from pages.maps.view import NONE_PASSES, MapView, Side

CARDS = 6  # shown at first
TYPICAL = 2  # texts on a card
CHART = 230  # pixels
CHANGE_HELP = (
    "For each text: which share of its nearest neighbours on the left side is no longer among them on the "
    "right side (by cosine, in all dimensions, not on the map). Grey: all texts; in colour: the selected "
    "ones. Click a bar to select its texts on both maps; the slider below takes several."
)
GROUPS_HELP = (
    "Texts that share a cluster on the left and a cluster on the right, while most of the left cluster went "
    "elsewhere; they are closer to each other than before. Sorted by score: size times the neighbours gained "
    "within the group, reduced where chance alone would give as large a group. Texts between the clusters "
    "of either map are in no group."
)
CARD_HELP = (
    "New: neighbours that the texts did not have on the left side. Of this group: neighbours on the right "
    "side that are in the group themselves. Before: the same on the left side. A group that moved as one has "
    "many more of them after than before."
)


def draw_moves(view: MapView, selected: np.ndarray) -> None:
    """Draw the share of replaced neighbours, and the groups of texts that moved together."""
    if len(view.sides) < 2:
        st.caption(
            "Moves shows which texts changed neighbours. There is one map only: label some texts and reshape "
            "the map, and the reshaped one appears beside this one."
        )
        return
    if view.shown is not None and not view.shown.any():
        st.caption(NONE_PASSES)
        return
    left, right = view.sides
    n_neighbours = min(side.space.graph.indices.shape[1] for side in view.sides)
    if not n_neighbours:
        st.caption("One text alone has no neighbours that could be replaced.")
        return
    change = change_between(left, right)
    with st.container(key="maps_moves_body"):
        chart, cards = st.columns([1, 1.9], gap="medium")
    with chart:
        _draw_change(view, selected, change, n_neighbours)
    with cards:
        _draw_groups(view, left, right, change)


def _draw_change(view: MapView, selected: np.ndarray, change: np.ndarray, n_neighbours: int) -> None:
    """Draw a bar for each possible number of replaced neighbours, and a slider that selects the same."""
    replaced = np.rint(change * n_neighbours).astype(np.int64)
    counted, some = view.passing(np.arange(len(change))), view.passing(selected)
    st.markdown("**Neighbours replaced**", help=CHANGE_HELP)
    mean = percent(float(np.mean(change[counted], dtype=np.float64)))
    of = "" if view.shown is None else ", of texts that pass the filters"
    st.markdown(f"On average, **{mean}** of a text's nearest neighbours are new{of}.")

    def rows_between(fewest: int, most: int) -> np.ndarray:
        return counted[(replaced[counted] >= fewest) & (replaced[counted] <= most)]

    draw_clickable(
        replaced_bars(
            np.bincount(replaced[counted], minlength=n_neighbours + 1),
            np.bincount(replaced[some], minlength=n_neighbours + 1) if len(some) else None,
        ),
        "maps_moves_chart",
        CHART,
        lambda bar: select_texts(view.corpus.key, rows_between(bar, bar)),
    )
    fewest, most = st.select_slider(
        "Show texts with this share of new neighbours",
        range(n_neighbours + 1),
        value=(int(np.quantile(replaced[counted], 0.9)), n_neighbours),  # the 10 % with most change
        key=f"maps_moves_between_{'_'.join(side.key for side in view.sides)}",
        format_func=lambda count: percent(count / n_neighbours),
        persist_state="session",
    )
    rows = rows_between(fewest, most)
    options = {"type": "secondary", "disabled": not len(rows)}
    draw_select(f"Select {n_texts(len(rows))}", view.corpus.key, rows, "maps_moves_select", **options)


def _draw_groups(view: MapView, left: Side, right: Side, change: np.ndarray) -> None:
    """Draw the moving groups as cards, highest score first."""
    content = content_key(np.asarray(left.partition.codes), np.asarray(right.partition.codes), view.shown)
    found = _moving_groups(left.space_key, right.space_key, content, left, right, change, view.shown)
    st.markdown("**Moved together**", help=GROUPS_HELP)
    if not found:
        st.caption(
            "No group of texts left its cluster together: neighbours stayed together or scattered. Finer or "
            "coarser clusters (in the panel “Clusters”) may show some."
        )
        return
    shown = found[: n_shown("maps_moves", CARDS)]
    draw_swatches(_card_colours(view, [group for group, _ in shown]))
    with st.container(key="maps_cards_moves"):
        for number, (group, typical) in enumerate(shown):
            _draw_card(view, group, typical, number)
    draw_more(len(found), "maps_moves", CARDS, "maps_moves_more")


def _card_colours(view: MapView, groups: Sequence[MovingGroup]) -> dict[str, str]:
    """Return the colours of the clusters that the cards name, by the key of their place."""
    before, after = (cluster_colours(view, side) for side in view.sides)
    return {f"maps_moves_from_{number}": before[group.left] for number, group in enumerate(groups)} | {
        f"maps_moves_to_{number}": after[group.right] for number, group in enumerate(groups)
    }


def _draw_card(view: MapView, group: MovingGroup, typical: list[int], number: int) -> None:
    """Draw a moving group: its clusters, its figures and its typical texts."""
    left, right = view.sides
    came, went = markdown(left.partition.names[group.left]), markdown(right.partition.names[group.right])
    # No line break between number and sign.
    new, together, before = (
        percent(share).replace(" ", "&nbsp;") for share in (group.change, group.together, group.before)
    )
    with st.container(border=True, height="stretch", gap="xsmall", key=f"maps_moves_card_{number}"):
        with st.container(height="stretch", gap="xsmall"):
            with st.container(key=f"maps_moves_from_{number}"):
                st.markdown(came)
            with st.container(key=f"maps_moves_to_{number}"):
                st.markdown(f"**{went}**")
            st.caption(
                f"**{len(group.rows):,}** of {group.left_size:,} texts. Of their neighbours, **{new}** are "
                f"new, and **{together}** are of this group; before, {before} were.",
                help=CARD_HELP,
            )
            for row in typical:
                st.caption(markdown(shorten(view.corpus.texts[row])))
        draw_select("Select", view.corpus.key, group.rows, f"maps_moves_group_{number}")


@cache.kept(max_entries=24, show_spinner=False)
def _moving_groups(
    left_key: str,
    right_key: str,
    content: str,
    _left: Side,
    _right: Side,
    _change: np.ndarray,
    _shown: np.ndarray | None,
) -> list[tuple[MovingGroup, list[int]]]:
    """Return the moving groups, each with its most typical texts in the right space; cached."""
    found = moving_groups(
        _left.partition, _right.partition, _change, _left.space.graph, _right.space.graph, among=_shown
    )
    return [(group, typical_rows(_right.space.vectors, group.rows, TYPICAL)) for group in found]

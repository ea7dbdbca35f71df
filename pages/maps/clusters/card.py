"""A cluster as a card: its name, size and typical texts, and its edits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.maps.clusters import Clustering
from pages.common import (
    change_labels,
    draw_swatches,
    markdown,
    shorten,
    start_widget,
    state_of,
    typical_of,
    widget_value,
)
from pages.maps.clusters.actions import (
    GUIDE_TEXTS,
    Renamed,
    ask_name,
    give_as_label,
    merge,
    move,
    rename,
    split,
    unlock,
)
from pages.maps.clusters.answers import ANSWERS_HELP, cluster_answers
from pages.maps.colour_by import cluster_colours
from pages.maps.selection import draw_select
from pages.maps.view import MapView, Side

LONGEST_NAME = 200  # characters
TYPICAL = 3  # texts on a card
GUIDE_HELP = (
    f"Adds its name to the labels of your analysis and gives it to the {GUIDE_TEXTS} most typical texts that "
    "have no label yet. One Undo takes it back."
)
PURITY_HELP = "Of its texts with a given label, how many have the most frequent one."


def draw_card(view: MapView, side: Side, clustering: Clustering, code: int, selected: np.ndarray) -> None:
    """Draw a cluster: name, size, guide label, most frequent answers, typical texts, and its actions."""
    partition = clustering.partition
    rows = partition.rows(code)
    with st.container(border=True, height="stretch", key=f"maps_card_{side.key}_{code}"):
        with st.container(height="stretch", gap="xsmall"):
            renamed = state_of(Renamed, side.key)
            if renamed.code == code and not renamed.above:
                draw_name_field(view, side, clustering, code)
            else:
                _draw_name(side, clustering, code, len(rows))
            pure = purity(view, rows)
            if pure:
                st.caption(pure, help=PURITY_HELP)
            answers = cluster_answers(view, side, partition).get(code)
            if answers is not None:
                st.caption(f":material/forum: {answers.summary()}", help=ANSWERS_HELP)
            for row in typical_of(side.space, side.space_key, partition, code, TYPICAL):
                st.caption(markdown(shorten(view.corpus.texts[row])))
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_select("Select", view.corpus.key, rows, f"maps_cluster_select_{side.key}_{code}")
            st.button(
                "Make a label", key=f"maps_cluster_guide_{side.key}_{code}", type="tertiary",
                help=GUIDE_HELP, on_click=change_labels, args=[lambda: give_as_label(view, side, code)],
            )  # fmt: skip
            popover = st.popover(
                "More", key=f"maps_cluster_edit_{side.key}_{code}", type="tertiary", on_change="rerun"
            )
            if popover.open:
                with popover:
                    _draw_edits(view, side, clustering, code, selected)


def _draw_edits(view: MapView, side: Side, clustering: Clustering, code: int, selected: np.ndarray) -> None:
    """Draw the edits: keep the name, merge, split, move texts."""
    corpus, names = view.corpus, clustering.partition.names
    key = f"maps_cluster_edit_{side.key}_{code}_"

    if code in clustering.kept_names:
        st.button(
            "Name by keywords again", key=key + "unlock", type="tertiary", icon=":material/lock_open:",
            on_click=unlock, args=[corpus, side, code],
        )  # fmt: skip
    else:
        st.button(
            "Keep this name", key=key + "lock", type="tertiary", icon=":material/lock:",
            on_click=rename, args=[corpus, side, code, names[code]],
        )  # fmt: skip
    others = [other for other in names if other != code]
    if others:
        st.selectbox(
            "Merge into", others, index=None, format_func=names.__getitem__, key=key + "into",
            placeholder="Choose a cluster",
            on_change=lambda: merge(corpus, side, code, widget_value(key + "into")),
        )  # fmt: skip
    st.button(
        "Split into its parts", key=key + "split", type="tertiary", icon=":material/call_split:",
        help="Into the clusters of the first finer cut that divides it, or else into two halves.",
        on_click=split, args=[corpus, side, code],
    )  # fmt: skip
    foreign = selected[np.asarray(clustering.partition.codes)[selected] != code]
    if len(foreign):
        st.button(
            f"Move {_n_texts(len(foreign))} here", key=key + "move", type="tertiary",
            icon=":material/move_down:", on_click=move, args=[corpus, side, foreign, code],
        )  # fmt: skip
    inside = np.setdiff1d(selected, foreign)
    if 0 < len(inside) < len(clustering.partition.rows(code)):
        st.button(
            f"Make {_n_texts(len(inside))} a cluster", key=key + "new", type="tertiary",
            icon=":material/add:", on_click=move, args=[corpus, side, inside, None],
        )  # fmt: skip


def _n_texts(n: int) -> str:
    return "1 selected text" if n == 1 else f"{n:,} selected texts"


def draw_card_swatches(view: MapView, side: Side, codes: Sequence[int]) -> None:
    """Put the colour that clusters have on the map before the names on their cards."""
    colours = cluster_colours(view, side)
    draw_swatches({f"maps_card_name_{side.key}_{code}": colours[code] for code in codes})


def _draw_name(side: Side, clustering: Clustering, code: int, n_texts: int) -> None:
    """Draw the name of a cluster with its size, and the button that turns it into a field."""
    name = clustering.partition.names[code]
    texts = "text" if n_texts == 1 else "texts"
    kept = " :material/lock:" if code in clustering.kept_names else ""
    with st.container(horizontal=True, vertical_alignment="top", gap="xsmall"):
        with st.container(key=f"maps_card_name_{side.key}_{code}", width="stretch"):
            st.markdown(
                f"**{markdown(name)}**{kept} :small[{n_texts:,} {texts}]",
                help="Its name was set by hand and is kept." if kept else None,
            )
        st.button(
            "", key=f"maps_cluster_rename_{side.key}_{code}", type="tertiary", icon=":material/edit:",
            help=f"Rename “{markdown(name)}”", on_click=ask_name, args=[side, code],
        )  # fmt: skip


def draw_name_field(view: MapView, side: Side, clustering: Clustering, code: int) -> None:
    """Draw the field in which a cluster gets a name; Enter saves it."""
    key = f"maps_cluster_edit_{side.key}_{code}_name"
    start_widget(key, clustering.partition.names[code])
    st.text_input(
        "Name of the cluster",
        key=key,
        max_chars=LONGEST_NAME,
        on_change=lambda: rename(view.corpus, side, code, widget_value(key)),
        help="Enter saves it. Other cuts and new maps keep it.",
    )


def purity(view: MapView, rows: np.ndarray, *, bold: bool = True) -> str:
    """Return the most frequent guide label of some texts, with its count; "" where none has one."""
    given = view.given[rows]
    counts = np.bincount(given[given >= 0], minlength=1)
    if not counts.sum():
        return ""
    name = view.labels[int(counts.argmax())]
    name = f"**{markdown(name)}**" if bold else name
    return f"{name} {counts.max():,} of {counts.sum():,}"

"""Names for clusters by a language model, when one is configured."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import RefractError
from core.maps.clusters import SHOWN_TEXTS, Clustering, Group, nearest_groups, title_clusters
from core.utils import configured
from pages.common import markdown, typical_of
from pages.maps.clusters.actions import SAID, name_all
from pages.maps.view import MapView, Side

WANTED = "maps_cluster_titles"
"""Session state: side whose clusters are to be named."""


def draw_titles(side: Side, clustering: Clustering) -> None:
    """Button that asks the configured language model for names; says where texts go."""
    try:
        model = configured()
    except RefractError as error:
        st.session_state[SAID] = str(error)
        return
    if model is None:
        return
    codes = _unnamed(clustering)
    st.button(
        f"Name with {markdown(model.model)}",
        key=f"maps_cluster_titles_{side.key}",
        type="tertiary",
        icon=":material/auto_awesome:",
        disabled=not codes,
        help=f"Sends up to {2 * SHOWN_TEXTS} texts for each of {len(codes):,} clusters to "
        f"{markdown(model.host)}. Names that were given stay; one Undo takes all of it back.",
        on_click=st.session_state.__setitem__,
        args=[WANTED, side.key],
    )
    st.caption(f"Sends texts to {markdown(model.host)}.", width="content")


def ask_titles(view: MapView, side: Side, clustering: Clustering) -> None:
    """Ask after the button was clicked, with progress; what came is one edit, what did not is said."""
    if st.session_state.pop(WANTED, None) != side.key:
        return
    names, codes = clustering.partition.names, _unnamed(clustering)
    kept = [names[code] for code in clustering.kept_names]
    instruction = side.analysis.instruction if side.analysis else ""
    try:
        model = configured()
        bar = st.progress(0.0, f"Asking {markdown(model.model)}…")
        titles = title_clusters(
            model,
            groups_to_title(view, side, codes),
            instruction=instruction,
            taken=kept,
            progress=lambda done, total: bar.progress(done / total, f"{done} of {total} clusters asked for"),
        )
    except RefractError as error:
        st.session_state[SAID] = str(error)
    else:
        if titles.names:
            name_all(view.corpus, side, titles.names, model.model)
        if titles.failed:
            reasons = ", ".join(sorted(set(titles.failed.values())))
            st.session_state[SAID] = (
                f"{len(titles.failed)} of {len(codes)} clusters keep their words: the answer was {reasons}."
            )
    st.rerun()  # the maps above were drawn with the old names


def _unnamed(clustering: Clustering) -> list[int]:
    return [code for code in clustering.partition.names if code not in clustering.kept_names]


def groups_to_title(view: MapView, side: Side, codes: list[int]) -> dict[int, Group]:
    """Typical texts of clusters and of the nearest ones on the map."""
    partition, texts = side.partition, view.corpus.texts
    every = list(partition.names)
    near = nearest_groups(np.asarray(side.space.map), np.asarray(partition.codes), every)

    def typical(code: int, count: int) -> list[str]:
        return [texts[row] for row in typical_of(side.space, side.space_key, partition, code, count)]

    groups = {}
    for code in codes:
        beside = [every[position] for position in near[every.index(code)]]
        outside = [text for other in beside for text in typical(other, SHOWN_TEXTS // len(beside))]
        groups[code] = Group(typical(code, SHOWN_TEXTS), outside)
    return groups

"""Panel "Clusters": how the map is cut, and the clusters as cards or a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.maps.clusters import APART, DENSITY, K_MEANS, NEAREST, ClusterChoice, Clustering, describe_kept
from core.utils import cut
from pages.common import (
    LABELS,
    cache,
    capitalised,
    clustering_for,
    clusters_job,
    draw_notice,
    jobs,
    markdown,
    n_shown,
    on_ground,
    own_names,
    person,
    set_widget,
    source_for,
    start_clusters,
    state_of,
    typical_of,
    widget_value,
)
from pages.maps.clusters.actions import CLUSTERS, Renamed, change_cut, owner, undo_edit
from pages.maps.clusters.answers import ANSWERS_HELP, cluster_answers
from pages.maps.clusters.card import (
    PURITY_HELP,
    TYPICAL,
    draw_card,
    draw_card_swatches,
    draw_name_field,
    purity,
)
from pages.maps.clusters.llm_names import draw_naming, draw_naming_job
from pages.maps.colour_by import cluster_colours
from pages.maps.lists import draw_more
from pages.maps.selection import select_texts
from pages.maps.view import MapView, Side

CARDS_SHOWN = 9  # at first
MANY_CLUSTERS = 24  # more than these are shown as a table at first
UNDO_LENGTH = 40  # characters of the edit on its button
TABLE_HEIGHT = 420  # pixels
METHODS = {DENSITY: "Density", K_MEANS: "k-means"}
METHOD_HELP = (
    "Density finds the dense groups on the map (HDBSCAN). k-means splits the space, in all its dimensions, "
    "into the number you choose."
)
NOISE = {APART: "Leave out", NEAREST: "Add to nearest"}
NOISE_HELP = "Texts between the dense groups: leave them out, or add each to the nearest cluster on the map."
FINENESS_HELP = "From few large clusters to many small ones. The numbers count clusters before edits."
K_HELP = "Edits made with this number apply, and can change how many there are."
LOST_HELP = (
    "A name belongs to the cluster that has mostly its texts. A merge, split or move belongs to its method, "
    "and with k-means to its number of clusters. No cluster here suits these edits. They are kept, and apply "
    "again when another cut or map has a cluster that suits."
)


def draw_clusters(view: MapView, selected: np.ndarray) -> None:
    """Draw the clusters of one side: how they are cut, and cards or a table with their edits."""
    draw_notice(LABELS)
    side = _choose_side(view)
    clustering = clustering_for(view.corpus, side.analysis, side.space, side.space_key)
    names = clustering.partition.names
    cut_place = st.container()
    with st.container(horizontal=True, vertical_alignment="center", key="maps_cluster_summary"):
        _draw_summary(view, clustering)
        with st.popover("Options", icon=":material/tune:", type="tertiary", key="maps_cluster_options"):
            _draw_choice(view, side, clustering, cut_place)
            shape = st.segmented_control(
                "Show as",
                ["Cards", "Table"],
                default="Table" if len(names) > MANY_CLUSTERS else "Cards",
                required=True,
                key=f"maps_cluster_shape_{side.key}",
                persist_state="session",
            )
        _draw_undo(view, side)
        draw_naming(view, side, clustering)
    draw_naming_job(view, side)
    _draw_clusters_job(view, side)
    draw_notice(CLUSTERS)
    _draw_lost(clustering)
    _draw_rename(view, side, clustering, cards=shape == "Cards")
    if shape == "Table":
        _draw_table(view, side, clustering, selected)
    else:
        _draw_cards(view, side, clustering, selected)


def _draw_clusters_job(view: MapView, side: Side) -> None:
    """Draw the progress of k-means with Cancel; or offer it again where it was stopped."""
    job = clusters_job(view.corpus.key, side.analysis, side.space_key)
    if job is None:
        return
    stopped = "The k-means clusters were cancelled: these are the clusters by density."
    if not jobs.draw_job(job, cancel_key=f"maps_cluster_cancel_{side.key}", stopped=stopped):
        st.button(
            job.title.replace("Finding", "Find"),
            key=f"maps_cluster_find_{side.key}",
            on_click=start_clusters,
            args=[view.corpus.key, side.space_key, job.arguments["k"]],
        )


def _choose_side(view: MapView) -> Side:
    """Draw the choice of the map whose clusters are shown."""
    if len(view.sides) == 1:
        return view.right
    sides = {side.key: side for side in reversed(view.sides)}
    if widget_value("maps_cluster_side") not in sides:
        set_widget("maps_cluster_side", view.right.key)
    key = st.segmented_control(
        "Clusters of",
        list(sides),
        format_func=lambda key: markdown(sides[key].title),
        required=True,
        key="maps_cluster_side",
        persist_state="session",
    )
    return sides[key]


def _draw_choice(view: MapView, side: Side, clustering: Clustering, number: DeltaGenerator) -> None:
    """Draw the choice of method and treatment of noise, as stored, and at `number` that of how many."""
    text = cache.store().clusters.choice(*owner(view.corpus, side))
    choice = ClusterChoice.from_text(text)

    def keep(name: str, key: str) -> None:
        change_cut(view.corpus, side, **{name: widget_value(key)})

    def widget(name: str, value: object) -> dict:
        key = f"maps_cluster_{name}_{side.key}"
        set_widget(key, value)
        return {"key": key, "on_change": keep, "args": [name, key]}

    st.segmented_control(
        "Method", list(METHODS), format_func=METHODS.__getitem__, required=True, help=METHOD_HELP,
        **widget("method", choice.method),
    )  # fmt: skip
    if choice.method == K_MEANS:
        most = max(2, min(300, len(view.corpus.texts) // 2))
        k = widget("k", min(max(choice.k, 2), most))
        number.number_input("Number of clusters", 2, most, width=150, help=K_HELP, **k)
        return
    levels = source_for(view.corpus, side.analysis, side.space, side.space_key).levels
    counts = [int(level.max(initial=-1)) + 1 for level in levels]
    steps = {count: step for step, count in reversed(list(enumerate(counts)))}  # steps that differ
    if len(steps) > 1:
        options = sorted(steps.values())
        number.select_slider(
            "Coarse to fine", options,
            format_func=lambda step: f"{counts[step]:,} cluster{'s' if counts[step] != 1 else ''}",
            help=FINENESS_HELP, **widget("fineness", steps[counts[choice.fineness]]),
        )  # fmt: skip
    st.segmented_control(
        "Unclustered texts", list(NOISE), format_func=NOISE.__getitem__, required=True, help=NOISE_HELP,
        **widget("noise", clustering.noise),
    )  # fmt: skip


def _draw_undo(view: MapView, side: Side) -> None:
    """Draw a button that undoes the latest edit of this person."""
    edits = cache.store().clusters.edits(*owner(view.corpus, side))
    own = [edit for edit in edits if edit.started_by in (*own_names(), "")]
    if not own:
        return
    last = own[-1]
    said = describe_kept(last.edit)
    st.button(
        f"Undo: {markdown(cut(said, UNDO_LENGTH))}",
        key=f"maps_cluster_undo_{side.key}",
        type="tertiary",
        icon=":material/undo:",
        help=f"{markdown(capitalised(said))}, by {markdown(last.edited_by)}. "
        f"{'1 edit' if len(edits) == 1 else f'{len(edits):,} edits'} so far.",
        on_click=undo_edit,
        args=[view.corpus, side, last.started_by or person()],
    )


def _draw_summary(view: MapView, clustering: Clustering) -> None:
    """Draw how many clusters there are, and how many texts are in none."""
    n_clusters = len(clustering.partition.names)
    between = int((np.asarray(clustering.partition.codes) < 0).sum())
    clusters = f"{n_clusters:,} clusters, largest first" if n_clusters > 1 else f"{n_clusters} cluster"
    noise = f" · {between:,} of {len(view.corpus.texts):,} texts unclustered" if between else ""
    st.caption(clusters + noise, width="content")


def _draw_lost(clustering: Clustering) -> None:
    """Draw which edits have no cluster in this cut."""
    if clustering.lost:
        lost = ", ".join(markdown(each) for each in clustering.lost[:3])
        more = f" and {len(clustering.lost) - 3} more" if len(clustering.lost) > 3 else ""
        n_lost = "1 edit has" if len(clustering.lost) == 1 else f"{len(clustering.lost)} edits have"
        st.caption(f":material/history: {n_lost} no cluster here: {lost}{more}.", help=LOST_HELP)


def _draw_rename(view: MapView, side: Side, clustering: Clustering, *, cards: bool) -> None:
    """Draw the field for the name of a cluster whose card is not in sight."""
    renamed = state_of(Renamed, side.key)
    code = renamed.code
    codes = list(clustering.partition.names)
    on_cards = cards and not renamed.above
    shown = n_shown(f"maps_cluster_cards_{side.key}", CARDS_SHOWN) if on_cards else 0
    if code in codes[shown:]:
        draw_name_field(view, side, clustering, code)


def _draw_cards(view: MapView, side: Side, clustering: Clustering, selected: np.ndarray) -> None:
    """Draw the clusters as cards, the largest first."""
    codes, list_key = list(clustering.partition.names), f"maps_cluster_cards_{side.key}"
    shown = codes[: n_shown(list_key, CARDS_SHOWN)]
    draw_card_swatches(view, side, shown)
    with st.container(key="maps_cards_clusters"):
        for code in shown:
            draw_card(view, side, clustering, code, selected)
    more_key = f"maps_cluster_more_{side.key}"
    draw_more(len(codes), list_key, CARDS_SHOWN, more_key, step=2 * CARDS_SHOWN)


def _draw_table(view: MapView, side: Side, clustering: Clustering, selected: np.ndarray) -> None:
    """Draw all clusters as a table; ticking one selects its texts and shows its card."""
    partition, key = clustering.partition, f"maps_cluster_table_{side.key}"
    codes = list(partition.names)
    sizes = partition.sizes()

    def chosen() -> list[int]:
        state = widget_value(key)
        return [codes[row] for row in (state["selection"]["rows"] if state else []) if row < len(codes)]

    def select_chosen() -> None:
        for code in chosen():
            select_texts(view.corpus.key, partition.rows(code))

    table = pd.DataFrame(
        {
            "name": [partition.names[code] for code in codes],
            "texts": [sizes[code] for code in codes],
            "example": [
                view.corpus.texts[typical_of(side.space, side.space_key, partition, code, TYPICAL)[0]]
                for code in codes
            ],
        }
    )
    if (view.given >= 0).any():
        table.insert(2, "label", [purity(view, partition.rows(code), bold=False) for code in codes])
    answers = cluster_answers(view, side, partition)
    if answers:
        commonest = [answers[code].summary(most=1, bold=False) if code in answers else "" for code in codes]
        table.insert(2, "answer", commonest)
    colours = [f"color: {on_ground(colour)}" for colour in cluster_colours(view, side)]
    table.insert(0, "colour", "●")
    with st.container(key="maps_clusters_table"):
        left, right = st.columns([2, 1], gap="small")
    with left:
        st.dataframe(
            table.style.apply(lambda column: [colours[code] for code in codes], subset=["colour"]),
            key=key,
            hide_index=True,
            height=TABLE_HEIGHT,
            on_select=select_chosen,
            selection_mode="single-row",
            column_config={
                "colour": st.column_config.TextColumn("", width=30, help="Its colour on the map"),
                "name": st.column_config.TextColumn("Cluster", width=240),
                "texts": st.column_config.ProgressColumn(
                    "Texts", format="localized", min_value=0, max_value=max(sizes.values()), width=110
                ),
                "answer": st.column_config.TextColumn("Most frequent answer", help=ANSWERS_HELP, width=200),
                "label": st.column_config.TextColumn("Given label", help=PURITY_HELP, width=170),
                "example": st.column_config.TextColumn("Most typical text", width=420),
            },
        )
    with right:
        draw_card_swatches(view, side, chosen())
        for code in chosen():
            draw_card(view, side, clustering, code, selected)
        if not chosen():
            st.caption("Tick a cluster to select its texts on the maps and to edit it.")

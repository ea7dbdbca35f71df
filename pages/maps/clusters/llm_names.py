"""Names for clusters by a language model, when one is configured."""

from __future__ import annotations

import streamlit as st

from core.errors import RefractError
from core.maps.clusters import SHOWN_TEXTS, Clustering
from core.tasks import naming_problems
from pages.common import cache, jobs, keep_notice, markdown, person, show_message
from pages.common.language_model import chosen_model, draw_language_model, job_argument
from pages.maps.clusters.actions import CLUSTERS, owner
from pages.maps.view import MapView, Side


def draw_naming(view: MapView, side: Side, clustering: Clustering) -> None:
    """Draw the button that names the clusters by the chosen language model, and where texts go."""
    draw_language_model()
    try:
        model = chosen_model()
    except RefractError as error:
        keep_notice(CLUSTERS, str(error), "warning")
        return
    if model is None:
        return
    n_unnamed = len(clustering.partition.names) - len(clustering.kept_names)
    job = jobs.latest("name_clusters", **_arguments(view, side))
    st.button(
        f"Name with {markdown(model.model)}",
        key=f"maps_cluster_titles_{side.key}",
        type="tertiary",
        icon=":material/auto_awesome:",
        disabled=not n_unnamed or (job is not None and job.active),
        help=f"Sends up to {2 * SHOWN_TEXTS} texts for each of {n_unnamed:,} clusters to "
        f"{markdown(model.host)}. Names set by hand stay; one Undo removes the new ones.",
        on_click=lambda: jobs.start(
            "name_clusters",
            "Naming clusters",
            **_arguments(view, side),
            started_by=person(),
            language_model=job_argument(),
        ),
    )
    st.caption(f"Sends texts to {markdown(model.host)}.", width="content")


def draw_naming_job(view: MapView, side: Side) -> None:
    """Draw the progress of the naming with Cancel; or what it could not name."""
    job = jobs.latest("name_clusters", **_arguments(view, side))
    jobs.draw_job(job, cancel_key=f"maps_cluster_titles_cancel_{side.key}")
    if job is None or not job.active:
        problems = naming_problems(cache.store(), *owner(view.corpus, side))
        if problems:
            show_message(problems, "warning")


def _arguments(view: MapView, side: Side) -> dict:
    """Return the arguments of the naming task."""
    return dict(zip(("corpus_key", "analysis_id"), owner(view.corpus, side), strict=True))

"""The first picture of a Fit: about where the texts go, while the worker draws the map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.jobs import Job
from core.maps.drawing import Pane, labelled
from core.storage import Analysis, StoredCorpus, find_first_picture
from pages.common import analysis_title, cache, get_state, jobs
from pages.maps.component import linked_maps
from pages.maps.view import LONGEST_TITLE, current_view


@dataclass(frozen=True)
class FirstPicture:
    """Where texts are about to go, and which label each gets.

    Attributes
    ----------
    places : float32 array (n_texts, 2)
    codes : int array (n_texts,)
        Positions in `names`; -1 for a label that was removed meanwhile.
    """

    job: Job
    analysis: Analysis
    places: np.ndarray
    codes: np.ndarray
    names: list[str]


def awaited_picture(entry: StoredCorpus, analysis: Analysis | None) -> FirstPicture | None:
    """Return the first picture of the Fit that was started in this session, while that Fit runs."""
    if analysis is None or get_state().awaited_fit != analysis.id:
        return None
    job = jobs.latest("fit", analysis_id=analysis.id)
    found = find_first_picture(cache.store().results(entry.key), analysis.id)
    if job is None or not job.active or found is None:
        return None
    places, codes = found
    names = list(cache.store().labels.read(analysis.id).names)
    return FirstPicture(job, analysis, places, np.where(codes < len(names), codes, -1), names)


def draw_refinement(picture: FirstPicture) -> None:
    """Say what the picture is, and draw the progress of the Fit."""
    with st.container(key="maps_first_picture"):
        st.markdown(":orange-badge[First picture] About where the texts go. The map is being refined.")
        jobs.draw_job(picture.job, cancel_key="maps_cancel_fit")


def draw_first_picture(entry: StoredCorpus, picture: FirstPicture, below: int) -> None:
    """Draw the picture beside the generic map, and where the maps are going to be.

    Nothing can be done with it: neighbours, clusters and probabilities of the new space are not known yet.
    """
    texts = cache.corpus(entry.key).texts
    (generic,) = current_view(entry, None).sides
    title = f"{analysis_title(picture.analysis, longest=LONGEST_TITLE)} (first picture)"
    panes = [Pane(generic.title, np.asarray(generic.space.map)), Pane(title, picture.places)]
    colouring = labelled("Predicted label", picture.codes, picture.names, "none")
    linked_maps(panes, colouring, texts, key=f"maps_{entry.key}", texts_key=entry.key, below=below)

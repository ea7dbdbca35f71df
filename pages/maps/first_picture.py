"""The first picture of a Fit: about where the texts go, while the worker draws the map."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.storage import Analysis, StoredCorpus, find_first_picture
from pages.common import analysis_title, cache, get_state, jobs
from pages.maps.colour_by import labelled
from pages.maps.component import Pane, linked_maps
from pages.maps.view import LONGEST_TITLE, current_view


def draw_first_picture(entry: StoredCorpus, analysis: Analysis | None, below: int) -> bool:
    """Draw the first picture of the Fit that was started in this session; return whether there is one.

    It stands beside the generic map, and where the maps are going to be. Nothing can be done with it: the
    neighbours, clusters and probabilities of the new space are not known yet.
    """
    if analysis is None or get_state().awaited_fit != analysis.id:
        return False
    job = jobs.latest("fit", analysis_id=analysis.id)
    found = find_first_picture(cache.store().results(entry.key), analysis.id)
    if job is None or not job.active or found is None:
        return False
    places, codes = found
    texts, names = cache.corpus(entry.key).texts, list(cache.store().labels.read(analysis.id).names)
    with st.container(key="maps_first_picture"):
        st.markdown(":orange-badge[First picture] About where the texts go. The map is being refined.")
        jobs.draw_job(job, cancel_key="maps_cancel_fit")
    (generic,) = current_view(entry, None).sides
    panes = [
        Pane(generic.title, np.asarray(generic.space.map)),
        Pane(f"{analysis_title(analysis, longest=LONGEST_TITLE)} (first picture)", places),
    ]
    codes = np.where(codes < len(names), codes, -1)  # a label was removed meanwhile
    colouring = labelled("Predicted label", codes, names, "none")
    linked_maps(panes, colouring, texts, key=f"maps_{entry.key}", texts_key=entry.key, below=below)
    return True

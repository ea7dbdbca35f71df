"""Names of clusters led by labels: the same on the maps, on the cards and in the export."""

import io

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from core.maps.clusters import ClusterChoice, Edit, encode_edit
from core.storage import load_fit
from pages.common import cache
from tests.support.maps_labels import open_maps
from tests.support.page_helpers import EXPORT


@pytest.fixture
def fitted(store, prepared, labelled):
    """A fitted analysis that predicts "angry" for all texts, with three clusters on both maps."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    results, key = store.results(prepared), store.analysis(labelled).fit_key
    fit = load_fit(results, key)
    certain = np.zeros_like(fit.probabilities)
    certain[:, [fit.labels[code] for code in fit.classes].index("angry")] = 1
    results.save_array(f"{key}.probabilities", certain)
    for analysis, space_key in (
        (None, store.corpus_entry(prepared).embedding_key),
        (labelled, fit.space_key),
    ):
        store.clusters.set_choice(prepared, analysis, ClusterChoice(method="k-means", k=3).to_text())
        cache.runner().submit("cluster", "x", corpus_key=prepared, space_key=space_key, k=3)
    return labelled


@pytest.fixture
def drawn(monkeypatch):
    """Names on each map as they were drawn last, the largest cluster first."""
    found = []

    def linked_maps(panes, *_, **__):
        found[:] = [[name.text for name in pane.names if name.zoom == 1] for pane in panes]
        return np.empty(0, dtype=np.int64)

    monkeypatch.setattr("pages.maps.component.linked_maps", linked_maps)
    return found


def cards(app):
    return {each.value.split("**")[1].replace("\\", "") for each in app.markdown if " texts]" in each.value}


def test_maps_cards_and_export_show_the_same_names(app, monkeypatch, corpus, fitted, drawn):
    files = {}
    monkeypatch.setattr(st, "download_button", lambda *_, key, data, **__: files.update({key: data}))
    open_maps(app, corpus.key, [], tab="Clusters")
    generic, reshaped = map(set, drawn)
    assert len(reshaped) == 3 and all(name.startswith("angry") for name in reshaped)
    assert not any(name.startswith("angry") for name in generic)
    assert cards(app) == reshaped
    app.switch_page(EXPORT).run()
    table = pd.read_parquet(io.BytesIO(files["export_parquet"]()))
    assert set(table["reshaped_cluster_name"]) == reshaped
    assert set(table["generic_cluster_name"]) == generic


def test_names_follow_a_label_that_is_renamed(app, store, corpus, fitted, drawn):
    open_maps(app, corpus.key, [], tab="Clusters")
    before = drawn[1].copy()
    store.label_names.rename(fitted, "angry", "cross")
    app.run()
    assert drawn[1] == [name.replace("angry", "cross") for name in before]


def test_a_name_by_a_person_stays(app, store, corpus, fitted, drawn):
    open_maps(app, corpus.key, [], tab="Clusters")
    fit = cache.fit(store.analysis(fitted))
    codes = store.results(corpus.key).load_array(f"{fit.space_key}.k-means-3")
    edit = Edit("name", (np.flatnonzero(codes == 0),), ("Complaints",))
    store.clusters.add_edit(corpus.key, fitted, encode_edit(edit), "ada")
    app.run()
    assert not app.exception and "Complaints" in drawn[1]
    assert sum(name.startswith("angry") for name in drawn[1]) == 2

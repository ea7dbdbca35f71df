"""What is read of a store for export."""

import numpy as np

from core.api import read_export_source
from core.export.pictures.shown import shown_maps
from core.storage import load_finding
from pages.common import cache


def test_the_generic_map_alone(store, prepared):
    source = read_export_source(store, prepared)
    assert source.fit is None and source.given is None and source.title == ""
    near = load_finding(store.results(prepared), store.encoded_corpus(prepared).embedding_key, "near")
    np.testing.assert_array_equal(source.generic_near, near)


def test_an_analysis_with_what_was_labelled_and_found(store, prepared, labelled):
    before = read_export_source(store, prepared, labelled)
    assert before.fit is None and before.given.count(None) == 48
    cache.runner().submit("fit", "x", analysis_id=labelled)
    cache.runner().submit("measure", "x", analysis_id=labelled, fit_key=store.analysis(labelled).fit_key)
    source = read_export_source(store, prepared, labelled)
    assert source.title == "by feeling" and source.label_names == before.label_names
    assert len(source.history) == 12 and source.findings.evidence.n_labels == 12
    left, right = shown_maps(source).panes
    np.testing.assert_array_equal(left.kept, source.generic_near)
    np.testing.assert_array_equal(right.kept, source.findings.near)

import json

import pytest

from core.api.agents.clusters import clusters
from core.api.agents.evidence import evidence
from core.errors import StoreError
from core.evidence import WORKS
from core.storage import load_finding
from core.tasks import map_clusters

pytestmark = pytest.mark.model


@pytest.mark.parametrize("generic", [True, False])
def test_clusters_are_those_of_the_app_the_largest_first(reader, opened, generic):
    found = clusters(reader, opened, generic=generic, offset=0, limit=50)
    _, _, shown = map_clusters(reader.store, opened.corpus, None if generic else 1)
    assert found["map"] == ("generic" if generic else "reshaped")
    assert {each["cluster"]: each["name"] for each in found["clusters"]} == shown.names
    sizes = [each["size"] for each in found["clusters"]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(sizes) + found["texts_in_no_cluster"] == found["texts"] == 62
    for each in found["clusters"]:
        assert 1 <= len(each["typical"]) <= 3
        assert all(shown.codes[text["row"]] == each["cluster"] for text in each["typical"])
        assert sum(each["predicted_labels"].values()) <= 1.02


def test_an_analysis_without_a_map_of_its_own_has_the_generic_one(reader):
    found = clusters(reader, reader.open(2), generic=False, offset=0, limit=1)
    assert found["map"] == "generic" and "predicted_labels" not in found["clusters"][0]


def test_clusters_before_the_texts_are_encoded(own_reader, corpus):
    store = own_reader.store
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by feeling")
    with pytest.raises(StoreError, match="encode it first"):
        clusters(own_reader, own_reader.open(analysis), generic=False, offset=0, limit=5)


def test_evidence_says_what_was_measured(reader, opened):
    found = evidence(reader, opened)
    measured = load_finding(reader.store.results(opened.corpus.key), opened.analysis.fit_key, "evidence")
    assert found["figures"]["reshaped"] == pytest.approx(measured.reshaped, abs=0.001)
    assert found["verdict"]["state"] == measured.verdict == WORKS
    assert set(found["by_label"]) == {"angry", "pleased"}
    assert set(found["words_that_drive_each_label"]) == {"angry", "pleased"}
    assert 0 < found["neighbours_replaced"] <= 1 and len(found["texts_that_changed_most"]) <= 5
    for each in found["groups_that_moved_together"]:
        assert each["texts"] >= len(each["rows"])
    assert len(json.dumps(found, allow_nan=False)) < 20_000


def test_evidence_without_a_reshaped_map(reader):
    found = evidence(reader, reader.open(2))
    assert found["verdict"] is None and "figures" not in found

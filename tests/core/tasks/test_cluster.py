"""The tasks on clusters of a map: k-means, and names by a language model."""

import threading
import time

import pytest

from core.errors import LanguageModelError
from core.jobs import JobRunner
from core.maps.clusters import ClusterChoice, decode_edit
from core.tasks import TASKS, analysis_clusters, has_k_clusters, naming_problems
from core.utils import KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE
from tests.core.utils.test_chat_client import reply
from tests.core.utils.test_chat_client import server as server  # the fixture

pytestmark = pytest.mark.model


def silent(stage, done, total):
    pass


@pytest.fixture
def three_clusters(store, prepared):
    """A corpus whose generic map is cut into three clusters; returns the arguments of its naming."""
    space_key = store.corpus_entry(prepared).embedding_key
    assert not has_k_clusters(store.results(prepared), space_key, 3)
    TASKS["cluster"](store, silent, corpus_key=prepared, space_key=space_key, k=3)
    assert has_k_clusters(store.results(prepared), space_key, 3)
    store.clusters.set_choice(prepared, None, ClusterChoice(method="k-means", k=3).to_text())
    return {"corpus_key": prepared, "analysis_id": None}


@pytest.fixture
def model(server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    return server


def names_kept(store, corpus_key):
    return [name for kept in store.clusters.edits(corpus_key, None) for name in decode_edit(kept.edit).names]


def test_names_are_one_edit_and_problems_are_kept_until_the_next(store, prepared, three_clusters, model):
    model.answer = lambda body, number: reply(f"Title {number}" if number < 3 else "I'm sorry")
    TASKS["name_clusters"](store, silent, **three_clusters)
    assert len(names_kept(store, prepared)) == 2 and len(store.clusters.edits(prepared, None)) == 1
    assert naming_problems(store, prepared, None).startswith("1 of 3 clusters")
    store.clusters.undo_edit(prepared, None)
    assert naming_problems(store, prepared, None) == ""


def test_without_a_model_nothing_is_named(store, prepared, three_clusters, monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LanguageModelError, match=URL_VARIABLE):
        TASKS["name_clusters"](store, silent, **three_clusters)


def test_cancel_in_the_middle_keeps_the_names_that_came(home, store, prepared, three_clusters, model):
    release = threading.Event()

    def answer(body, number):
        if number > 1:
            release.wait(30)
        return reply(f"Title {number}")

    model.answer = answer
    runner = JobRunner(home)
    try:
        job = runner.submit("name_clusters", "Naming clusters", **three_clusters)
        end = time.monotonic() + 90
        while not (job.stage == "Naming clusters" and job.done) and job.active and time.monotonic() < end:
            time.sleep(0.02)
        runner.cancel(job.id)
        assert runner.wait(job, 30).status == "cancelled", job.message
    finally:
        release.set()
        runner.close()
    assert len(names_kept(store, prepared)) == 1


def test_clusters_are_of_a_fit_with_the_present_names_of_its_labels(store, labelled):
    TASKS["fit"](store, silent, analysis_id=labelled)
    store.label_names.rename(labelled, "angry", "furious")
    fit, clusters = analysis_clusters(store, labelled)
    assert "furious" in fit.labels and "angry" not in fit.labels
    assert len(clusters.codes) == 60
    again = store.label_names.of_ids(labelled, [*fit.label_ids, 99])
    assert fit.renamed(again) is fit  # names of another analysis are not taken

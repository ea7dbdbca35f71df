import numpy as np
import pytest

from core import pipeline
from core.errors import Cancelled, LabelError, StoreError
from core.pipeline import fit, fit_key, has_fit, load_evidence, load_fit, measure, prepare
from core.spaces import PARTS, has_space, load_space
from core.store import Store


class Reports(list):
    """Remembers the stages; stops the task at the one named."""

    def __init__(self, stop_at=None):
        self.stop_at = stop_at

    def __call__(self, stage, done, total):
        self.append(stage)
        if stage == self.stop_at:
            raise Cancelled("Stopped.")


def test_prepare_leaves_a_whole_space_and_does_nothing_twice(store, corpus, home):
    store.add_corpus(corpus)
    first = Reports()
    prepare(store, first, corpus_key=corpus.key, encoder="words")
    assert {"Encoding", "Finding neighbours", "Drawing the generic map", "Finding clusters"} <= set(first)
    entry = Store(home).corpus_entry(corpus.key)  # as after a restart
    space = load_space(store.results(corpus.key), entry.embedding_key)
    assert space.vectors.shape == (60, 48) and space.map.shape == (60, 2) and space.clusters.shape == (60,)
    assert space.graph.indices.shape[0] == 60
    assert set(space.cluster_names) == set(np.unique(space.clusters[space.clusters >= 0]))
    again = Reports()
    prepare(store, again, corpus_key=corpus.key, encoder="words")
    assert set(again) == {"Loading the encoder"}


def test_a_cancelled_prepare_goes_on_where_it_stopped(store, corpus):
    store.add_corpus(corpus)
    with pytest.raises(Cancelled):
        prepare(store, Reports(stop_at="Drawing the generic map"), corpus_key=corpus.key, encoder="words")
    results = store.results(corpus.key)
    assert not has_space(results, store.corpus_entry(corpus.key).embedding_key)
    rest = Reports()
    prepare(store, rest, corpus_key=corpus.key, encoder="words")
    assert "Encoding" not in rest and "Finding neighbours" not in rest
    assert has_space(results, store.corpus_entry(corpus.key).embedding_key)


def test_another_encoder_gets_a_space_of_its_own(store, corpus, prepared, monkeypatch):
    before = store.corpus_entry(prepared).embedding_key

    class Other(type(pipeline.load_encoder("words"))):
        key = "words-2"

    monkeypatch.setattr(pipeline, "load_encoder", lambda name: Other())
    prepare(store, Reports(), corpus_key=prepared, encoder="other")
    after = store.corpus_entry(prepared).embedding_key
    assert before != after and has_space(store.results(prepared), before)


def test_fit_regroups_by_the_labels_and_keeps_what_was_given(store, corpus, prepared, labelled):
    fit(store, Reports(), analysis_id=labelled)
    analysis = store.analysis(labelled)
    found = load_fit(store.results(prepared), analysis.fit_key)
    assert found.labels == ["angry", "pleased"]
    np.testing.assert_array_equal(found.given, store.label_codes(labelled, 60))
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(found.probability, found.probabilities.max(axis=1))
    truth = (corpus.metadata["feeling"] == "pleased").to_numpy().astype(int)
    unseen = found.given < 0
    assert (found.predicted[unseen] == truth[unseen]).mean() > 0.8


def test_the_same_labels_give_the_same_bytes(store, prepared, labelled):
    results = store.results(prepared)
    fit(store, Reports(), analysis_id=labelled)
    key = store.analysis(labelled).fit_key
    first = [results.load_array(f"{key}.{part}").tobytes() for part in ("vectors", "map", "clusters")]
    results.delete(key)
    fit(store, Reports(), analysis_id=labelled)
    assert first == [results.load_array(f"{key}.{part}").tobytes() for part in ("vectors", "map", "clusters")]


def test_a_changed_label_makes_the_fit_old_and_undo_makes_it_fresh_again(store, prepared, labelled):
    fit(store, Reports(), analysis_id=labelled)
    key = store.analysis(labelled).fit_key
    assert fit_key(store, labelled) == key
    store.give_labels(labelled, {20: "angry"}, "ada")
    assert fit_key(store, labelled) != key
    store.undo(labelled)
    assert fit_key(store, labelled) == key


def test_a_new_fit_frees_the_disk_of_the_old_one_unless_another_analysis_has_it(
    store, corpus, prepared, labelled
):
    results = store.results(prepared)
    twin = store.add_analysis(prepared, "the same labels")
    for name in store.label_names(labelled):
        store.add_label(twin, name)
    guide = store.guide_labels(labelled)
    store.give_labels(twin, dict(zip(guide["row"], guide["label"], strict=True)), "bob")
    fit(store, Reports(), analysis_id=labelled)
    fit(store, Reports(), analysis_id=twin)
    shared = store.analysis(labelled).fit_key
    assert store.analysis(twin).fit_key == shared
    store.give_labels(twin, {30: "angry"}, "bob")
    fit(store, Reports(), analysis_id=twin)
    assert has_fit(results, shared)
    store.give_labels(labelled, {31: "angry"}, "ada")
    fit(store, Reports(), analysis_id=labelled)
    assert not has_fit(results, shared)


@pytest.mark.parametrize(
    ("labels", "what"), [({}, "no label yet"), ({0: "angry", 3: "angry"}, "only “angry”")]
)
def test_fewer_than_two_labels_are_refused(store, prepared, labels, what):
    analysis = store.add_analysis(prepared, "x")
    store.add_label(analysis, "angry")
    store.add_label(analysis, "pleased")
    if labels:
        store.give_labels(analysis, labels, "ada")
    with pytest.raises(LabelError, match=f"Two different labels are needed, and {what} was given"):
        fit(store, Reports(), analysis_id=analysis)
    assert store.analysis(analysis).fit_key is None


def test_evidence_is_kept_with_its_fit(store, prepared, labelled):
    results = store.results(prepared)
    fit(store, Reports(), analysis_id=labelled)
    key = store.analysis(labelled).fit_key
    assert load_evidence(results, key) is None
    measure(store, Reports(), analysis_id=labelled, fit_key=key)
    evidence = load_evidence(results, key)
    assert evidence.n_labels == 12 and 0 <= evidence.reshaped <= 1 and evidence.sentence()


def test_evidence_of_a_replaced_fit_is_not_measured(store, prepared, labelled):
    measure(store, Reports(), analysis_id=labelled, fit_key="gone")
    assert load_evidence(store.results(prepared), "gone") is None


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_part_of_a_map_is_made_again(store, corpus, prepared, part):
    results = store.results(prepared)
    key = store.corpus_entry(prepared).embedding_key
    before = load_space(results, key).map.copy()
    path = results.folder / f"{key}.{part}.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(StoreError, match="was damaged and is removed: encode the corpus again"):
        load_space(results, key)
    assert not has_space(results, key)
    prepare(store, Reports(), corpus_key=prepared, encoder="words")
    np.testing.assert_array_equal(load_space(results, key).map, before)


def test_a_cancelled_second_encoder_leaves_the_first_map_in_use(store, corpus, prepared, monkeypatch):
    before = store.corpus_entry(prepared)

    class Other(type(pipeline.load_encoder("words"))):
        key = "words-2"

    monkeypatch.setattr(pipeline, "load_encoder", lambda name: Other())
    with pytest.raises(Cancelled):
        prepare(store, Reports(stop_at="Drawing the generic map"), corpus_key=prepared, encoder="other")
    assert store.corpus_entry(prepared).embedding_key == before.embedding_key

import numpy as np
import pytest

from core.errors import Cancelled, EncoderUnavailable, LabelError, StoreError
from core.evidence import Control, Findings
from core.labels import label_phrases
from core.maps import DistinctVectors
from core.storage import (
    Store,
    find_distinct_vectors,
    findings_kept,
    has_fit,
    has_hierarchy,
    has_space,
    load_finding,
    load_findings,
    load_fit,
    load_space,
)
from core.storage import labels as label_record
from core.storage.spaces import PARTS
from core.tasks import fit as fitting
from core.tasks import fit_key, model_cache
from core.tasks import measure as measuring
from core.tasks.fit import fit
from core.tasks.measure import measure
from core.tasks.prepare import prepare
from core.tasks.steps import keep_word_table

pytestmark = pytest.mark.model


class Reports(list):
    """Record the stages; stops the task at the one named."""

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
    assert space.vectors.shape == (60, 48) and space.map.shape == (60, 2)
    assert space.graph.indices.shape[0] == 60
    results = store.results(corpus.key)
    assert has_hierarchy(results, entry.embedding_key)
    assert len(keep_word_table(results, corpus.key, None).starts) == 61  # read from disk
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


def test_the_generic_map_is_measured_when_it_is_made(store, prepared):
    results, key = store.results(prepared), store.corpus_entry(prepared).embedding_key
    quality = load_finding(results, key, "map_quality")
    near = load_finding(results, key, "near")
    assert quality.near == pytest.approx(near.mean()) and near.shape == (60,)
    assert 0 < quality.kept <= 1 and 0.5 < quality.trustworthiness <= 1 and quality.displacement is None


def test_texts_that_the_encoder_does_not_tell_apart_are_counted(store, corpus, monkeypatch):
    class FirstWordEncoder(type(model_cache.load_encoder("words"))):
        key = "first-words"

        def encode(self, texts, **options):
            return super().encode([text.split()[0] for text in texts], **options)

    monkeypatch.setattr(model_cache, "load_encoder", lambda name, *, template: FirstWordEncoder())
    store.add_corpus(corpus)
    prepare(store, Reports(), corpus_key=corpus.key, encoder="first words")
    results, key = store.results(corpus.key), store.corpus_entry(corpus.key).embedding_key
    n_first_words = len({text.split()[0] for text in corpus.texts})
    found = find_distinct_vectors(results, key)
    assert found == DistinctVectors(len(set(corpus.texts)), n_first_words) and found.doubtful


def test_a_generic_map_of_an_earlier_version_is_measured_with_the_next_fit(
    store, prepared, labelled, fitted, quick
):
    results, key = store.results(prepared), store.corpus_entry(prepared).embedding_key
    for part in ("map_quality", "distinct"):
        (results.folder / f"{key}.{part}.json").unlink()
    measure(store, Reports(), analysis_id=labelled, fit_key=fitted)
    assert not find_distinct_vectors(results, key).doubtful
    assert load_finding(results, key, "map_quality").kept > 0


def test_another_encoder_gets_a_space_of_its_own(store, corpus, prepared, monkeypatch):
    before = store.corpus_entry(prepared).embedding_key

    class Other(type(model_cache.load_encoder("words"))):
        key = "words-2"

    monkeypatch.setattr(model_cache, "load_encoder", lambda name, *, template: Other())
    prepare(store, Reports(), corpus_key=prepared, encoder="other")
    after = store.corpus_entry(prepared).embedding_key
    assert before != after and has_space(store.results(prepared), before)


def test_fit_regroups_by_the_labels_and_keeps_what_was_given(store, corpus, prepared, labelled):
    fit(store, Reports(), analysis_id=labelled)
    analysis = store.analysis(labelled)
    found = load_fit(store.results(prepared), analysis.fit_key)
    assert found.labels == ["angry", "pleased"]
    np.testing.assert_array_equal(found.given, store.labels.read(labelled).codes)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1, atol=1e-4)
    np.testing.assert_allclose(found.probability, found.probabilities.max(axis=1))
    truth = (corpus.metadata["feeling"] == "pleased").to_numpy().astype(int)
    unseen = found.given < 0
    assert (found.predicted[unseen] == truth[unseen]).mean() > 0.8


def test_a_label_given_while_a_fit_reads_them_mixes_none_up(store, prepared, labelled, monkeypatch):
    """Another tab gives a text a new label after the names were read: the Fit is of the moment before."""
    real, given = label_record.labels_of, store.labels.read(labelled).codes
    free = int(np.flatnonzero(given < 0)[0])
    to_do = [{free: "glad"}]

    def another_tab(connection, analysis_id):
        found = real(connection, analysis_id)
        if to_do:
            labels = to_do.pop()
            store.label_names.add(analysis_id, "glad")
            store.labels.give(analysis_id, labels, "ada")
        return found

    monkeypatch.setattr(label_record, "labels_of", another_tab)
    fit(Store(store.home), Reports(), analysis_id=labelled)  # as in the worker, which has read no labels yet
    found = load_fit(store.results(prepared), store.analysis(labelled).fit_key)
    assert found.labels == ["angry", "pleased"] and store.label_names.current(labelled)[-1] == "glad"
    np.testing.assert_array_equal(found.given, given)


def test_the_same_labels_give_the_same_bytes(store, prepared, labelled):
    results = store.results(prepared)
    fit(store, Reports(), analysis_id=labelled)
    key = store.analysis(labelled).fit_key
    first = [results.load_array(f"{key}.{part}").tobytes() for part in ("vectors", "map", "merges")]
    results.delete(key)
    fit(store, Reports(), analysis_id=labelled)
    assert first == [results.load_array(f"{key}.{part}").tobytes() for part in ("vectors", "map", "merges")]


def test_a_changed_label_makes_the_fit_old_and_undo_makes_it_fresh_again(store, prepared, labelled):
    fit(store, Reports(), analysis_id=labelled)
    key = store.analysis(labelled).fit_key
    assert fit_key(store, labelled) == key
    store.labels.give(labelled, {20: "angry"}, "ada")
    assert fit_key(store, labelled) != key
    store.labels.undo(labelled)
    assert fit_key(store, labelled) == key


def test_a_new_fit_frees_the_disk_of_the_old_one_unless_another_analysis_has_it(
    store, corpus, prepared, labelled
):
    results = store.results(prepared)
    twin = store.add_analysis(prepared, store.analysis(labelled).instruction)
    for name in store.label_names.current(labelled):
        store.label_names.add(twin, name)
    guide = store.labels.read(labelled).table
    store.labels.give(twin, dict(zip(guide["row"], guide["label"], strict=True)), "bob")
    fit(store, Reports(), analysis_id=labelled)
    fit(store, Reports(), analysis_id=twin)
    shared = store.analysis(labelled).fit_key
    assert store.analysis(twin).fit_key == shared
    store.labels.give(twin, {30: "angry"}, "bob")
    fit(store, Reports(), analysis_id=twin)
    assert has_fit(results, shared)
    store.labels.give(labelled, {31: "angry"}, "ada")
    fit(store, Reports(), analysis_id=labelled)
    assert not has_fit(results, shared)


@pytest.mark.parametrize(("names", "what"), [([], "there is none yet"), (["angry"], "there is only “angry”")])
def test_fewer_than_two_label_names_are_refused(store, prepared, names, what):
    analysis = store.add_analysis(prepared, "x")
    for name in names:
        store.label_names.add(analysis, name)
        store.labels.give(analysis, {0: name}, "ada")
    with pytest.raises(
        LabelError, match=f"Two labels are needed to tell texts apart, and {what}: name another"
    ):
        fit(store, Reports(), analysis_id=analysis)
    assert store.analysis(analysis).fit_key is None


def named(store, corpus_key, *names):
    """Analysis with these label names, and no label given."""
    analysis = store.add_analysis(corpus_key, "by feeling")
    for name in names:
        store.label_names.add(analysis, name)
    return analysis


def test_phrases_say_the_instruction_before_the_name():
    assert label_phrases(" by  mood ", ["very_sad", "_"]) == [
        ["very sad", "by mood: very sad"],
        ["_", "by mood: _"],
    ]
    assert label_phrases("", ["sad"]) == [["sad"]]


@pytest.mark.parametrize("step", [1, -1])
def test_names_alone_give_a_first_map(store, corpus, prepared, step):
    names = ["furious_shouting", "lovely_thanks"][::step]
    analysis = named(store, prepared, *names)
    fit(store, Reports(), analysis_id=analysis)
    found = load_fit(store.results(prepared), store.analysis(analysis).fit_key)
    assert found.from_names_only and found.labels == names and found.classes == [0, 1]
    assert found.phrases == label_phrases("by feeling", names)
    truth = (corpus.metadata["feeling"] == "pleased").to_numpy()
    assert ((found.predicted == names.index("lovely_thanks")) == truth).mean() > 0.8
    assert found.space.map.shape == (60, 2)


def test_one_label_given_beside_two_names_is_enough(store, prepared):
    analysis = named(store, prepared, "furious", "lovely")
    store.labels.give(analysis, {0: "furious"}, "ada")
    fit(store, Reports(), analysis_id=analysis)
    found = load_fit(store.results(prepared), store.analysis(analysis).fit_key)
    assert not found.from_names_only and found.probabilities.shape == (60, 2)


def test_another_name_makes_the_fit_old(store, prepared, labelled):
    before = fit_key(store, labelled)
    store.label_names.rename(labelled, "angry", "furious")
    assert fit_key(store, labelled) != before
    store.label_names.rename(labelled, "furious", "angry")
    assert fit_key(store, labelled) == before


def test_names_are_encoded_once(store, prepared, labelled, monkeypatch):
    fit(store, Reports(), analysis_id=labelled)

    def refuse(name):
        raise EncoderUnavailable("The model is gone.")

    monkeypatch.setattr(fitting, "load_warm_encoder", refuse)
    store.labels.give(labelled, {20: "angry"}, "ada")
    fit(store, Reports(), analysis_id=labelled)
    assert store.analysis(labelled).fit_key == fit_key(store, labelled)
    store.label_names.add(labelled, "worried")
    with pytest.raises(EncoderUnavailable):
        fit(store, Reports(), analysis_id=labelled)


@pytest.fixture
def quick(monkeypatch):
    """Replace the control, which takes twenty fits."""
    monkeypatch.setattr(measuring, "control", lambda *given, **known: Control(permuted=0.5))


@pytest.fixture
def fitted(store, prepared, labelled):
    """Key of a Fit that was not measured."""
    fit(store, Reports(), analysis_id=labelled)
    return store.analysis(labelled).fit_key


def test_everything_is_measured_and_kept(store, prepared, labelled, fitted):
    results = store.results(prepared)
    assert load_findings(results, fitted) == Findings()
    measure(store, Reports(), analysis_id=labelled, fit_key=fitted)
    found = load_findings(results, fitted)
    assert found.evidence.n_labels == 12 and 0 <= found.evidence.reshaped <= 1
    assert [label.code for label in found.evidence.by_label] == [0, 1]
    assert found.change.shape == (60,) and 0 < found.change.mean() < 1
    assert [len(words) > 0 for words in found.words] == [True, True]
    angry = {word.word for word in found.words[0]}
    assert angry & {"furious", "shouting", "awful"} and not angry & {"lovely", "thanks", "delight"}
    vectors = np.asarray(load_space(results, store.analysis(labelled).embedding_key).vectors)
    space = load_fit(results, fitted).space
    assert found.linear.transform(vectors).shape == space.vectors.shape
    assert 0 <= found.linear.agreement <= 1
    assert found.near.shape == (60,) and found.map_quality.near == pytest.approx(found.near.mean())
    assert 0 <= found.control.permuted <= 1
    assert found.curve.sentence()
    again = Reports()
    measure(store, again, analysis_id=labelled, fit_key=fitted)
    assert again == []


def test_a_cancelled_measuring_keeps_what_it_found_and_goes_on(store, prepared, labelled, fitted, quick):
    results = store.results(prepared)
    with pytest.raises(Cancelled):
        stop = Reports(stop_at="Checking against shuffled labels")
        measure(store, stop, analysis_id=labelled, fit_key=fitted)
    assert findings_kept(results, fitted) == {"evidence", "change", "near", "map_quality", "linear", "words"}
    assert load_finding(results, fitted, "evidence").verdict
    rest = Reports()
    measure(store, rest, analysis_id=labelled, fit_key=fitted)
    assert "Checking whether it helped" not in rest
    assert load_findings(results, fitted).curve is not None


def test_a_fit_from_names_only_is_measured_without_a_claim(store, prepared):
    analysis = named(store, prepared, "furious", "lovely")
    fit(store, Reports(), analysis_id=analysis)
    key = store.analysis(analysis).fit_key
    measure(store, Reports(), analysis_id=analysis, fit_key=key)
    found = load_findings(store.results(prepared), key)
    assert found.evidence.verdict == "not checked" and found.evidence.n_labels == 0
    assert np.isnan(found.control.permuted) and not found.curve.points
    assert found.change is not None and len(found.words) == 2


def test_findings_of_a_replaced_fit_go_with_it(store, prepared, labelled, fitted, quick):
    measure(store, Reports(), analysis_id=labelled, fit_key=fitted)
    store.labels.give(labelled, {20: "angry"}, "ada")
    fit(store, Reports(), analysis_id=labelled)
    assert not list(store.results(prepared).folder.glob(f"{fitted}.*"))
    measure(store, Reports(), analysis_id=labelled, fit_key=fitted)
    assert findings_kept(store.results(prepared), fitted) == set()


@pytest.mark.parametrize("part", PARTS)
def test_a_damaged_part_of_a_map_is_made_again(store, corpus, prepared, part):
    results = store.results(prepared)
    key = store.corpus_entry(prepared).embedding_key
    before = load_space(results, key).map.copy()
    path = results.folder / f"{key}.{part}.npy"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(StoreError, match="encode the corpus"):
        load_space(results, key)
    assert not has_space(results, key)
    prepare(store, Reports(), corpus_key=prepared, encoder="words")
    np.testing.assert_array_equal(load_space(results, key).map, before)


def test_a_cancelled_second_encoder_leaves_the_first_map_in_use(store, corpus, prepared, monkeypatch):
    before = store.corpus_entry(prepared)

    class Other(type(model_cache.load_encoder("words"))):
        key = "words-2"

    monkeypatch.setattr(model_cache, "load_encoder", lambda name, *, template: Other())
    with pytest.raises(Cancelled):
        prepare(store, Reports(stop_at="Drawing the generic map"), corpus_key=prepared, encoder="other")
    assert store.corpus_entry(prepared).embedding_key == before.embedding_key

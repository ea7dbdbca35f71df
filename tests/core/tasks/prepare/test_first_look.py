"""A first look: a quick map at once, which the map of the chosen encoder replaces later."""

import numpy as np
import pytest

from core.encoders import PREVIEW_ENCODER
from core.errors import Cancelled
from core.storage import Store, has_fit, has_hierarchy, has_space, has_word_table, load_space
from core.tasks import TASKS, fit_key, model_cache


def quiet(*progress):
    """A report that goes nowhere."""


def run(store, task, **arguments):
    TASKS[task](store, quiet, **arguments)


@pytest.fixture
def looked(store, corpus):
    """Key of a corpus of which a quick preview is shown."""
    store.add_corpus(corpus)
    run(store, "look", corpus_key=corpus.key, encoder="words")
    return corpus.key


@pytest.fixture
def analysis(store, corpus, looked):
    """Id of an analysis with labels, fitted to the quick preview."""
    analysis = store.add_analysis(looked, "by feeling")
    feelings = corpus.metadata["feeling"].tolist()
    for name in sorted(set(feelings)):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {row: feelings[row] for row in range(12)}, "ada")
    run(store, "fit", analysis_id=analysis)
    return analysis


def test_a_look_shows_a_map_with_clusters_and_says_what_follows(store, looked):
    entry, results = store.encoded_corpus(looked), store.results(looked)
    assert (entry.encoder, entry.next_encoder, entry.is_preview) == (PREVIEW_ENCODER, "words", True)
    assert has_space(results, entry.embedding_key) and has_hierarchy(results, entry.embedding_key)
    assert has_word_table(results, looked)
    assert np.isfinite(load_space(results, entry.embedding_key).map).all()
    assert store.speeds.look_seconds(1_000) > 0


def test_many_texts_need_no_search_among_all(store, corpus, monkeypatch):
    monkeypatch.setattr("core.tasks.prepare.first_look.EXACT_LIMIT", 10)
    store.add_corpus(corpus)
    run(store, "look", corpus_key=corpus.key, encoder="words")
    graph = load_space(store.results(corpus.key), store.encoded_corpus(corpus.key).embedding_key).graph
    assert (np.asarray(graph.indices) != np.arange(len(corpus.texts))[:, None]).all()
    assert (np.diff(graph.similarities, axis=1) <= 1e-6).all()


def test_the_chosen_encoder_takes_over_and_the_preview_is_deleted(store, looked):
    preview = store.encoded_corpus(looked).embedding_key
    run(store, "prepare", corpus_key=looked, encoder="words")
    entry, results = store.encoded_corpus(looked), store.results(looked)
    assert (entry.encoder, entry.next_encoder, entry.is_preview) == ("words", None, False)
    assert has_space(results, entry.embedding_key)
    assert not list(results.folder.glob(f"{preview}.*"))


def test_the_new_map_keeps_the_bearings_of_the_preview(store, looked):
    results = store.results(looked)
    before = np.array(load_space(results, store.encoded_corpus(looked).embedding_key).map)
    run(store, "prepare", corpus_key=looked, encoder="words")
    after = np.asarray(load_space(results, store.encoded_corpus(looked).embedding_key).map)
    moved = np.linalg.norm(after - before, axis=1).mean()
    shuffled = np.linalg.norm(after - before[np.random.default_rng(0).permutation(len(before))], axis=1)
    assert moved < 0.7 * shuffled.mean()


def test_labels_given_meanwhile_count(store, corpus, looked, analysis):
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(analysis, {row: feelings[row] for row in range(12, 20)}, "ada")
    old = store.analysis(analysis).fit_key
    run(store, "prepare", corpus_key=looked, encoder="words")
    entry, fitted, results = (
        store.encoded_corpus(looked),
        store.analysis(analysis),
        store.results(looked),
    )
    assert fitted.embedding_key == entry.embedding_key
    assert fitted.fit_key == fit_key(store, analysis)  # with all 20 labels
    assert has_fit(results, fitted.fit_key) and not has_fit(results, old)
    assert store.labels.read(analysis).n_labels == 20


def test_all_maps_change_at_once(store, looked, analysis):
    """Until the new ones are there, those of the preview are shown."""
    entry, fitted = store.encoded_corpus(looked), store.analysis(analysis)
    seen = []

    def watch(stage, done, total):
        now = store.encoded_corpus(looked)
        if now.encoder == "words":
            seen.append(store.analysis(analysis).embedding_key == now.embedding_key)
        else:
            assert (now.embedding_key, store.analysis(analysis).fit_key) == (
                entry.embedding_key,
                fitted.fit_key,
            )
            assert has_fit(store.results(looked), fitted.fit_key)

    TASKS["prepare"](store, watch, corpus_key=looked, encoder="words")
    assert all(seen)


def test_an_analysis_whose_labels_no_longer_suffice_keeps_them(store, corpus, looked, analysis):
    for label in store.label_names.current(analysis)[1:]:
        store.label_names.delete(analysis, label)
    run(store, "prepare", corpus_key=looked, encoder="words")
    assert store.encoded_corpus(looked).encoder == "words"
    assert store.labels.read(analysis).n_labels > 0


def test_a_stopped_app_goes_on_with_what_was_saved(store, looked, monkeypatch):
    def stop(stage, done, total):
        if stage == "Drawing the generic map":
            raise KeyboardInterrupt  # as when the process ends: nothing can be noted

    with pytest.raises(KeyboardInterrupt):
        TASKS["prepare"](store, stop, corpus_key=looked, encoder="words")
    entry = Store(store.home).encoded_corpus(looked)
    assert entry.is_preview and entry.next_encoder == "words"
    encoder = type(model_cache.load_encoder("words"))
    monkeypatch.setattr(encoder, "encode", None)  # nothing is encoded again
    run(store, "prepare", corpus_key=looked, encoder="words")
    assert store.encoded_corpus(looked).encoder == "words"


def test_cancel_keeps_the_preview_and_does_not_go_on_by_itself(store, looked):
    def cancel(stage, done, total):
        if stage == "Encoding":
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        TASKS["prepare"](store, cancel, corpus_key=looked, encoder="words")
    entry = store.encoded_corpus(looked)
    assert entry.is_preview and entry.next_encoder is None
    assert has_space(store.results(looked), entry.embedding_key)


def test_a_corpus_with_a_map_keeps_it(store, prepared):
    before = store.encoded_corpus(prepared)
    run(store, "look", corpus_key=prepared, encoder="asking")
    assert store.encoded_corpus(prepared) == before


def test_labels_of_a_column_are_fitted_at_once(store, corpus):
    store.add_corpus(corpus)
    analysis = store.add_analysis(corpus.key, "by topic")
    topics = corpus.metadata["topic"].tolist()
    store.labels.give(analysis, dict(enumerate(topics)), "ada", add_names=True)
    run(store, "look", corpus_key=corpus.key, encoder="words")
    entry, fitted = store.encoded_corpus(corpus.key), store.analysis(analysis)
    assert entry.is_preview and fitted.embedding_key == entry.embedding_key
    run(store, "prepare", corpus_key=corpus.key, encoder="words")
    assert store.analysis(analysis).embedding_key == store.encoded_corpus(corpus.key).embedding_key

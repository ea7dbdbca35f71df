import numpy as np
import pytest

from core.encoders import PrecomputedVectors
from core.errors import Cancelled, EncoderUnavailable, LabelError, RefractError, StoreError
from core.evidence import findings_wanted
from core.storage import (
    find_first_picture,
    findings_kept,
    has_fit,
    has_hierarchy,
    load_answers,
    load_finding,
    load_fit,
    load_space,
    save_precomputed,
)
from core.tasks import fit_key
from core.tasks import measure as measuring
from core.tasks.fit import fit
from core.tasks.measure import measure
from core.tasks.prepare import prepare
from core.transforms import GuidedTransform, Method
from pages.common import cache
from tests.conftest import AskingEncoder, SpeakingEncoder

pytestmark = pytest.mark.model

FURIOUS = "furious shouting awful"


def nothing(*progress):
    pass


@pytest.fixture
def follow(store, prepared, labelled):
    """Fits the labelled analysis by a method and returns the Fit."""

    def run(method, analysis=labelled):
        store.set_method(analysis, method)
        fit(store, nothing, analysis_id=analysis)
        return load_fit(store.results(prepared), store.analysis(analysis).fit_key)

    return run


def test_a_method_is_remembered_and_the_usual_one_is_by_labels(store, prepared, labelled, home):
    assert store.analysis(labelled).method == Method("guided")
    method = Method("reencode", "instructor:/models/ünï", "Represent {instruction}:")
    store.set_method(labelled, method)
    assert type(store)(home).analysis(labelled).method == method
    with pytest.raises(StoreError, match="choose the method again"):
        Method.from_text('{"kind": "reencode", "later": 1}')


@pytest.mark.parametrize("later", ['{"kind": "reading", "later": 1}', '{"kind": "dreaming"}', "[]"])
def test_a_method_of_a_later_version_does_not_hide_the_analysis(store, prepared, labelled, follow, later):
    follow(Method("reencode", "asking"))
    results, key = store.results(prepared), store.analysis(labelled).fit_key
    with store._database.transaction() as connection:
        connection.execute("UPDATE analyses SET approach = ?", (later,))
    assert [analysis.method for analysis in store.analyses(prepared)] == [Method()]
    assert has_fit(results, key)
    results.save_document(f"{key}.labels", results.load_document(f"{key}.labels") | {"approach": later})
    assert not has_fit(results, key)  # so that it is fitted again


def test_a_damaged_fit_is_none(store, prepared, labelled, follow):
    follow(Method("guided"))
    results, key = store.results(prepared), store.analysis(labelled).fit_key
    (results.folder / f"{key}.labels.json").write_text("{")
    assert not has_fit(results, key)


def test_the_map_of_a_reencoded_space_is_written_once(store, prepared, labelled, follow):
    """Some systems keep a file that is mapped from being replaced."""
    fitted = follow(Method("reencode", "asking"))
    file = store.results(prepared).folder / f"{fitted.space_key}.map.npy"
    before = file.stat().st_ino
    store.labels.give(labelled, {20: "angry"}, "ada")
    follow(Method("reencode", "asking"))
    assert file.stat().st_ino == before


def test_labels_are_known_by_ids_of_the_same_moment(store, labelled, follow):
    fitted = follow(Method("guided"))
    assert store.label_names.of_ids(labelled, fitted.label_ids) == fitted.labels == ["angry", "pleased"]
    store.label_names.delete(labelled, "angry")
    guide = store.labels.read(labelled)
    ids, names, codes = list(guide.ids), list(guide.names), guide.codes
    assert (ids, names) == (fitted.label_ids[1:], ["pleased"])
    assert set(codes.tolist()) == {-1, 0}


def test_a_reencoded_space_is_that_of_its_encoder_under_the_instruction(
    store, prepared, labelled, follow, corpus
):
    store.set_instruction(labelled, FURIOUS)
    fitted = follow(Method("reencode", "asking"))
    expected = AskingEncoder().encode(corpus.texts, instruction=FURIOUS)
    np.testing.assert_array_equal(fitted.space.vectors, expected)
    assert fitted.method == Method("reencode", "asking")
    assert fitted.space_key != store.analysis(labelled).fit_key
    assert has_hierarchy(store.results(prepared), fitted.space_key)
    assert fitted.has_predictions and not fitted.from_names_only
    # Its labels were learned in its own space.
    known = GuidedTransform(random_state=0).fit(
        expected, fitted.given, graph=fitted.space.graph, label_vectors=fitted.label_vectors
    )
    np.testing.assert_allclose(fitted.probabilities, known.probabilities_, atol=1e-6)
    assert fitted.base(None) is fitted.space


def test_a_fit_of_a_method_that_was_replaced_does_nothing(store, prepared, labelled, monkeypatch):
    started = Method("reencode", "asking")
    store.set_method(labelled, Method("reencode", "endpoint:http://example.org/v1#m"))
    with monkeypatch.context() as patched:
        patched.setattr("core.tasks.fit.load_warm_encoder", lambda *name: pytest.fail("loaded"))
        with pytest.raises(StoreError, match="start again"):
            fit(store, nothing, analysis_id=labelled, method=started.to_text())
    store.set_method(labelled, started)
    fit(store, nothing, analysis_id=labelled, method=started.to_text())
    assert store.analysis(labelled).fit_key == fit_key(store, labelled)


def test_reencoding_needs_no_labels(store, prepared, follow):
    analysis = store.add_analysis(prepared, FURIOUS)
    fitted = follow(Method("reencode", "asking"), analysis)
    assert not fitted.has_predictions and not fitted.from_names_only and fitted.probabilities.shape == (60, 0)
    measure(store, nothing, analysis_id=analysis, fit_key=store.analysis(analysis).fit_key)
    results, key = store.results(prepared), store.analysis(analysis).fit_key
    assert findings_kept(results, key) == set(findings_wanted(fitted.method))
    assert load_finding(results, key, "evidence").n_labels == 0


def test_new_labels_leave_encoded_texts_as_they_are(store, prepared, labelled, follow, monkeypatch):
    store.set_instruction(labelled, FURIOUS)
    first = follow(Method("reencode", "speaking"))
    store.labels.give(labelled, {20: "angry"}, "ada")
    monkeypatch.setattr(SpeakingEncoder, "encode_and_answer", None)
    second = follow(Method("reencode", "speaking"))
    assert second.space_key == first.space_key
    assert second.given[20] == 0 and first.given[20] == -1


def test_a_reencoded_space_is_measured_by_itself(store, prepared, labelled, follow):
    store.set_instruction(labelled, FURIOUS + " lovely thanks delight")
    follow(Method("reencode", "asking"))
    results, key = store.results(prepared), store.analysis(labelled).fit_key
    measure(store, nothing, analysis_id=labelled, fit_key=key)
    evidence = load_finding(results, key, "evidence")
    assert evidence.reshaped > evidence.generic
    assert load_finding(results, key, "linear") is None
    assert load_finding(results, key, "map_quality").near > 0


def test_answers_are_saved_with_the_space(store, prepared, labelled, follow, corpus):
    store.set_instruction(labelled, "furious courier")
    fitted = follow(Method("reencode", "speaking"))
    answers = load_answers(store.results(prepared), fitted.space_key)
    assert answers == [" ".join(sorted({"furious", "courier"} & set(text.split()))) for text in corpus.texts]


def test_the_key_depends_on_everything_that_reencoding_uses(store, labelled, follow):
    store.set_instruction(labelled, FURIOUS)
    follow(Method("reencode", "asking"))
    keys = [store.analysis(labelled).fit_key]
    assert fit_key(store, labelled) == keys[0]
    for change in (
        lambda: store.set_instruction(labelled, "lovely"),
        lambda: store.set_method(labelled, Method("reencode", "speaking")),
        lambda: store.set_method(labelled, Method("reencode", "speaking", "{instruction}!")),
        lambda: store.set_method(labelled, Method("guided")),
    ):
        change()
        keys.append(fit_key(store, labelled))
    assert len(set(keys)) == 5


def test_gstransform_makes_a_space_of_its_own(store, prepared, labelled, follow):
    fitted = follow(Method("gstransform"))
    assert fitted.space.vectors.shape == (60, 64)
    np.testing.assert_allclose(np.linalg.norm(fitted.space.vectors, axis=1), 1, atol=1e-5)
    assert fitted.has_predictions and fitted.space_key == store.analysis(labelled).fit_key
    assert set(findings_wanted(fitted.method)) == {
        "evidence", "change", "near", "map_quality", "linear", "linear_evidence", "words",
    }  # fmt: skip


def test_gstransform_needs_labelled_texts_and_says_so(store, prepared, follow):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    with pytest.raises(LabelError, match="their names alone do not count"):
        follow(Method("gstransform"), analysis)


def test_texts_are_placed_in_every_kind_of_space(store, prepared, labelled, follow, corpus):
    store.set_instruction(labelled, FURIOUS)
    for method in (Method("reencode", "asking"), Method("gstransform"), Method("guided")):
        fitted = follow(method)
        answer = cache.runner().query(
            "place_text", corpus_key=prepared, text=corpus.texts[7], fit_key=store.analysis(labelled).fit_key
        )
        assert answer["neighbours"][0] == 7
        np.testing.assert_allclose(answer["vector"], fitted.space.vectors[7], atol=1e-5)
        np.testing.assert_allclose(answer["place"], fitted.space.map[7])
        np.testing.assert_allclose(answer["probabilities"], fitted.probabilities[7], atol=1e-4)


@pytest.fixture
def precomputed(store, corpus):
    """Name of vectors from a file, for a corpus that is not encoded yet."""
    store.add_corpus(corpus)
    vectors = AskingEncoder().encode(corpus.texts, instruction=FURIOUS)
    return save_precomputed(
        store.results(corpus.key), corpus.key, "mine.npy", PrecomputedVectors(vectors, "order", "k")
    )


def test_precomputed_vectors_are_a_generic_space(store, corpus, precomputed):
    prepare(store, nothing, corpus_key=corpus.key, encoder=precomputed)
    entry = store.corpus_entry(corpus.key)
    space = load_space(store.results(corpus.key), entry.embedding_key)
    np.testing.assert_array_equal(space.vectors, AskingEncoder().encode(corpus.texts, instruction=FURIOUS))
    with pytest.raises(EncoderUnavailable, match=r"mine\.npy"):
        cache.runner().query("place_text", corpus_key=corpus.key, text="van")
    analysis = store.add_analysis(corpus.key, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    with pytest.raises(LabelError, match="their names alone do not count"):
        fit(store, nothing, analysis_id=analysis)
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(analysis, {row: feelings[row] for row in range(12)}, "ada")
    fit(store, nothing, analysis_id=analysis)
    fitted = load_fit(store.results(corpus.key), store.analysis(analysis).fit_key)
    assert fitted.label_vectors is None and fitted.has_predictions
    measure(store, nothing, analysis_id=analysis, fit_key=store.analysis(analysis).fit_key)
    assert findings_kept(store.results(corpus.key), store.analysis(analysis).fit_key) == set(
        findings_wanted(fitted.method)
    )


def test_precomputed_vectors_are_a_reencoded_space(store, prepared, labelled, follow, precomputed, corpus):
    fitted = follow(Method("reencode", precomputed))
    np.testing.assert_array_equal(
        fitted.space.vectors, AskingEncoder().encode(corpus.texts, instruction=FURIOUS)
    )
    assert fitted.label_vectors is None and fitted.has_predictions
    with pytest.raises(RefractError, match=r"mine\.npy"):
        key = store.analysis(labelled).fit_key
        cache.runner().query("place_text", corpus_key=prepared, text="van", fit_key=key)


def test_a_fit_is_measured_against_the_embeddings_that_it_was_made_from(
    store, prepared, labelled, follow, precomputed, monkeypatch
):
    follow(Method("reencode", "asking"))
    analysis, against = store.analysis(labelled), []
    # Encoded again while the evidence waited to be computed.
    prepare(store, nothing, corpus_key=prepared, encoder=precomputed)
    assert store.corpus_entry(prepared).embedding_key != analysis.embedding_key
    monkeypatch.setattr(measuring, "cross_validate", lambda vectors, *given, **known: against.append(vectors))
    monkeypatch.setattr(measuring, "findings_wanted", lambda method: ("evidence",))
    monkeypatch.setattr(measuring, "save_finding", lambda *given: None)
    measure(store, nothing, analysis_id=labelled, fit_key=analysis.fit_key)
    generic = load_space(store.results(prepared), analysis.embedding_key)
    np.testing.assert_array_equal(against, [generic.vectors])


def test_a_first_picture_is_there_while_the_map_is_drawn(store, prepared, labelled, monkeypatch):
    monkeypatch.setattr("core.tasks.steps.FEWEST_FOR_PICTURE", 1)
    results, seen = store.results(prepared), {}

    def look(stage, done, total):
        seen[stage] = find_first_picture(results, labelled)

    fit(store, look, analysis_id=labelled)
    places, codes = seen["Drawing the reshaped map"]
    made = load_fit(results, store.analysis(labelled).fit_key)
    assert places.shape == np.asarray(made.space.map).shape and np.isfinite(places).all()
    assert (codes == made.predicted).all()
    assert seen["Reshaping the space"] is None and find_first_picture(results, labelled) is None


def test_cancel_removes_the_first_picture(store, prepared, labelled, monkeypatch):
    monkeypatch.setattr("core.tasks.steps.FEWEST_FOR_PICTURE", 1)

    def stop(stage, done, total):
        if stage == "Drawing the reshaped map":
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fit(store, stop, analysis_id=labelled)
    assert find_first_picture(store.results(prepared), labelled) is None


def test_few_texts_get_no_first_picture(store, prepared, labelled):
    seen = []
    fit(
        store,
        lambda *_: seen.append(find_first_picture(store.results(prepared), labelled)),
        analysis_id=labelled,
    )
    assert not any(seen)

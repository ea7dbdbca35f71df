import numpy as np
import pytest

from core.errors import StoreError
from core.storage import load_fit, load_space
from core.tasks import place_text
from core.transforms import GSTransform, GuidedTransform, Method
from pages.common import cache

pytestmark = pytest.mark.model


@pytest.fixture
def fitted(store, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return store.analysis(labelled)


def place(fit_key, corpus_key, text="furious van courier"):
    return cache.runner().query("place_text", corpus_key=corpus_key, text=text, fit_key=fit_key)


def test_a_text_is_placed_in_the_space_of_the_query(fitted, prepared):
    generic, reshaped = place(None, prepared), place(fitted.fit_key, prepared)
    for placed, n_dims in ((generic, 48), (reshaped, 48 + 2 * 2)):
        assert len(placed["vector"]) == n_dims and len(placed["place"]) == 2
        assert len(set(placed["neighbours"])) == len(placed["similarities"]) == 15
        assert np.all(np.diff(placed["similarities"]) <= 0)
    assert generic["probabilities"] is None
    assert sum(reshaped["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_a_text_is_encoded_by_the_encoder_of_that_space_only(store, fitted, prepared, monkeypatch):
    store.set_method(fitted.id, Method("reencode", "asking"))
    cache.runner().submit("fit", "x", analysis_id=fitted.id)
    read, real = [], place_text.load_warm_encoder
    monkeypatch.setattr(place_text, "load_warm_encoder", lambda *name: read.append(name[0]) or real(*name))
    place(store.analysis(fitted.id).fit_key, prepared)
    assert read == ["asking"]
    place(None, prepared)
    assert read == ["asking", "words"]


METHODS = [Method("guided"), Method("gstransform"), Method("reencode", "asking")]


@pytest.fixture
def fit_by(store, labelled):
    """Fits by a method and returns the key of the Fit."""

    def run(method):
        store.set_instruction(labelled, "furious shouting awful")
        store.set_method(labelled, method)
        cache.runner().submit("fit", "x", analysis_id=labelled)
        return store.analysis(labelled).fit_key

    return run


@pytest.fixture
def untrainable(monkeypatch):
    """Makes every estimator refuse to be fitted."""

    def refuse():
        for estimator in (GuidedTransform, GSTransform):
            monkeypatch.setattr(estimator, "fit", lambda *args, **options: pytest.fail("trained"))

    return refuse


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_placing_a_text_trains_nothing(fit_by, prepared, untrainable, method):
    key = fit_by(method)
    untrainable()
    placed = place(key, prepared, "furious shouting lovely van")
    assert sum(placed["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_a_fit_of_an_earlier_version_is_trained_once_and_stored(store, fit_by, prepared, untrainable, method):
    """At its first placement. Earlier versions stored no estimators, and vectors of any length."""
    key = fit_by(method)
    results, text = store.results(prepared), "furious shouting lovely van"
    expected = place(key, prepared, text)
    (results.folder / f"{key}.estimators.json").unlink()
    for file in [*results.folder.glob(f"{key}.classifier.*"), *results.folder.glob(f"{key}.network.*")]:
        file.unlink()
    fit = load_fit(results, key)
    assert not fit.has_estimators
    unit = np.array(fit.space.vectors)
    if method.kind == "guided":
        results.save_array(f"{key}.vectors", 3 * unit)
    first = place(key, prepared, text)
    untrainable()
    second = place(key, prepared, text)
    assert first == second and load_fit(results, key).has_estimators
    assert first["neighbours"] == expected["neighbours"]
    for part in ("vector", "place", "probabilities"):
        np.testing.assert_allclose(first[part], expected[part], atol=1e-5)
    np.testing.assert_allclose(results.load_array(f"{fit.space_key}.vectors"), unit, atol=1e-6)


@pytest.mark.parametrize("method", METHODS, ids=str)
def test_every_space_holds_unit_vectors(store, fit_by, prepared, method):
    fit = load_fit(store.results(prepared), fit_by(method))
    np.testing.assert_allclose(np.linalg.norm(fit.space.vectors, axis=1), 1, atol=1e-5)


def test_the_lengths_of_reshaped_vectors_are_kept_for_the_linear_form(store, fit_by, prepared):
    results = store.results(prepared)
    fit = load_fit(results, fit_by(Method("guided")))
    generic = load_space(results, store.corpus_entry(prepared).embedding_key)
    transform = GuidedTransform(random_state=0).fit(
        generic.vectors, fit.given, graph=generic.graph, label_vectors=fit.label_vectors
    )
    np.testing.assert_allclose(fit.unscaled_vectors(), transform.embedding_, atol=1e-5)


def test_a_fit_that_was_replaced_is_said_to_be_missing(prepared):
    with pytest.raises(StoreError, match="missing"):
        place("gone", prepared)


def test_a_corpus_that_was_removed_is_said_to_be_missing(store, prepared):
    store.delete_corpus(prepared)
    with pytest.raises(StoreError, match="no longer kept"):
        place(None, prepared)

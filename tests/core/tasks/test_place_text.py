import numpy as np
import pytest

from core.errors import StoreError
from core.tasks import place_text
from core.transforms import Method
from pages.common import cache


@pytest.fixture(autouse=True)
def forget():
    place_text._refitted.clear()
    yield
    place_text._refitted.clear()


@pytest.fixture
def fitted(store, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return store.analysis(labelled)


def ask(fit_key, corpus_key, text="furious van courier"):
    return cache.runner().query("land", corpus_key=corpus_key, text=text, fit_key=fit_key)


def test_a_text_lands_in_the_space_asked_for(fitted, prepared):
    generic, reshaped = ask(None, prepared), ask(fitted.fit_key, prepared)
    for landing, n_dims in ((generic, 48), (reshaped, 48 + 2 * 2)):
        assert len(landing["vector"]) == n_dims and len(landing["place"]) == 2
        assert len(set(landing["neighbours"])) == len(landing["similarities"]) == 15
        assert np.all(np.diff(landing["similarities"]) <= 0)
    assert generic["probabilities"] is None
    assert sum(reshaped["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_a_text_is_read_by_the_encoder_of_that_space_only(store, fitted, prepared, monkeypatch):
    store.set_method(fitted.id, Method("reencode", "asking"))
    cache.runner().submit("fit", "x", analysis_id=fitted.id)
    read, real = [], place_text.load_warm_encoder
    monkeypatch.setattr(place_text, "load_warm_encoder", lambda *name: read.append(name[0]) or real(*name))
    ask(store.analysis(fitted.id).fit_key, prepared)
    assert read == ["asking"]
    ask(None, prepared)
    assert read == ["asking", "words"]


def test_a_fit_is_learned_again_once(fitted, prepared, monkeypatch):
    learned = []
    real = place_text.refit
    monkeypatch.setattr(place_text, "refit", lambda fit, generic: learned.append(fit) or real(fit, generic))
    first, second = ask(fitted.fit_key, prepared), ask(fitted.fit_key, prepared, "thanks for the oven")
    assert len(learned) == 1
    assert first != second


def test_only_the_fits_used_last_stay_in_memory(fitted, prepared, monkeypatch):
    monkeypatch.setattr(place_text, "_refitted", {"old": None, "older": None})
    ask(fitted.fit_key, prepared)
    assert list(place_text._refitted) == ["older", fitted.fit_key]


def test_a_fit_that_was_replaced_is_said_to_be_missing(prepared):
    with pytest.raises(StoreError, match="missing"):
        ask("gone", prepared)


def test_a_corpus_that_was_removed_is_said_to_be_missing(store, prepared):
    store.delete_corpus(prepared)
    with pytest.raises(StoreError, match="no longer kept"):
        ask(None, prepared)

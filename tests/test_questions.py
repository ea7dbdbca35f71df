import numpy as np
import pytest

from core import questions
from core.errors import StoreError
from pages.common import cache


@pytest.fixture(autouse=True)
def forget():
    questions._refitted.clear()
    yield
    questions._refitted.clear()


@pytest.fixture
def fitted(store, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    return store.analysis(labelled)


def ask(fit_keys, corpus_key, text="furious van courier"):
    return cache.runner().ask("land", corpus_key=corpus_key, text=text, fit_keys=fit_keys)


def test_a_text_lands_in_every_space_asked_for(fitted, prepared):
    answer = ask([fitted.fit_key, fitted.fit_key], prepared)
    assert answer["fits"][0] == answer["fits"][1]
    for landing, n_dims in ((answer["generic"], 48), (answer["fits"][0], 48 + 2 * 2)):
        assert len(landing["vector"]) == n_dims and len(landing["place"]) == 2
        assert len(set(landing["neighbours"])) == len(landing["similarities"]) == 15
        assert np.all(np.diff(landing["similarities"]) <= 0)
    assert answer["generic"]["probabilities"] is None
    assert sum(answer["fits"][0]["probabilities"]) == pytest.approx(1, abs=1e-5)
    assert ask([], prepared) == {"generic": answer["generic"], "fits": []}


def test_a_fit_is_learned_again_once(fitted, prepared, monkeypatch):
    learned = []
    real = questions.refit
    monkeypatch.setattr(questions, "refit", lambda fit, generic: learned.append(fit) or real(fit, generic))
    first, second = ask([fitted.fit_key], prepared), ask([fitted.fit_key], prepared, "thanks for the oven")
    assert len(learned) == 1
    assert first["fits"] != second["fits"]


def test_only_the_fits_used_last_stay_in_memory(fitted, prepared, monkeypatch):
    monkeypatch.setattr(questions, "_refitted", {"old": None, "older": None})
    ask([fitted.fit_key], prepared)
    assert list(questions._refitted) == ["older", fitted.fit_key]


def test_a_fit_that_was_replaced_is_said_to_be_missing(prepared):
    with pytest.raises(StoreError, match="missing"):
        ask(["gone"], prepared)


def test_a_corpus_that_was_removed_is_said_to_be_missing(store, prepared):
    store.delete_corpus(prepared)
    with pytest.raises(StoreError, match="no longer kept"):
        ask([], prepared)

import numpy as np
import pytest

from core.maps.placement import place_among, place_in, place_reshaped
from core.storage import load_fit, load_space
from pages.common import cache
from tests.conftest import WordEncoder


@pytest.fixture
def spaces(store, labelled):
    """Generic space and Fit."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    analysis = store.analysis(labelled)
    results = store.results(analysis.corpus_key)
    generic = load_space(results, analysis.embedding_key)
    fit = load_fit(results, analysis.fit_key)
    return generic, fit


def encode(text):
    return WordEncoder().encode([text])[0]


def test_a_text_is_placed_among_most_neighbours_and_not_between_groups():
    points = np.array([[0, 0], [0.2, 0], [0, 0.2], [10, 10], [10, 10.2]], dtype=np.float32)
    place = place_among(points, np.arange(5), np.full(5, 0.5, dtype=np.float32))
    assert place.dtype == np.float32
    assert np.abs(place).max() < 0.5


def test_the_nearest_neighbours_have_most_weight():
    points = np.array([[0, 0], [10, 0], [10, 0.1], [10, 0.2]], dtype=np.float32)
    place = place_among(points, np.arange(4), np.array([0.9, 0.5, 0.5, 0.5], dtype=np.float32))
    np.testing.assert_allclose(place, [0, 0], atol=0.1)


def test_a_duplicate_gets_the_place_of_its_text():
    points = np.array([[3, 4], [0, 0], [0, 0.1]], dtype=np.float32)
    place = place_among(points, np.arange(3), np.array([1, 0.99, 0.99], dtype=np.float32))
    assert place.tolist() == [3, 4]


def test_an_isolated_text_gets_a_place():
    points = np.array([[0, 0], [2, 0]], dtype=np.float32)
    place = place_among(points, np.arange(2), np.array([0, -0.2], dtype=np.float32))
    assert np.isfinite(place).all() and 0 <= place[0] <= 2


def test_a_text_of_the_corpus_gets_its_own_place(spaces, corpus):
    generic, fit = spaces
    for row in (0, 17):
        placed = place_in(encode(corpus.texts[row]), generic)
        assert placed.neighbours[0] == row and placed.similarities[0] == pytest.approx(1)
        assert placed.place.tolist() == generic.map[row].tolist()
        assert placed.probabilities is None
        reshaped = place_reshaped(placed.vector, fit, generic)
        assert reshaped.neighbours[0] == row
        assert reshaped.place.tolist() == fit.space.map[row].tolist()
        np.testing.assert_array_equal(reshaped.vector, fit.space.vectors[row])
        np.testing.assert_array_equal(reshaped.probabilities, fit.probabilities[row])


@pytest.mark.parametrize("feeling", [0, 1])
def test_a_new_text_is_placed_among_similar_texts(spaces, corpus, feeling):
    generic, fit = spaces
    name = ["angry", "pleased"][feeling]
    text = ["shouting van furious awful courier", "delight van lovely thanks courier"][feeling]
    placed = place_in(encode(text), generic)
    assert (corpus.metadata["topic"].to_numpy()[placed.neighbours[:5]] == "delivery").mean() > 0.5
    reshaped = place_reshaped(placed.vector, fit, generic)
    assert reshaped.probabilities.shape == (2,) and reshaped.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert fit.labels[fit.classes[reshaped.probabilities.argmax()]] == name
    assert (corpus.metadata["feeling"].to_numpy()[reshaped.neighbours] == name).mean() > 0.8

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as sklearn_trustworthiness

from core.maps import measure_map, near_neighbours
from core.maps.quality import displacement, kept_neighbours, trustworthiness
from core.neighbours import Graph, build_graph

RNG = np.random.default_rng(0)


def make_space(n=200, n_dims=6):
    X = RNG.normal(size=(n, n_dims)).astype(np.float32)
    return X / np.linalg.norm(X, axis=1, keepdims=True)


@pytest.mark.parametrize("noise", [0.0, 0.5, 5.0])
def test_trustworthiness_of_all_texts_equals_that_of_scikit_learn(noise):
    X = make_space()
    places = X[:, :2] + noise * RNG.normal(size=(len(X), 2))
    expected = sklearn_trustworthiness(X, places, n_neighbors=10, metric="cosine")
    assert trustworthiness(X, places, 10) == pytest.approx(expected, abs=1e-6)


def test_a_sample_of_many_texts_gives_nearly_the_same():
    X = make_space(n=1600)
    places = X[:, :2]
    expected = sklearn_trustworthiness(X, places, n_neighbors=15, metric="cosine")
    assert trustworthiness(X, places, 15) == pytest.approx(expected, abs=0.01)


def test_kept_neighbours_by_hand():
    # On the line 0 1 2 10 the two nearest of each: 0: 1 2, 1: 0 2, 2: 1 0, 10: 2 1.
    places = np.array([[0, 0], [1, 0], [2.1, 0], [10, 0]])
    graph = Graph(np.array([[1, 2], [0, 3], [3, 0], [0, 3]], np.int32)[:, :2], np.zeros((4, 2), np.float32))
    graph.indices[3] = [0, 1]
    assert kept_neighbours(graph, places) == pytest.approx((2 + 1 + 1 + 1) / 8)


def test_no_text_is_its_own_neighbour_at_equal_places():
    graph = Graph(np.array([[1, 2], [0, 2], [0, 1]], np.int32), np.ones((3, 2), np.float32))
    assert kept_neighbours(graph, np.zeros((3, 2))) == 1


def test_near_is_low_where_the_map_separates_a_text_from_its_neighbours():
    graph = build_graph(make_space(n=600), 5)
    places = np.random.default_rng(1).normal(size=(600, 2))
    places[graph.indices[0]] = [3.0, 3.0]
    places[0] = [-3.0, -3.0]
    near = near_neighbours(graph, places)
    assert near[0] == 0 and near.dtype == np.float32 and near.shape == (600,)
    places[0] = [3.0, 3.0]
    assert near_neighbours(graph, places)[0] == 1


def test_displacement_is_of_texts_that_kept_their_neighbours():
    before = np.array([[-1.0, 0], [1, 0], [0, 1], [0, -1]])  # spread 1
    after = before + np.array([[0.5, 0], [0, 0.1], [0, 0.2], [0.3, 0]])
    assert displacement(before, after, np.array([1.0, 0, 0.2, 0])) == pytest.approx(0.2)
    assert displacement(before, after, np.ones(4)) is None


def test_quality_of_a_perfect_map():
    angles = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    X = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    graph = build_graph(X, 4)
    quality = measure_map(X, graph, X, near_neighbours(graph, X), before=X, change=np.zeros(120))
    assert quality.trustworthiness == pytest.approx(1) and quality.kept == pytest.approx(1)
    assert quality.near == 1 and quality.n_neighbours == 4 and quality.displacement == 0


def test_too_few_texts_have_no_trustworthiness():
    assert np.isnan(trustworthiness(make_space(20), RNG.normal(size=(20, 2)), 15))

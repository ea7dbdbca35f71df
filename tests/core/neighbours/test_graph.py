import numpy as np
import pytest

from core.neighbours import Graph, build_graph, propagate, unit_rows
from core.neighbours import graph as neighbours


def brute_force(X, k):
    unit = X / np.linalg.norm(X, axis=1, keepdims=True)
    near = unit @ unit.T
    np.fill_diagonal(near, -np.inf)
    order = np.argsort(-near, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(near, order, axis=1)


@pytest.fixture
def blobs():
    rng = np.random.default_rng(0)
    return (np.repeat(3 * rng.standard_normal((3, 8)), 20, axis=0) + rng.standard_normal((60, 8))).astype("f")


def test_finds_the_nearest_by_angle_not_by_length():
    """Rows point to 0°, 10° (long), 30° and 90°: the neighbours of 0° are 10° then 30°."""
    angles = np.deg2rad([0, 10, 30, 90])
    X = np.c_[np.cos(angles), np.sin(angles)] * [[1], [50], [1], [1]]
    graph = build_graph(X, 2)
    assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    np.testing.assert_allclose(graph.similarities[0], np.cos(angles[1:3]), atol=1e-6)
    assert graph.indices.dtype == np.int32 and graph.similarities.dtype == np.float32


def test_equals_brute_force(blobs):
    graph = build_graph(blobs, 7)
    indices, similarities = brute_force(blobs, 7)
    assert (graph.indices == indices).all()
    np.testing.assert_allclose(graph.similarities, similarities, atol=1e-6)


def test_small_blocks_change_nothing(blobs, monkeypatch):
    whole = build_graph(blobs, 7)
    monkeypatch.setattr(neighbours, "BLOCK_CELLS", 130)
    assert (build_graph(blobs, 7).indices == whole.indices).all()


def test_row_order_does_not_change_the_graph(blobs):
    order = np.random.default_rng(1).permutation(len(blobs))
    graph, permuted = build_graph(blobs, 5), build_graph(blobs[order], 5)
    assert (order[permuted.indices] == graph.indices[order]).all()


def test_a_text_is_never_its_own_neighbour_but_its_duplicate_is():
    X = np.repeat(np.eye(3), 4, axis=0)
    graph = build_graph(X, 3)
    assert not (graph.indices == np.arange(12)[:, None]).any()
    assert (graph.indices // 4 == np.arange(12)[:, None] // 4).all()


def test_no_more_neighbours_than_other_texts():
    assert build_graph(np.eye(4), 15).indices.shape == (4, 3)
    assert build_graph(np.eye(4)[:1], 15).indices.shape == (1, 0)


def test_zero_rows_are_similar_to_nothing():
    graph = build_graph(np.array([[0.0, 0], [1, 0], [1, 1]]), 2)
    assert graph.similarities[0].tolist() == [0, 0]
    assert np.isfinite(graph.similarities).all()


def test_extreme_lengths_are_scaled():
    unit = unit_rows(np.array([[3e30, 4e30], [3e-30, 4e-30], [1e300, 0]]))
    np.testing.assert_allclose(unit, [[0.6, 0.8], [0.6, 0.8], [1, 0]], rtol=1e-6)


def test_unit_vectors_are_returned_as_they_are(blobs):
    unit = unit_rows(blobs)
    assert unit is not blobs and unit_rows(unit) is unit
    mixed = np.vstack([unit, 2 * unit, np.zeros_like(unit[:1])])
    np.testing.assert_array_equal(unit_rows(mixed)[: len(unit)], unit)
    np.testing.assert_allclose(unit_rows(mixed)[len(unit) :], [*unit, 0 * unit[0]], atol=1e-6)


def test_a_read_only_file_can_be_searched(blobs, tmp_path):
    np.save(tmp_path / "unit.npy", unit_rows(blobs))
    mapped = np.load(tmp_path / "unit.npy", mmap_mode="r")
    assert neighbours._bfloat16_graph(mapped, 2).indices.shape == (len(blobs), 2)


def test_input_stays_as_it_was(blobs):
    before = blobs.copy()
    build_graph(blobs, 3)
    assert (blobs == before).all()


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([[1, 0], [np.nan, 0], [0, 1], [np.inf, 1]]), r"2 of 4 embeddings .* not finite .* row 1"),
        (np.empty((0, 3)), r"shape \(0, 3\) found"),
        (np.arange(3.0), r"shape \(3,\) found"),
    ],
)
def test_unusable_embeddings_are_named(X, message):
    with pytest.raises(ValueError, match=message):
        build_graph(X)


def test_negative_k_is_refused():
    with pytest.raises(ValueError, match="k is -1"):
        build_graph(np.eye(3), -1)


def test_same_input_same_bytes(blobs):
    one, two = build_graph(blobs), build_graph(blobs)
    assert one.indices.tobytes() == two.indices.tobytes()
    assert one.similarities.tobytes() == two.similarities.tobytes()


def test_approximate_search_drops_the_text_itself_and_holes(monkeypatch):
    """The search is a stand-in: it finds row 0 itself, leaves a hole in row 1, and orders row 2 badly."""
    found = np.array([[0, 1, 2], [2, -1, 0], [0, 1, 2]])

    class Search:
        def __init__(self, data, **settings):
            assert settings["random_state"] == 7
            self.neighbor_graph = (found, None)

    monkeypatch.setattr("pynndescent.NNDescent", Search)
    monkeypatch.setattr(neighbours, "EXACT_LIMIT", 2)
    angles = np.deg2rad([0, 10, 30])
    graph = build_graph(np.c_[np.cos(angles), np.sin(angles)], 2, random_state=7)
    assert graph.indices.tolist() == [[1, 2], [0, 2], [1, 0]]


def test_label_propagation_by_hand():
    """Three texts in a row: 1 is the neighbour of 0 and 2, and has both. One round with a mixing of 0.5."""
    graph = Graph(np.array([[1, 0], [0, 2], [1, 0]], "i4"), np.array([[1, 0], [0.5, 0.5], [1, -0.2]], "f4"))
    propagated = propagate(np.array([[1, 0], [0, 1], [0, 1]], "f4"), graph, mixing=0.5, rounds=1)
    np.testing.assert_allclose(propagated, [[0.5, 0.5], [0.25, 0.75], [0, 1]], atol=1e-7)
    # second round: 0.5 x own + 0.5 x the neighbours' values above
    propagated = propagate(np.array([[1, 0], [0, 1], [0, 1]], "f4"), graph, mixing=0.5, rounds=2)
    np.testing.assert_allclose(propagated, [[0.625, 0.375], [0.125, 0.875], [0.125, 0.875]], atol=1e-7)


def test_weights_are_squared_cosines():
    graph = Graph(np.array([[1, 2], [0, 2], [0, 1]], "i4"), np.array([[0.8, 0.4], [0, -1], [1, 0]], "f4"))
    weights = graph.weights().toarray()
    np.testing.assert_allclose(weights, [[0, 0.8, 0.2], [0, 0, 0], [1, 0, 0]], atol=1e-6)


def test_propagation_keeps_row_sums_and_texts_without_neighbours():
    graph = Graph(np.array([[1], [0], [0]], "i4"), np.array([[1], [1], [0]], "f4"))
    values = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], "f4")
    propagated = propagate(values, graph, mixing=0.6, rounds=5)
    np.testing.assert_allclose(propagated[2], values[2])
    np.testing.assert_allclose(propagated.sum(axis=1), 1, atol=1e-6)
    isolated = propagate(values[:1], Graph(np.empty((1, 0), "i4"), np.empty((1, 0), "f4")))
    np.testing.assert_allclose(isolated, values[:1])


def test_candidates_in_bfloat16_give_the_exact_graph_but_for_near_ties():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(600, 48)) + 3 * rng.normal(size=(6, 48))[rng.integers(0, 6, 600)]
    X[17] = X[400]  # a duplicate
    unit = unit_rows(X)
    exact, found = build_graph(unit, 15), neighbours._bfloat16_graph(unit, 15)
    assert found.indices.dtype == np.int32 and found.similarities.dtype == np.float32
    assert (found.indices != np.arange(600)[:, None]).all()
    assert found.indices[17, 0] == 400
    np.testing.assert_allclose(found.similarities, exact.similarities, atol=2e-3)
    assert (found.indices == exact.indices).mean() > 0.99

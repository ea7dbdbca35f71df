import numpy as np
import pytest

from core.maps.layout import fuzzy_edges, lay_out
from core.neighbours import build_graph, cut_evenly, run_on_parts, threads


@pytest.fixture(scope="module")
def graph():
    rng = np.random.default_rng(0)
    return build_graph(rng.normal(size=(5, 12))[rng.integers(0, 5, 300)] + rng.normal(size=(300, 12)) / 2)


@pytest.fixture
def start():
    return np.random.default_rng(1).normal(size=(300, 2))


def test_edges_join_neighbours_in_both_directions(graph):
    edges = fuzzy_edges(graph).toarray()
    np.testing.assert_allclose(edges, edges.T)
    assert edges.max() == 1 and edges[0, graph.indices[0, 0]] == 1  # the nearest neighbour
    joined = np.zeros_like(edges, dtype=bool)
    np.put_along_axis(joined, graph.indices.astype(int), True, axis=1)
    assert not edges[~(joined | joined.T)].any()


def test_any_number_of_threads_gives_the_same_map(graph, start, monkeypatch):
    maps = []
    for number in (1, 2, 5):
        monkeypatch.setattr(threads, "n_threads", lambda number=number: number)
        maps.append(lay_out(graph, start, 30, 1.0).tobytes())
    assert maps[0] == maps[1] == maps[2]


def test_the_seed_decides(graph, start):
    assert not np.array_equal(lay_out(graph, start, 5, 1.0), lay_out(graph, start, 5, 1.0, random_state=1))


def test_texts_find_those_of_their_group_from_a_mixed_start():
    """Two groups without an edge between them."""
    X = np.repeat(np.eye(2), 60, axis=0) + np.random.default_rng(0).normal(size=(120, 2)) / 20
    places = lay_out(build_graph(X), np.random.default_rng(1).normal(size=(120, 2)), 200, 1.0)
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(axis=1) // 60 == np.arange(120) // 60).mean() > 0.95


@pytest.mark.parametrize("n_rows", [1, 7, 1000])
def test_parts_hold_each_row_once(n_rows):
    cuts = cut_evenly(np.arange(n_rows) % 3)
    seen = np.zeros(n_rows, dtype=int)

    def count(first, last):
        seen[first:last] += 1

    run_on_parts(count, cuts)
    assert (seen == 1).all()


def test_an_error_in_a_part_is_raised():
    def fail(first, last):
        raise ValueError(f"{first}")

    with pytest.raises(ValueError, match="0"):
        run_on_parts(fail, cut_evenly(np.ones(100)))

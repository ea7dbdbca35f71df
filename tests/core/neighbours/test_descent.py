import numpy as np
import pytest

from core.neighbours import Graph, build_graph, descent, refine_graph, threads, unit_rows


@pytest.fixture(scope="module")
def spaces():
    """Unit vectors, and the same texts drawn together by a label that cuts across their groups."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 64))[rng.integers(0, 12, 1500)] + rng.normal(size=(1500, 64))
    label = 4 * np.eye(3)[rng.integers(0, 3, 1500)]
    return unit_rows(X), unit_rows(np.hstack([label, X]))


def shared(graph, exact):
    pairs = zip(graph.indices, exact.indices, strict=True)
    return np.mean([len(set(one) & set(other)) / len(other) for one, other in pairs])


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(descent, "FEWEST_TEXTS", 100)


def test_it_finds_nearly_all_neighbours_of_the_other_space(spaces, small):
    generic, reshaped = spaces
    near, exact = build_graph(generic), build_graph(reshaped)
    found = refine_graph(reshaped, near)
    assert shared(near, exact) < 0.7 and shared(found, exact) > 0.95
    assert found.indices.dtype == np.int32 and found.similarities.dtype == np.float32
    assert (np.diff(found.similarities, axis=1) <= 0).all()
    assert (found.indices != np.arange(1500)[:, None]).all()
    cosines = np.einsum("id,ikd->ik", reshaped, reshaped[found.indices])
    np.testing.assert_allclose(found.similarities, cosines, atol=1e-5)
    assert all(len(set(row)) == 15 for row in found.indices.tolist())


def test_any_number_of_threads_finds_the_same(spaces, small, monkeypatch):
    generic, reshaped = spaces
    near, found = build_graph(generic), []
    for number in (1, 3):
        monkeypatch.setattr(threads, "n_threads", lambda number=number: number)
        found.append(refine_graph(reshaped, near).indices.tobytes())
    assert found[0] == found[1]


def test_few_texts_get_the_exact_graph(spaces):
    generic, reshaped = spaces
    found = refine_graph(reshaped, build_graph(generic))
    assert found.indices.tobytes() == build_graph(reshaped).indices.tobytes()


def test_duplicates_and_rows_of_zeros_are_found(small):
    X = np.vstack([np.repeat(np.random.default_rng(0).normal(size=(100, 8)), 2, axis=0), np.zeros((5, 8))])
    found = refine_graph(X, build_graph(X, 5))
    assert (found.indices[:200, 0] // 2 == np.arange(200) // 2).all()
    assert np.isfinite(found.similarities).all()


def test_another_number_of_texts_is_refused(spaces):
    with pytest.raises(ValueError, match="The graph joins 1500 texts, and there are 7 embeddings"):
        refine_graph(spaces[1][:7], build_graph(spaces[0]))


def test_a_graph_with_gaps_is_a_start_too(spaces, small):
    generic, reshaped = spaces
    near = build_graph(generic)
    gaps = np.where(np.random.default_rng(0).random(near.indices.shape) < 0.3, -1, near.indices)
    found = refine_graph(reshaped, Graph(gaps.astype("i4"), near.similarities))
    assert shared(found, build_graph(reshaped)) > 0.9
    empty = Graph(np.full_like(near.indices, -1), near.similarities)
    assert refine_graph(reshaped, empty).indices.tobytes() == build_graph(reshaped).indices.tobytes()

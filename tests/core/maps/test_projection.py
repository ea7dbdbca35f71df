import re

import numpy as np
import pytest

from core.errors import Cancelled
from core.maps import project
from core.maps.projection import FEWEST_TEXTS, align, principal_components, spread
from core.neighbours import build_graph


def groups(n_groups=3, size=20, n_dims=12, seed=0):
    """Well separated groups of embeddings, and the group of each."""
    rng = np.random.default_rng(seed)
    centres = 8 * np.eye(n_dims)[:n_groups]
    X = np.repeat(centres, size, axis=0) + rng.normal(size=(n_groups * size, n_dims))
    return X.astype(np.float32), np.repeat(np.arange(n_groups), size)


def distances(places):
    return np.linalg.norm(places[:, None] - places, axis=2).ravel()


def neighbours_of_own_group(places, group):
    """Share of the five nearest on the map that are of the same group."""
    nearest = np.argsort(distances(places).reshape(len(places), -1), axis=1)[:, 1:6]
    return np.mean(group[nearest] == group[:, None])


@pytest.fixture(scope="module")
def drawn():
    X, group = groups()
    graph = build_graph(X)
    return X, group, graph, project(X, graph)


def test_groups_stay_together(drawn):
    X, group, _, places = drawn
    assert places.shape == (len(X), 2)
    assert places.dtype == np.float32
    assert neighbours_of_own_group(places, group) == 1
    assert np.abs(places.mean(axis=0)).max() < 1e-4


def test_same_seed_same_map(drawn):
    X, _, graph, places = drawn
    assert np.array_equal(project(X, graph), places)
    assert not np.array_equal(project(X, graph, random_state=1), places)


def test_an_anchored_map_keeps_places_when_nothing_changed(drawn):
    X, _, graph, places = drawn
    again = project(X, graph, init=places)
    moved = np.linalg.norm(again - places, axis=1)
    assert np.median(moved) < 0.25 * spread(places)
    assert spread(again) == pytest.approx(spread(places), rel=1e-4)


def test_an_anchored_map_regroups_texts_with_new_neighbours(drawn):
    X, _, _, places = drawn
    other = np.tile(np.arange(3), 20)  # each old group is spread evenly over the new ones
    reshaped = X[np.argsort(other, kind="stable").argsort()]
    again = project(reshaped, build_graph(reshaped), init=places)
    assert neighbours_of_own_group(places, other) < 0.5
    assert neighbours_of_own_group(again, other) > 0.95


def test_tight_groups_of_one_kind_move_together_without_an_edge_between_them():
    """Eight groups in a row, of two kinds in mixed order; no text has a neighbour of another group."""
    rng = np.random.default_rng(0)
    group, kind = np.repeat(np.arange(8), 60), np.array([0, 0, 1, 0, 1, 0, 1, 1])
    X = 4 * np.eye(10)[group] + 0.3 * rng.normal(size=(480, 10))
    X[np.arange(480), 8 + kind[group]] += 8
    graph = build_graph(X)
    assert (group[graph.indices] == group[:, None]).all()
    row = np.column_stack([3 * group, np.zeros(480)]) + 0.3 * rng.normal(size=(480, 2))
    places = project(X, graph, init=row)
    centroids = np.stack([places[group == each].mean(axis=0) for each in range(8)])
    gaps = np.linalg.norm(centroids[:, None] - centroids, axis=2)
    same = kind[:, None] == kind
    assert gaps[same].sum() / (same.sum() - 8) < 0.6 * gaps[~same].mean()


def test_a_start_in_another_unit_is_scaled(drawn):
    X, _, graph, places = drawn
    small = project(X, graph, init=places / 64 + 3)
    assert spread(small) == pytest.approx(spread(places) / 64, rel=1e-3)
    # It is 0.91; with a start that keeps its own unit, 0.74.
    assert np.corrcoef(distances(small), distances(places))[0, 1] > 0.85


def test_progress_counts_epochs(drawn):
    X, _, graph, places = drawn
    calls = []
    project(X, graph, init=places, progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (50, 50)
    assert calls == sorted(calls)


def test_another_map_drawn_within_progress_changes_neither(drawn):
    """As when one task pauses for another."""
    X, _, graph, _ = drawn
    alone, within = project(X, graph), []

    def draw_another(done, total):
        if not within:
            within.append(project(X, graph))

    assert np.array_equal(project(X, graph, progress=draw_another), alone)
    assert np.array_equal(within[0], alone)


def test_progress_may_cancel(drawn):
    X, _, graph, _ = drawn

    def stop(done, total):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        project(X, graph, progress=stop)


@pytest.mark.parametrize("n_texts", [1, 2, 3, 5, 10, FEWEST_TEXTS, FEWEST_TEXTS + 1])
def test_few_texts(n_texts):
    X = np.random.default_rng(n_texts).normal(size=(n_texts, 6)).astype(np.float32)
    graph = build_graph(X)
    places = project(X, graph)
    assert places.shape == (n_texts, 2)
    assert np.isfinite(places).all()
    assert np.isfinite(project(X, graph, init=places)).all()


def test_below_the_fewest_texts_the_components_are_aligned():
    X = np.random.default_rng(0).normal(size=(10, 6)).astype(np.float32)
    graph = build_graph(X)
    places = project(X, graph)
    turned = places @ np.array([[0, 1], [1, 0]], dtype=np.float32) + 5
    assert np.allclose(project(X, graph, init=turned), turned, atol=1e-5)


@pytest.mark.parametrize("n_texts", [3, 40])
def test_equal_rows(n_texts):
    X = np.ones((n_texts, 4), dtype=np.float32)
    graph = build_graph(X)
    assert np.isfinite(project(X, graph)).all()
    assert np.isfinite(project(X, graph, init=np.zeros((n_texts, 2)))).all()


def test_equal_texts_get_different_places_near_each_other():
    X, _ = groups(size=10)
    X = np.repeat(X, 2, axis=0)
    places = project(X, build_graph(X))
    assert len(np.unique(places, axis=0)) == len(X)
    assert np.median(np.linalg.norm(places[::2] - places[1::2], axis=1)) < 0.25 * spread(places)


def test_other_numbers_of_texts_are_refused():
    X = np.eye(4, dtype=np.float32)
    graph = build_graph(X)
    with pytest.raises(ValueError, match=re.escape("The graph joins 4 texts, and there are 3 embeddings.")):
        project(X[:3], graph)
    with pytest.raises(ValueError, match=re.escape("The start has shape (4, 3); one place per text, (4, 2)")):
        project(X, graph, init=np.zeros((4, 3)))


def test_align_undoes_rotation_reflection_translation_and_scaling():
    onto = np.array([[0, 0], [4, 0], [4, 2], [1, 3]], dtype=np.float32)
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])  # mirrors as well
    assert np.allclose(align(7 * onto @ turn + [10, -3], onto), onto, atol=1e-5)


def test_align_gives_the_spread_of_the_other_map():
    rng = np.random.default_rng(0)
    onto = rng.normal(size=(50, 2))
    aligned = align(rng.normal(size=(50, 2)), onto)  # unrelated: least squares would shrink it to nothing
    assert spread(aligned) == pytest.approx(spread(onto), rel=1e-5)
    assert np.allclose(aligned.mean(axis=0), onto.mean(axis=0), atol=1e-6)


def test_align_with_a_single_place():
    assert np.allclose(align(np.ones((3, 2)), np.arange(6).reshape(3, 2)), [2, 3])


def test_principal_components_of_points_on_a_line():
    # They are 5 apart, and the largest entry of the axis is positive.
    X = np.array([[0, 0, 0], [3, 4, 0], [6, 8, 0]], dtype=np.float32)
    assert np.allclose(principal_components(X), [[-5, 0], [0, 0], [5, 0]], atol=1e-5)


def test_principal_components_do_not_depend_on_the_order():
    X, _ = groups(seed=3)
    order = np.random.default_rng(1).permutation(len(X))
    assert np.allclose(principal_components(X)[order], principal_components(X[order]), atol=1e-3)


def test_principal_components_of_one_dimension():
    assert np.allclose(principal_components(np.array([[1.0], [3.0]])), [[-1, 0], [1, 0]])

import itertools

import numpy as np
import pytest
from hdbscan import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from core.errors import StoreError
from core.maps.clusters import hierarchy as hierarchies
from core.maps.clusters.hierarchy import build_hierarchy, cut, order_tree
from core.storage import ArtifactStore, has_hierarchy, load_hierarchy, save_hierarchy


def heaps(n, n_heaps, seed):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(n_heaps, 2)) * rng.uniform(1, 10)
    return centres[rng.integers(0, n_heaps, n)] + rng.normal(size=(n, 2))


def groups(codes):
    """Clusters as sets of rows, whatever their numbers."""
    return {frozenset(np.flatnonzero(codes == code).tolist()) for code in np.unique(codes[codes >= 0])}


# Two tight pairs, 0-1 and 2-3, that meet at 4; point 4 joins at 10.
TREE = np.array([[0, 1, 1.0, 2], [2, 3, 2.0, 2], [5, 6, 4.0, 4], [7, 4, 10.0, 5]])


def test_a_tree_worked_by_hand():
    hierarchy = order_tree(TREE)
    assert hierarchy.leaves.tolist() == [0, 1, 2, 3, 4]
    merges = hierarchy.merges
    assert merges["first"].tolist() == [0, 0, 0, 2]
    assert merges["size"].tolist() == [5, 4, 2, 2]
    assert merges["light"].tolist() == [1, 2, 1, 1]
    assert merges["distance"].tolist() == [10, 4, 1, 2]
    # Born at density 1/4, the pairs end at 1 and 1/2: 2 * (1 - 1/4) and 2 * (1/2 - 1/4).
    assert groups(cut(hierarchy, 2)) == {frozenset({0, 1}), frozenset({2, 3})}
    assert cut(hierarchy, 2)[4] == -1
    assert groups(cut(hierarchy, 3)) == set()  # only the group of all points is left, which is no cluster


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("n", [40, 300])
def test_cuts_are_those_of_hdbscan(n, seed):
    points = heaps(n, 1 + seed * 2, seed)
    hierarchy = build_hierarchy(points, 5)
    for min_size, max_size, parent_weight in itertools.product((2, 5, 12), (None, n // 3), (1.0, 0.0)):
        model = HDBSCAN(
            min_cluster_size=min_size,
            min_samples=5,
            approx_min_span_tree=False,
            max_cluster_size=max_size or 0,
            cluster_selection_method="eom" if parent_weight else "leaf",
        )
        if max_size and not parent_weight:
            continue  # hdbscan ignores the largest size for leaf clusters
        found = cut(hierarchy, min_size, max_size=max_size, parent_weight=parent_weight)
        assert groups(found) == groups(model.fit_predict(points))


def brute_force(tree, smallest):
    """Best antichain of the condensed tree, by trying all of them."""
    n = len(tree) + 1
    members = {i: {i} for i in range(n)}
    for number, (left, right, _, _) in enumerate(tree):
        members[n + number] = members[int(left)] | members[int(right)]
    children = {n + i: (int(row[0]), int(row[1])) for i, row in enumerate(tree)}
    clusters = {}  # rows: stability

    def follow(node, born):
        """Stability of the cluster that begins at this node; those below it are added."""
        rows, stability = frozenset(members[node]), 0.0
        while True:
            density = 1 / tree[node - n][2]
            large = [child for child in children[node] if len(members[child]) >= smallest]
            if len(large) == 1:
                stability += (len(members[node]) - len(members[large[0]])) * (density - born)
                node = large[0]
                continue
            stability += len(members[node]) * (density - born)
            for child in large:
                follow(child, density)
            break
        clusters[rows] = stability

    follow(2 * n - 2, 0.0)
    del clusters[frozenset(range(n))]
    best, chosen = -1.0, []
    for size in range(len(clusters) + 1):
        for some in itertools.combinations(clusters, size):
            if all(not (a & b) for a, b in itertools.combinations(some, 2)):
                total = sum(clusters[each] for each in some)
                if total > best + 1e-12:
                    best, chosen = total, some
    return set(chosen)


@pytest.mark.parametrize("seed", range(8))
def test_cuts_are_the_most_stable_of_all_choices(seed):
    points = heaps(22, 3, seed)
    from scipy.cluster.hierarchy import linkage

    tree = linkage(points, "single")
    assert groups(cut(order_tree(tree), 3)) == brute_force(tree, 3)


def test_each_group_is_one_run_of_leaves():
    points = heaps(200, 4, 1)
    hierarchy = build_hierarchy(points, 5)
    assert sorted(hierarchy.leaves.tolist()) == list(range(200))
    codes = cut(hierarchy, 8)
    for code in range(codes.max() + 1):
        places = np.flatnonzero(codes[hierarchy.leaves] == code)
        assert np.ptp(places) == len(places) - 1


def test_equal_points_are_cut():
    points = np.repeat(heaps(12, 2, 0), 10, axis=0)
    codes = cut(build_hierarchy(points, 5), 8)
    assert codes.max() >= 1
    assert cut(build_hierarchy(np.ones((30, 2)), 5), 5).shape == (30,)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_up_to_three_points(n):
    assert cut(build_hierarchy(np.arange(2.0 * n).reshape(n, 2), 5), 2).shape == (n,)


def test_a_cluster_has_two_points_at_least():
    with pytest.raises(ValueError, match="at least 2"):
        cut(order_tree(TREE), 1)


def test_a_stored_hierarchy_gives_the_same_cut(tmp_path):
    results = ArtifactStore(tmp_path)
    hierarchy = build_hierarchy(heaps(100, 3, 0), 5)
    assert not has_hierarchy(results, "key")
    with pytest.raises(StoreError):
        load_hierarchy(results, "key")
    save_hierarchy(results, "key", hierarchy)
    assert has_hierarchy(results, "key")
    assert np.array_equal(cut(load_hierarchy(results, "key"), 6), cut(hierarchy, 6))


@pytest.mark.parametrize("seed", range(4))
def test_the_tree_of_very_many_points_is_that_of_hdbscan(seed, monkeypatch):
    points = heaps(2_000, 8, seed)
    points[:60] = points[0]  # equal points are left out of a triangulation
    expected = build_hierarchy(points, 5)
    monkeypatch.setattr(hierarchies, "MOST_SEARCHED", 1_000)
    found = build_hierarchy(points, 5)
    assert found.merges["distance"].sum() == pytest.approx(expected.merges["distance"].sum(), rel=1e-3)
    for size in (10, 40):
        assert adjusted_rand_score(cut(found, size), cut(expected, size)) > 0.9


def test_very_many_points_on_a_line_have_a_tree_too(monkeypatch):
    monkeypatch.setattr(hierarchies, "MOST_SEARCHED", 50)
    for line in (np.zeros(100), np.arange(100) / 3):
        points = np.column_stack([np.arange(100) / 3, line])
        assert len(build_hierarchy(points, 5).merges) == 99

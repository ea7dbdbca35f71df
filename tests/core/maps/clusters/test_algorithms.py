import numpy as np
import pytest

from core.maps.clusters import (
    FINEST_LEVEL,
    algorithms,
    cluster_levels,
    find_k_clusters,
    map_hierarchy,
    split_cluster,
    typical_rows,
)
from core.maps.clusters.algorithms import (
    DEFAULT_LEVEL,
    FEWEST_TEXTS_WITH_NOISE,
    join_nearest,
    min_cluster_size,
    min_cluster_sizes,
    noise_joins,
    number_by_size,
)
from core.maps.clusters.hierarchy import cut
from core.neighbours import unit_rows


def heaps(*sizes, apart=20, seed=0):
    """Round heaps of points in a row."""
    rng = np.random.default_rng(seed)
    centres = [(apart * i, 0) for i in range(len(sizes))]
    return np.concatenate(
        [rng.normal(centre, 1, (size, 2)) for centre, size in zip(centres, sizes, strict=True)]
    )


def find_clusters(points):
    """The clusters of the default choice."""
    clusters = cluster_levels(map_hierarchy(points))[DEFAULT_LEVEL]
    return number_by_size(join_nearest(points, clusters)) if noise_joins(clusters) else clusters


def sizes_of(clusters):
    return np.bincount(clusters[clusters >= 0]).tolist()


@pytest.mark.parametrize(("n_texts", "size"), [(2, 5), (44, 5), (100, 8), (576, 18), (14_640, 91)])
def test_smallest_cluster_grows_with_the_root(n_texts, size):
    assert min_cluster_size(n_texts) == size


def test_heaps_are_found_and_numbered_from_the_largest():
    clusters = find_clusters(heaps(40, 90, 60))
    assert clusters.dtype == np.int32
    assert sizes_of(clusters) == [90, 60, 40]
    assert set(clusters[:40]) == {2}
    assert set(clusters[40:130]) == {0}


def test_distant_points_are_noise():
    points = np.vstack([heaps(80, 80), [[200, 200], [-200, 90], [50, -300]]])
    assert find_clusters(points)[-3:].tolist() == [-1, -1, -1]


def test_no_noise_among_few_texts():
    points = np.vstack([heaps(30, 30), [[13, 2]]])
    assert len(points) < FEWEST_TEXTS_WITH_NOISE
    clusters = find_clusters(points)
    assert sizes_of(clusters) == [31, 30]
    assert clusters[-1] == clusters[30]  # 7 from the second heap, 13 from the first


def test_a_huge_cluster_is_split_into_its_parts():
    # Two touching heaps and a distant one: HDBSCAN alone joins the two.
    points = np.vstack([heaps(400, 400, apart=4.5), heaps(60) + np.array([0, 100])])
    assert len(sizes_of(find_clusters(points))) == 3


def test_a_huge_round_cluster_is_not_split():
    assert sizes_of(find_clusters(heaps(800, 150))) == [800, 150]


@pytest.mark.parametrize("n_texts", [1, 2, 9])
def test_fewer_than_ten_texts_are_one_cluster(n_texts):
    assert find_clusters(heaps(n_texts)).tolist() == [0] * n_texts


@pytest.mark.parametrize("n_texts", [10, 60, 500])
def test_points_that_are_all_equal_are_one_cluster(n_texts):
    assert find_clusters(np.ones((n_texts, 2))).tolist() == [0] * n_texts


def test_no_points():
    assert find_clusters(np.empty((0, 2))).shape == (0,)


@pytest.mark.parametrize("n_texts", [50, 150, 600])
def test_one_heap_is_never_mostly_noise(n_texts):
    clusters = find_clusters(heaps(n_texts))
    assert np.mean(clusters < 0) <= 0.5


def test_the_order_of_points_does_not_matter():
    points = heaps(50, 90, 70, 60)
    order = np.random.default_rng(1).permutation(len(points))
    assert np.array_equal(find_clusters(points)[order], find_clusters(points[order]))


def test_join_nearest():
    points = np.array([[0.0, 0], [1, 0], [10, 0], [4, 0], [8, 0]])
    assert join_nearest(points, np.array([0, 0, 1, -1, -1])).tolist() == [0, 0, 1, 0, 1]
    assert join_nearest(points, np.full(5, -1)).tolist() == [-1] * 5


def test_number_by_size():
    # 7 is there three times; 4 and 2 twice, 4 first.
    assert number_by_size(np.array([4, 7, -1, 2, 7, 4, 2, 7, -5])).tolist() == [1, 0, -1, 2, 0, 1, 2, 0, -1]
    assert number_by_size(np.array([-1, -1])).tolist() == [-1, -1]


def test_typical_texts_are_nearest_to_the_mean_direction():
    angles = np.radians([0, 10, 20, 30, 60, 180, 200])
    X = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    # The mean direction of the first five is at 23.8 degrees.
    assert typical_rows(X, np.arange(5)) == [2, 3, 1] and typical_rows(X, np.array([5])) == [5]


def test_of_duplicates_one_is_typical():
    X = unit_rows(np.array([[1, 0], [1, 0.1], [1, 0], [1, 0.1], [1, 0.3]]))
    assert typical_rows(X, np.arange(5)) == [1, 0, 4]


def test_typical_texts_of_equal_rows():
    assert typical_rows(unit_rows(np.ones((4, 3))), np.arange(1, 4)) == [1]


@pytest.mark.parametrize("n_texts", [10, 60, 576, 5_000, 200_000])
def test_cluster_sizes_fall_from_coarse_to_fine(n_texts):
    sizes = min_cluster_sizes(n_texts)
    assert len(sizes) == FINEST_LEVEL + 1
    assert sizes[DEFAULT_LEVEL] == min_cluster_size(n_texts)
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] >= 2


def test_levels_have_more_and_more_clusters():
    # Nine heaps in three heaps of heaps.
    centres = np.array([(100 * i + 6 * j, 0) for i in range(3) for j in range(3)])
    points = np.concatenate([np.random.default_rng(i).normal(c, 0.7, (70, 2)) for i, c in enumerate(centres)])
    levels = cluster_levels(map_hierarchy(points))
    counts = [level.max() + 1 for level in levels]
    assert counts == sorted(counts)
    assert counts[0] == 3 and 9 in counts
    assert np.array_equal(levels[DEFAULT_LEVEL], find_clusters(points))


def test_touching_heaps_are_split_at_the_finest_level():
    # By size alone they never are: of six touching heaps HDBSCAN makes two clusters, however small.
    points = np.vstack([heaps(60, 60, 60, apart=4.5), heaps(60, 60, 60, apart=4.5) + np.array([100, 0])])
    hierarchy = map_hierarchy(points)
    levels = cluster_levels(hierarchy)
    assert cut(hierarchy, min_cluster_sizes(360)[FINEST_LEVEL]).max() + 1 == 2
    assert levels[DEFAULT_LEVEL].max() + 1 == 2 and levels[FINEST_LEVEL].max() + 1 == 6


def test_k_means():
    points = unit_rows(heaps(40, 90, 60) + np.array([0, 30]))
    codes = find_k_clusters(points, 3)
    assert codes.dtype == np.int32
    assert sum(sizes_of(codes)) == 190 and len(sizes_of(codes)) == 3
    assert np.array_equal(codes, find_k_clusters(points, 3))
    assert find_k_clusters(points[:2], 5).max() <= 1


def test_k_means_on_mini_batches(monkeypatch):
    monkeypatch.setattr(algorithms, "MOST_EXACT_TEXTS", 100)
    centres = np.repeat([[1, 0], [0, 1], [-1, 0]], 100, axis=0)
    X = unit_rows(0.05 * np.random.default_rng(0).normal(size=(300, 2)) + centres)
    assert sizes_of(find_k_clusters(X, 3)) == [100, 100, 100]


def test_a_cluster_is_split_as_at_a_finer_level():
    points = heaps(70, 50, apart=6)
    levels = [np.zeros(120, dtype=int), np.repeat([0, 1], [70, 50])]
    parts = split_cluster(points, np.arange(120), levels)
    assert [part.tolist() for part in parts] == [list(range(70)), list(range(70, 120))]
    halves = split_cluster(points, np.arange(120), levels[:1])
    assert sorted(len(half) for half in halves) == [50, 70]
    assert len(split_cluster(np.ones((9, 2)), np.arange(9), [np.zeros(9, dtype=int)])) == 1


def test_typical_rows_of_a_large_group_are_of_that_group():
    X = unit_rows(np.random.default_rng(0).normal(size=(5_000, 4)))
    rows = np.arange(1, 5_000, 2)
    found = typical_rows(X, rows, 5)
    assert len(set(found)) == 5 and set(found) <= set(rows.tolist())

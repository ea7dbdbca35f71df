import re

import numpy as np
import pytest

from core.clusters import (
    FEW_TEXTS,
    find_clusters,
    join_nearest,
    number_by_size,
    smallest_cluster,
    typical_texts,
)


def heaps(*sizes, apart=20, seed=0):
    """Round heaps of points in a row, and the heap of each point."""
    rng = np.random.default_rng(seed)
    centres = [(apart * i, 0) for i in range(len(sizes))]
    return np.concatenate(
        [rng.normal(centre, 1, (size, 2)) for centre, size in zip(centres, sizes, strict=True)]
    )


def sizes_of(clusters):
    return np.bincount(clusters[clusters >= 0]).tolist()


@pytest.mark.parametrize(("n_texts", "size"), [(2, 5), (44, 5), (100, 8), (576, 18), (14_640, 91)])
def test_smallest_cluster_grows_with_the_root(n_texts, size):
    assert smallest_cluster(n_texts) == size


def test_heaps_are_found_and_numbered_from_the_largest():
    clusters = find_clusters(heaps(40, 90, 60))
    assert clusters.dtype == np.int32
    assert sizes_of(clusters) == [90, 60, 40]
    assert set(clusters[:40]) == {2}
    assert set(clusters[40:130]) == {0}


def test_far_points_are_noise():
    points = np.vstack([heaps(80, 80), [[200, 200], [-200, 90], [50, -300]]])
    assert find_clusters(points)[-3:].tolist() == [-1, -1, -1]


def test_no_noise_among_few_texts():
    points = np.vstack([heaps(30, 30), [[13, 2]]])
    assert len(points) < FEW_TEXTS
    clusters = find_clusters(points)
    assert sizes_of(clusters) == [31, 30]
    assert clusters[-1] == clusters[30]  # 7 from the second heap, 13 from the first


def test_a_giant_is_split_into_its_parts():
    # Two touching heaps and a far islet: HDBSCAN alone says giant and islet.
    points = np.vstack([heaps(400, 400, apart=4.5), heaps(60) + np.array([0, 100])])
    assert len(sizes_of(find_clusters(points))) == 3


def test_a_round_giant_stays_whole():
    assert sizes_of(find_clusters(heaps(800, 150))) == [800, 150]


@pytest.mark.parametrize("n_texts", [1, 2, 9])
def test_a_handful_is_one_cluster(n_texts):
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


def test_clusters_follow_the_rows():
    points = heaps(50, 90, 70, 60)
    order = np.random.default_rng(1).permutation(len(points))
    assert np.array_equal(find_clusters(points)[order], find_clusters(points[order]))


def test_points_must_be_finite_and_a_table():
    with pytest.raises(ValueError, match=re.escape("shape (3, 2)")):
        find_clusters(np.array([[0, 0], [1, np.nan], [2, 2]]))
    with pytest.raises(ValueError, match=re.escape("shape (3,)")):
        find_clusters(np.zeros(3))


def test_join_nearest():
    points = np.array([[0.0, 0], [1, 0], [10, 0], [4, 0], [8, 0]])
    assert join_nearest(points, np.array([0, 0, 1, -1, -1])).tolist() == [0, 0, 1, 0, 1]
    assert join_nearest(points, np.full(5, -1)).tolist() == [-1] * 5


def test_number_by_size():
    # 7 is there three times; 4 and 2 twice, 4 first.
    assert number_by_size(np.array([4, 7, -1, 2, 7, 4, 2, 7, -5])).tolist() == [1, 0, -1, 2, 0, 1, 2, 0, -1]
    assert number_by_size(np.array([-1, -1])).tolist() == [-1, -1]


def test_typical_texts_are_nearest_to_the_middle():
    angles = np.radians([0, 10, 20, 30, 60, 180, 200])
    X = np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    # The mean direction of the first five is at 23.8 degrees.
    assert typical_texts(X, np.array([0, 0, 0, 0, 0, 1, -1])) == {0: [2, 3, 1], 1: [5]}


def test_typical_texts_show_copies_once():
    X = np.array([[1, 0], [1, 0.1], [1, 0], [1, 0.1], [1, 0.3]], dtype=np.float32)
    assert typical_texts(X, np.zeros(5, dtype=int), per_cluster=3) == {0: [1, 0, 4]}


def test_typical_texts_of_equal_rows_and_of_noise():
    assert typical_texts(np.ones((4, 3), dtype=np.float32), np.zeros(4, dtype=int)) == {0: [0]}
    assert typical_texts(np.ones((2, 3), dtype=np.float32), np.array([-1, -1])) == {}

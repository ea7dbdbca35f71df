"""Each figure, worked by hand."""

import numpy as np
import pytest

from core.evidence.benchmark.metrics import (
    clustering_score,
    harmonic_mean,
    purity_score,
    similarity_score,
    triplet_score,
)
from tests.support.facets import at_angles


def test_clustering_goes_by_direction_and_the_same_seed_gives_the_same():
    Z = at_angles(0, 2, 4, 90, 92, 94) * np.array([[1], [50], [1], [50], [1], [50]], dtype=np.float32)
    codes = np.array([0, 0, 0, 1, 1, 1])
    assert clustering_score(Z, codes, seed=3) == clustering_score(Z, codes, seed=3) == pytest.approx(1)


def test_v_of_clusters_by_hand():
    # Clusters {a, a, b} and {b}, in bits. Labels 1, labels within clusters 3/4 H(1/3) = 0.6887: homogeneity
    # 0.3113. Clusters H(1/4) = 0.8113, clusters within labels 1/2: completeness 0.3837. V = 2 hc / (h + c).
    Z = at_angles(0, 1, 2, 90)
    assert clustering_score(Z, np.array([0, 0, 1, 1]), seed=0) == pytest.approx(0.3437, abs=1e-4)
    assert clustering_score(Z, np.array([0, 0, 0, 1]), seed=0) == pytest.approx(1)


def test_purity_is_the_share_of_nearest_others_with_the_same_label():
    # Nearest two of each: 0 → 10, 30; 10 → 0, 30; 30 → 10, 0; 90 → 30, 10. Labels a a b b:
    # 0 finds one a of two, 10 one, 30 no b, 90 one b: (1/2 + 1/2 + 0 + 1/2) / 4.
    Z = at_angles(0, 10, 30, 90)
    assert purity_score(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=2) == pytest.approx(0.375)
    assert purity_score(Z, np.array([0, 0, 0, 0]), 0, n_neighbors=2) == 1
    assert purity_score(Z, np.array([0, 0, 0, 0]), 0) == 1  # fewer others than neighbours


def test_purity_goes_by_angle_and_not_by_length():
    # Nearest by angle: 0 ↔ 10, 60 ↔ 70; by distance the two short and the two long ones would be.
    Z = at_angles(0, 10, 60, 70) * np.array([[1], [9], [1], [9]], dtype=np.float32)
    assert purity_score(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=1) == 1


def test_purity_looks_at_a_sample_of_texts():
    # One text of four: it finds its label or it does not; all four would give a half.
    Z, codes = at_angles(0, 10, 60, 70), np.array([0, 0, 1, 2])
    found = {purity_score(Z, codes, seed, n_neighbors=1, n_queries=1) for seed in range(20)}
    assert found == {0.0, 1.0}
    assert purity_score(Z, codes, 0, n_neighbors=1) == 0.5


def test_spearman_compares_ranks_and_shares_them_among_equals():
    # Cosines fall with the angle: 0, 20, 60, 90 degrees rank 4, 3, 2, 1.
    first, second = at_angles(0, 0, 0, 0), at_angles(0, 20, 60, 90)
    assert similarity_score(first, second, np.array([9, 8, 2, 1])) == pytest.approx(1)
    assert similarity_score(first, second, np.array([1, 2, 3, 100])) == pytest.approx(-1)
    # Scores 1 1 0 0 rank 3.5 3.5 1.5 1.5: covariance 4 over the root of 5 x 4.
    assert similarity_score(first, second, np.array([1, 1, 0, 0])) == pytest.approx(4 / np.sqrt(20))


def test_spearman_is_0_where_nothing_is_ranked():
    assert similarity_score(at_angles(0, 0), at_angles(10, 50), np.array([1, 1])) == 0
    assert similarity_score(at_angles(0, 0), at_angles(10, 10), np.array([0, 1])) == 0


def test_a_triplet_succeeds_only_if_the_positive_is_strictly_nearer():
    anchor = at_angles(0, 0, 0, 0)
    positive, negative = at_angles(10, 50, 30, 10), at_angles(50, 10, 30, 20)
    assert triplet_score(anchor, positive, negative) == 0.5  # yes, no, tie, yes
    longer = positive * np.array([[9], [1], [9], [1]], dtype=np.float32)
    assert triplet_score(anchor, longer, negative) == 0.5


def test_the_harmonic_mean_is_high_only_where_all_are():
    assert harmonic_mean([0.5, 1.0]) == pytest.approx(2 / 3)
    assert harmonic_mean([0.3, 0.3]) == pytest.approx(0.3)
    assert harmonic_mean([1.0, 0.0]) == pytest.approx(0, abs=1e-7)

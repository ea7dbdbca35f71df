"""Different texts with one vector: counted, and a map of them is doubtful."""

import numpy as np
import pytest

from core.maps import DistinctVectors, count_distinct_vectors
from core.neighbours import build_graph, unit_rows


def counted(texts, vectors):
    vectors = unit_rows(np.asarray(vectors, dtype=np.float32))
    return count_distinct_vectors(texts, vectors, build_graph(vectors))


@pytest.fixture
def vectors():
    return np.random.default_rng(0).normal(size=(120, 32))


def test_a_vector_for_each_text(vectors):
    found = counted([f"text {number}" for number in range(120)], vectors)
    assert found == DistinctVectors(120, 120) and not found.doubtful


def test_texts_that_share_vectors_are_counted(vectors):
    found = counted([f"text {number}" for number in range(120)], vectors[np.arange(120) % 50])
    assert found == DistinctVectors(120, 50) and found.doubtful and found.n_lost == 70


def test_equal_texts_share_a_vector_rightly(vectors):
    """Copies, and texts that differ in letter case, accents and blanks only."""
    texts = [f"café {number % 40}" for number in range(80)] + [f"CAFE  {number}" for number in range(40)]
    found = counted(texts, vectors[np.arange(120) % 40])
    assert found == DistinctVectors(40, 40) and not found.doubtful


def test_the_rounding_of_batches_makes_no_difference(vectors):
    noise = np.random.default_rng(1).normal(size=vectors.shape) * 1e-4
    found = counted([f"text {number}" for number in range(120)], vectors[np.arange(120) % 30] + noise)
    assert found == DistinctVectors(120, 30)


def test_vectors_of_length_0_are_one():
    found = counted(["a", "b", "c", "d"], [[0, 0], [0, 0], [1, 0], [0, 1]])
    assert found == DistinctVectors(4, 3)


def test_a_few_lost_texts_do_not_make_a_map_doubtful():
    assert not DistinctVectors(1_000, 960).doubtful and DistinctVectors(1_000, 940).doubtful

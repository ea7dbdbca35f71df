import numpy as np
import pytest

from core.evidence.benchmark.data import Facet
from core.evidence.benchmark.methods import pick
from tests.support.label_spaces import only_in_a_view


@pytest.mark.parametrize("picking", ["random", "suggested"])
def test_picks_are_different_labelled_rows_of_two_labels_at_least(picking):
    codes = np.where(np.arange(60) < 50, 0, 1)
    codes[10:20] = -1
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    facet = Facet("f", "", codes, ("a", "b"))
    for n in (1, 2, 15):
        picked = pick(facet, vectors, n, picking, seed=1)
        assert len(set(picked)) == len(picked) == max(n, 2)
        assert set(codes[picked]) == {0, 1}


def test_random_picks_of_fewer_labels_are_among_those_of_more():
    codes = np.arange(60) % 3
    facet, vectors = Facet("f", "", codes, ("a", "b", "c")), np.eye(60, dtype=np.float32)
    assert set(pick(facet, vectors, 10, "random", 4)) <= set(pick(facet, vectors, 20, "random", 4))


def test_suggested_picks_use_the_views_and_random_ones_do_not():
    X, views, label = only_in_a_view()
    facet = Facet("f", "", label, ("a", "b", "c"))
    for picking, same in (("random", True), ("suggested", False)):
        plain, viewed = (pick(facet, X, 40, picking, 0, given) for given in ((), views))
        assert (plain.tolist() == viewed.tolist()) is same
        assert len(set(viewed)) == 40

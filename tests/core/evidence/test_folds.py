import numpy as np

from core.evidence.folds import natural_order, shares_of_classes, stratified_parts
from tests.support.label_spaces import unit


class TestFolds:
    def test_classes_are_spread_and_never_wholly_hidden(self):
        rng = np.random.default_rng(0)
        codes = rng.permutation(np.repeat(np.arange(5), [1, 2, 3, 7, 12]))
        parts = stratified_parts(unit(rng.standard_normal((25, 6))), codes, 5, 2, rng)
        assert len(parts) == 10
        assert (np.sum(parts, axis=0) == np.where(codes == 0, 0, 2)).all()
        assert {int(part.sum()) for part in parts} <= {4, 5}
        for part in parts:
            assert (np.bincount(codes[~part], minlength=5) > 0).all()
            assert np.bincount(codes[part], minlength=5).tolist()[3] in (1, 2)

    def test_the_order_is_of_the_texts_not_of_their_numbers(self):
        rng = np.random.default_rng(0)
        X, codes = unit(rng.standard_normal((12, 5))), np.arange(12) % 3
        rows = rng.permutation(12)
        assert (rows[natural_order(X[rows], (codes[rows] + 1) % 3)] == natural_order(X, codes)).all()

    def test_growing_parts_hold_each_other_and_every_class(self):
        codes = np.repeat([0, 1, 2], [1, 4, 10])
        order = np.arange(1, 15)  # the only text of class 0 is held out
        small, middle, whole = shares_of_classes(order, codes, (0.1, 0.5, 1.0), np.random.default_rng(0))
        assert [np.bincount(codes[part], minlength=3).tolist() for part in (small, middle, whole)] == [
            [0, 1, 1],
            [0, 2, 5],
            [0, 4, 10],
        ]
        assert (small <= middle).all() and (middle <= whole).all()

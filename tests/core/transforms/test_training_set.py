import numpy as np

from core.transforms import name_directions, thin_out


class TestTrainingSet:
    def test_thinning_keeps_every_class_evenly(self):
        """Ten labels of class 0 alternate with ten of class 1, one of class 2 is last: 8 of 21 are wanted."""
        codes = np.append(np.tile([0, 1], 10), 2)
        kept = thin_out(codes, 8)
        assert np.bincount(codes[kept]).tolist() == [4, 4, 1]
        assert np.diff(kept[codes[kept] == 0]).max() <= 8
        assert thin_out(codes, 21).tolist() == list(range(21))

    def test_directions_of_names_by_hand(self):
        """Of two names: their difference, each way."""
        half = np.sqrt(0.5)
        directions = name_directions(np.array([[2, 0], [0, 1]]), 2)
        np.testing.assert_allclose(directions, [[half, -half], [-half, half]], atol=1e-6)
        assert name_directions(None, 2).shape == name_directions(np.empty((0, 2)), 2).shape == (0, 2)

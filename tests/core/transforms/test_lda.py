import numpy as np
import pytest
from sklearn.covariance import ledoit_wolf

from core.transforms.lda import discriminant_directions, shrunk_covariance, surest_rows


class TestLda:
    def test_surest_share_of_each_class(self):
        """Class 0 has rows 0, 1, 3 (surest 3, then 0), class 1 has row 2: half of 3 is 2, of 1 is 1."""
        probabilities = np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.9, 0.1]])
        assert surest_rows(probabilities, 0.5).tolist() == [0, 2, 3]

    def test_rows_as_sure_as_the_last_one_are_taken(self):
        """Half of 4 is 2: the second surest has 0.8, and so has the third. Class 1 has no row at all."""
        probabilities = np.array([[0.8, 0.2], [0.9, 0.1], [0.8, 0.2], [0.6, 0.4]])
        assert surest_rows(probabilities, 0.5).tolist() == [0, 1, 2]

    def test_directions_keep_the_distance_in_units_of_spread(self):
        """Means (±1, 0), many rows with spread 1 along x and 3 along y: after projection the means lie
        2 / 1 apart (Mahalanobis), and y is gone."""
        rng = np.random.default_rng(0)
        codes = np.repeat([0, 1], 50_000)
        rows = rng.standard_normal((100_000, 2)) * [1, 3] + np.where(codes[:, None] == 0, [1, 0], [-1, 0])
        directions = discriminant_directions(rows, codes, 2)
        projected = rows @ directions
        gap = np.linalg.norm(projected[codes == 0].mean(axis=0) - projected[codes == 1].mean(axis=0))
        assert gap == pytest.approx(2, rel=0.02)
        assert np.abs(directions[1]).max() < 0.02 * np.abs(directions[0]).max()

    def test_no_spread_at_all_is_harmless(self):
        directions = discriminant_directions(np.eye(3, dtype="f"), np.arange(3), 3)
        assert np.isfinite(directions).all()


@pytest.mark.parametrize(("n_rows", "n_dims"), [(200, 12), (8, 20), (50, 1)])
def test_the_shrunk_covariance_is_that_of_scikit_learn(n_rows, n_dims):
    rows = np.random.default_rng(n_rows).normal(size=(n_rows, n_dims)) * np.linspace(0.2, 3, n_dims)
    np.testing.assert_allclose(shrunk_covariance(rows), ledoit_wolf(rows, assume_centered=True)[0], atol=1e-8)
    assert (shrunk_covariance(np.zeros((5, 3))) == 0).all()

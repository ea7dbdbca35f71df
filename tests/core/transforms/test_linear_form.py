import numpy as np
import pytest

from core.neighbours import unit_rows
from core.transforms import fit_linear_form
from core.transforms.linear_form import _ridges


class TestLinearForm:
    def test_a_linear_space_is_found_exactly(self):
        """Where the reshaped space is a matrix product already, its matrix comes back, and full agreement."""
        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((400, 6)).astype("f"))
        weights, intercept = rng.standard_normal((6, 4)), rng.standard_normal(4)
        form = fit_linear_form(unit, (unit @ weights + intercept).astype("f"))
        np.testing.assert_allclose(form.weights, weights, atol=2e-3)
        np.testing.assert_allclose(form.intercept, intercept, atol=2e-3)
        assert form.agreement > 0.98
        np.testing.assert_allclose(form.transform(5 * unit), unit @ form.weights + form.intercept, atol=1e-5)

    def test_a_space_of_chance_agrees_by_chance_only(self):
        """As many dimensions as a half has texts: it could be learned by heart, and the agreement must not
        be fooled. Chance: 10 neighbours of 299 others, and somewhat more, as half of these were fitted on."""
        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((300, 150)).astype("f"))
        form = fit_linear_form(unit, rng.standard_normal((300, 5)).astype("f"))
        assert form.agreement < 0.12

    def test_fewer_texts_than_dimensions_are_the_same_regression(self):
        """Solved among rows or among dimensions: with columns of zeros added, rows become the fewer."""
        rng = np.random.default_rng(0)
        rows, aim = rng.standard_normal((30, 20)).astype("f"), rng.standard_normal((30, 3)).astype("f")
        (wide, shift), (narrow, same) = (
            next(_ridges(each, aim, (penalty,)))
            for each, penalty in ((np.hstack([rows, np.zeros((30, 20), "f")]), 0.2), (rows, 0.1))
        )
        np.testing.assert_allclose(wide[:20], narrow, atol=1e-5)
        np.testing.assert_allclose(shift, same, atol=1e-5)

    @pytest.mark.parametrize("n_dims", [6, 40])
    def test_the_regression_is_scikit_learns(self, n_dims):
        from sklearn.linear_model import Ridge

        rng = np.random.default_rng(0)
        unit = unit_rows(rng.standard_normal((20, n_dims)))
        aim = rng.standard_normal((20, 3)).astype("f")
        level = np.square(unit - unit.mean(axis=0)).sum() / n_dims
        expected = Ridge(alpha=0.1 * level).fit(unit, aim)
        weights, intercept = next(_ridges(unit, aim, (0.1,)))
        np.testing.assert_allclose(weights, expected.coef_.T, atol=1e-4)
        np.testing.assert_allclose(intercept, expected.intercept_, atol=1e-4)

    def test_too_few_texts_to_compare(self):
        form = fit_linear_form(np.eye(3, dtype="f"), np.eye(3, dtype="f"))
        assert np.isnan(form.agreement) and form.weights.shape == (3, 3)

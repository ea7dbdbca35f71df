import numpy as np

from core.neighbours import unit_rows
from core.transforms import fit_linear_form


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

    def test_fewer_texts_than_dimensions(self):
        """30 texts in 40 dimensions, 20 of them always zero: their weights are zero, the others fit."""
        rng = np.random.default_rng(0)
        unit = np.hstack([unit_rows(rng.standard_normal((30, 20)).astype("f")), np.zeros((30, 20), "f")])
        reshaped = unit @ rng.standard_normal((40, 3)).astype("f")
        form = fit_linear_form(unit, reshaped)
        assert not form.weights[20:].any()
        assert np.square(form.transform(unit) - reshaped).mean() < 0.05 * reshaped.var()

    def test_too_few_texts_to_compare(self):
        form = fit_linear_form(np.eye(3, dtype="f"), np.eye(3, dtype="f"))
        assert np.isnan(form.agreement) and form.weights.shape == (3, 3)

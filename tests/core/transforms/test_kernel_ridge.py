import numpy as np

from core.transforms import Examples, kernel, kernel_ridge, ridge_coefficients
from core.transforms.kernel_ridge import fit_ridge, kernel_blocks
from tests.support.transforms import examples_of


def fitted(examples, penalty):
    rows = examples.rows.astype(np.float64)
    return fit_ridge(examples, penalty, kernel(rows, rows))


class TestKernelRidge:
    def test_two_texts_by_hand(self):
        """Two opposite texts, one each way. Kernel 1 and e^-2, targets ±1/2: by symmetry the coefficients
        are ±a with a (1 - e^-2 + penalty) = 1/2."""
        rows = np.array([[1, 0], [-1, 0]], "f")
        ridge = fitted(Examples(rows, np.array([0, 1]), np.ones(2), 2), penalty=0.5)
        a = 0.5 / (1 - np.exp(-2) + 0.5)
        np.testing.assert_allclose(ridge.coefficients, [[a, -a], [-a, a]], rtol=1e-6)

    def test_kernel_of_angles(self):
        """exp(cosine - 1): 1 for the same direction, e^-1 at a right angle, e^-2 for the opposite one."""
        rows = np.array([[1, 0], [0, 1], [-1, 0]], "f")
        np.testing.assert_allclose(kernel(rows[:1], rows), [[1, np.exp(-1), np.exp(-2)]], rtol=1e-6)

    def test_blocks_make_up_the_whole_kernel(self, monkeypatch):
        rows = examples_of(11, 4, 2).rows
        monkeypatch.setattr(kernel_ridge, "BLOCK_CELLS", 8)
        blocks = list(kernel_blocks(rows, rows[:3]))
        assert len(blocks) == 6
        np.testing.assert_allclose(np.vstack([near for _, near in blocks]), kernel(rows, rows[:3]), rtol=1e-6)

    def test_every_class_has_the_same_weight(self):
        """Sizes 3 and 1: 4 counts shared by 2 classes give each 2, so 2/3 to each of three, 2 to the one."""
        examples = Examples(np.eye(4, dtype="f"), np.array([0, 0, 0, 1]), np.ones(4), 2)
        np.testing.assert_allclose(examples.weights(), [2 / 3, 2 / 3, 2 / 3, 2])

    def test_a_count_of_two_equals_two_rows(self):
        rows = examples_of(6, 3, 3).rows
        codes = np.array([0, 0, 0, 1, 1, 2])
        counted = Examples(rows, codes, np.array([2.0, 1, 1, 1, 1, 1]), 3)
        repeated = Examples(np.vstack([rows[:1], rows]), np.append(0, codes), np.ones(7), 3)
        others = examples_of(5, 3, 3, seed=1).rows
        np.testing.assert_allclose(
            kernel(others, counted.rows) @ fitted(counted, 0.3).coefficients,
            kernel(others, repeated.rows) @ fitted(repeated, 0.3).coefficients,
            atol=1e-5,
        )

    def test_coefficients_alone_are_the_same(self):
        examples = examples_of(9, 5, 3)
        np.testing.assert_allclose(
            ridge_coefficients(examples, 0.3), fitted(examples, 0.3).coefficients, atol=1e-9
        )

    def test_the_closed_form_equals_leaving_out(self):
        """Also for mixtures of rows, as label propagation makes them. Weights are those of all examples, so
        the brute force uses them too."""
        examples = examples_of(12, 5, 3)
        similarities = kernel(examples.rows.astype(float), examples.rows.astype(float))
        kernels = np.random.default_rng(1).random((12, 12)) @ similarities
        closed = fitted(examples, 0.3).leave_one_out(kernels)
        penalties, targets = np.diag(0.3 / examples.weights()), examples.targets()
        for i in range(12):
            rest = np.delete(np.arange(12), i)
            inner = (similarities + penalties)[np.ix_(rest, rest)]
            brute = kernels[i, rest] @ np.linalg.solve(inner, targets[rest])
            np.testing.assert_allclose(closed[i], brute, atol=1e-9)

"""Kernel ridge regression from labelled rows to class scores, with leave-one-out scores in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .training_set import Examples

BLOCK_CELLS = 2_000_000
"""Kernel values in memory at once: 8 MB of float32. More take longer, as memory is asked for each time."""


@dataclass(frozen=True)
class Ridge:
    """A fitted kernel ridge regression of class targets.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (n_examples, n_classes)
        The scores of a row are its kernel to the examples times these.
    inverse : ndarray of float64, shape (n_examples, n_examples)
        Inverse of the regularised kernel matrix.
    """

    coefficients: np.ndarray
    inverse: np.ndarray

    def leave_one_out(self, kernel_to_examples: np.ndarray) -> np.ndarray:
        """Return the scores of the first examples, each without itself: float64 (n_rows, n_classes).

        Leaving example i out changes the coefficients by -inverse[:, i] coefficients[i] / inverse[i, i].
        The scores are linear in the kernel, so its rows may be mixed along the neighbour graph.

        Parameters
        ----------
        kernel_to_examples : array of shape (n_rows, n_examples)
            Row i: kernel of example i to all examples, or any mixture of such rows.

        References
        ----------
        Rasmussen, Williams: "Gaussian Processes for Machine Learning", 2006, section 5.4.2.
        """
        rows = np.arange(len(kernel_to_examples))
        influence = np.einsum("ij,ji->i", kernel_to_examples, self.inverse[:, rows])
        share = influence / self.inverse[rows, rows]
        return kernel_to_examples @ self.coefficients - share[:, None] * self.coefficients[rows]


def kernel(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Gaussian kernel of unit rows, exp(-|a - b|² / 2), shape (n_rows, n_others).

    Its length scale is 1, the length of the vectors: opposite texts still have a kernel of e⁻².
    """
    near = rows @ others.T
    near -= 1
    return np.exp(near, out=near)  # in place: for many texts, new arrays take as long as the numbers


def kernel_of_cosines(cosines: np.ndarray) -> np.ndarray:
    """Return the `kernel` of unit rows from their cosines, of the same shape."""
    return np.exp(cosines - 1)


def kernel_blocks(rows: np.ndarray, others: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of the rows in order with their kernel to the others, `BLOCK_CELLS` values at once."""
    size = max(1, BLOCK_CELLS // max(len(others), 1))
    for start in range(0, len(rows), size):
        block = slice(start, min(start + size, len(rows)))
        yield block, kernel(rows[block], others)


def fit_ridge(examples: Examples, penalty: float, similarities: np.ndarray) -> Ridge:
    """Fit the regression of class targets on the kernel to the examples; every class has the same weight.

    Cost O(n_examples³).

    Parameters
    ----------
    penalty : float
        Above 0. Regularisation added to the diagonal for an example of weight 1.
    similarities : ndarray of float64, shape (n_examples, n_examples)
        Kernel of the examples.
    """
    inverse = np.linalg.inv(similarities + np.diag(penalty / examples.weights()))
    return Ridge(inverse @ examples.targets(), inverse)


def ridge_coefficients(examples: Examples, penalty: float) -> np.ndarray:
    """Return the coefficients of `fit_ridge` without the inverse, in a third of the time."""
    rows = examples.rows.astype(np.float64)
    regularised = kernel(rows, rows) + np.diag(penalty / examples.weights())
    return np.linalg.solve(regularised, examples.targets())

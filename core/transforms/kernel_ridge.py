"""From a few labelled rows to class scores for every row, and what the scores would be without a label."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.transforms.training_set import Examples

BLOCK_CELLS = 32_000_000
"""Similarities held at once."""


@dataclass(frozen=True)
class Ridge:
    """A kernel ridge regression on class targets.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (n_examples, n_classes)
        Scores of a row are its kernel to the examples times these.
    inverse : ndarray of float64, shape (n_examples, n_examples)
        Inverse of the regularised kernel matrix.
    """

    coefficients: np.ndarray
    inverse: np.ndarray

    def left_out(self, heard: np.ndarray) -> np.ndarray:
        """Return the scores that the first examples would get had each not been among the examples.

        Leaving example i out changes the coefficients by -inverse[:, i] coefficients[i] / inverse[i, i].
        Any linear reading of the scores changes alike: `heard` may be mixed along the neighbour graph.

        Parameters
        ----------
        heard : ndarray of shape (n_asked, n_examples)
            Row i: kernel of example i to all examples, or any mixture of such rows.

        Returns
        -------
        ndarray of float64, shape (n_asked, n_classes)

        References
        ----------
        Rasmussen, Williams: "Gaussian Processes for Machine Learning", 2006, section 5.4.2.
        """
        asked = np.arange(len(heard))
        influence = np.einsum("ij,ji->i", heard, self.inverse[:, asked])
        share = influence / self.inverse[asked, asked]
        return heard @ self.coefficients - share[:, None] * self.coefficients[asked]


def kernel(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the Gaussian kernel of unit rows, exp(-|a - b|² / 2), shape (n_rows, n_others).

    Its length is that of the vectors: neighbours count, and opposite texts still hear each other (e⁻²).
    """
    return np.exp(rows @ others.T - 1)


def kernel_blocks(rows: np.ndarray, others: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield slices of the rows, in order, with their kernel to the others; memory stays bounded."""
    size = max(1, BLOCK_CELLS // max(len(others), 1))
    for start in range(0, len(rows), size):
        block = slice(start, min(start + size, len(rows)))
        yield block, kernel(rows[block], others)


def fit_ridge(examples: Examples, penalty: float, similarities: np.ndarray | None = None) -> Ridge:
    """Return the regression of class targets on the kernel to the examples, classes weighing the same.

    Cost O(n_examples³).

    Parameters
    ----------
    examples : Examples
    penalty : float
        Above 0: how much an example of weight 1 may be missed, against the size of the function.
    similarities : ndarray of float64, shape (n_examples, n_examples), optional
        Kernel of the examples, where it is known already.

    Returns
    -------
    Ridge
    """
    if similarities is None:
        rows = examples.rows.astype(np.float64)
        similarities = kernel(rows, rows)
    inverse = np.linalg.inv(similarities + np.diag(penalty / examples.weights()))
    return Ridge(inverse @ examples.targets(), inverse)


def ridge_coefficients(examples: Examples, penalty: float) -> np.ndarray:
    """Return the coefficients of `fit_ridge` without what leaving out needs, in a third of the time."""
    rows = examples.rows.astype(np.float64)
    regularised = kernel(rows, rows) + np.diag(penalty / examples.weights())
    return np.linalg.solve(regularised, examples.targets())


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return scores (n, m) as rows of positive numbers that sum to 1."""
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)

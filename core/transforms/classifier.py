"""From a few labelled rows to class probabilities for every row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REGULARISATION = 10.0
"""Weight of the labels against the size of the coefficients (C of a logistic regression on unit rows)."""

MAX_STEPS = 300
TOLERANCE = 1e-3
"""Largest entry of the gradient, per label, at which the fit is done."""


@dataclass(frozen=True)
class LinearClassifier:
    """Class probabilities that are the softmax of a linear map.

    Attributes
    ----------
    coefficients : ndarray of float32, shape (n_dims, n_classes)
    intercepts : ndarray of float32, shape (n_classes,)
    """

    coefficients: np.ndarray
    intercepts: np.ndarray

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Return class probabilities of rows (n_rows, n_dims), float32 (n_rows, n_classes)."""
        return softmax(rows @ self.coefficients + self.intercepts)


def fit_classifier(
    rows: np.ndarray, codes: np.ndarray, n_classes: int, counts: np.ndarray | None = None
) -> LinearClassifier:
    """Return a multinomial logistic regression in which every class weighs the same, whatever its size.

    With fewer labels than dimensions the fit runs in the span of the labelled rows: the solution lies there,
    so nothing is lost, and 4,096 dimensions cost no more than the labels do. Cost per step
    O(n_labelled x min(n_labelled, n_dims) x n_classes), at most `MAX_STEPS` steps.

    Parameters
    ----------
    rows : ndarray of shape (n_labelled, n_dims)
        Unit rows.
    codes : ndarray of int, shape (n_labelled,)
        Classes 0..n_classes-1, each at least once.
    n_classes : int
    counts : ndarray of shape (n_labelled,), optional
        How many examples each row counts for; 1 each when not given.

    Returns
    -------
    LinearClassifier
    """
    from scipy.optimize import minimize

    basis, coordinates = _span(rows.astype(np.float64))
    counts = np.ones(len(codes)) if counts is None else counts
    sizes = np.bincount(codes, weights=counts, minlength=n_classes)
    weights = counts * (counts.sum() / (n_classes * sizes))[codes]
    start = np.zeros((coordinates.shape[1] + 1) * n_classes)
    found = minimize(
        _loss,
        start,
        args=(coordinates, codes, weights, n_classes),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": MAX_STEPS, "gtol": TOLERANCE * weights.sum()},
    )
    solution = found.x.reshape(-1, n_classes)
    return LinearClassifier((basis @ solution[:-1]).astype(np.float32), solution[-1].astype(np.float32))


def softmax(scores: np.ndarray) -> np.ndarray:
    """Return scores (n, m) as rows of positive numbers that sum to 1."""
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return scores / scores.sum(axis=1, keepdims=True)


def _loss(
    flat: np.ndarray, rows: np.ndarray, codes: np.ndarray, weights: np.ndarray, n_classes: int
) -> tuple[float, np.ndarray]:
    """Weighted log loss plus the squared coefficients over 2C, and its gradient; intercepts go free."""
    parameters = flat.reshape(-1, n_classes)
    probabilities = softmax(rows @ parameters[:-1] + parameters[-1])
    labelled = np.arange(len(codes)), codes
    loss = -(weights * np.log(np.maximum(probabilities[labelled], 1e-300))).sum()
    loss += np.square(parameters[:-1]).sum() / (2 * REGULARISATION)
    errors = probabilities
    errors[labelled] -= 1
    errors *= weights[:, None]
    gradient = np.vstack([rows.T @ errors + parameters[:-1] / REGULARISATION, errors.sum(axis=0)])
    return float(loss), gradient.ravel()


def _span(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Orthonormal basis (n_dims, r) of a space that holds all rows, and their coordinates (n_rows, r)."""
    if rows.shape[0] >= rows.shape[1]:
        return np.eye(rows.shape[1]), rows
    left, sizes, right = np.linalg.svd(rows, full_matrices=False)
    return right.T, left * sizes

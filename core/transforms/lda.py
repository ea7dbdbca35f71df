"""Linear discriminant analysis (LDA) with a shrunk covariance, on confidently classified rows."""

from __future__ import annotations

import numpy as np


def surest_rows(probabilities: np.ndarray, share: float) -> np.ndarray:
    """Return the rows with the most confident prediction: `share` of each class, at least one of each.

    Rows that tie with the last one are included, so that the order of the rows does not matter.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
    share : float
        Share of each class to keep, 0 to 1.

    Returns
    -------
    ndarray of int, ascending
    """
    winners = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(winners)), winners]
    order = np.lexsort((-confidence, winners))  # class after class, most confident first
    sizes = np.bincount(winners, minlength=probabilities.shape[1])
    present = np.flatnonzero(sizes)
    starts = (np.cumsum(sizes) - sizes)[present]
    least = np.zeros(len(sizes), dtype=confidence.dtype)
    last = np.maximum(np.ceil(share * sizes[present]), 1).astype(int) - 1
    least[present] = confidence[order[starts + last]]
    return np.flatnonzero(confidence >= least[winners])


def discriminant_directions(rows: np.ndarray, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Return the directions of LDA with a Ledoit-Wolf covariance.

    With class means M (centred on their mean) and pooled within-class covariance S, shrunk towards a multiple
    of the identity, the directions are S⁻¹Mᵀ (M S⁻¹ Mᵀ)^(-1/2). The projection keeps the Mahalanobis
    distances between the class means. Cost O(n_rows x n_dims² + n_dims³).

    Parameters
    ----------
    rows : ndarray of shape (n_rows, n_dims)
    codes : ndarray of int, shape (n_rows,)
        Classes, 0 to n_classes - 1; classes without rows are left out.
    n_classes : int

    Returns
    -------
    ndarray of float32, shape (n_dims, n_classes)
        Of rank n_classes - 1 at most.

    References
    ----------
    Ledoit, Wolf: "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
    Multivariate Analysis 88, 2004 (the amount of shrinkage).
    """
    members = np.zeros((n_classes, len(rows)), dtype=np.float32)
    members[codes, np.arange(len(rows))] = 1
    sizes = members.sum(axis=1)
    means = (members @ rows) / np.maximum(sizes, 1)[:, None]  # (n_classes, n_dims)
    within = shrunk_covariance(rows - means[codes])
    within[np.diag_indices(len(within))] += max(1e-6 * np.trace(within) / len(within), 1e-12)  # invertible
    apart = np.where(sizes[:, None] > 0, means - means[sizes > 0].mean(axis=0), 0).astype(np.float64)
    solved = np.linalg.solve(within, apart.T)  # (n_dims, n_classes)
    values, vectors = np.linalg.eigh(apart @ solved)
    useful = values > 1e-9 * max(values[-1], 1e-30)
    root = (vectors[:, useful] / np.sqrt(values[useful])) @ vectors[:, useful].T
    return (solved @ root).astype(np.float32)


def shrunk_covariance(rows: np.ndarray) -> np.ndarray:
    """Return the Ledoit-Wolf covariance of rows (n_rows, n_dims) of mean 0: float64 (n_dims, n_dims).

    That of `sklearn.covariance.ledoit_wolf` in a fifth of the time: the sum of all products of squared
    entries of a row is the square of its squared length, so no product of the squared rows is needed.
    """
    n_rows, n_dims = rows.shape
    covariance = (rows.T @ rows).astype(np.float64) / n_rows
    fourth = float(np.square(np.einsum("ij,ij->i", rows, rows), dtype=np.float64).sum()) / n_rows
    squares = float(np.square(covariance).sum())
    mean = float(np.trace(covariance)) / n_dims
    spread = squares - n_dims * mean**2
    shrinkage = min((fourth - squares) / n_rows, spread) / spread if spread > 0 else 0.0
    shrunk = (1 - shrinkage) * covariance
    shrunk[np.diag_indices(n_dims)] += shrinkage * mean
    return shrunk

"""The linear form of a transform: one matrix product, for export and for millions of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import Ridge

from ..neighbours import nearest_rows, unit_rows

MOST_FITTED = 20_000
"""Texts that the form is fitted to at most, evenly over the corpus."""

MOST_COMPARED = 1_000
"""Texts whose neighbours are compared at most, evenly over the corpus."""

FEWEST_COMPARED = 4
"""Texts from which half is held out, so that two can be compared."""

N_NEIGHBOURS = 10
"""Neighbours of each text that are compared."""

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
"""Regularisation, in shares of the mean sum of squares of a coordinate."""


@dataclass(frozen=True)
class LinearForm:
    """A linear map from the generic to the reshaped space.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_inputs, n_reshaped)
        The inputs are those of `join_inputs`.
    intercept : ndarray of float32, shape (n_reshaped,)
    agreement : float
        Mean share of the ten nearest neighbours in the full reshaped space that this form keeps, 0 to 1. It
        is measured on held-out texts, among at most 20,000 texts. nan for fewer than four texts.
    """

    weights: np.ndarray
    intercept: np.ndarray
    agreement: float

    def transform(self, X: np.ndarray, views: Sequence[np.ndarray] = ()) -> np.ndarray:
        """Return the reshaped vectors of texts, float32 (n_texts, n_reshaped).

        X is (n_texts, n_dims); views are those of the fit, of these texts.
        """
        return join_inputs(X, views) @ self.weights + self.intercept


def join_inputs(X: np.ndarray, views: Sequence[np.ndarray]) -> np.ndarray:
    """Return the unit rows of X and of each view side by side, float32 (n_texts, n_inputs).

    n_inputs is the number of dimensions of X and of all views together.
    """
    return np.hstack([unit_rows(X), *map(unit_rows, views)]) if len(views) else unit_rows(X)


def fit_linear_form(unit: np.ndarray, reshaped: np.ndarray, views: Sequence[np.ndarray] = ()) -> LinearForm:
    """Fit the ridge regression of the reshaped vectors on the generic ones.

    The regularisation is the best of `PENALTIES` at predicting one half of the texts from the other. Cost
    O(n_rows x n_inputs x (n_inputs + n_reshaped) + m³) with m the smaller of n_rows and n_inputs, and n_rows
    at most `MOST_FITTED`.

    Parameters
    ----------
    unit : ndarray of float32, shape (n_texts, n_dims)
        Generic unit vectors.
    reshaped : ndarray of float32, shape (n_texts, n_reshaped)
    views : sequence of arrays of shape (n_texts, n_dims of the view)
        Hidden layers that the reshaped vectors were made from.

    Returns
    -------
    LinearForm
    """
    step = -(-len(unit) // MOST_FITTED)
    unit, reshaped = join_inputs(unit[::step], [view[::step] for view in views]), reshaped[::step]
    penalty, agreement = PENALTIES[0], float("nan")
    if len(unit) >= FEWEST_COMPARED:
        known, held = np.arange(0, len(unit), 2), np.arange(1, len(unit), 2)
        halves = [_ridge(unit[known], reshaped[known], penalty) for penalty in PENALTIES]
        errors = [np.square(half.predict(unit[held]) - reshaped[held]).mean() for half in halves]
        best = int(np.argmin(errors))
        penalty = PENALTIES[best]
        agreement = _agreement(halves[best].predict(unit), reshaped, held)
    whole = _ridge(unit, reshaped, penalty)
    return LinearForm(whole.coef_.T.astype(np.float32), whole.intercept_.astype(np.float32), agreement)


def _ridge(unit: np.ndarray, reshaped: np.ndarray, penalty: float) -> Ridge:
    """Fit one ridge regression, in float64: float32 rounds at the smallest penalty."""
    unit = unit.astype(np.float64)
    level = max(np.square(unit - unit.mean(axis=0)).sum() / unit.shape[1], 1e-12)
    return Ridge(penalty * level, solver="cholesky").fit(unit, reshaped)


def _agreement(linear: np.ndarray, full: np.ndarray, held: np.ndarray) -> float:
    """Return the mean share of nearest rows (cosine) common to both spaces, over held-out rows."""
    queries = held[:: -(-len(held) // MOST_COMPARED)]
    k = min(N_NEIGHBOURS, len(full) - 1)
    both = [
        nearest_rows(unit[queries], unit, k, skip=queries)[0] for unit in (unit_rows(linear), unit_rows(full))
    ]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(*both, strict=True)]))

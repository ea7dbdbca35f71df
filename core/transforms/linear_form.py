"""The linear form of a transform: one matrix product, for export and for texts by the million."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.neighbours import nearest_rows, unit_rows

MOST_ROWS = 20_000
"""Texts that the form is fitted on at most, evenly over the corpus."""

MOST_COMPARED = 1_000
"""Texts whose neighbours are compared, evenly over the corpus."""

FEWEST_COMPARED = 4

NEIGHBOURS = 10
"""Neighbours that are compared."""

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1)
"""Regularisation, in shares of the mean square of a coordinate."""


@dataclass(frozen=True)
class LinearForm:
    """A reshaped space reached by one matrix product.

    Attributes
    ----------
    weights : ndarray of float32, shape (n_dims, n_reshaped)
    intercept : ndarray of float32, shape (n_reshaped,)
    agreement : float
        Share of the ten nearest neighbours in the full reshaped space that this form keeps, 0 to 1: of texts
        that the form compared was not fitted on, among all texts or 20,000 of them. Not a number for fewer
        than four texts.
    """

    weights: np.ndarray
    intercept: np.ndarray
    agreement: float

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors of X (n_texts, n_dims), float32 (n_texts, n_reshaped)."""
        return unit_rows(X) @ self.weights + self.intercept


def fit_linear_form(unit: np.ndarray, reshaped: np.ndarray) -> LinearForm:
    """Return the ridge regression of the reshaped vectors on the generic ones.

    The regularisation is the one under which one half of the texts has_predictions the other best. Cost
    O(n_rows x n_dims x (n_dims + n_reshaped) + m³) with m the smaller of n_rows and n_dims, and at most
    `MOST_ROWS` texts.

    Parameters
    ----------
    unit : ndarray of float32, shape (n_texts, n_dims)
        Generic unit vectors.
    reshaped : ndarray of float32, shape (n_texts, n_reshaped)

    Returns
    -------
    LinearForm
    """
    step = -(-len(unit) // MOST_ROWS)
    unit, reshaped = unit[::step], reshaped[::step]
    penalty, agreement = PENALTIES[0], float("nan")
    if len(unit) >= FEWEST_COMPARED:
        known, held = np.arange(0, len(unit), 2), np.arange(1, len(unit), 2)
        halves = list(_ridges(unit[known], reshaped[known], PENALTIES))
        errors = [np.square(_apply(half, unit[held]) - reshaped[held]).mean() for half in halves]
        best = int(np.argmin(errors))
        penalty = PENALTIES[best]
        agreement = _agreement(_apply(halves[best], unit), reshaped, held)
    (weights, intercept) = next(_ridges(unit, reshaped, (penalty,)))
    return LinearForm(weights, intercept, agreement)


def _ridges(
    unit: np.ndarray, reshaped: np.ndarray, penalties: tuple[float, ...]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Weights and intercept for each penalty, solved among dimensions or among rows, whichever are fewer."""
    centre, middle = unit.mean(axis=0), reshaped.mean(axis=0)
    centred, aim = unit - centre, reshaped - middle
    n_rows, n_dims = unit.shape
    level = max(float(np.square(centred).sum()) / n_dims, 1e-12)
    few_rows = n_rows < n_dims
    products = (centred @ centred.T if few_rows else centred.T @ centred).astype(np.float64)
    aim = aim if few_rows else centred.T @ aim
    for penalty in penalties:
        solved = np.linalg.solve(products + penalty * level * np.eye(len(products)), aim)
        weights = (centred.T @ solved if few_rows else solved).astype(np.float32)
        yield weights, (middle - centre @ weights).astype(np.float32)


def _apply(form: tuple[np.ndarray, np.ndarray], unit: np.ndarray) -> np.ndarray:
    return unit @ form[0] + form[1]


def _agreement(linear: np.ndarray, full: np.ndarray, held: np.ndarray) -> float:
    """Mean share of the nearest rows (cosine) that both spaces have, of held rows evenly over the corpus."""
    queries = held[:: -(-len(held) // MOST_COMPARED)]
    k = min(NEIGHBOURS, len(full) - 1)
    both = [
        nearest_rows(unit[queries], unit, k, skip=queries)[0] for unit in (unit_rows(linear), unit_rows(full))
    ]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(*both, strict=True)]))

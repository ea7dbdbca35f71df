"""The linear form of a transform: one matrix product, for export and for texts by the million."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.neighbours import nearest_rows, unit_rows

MOST_ROWS = 20_000
"""Texts that the form is fitted on at most, evenly over the corpus."""

MOST_COMPARED = 2_000
"""Texts on which the form is compared with the transform."""

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
        Share of the ten nearest neighbours in the full reshaped space that this form keeps, 0 to 1, measured
        on texts that the form compared had not been fitted on. Not a number for fewer than four texts.
    """

    weights: np.ndarray
    intercept: np.ndarray
    agreement: float

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors of X (n_texts, n_dims), float32 (n_texts, n_reshaped)."""
        return unit_rows(X) @ self.weights + self.intercept


def fit_linear_form(unit: np.ndarray, reshaped: np.ndarray) -> LinearForm:
    """Return the ridge regression of the reshaped vectors on the generic ones.

    The regularisation is the one under which two halves of the texts foretell each other best. Cost
    O(n_rows x n_dims x (n_dims + n_reshaped) + n_dims³), at most `MOST_ROWS` texts.

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
    first, second = slice(0, None, 2), slice(1, None, 2)
    ways = [(first, second), (second, first)] if len(unit) >= 4 else []
    # Each half's regressions at every strength, told apart by how they do on the other half.
    halves = [list(_ridges(unit[fit], reshaped[fit])) for fit, _ in ways]
    errors = np.zeros(len(PENALTIES))
    for forms, (_, held) in zip(halves, ways, strict=True):
        errors += [np.square(_apply(form, unit[held]) - reshaped[held]).mean() for form in forms]
    chosen = int(errors.argmin())
    agreements = [
        _agreement(_apply(forms[chosen], unit[held]), reshaped[held])
        for forms, (_, held) in zip(halves, ways, strict=True)
    ]
    weights, intercept = list(_ridges(unit, reshaped))[chosen]
    return LinearForm(weights, intercept, float(np.mean(agreements)) if ways else float("nan"))


def _ridges(unit: np.ndarray, reshaped: np.ndarray):  # noqa: ANN202
    """Weights and intercept for each of `PENALTIES`, with one factorisation for all."""
    centre, middle = unit.mean(axis=0), reshaped.mean(axis=0)
    centred = unit - centre
    values, vectors = np.linalg.eigh(centred.T @ centred)
    aim = vectors.T @ (centred.T @ (reshaped - middle))
    level = max(float(values.mean()), 1e-12)
    for penalty in PENALTIES:
        weights = vectors @ (aim / (np.maximum(values, 0) + penalty * level)[:, None])
        yield weights.astype(np.float32), (middle - centre @ weights).astype(np.float32)


def _apply(form: tuple[np.ndarray, np.ndarray], unit: np.ndarray) -> np.ndarray:
    return unit @ form[0] + form[1]


def _agreement(linear: np.ndarray, full: np.ndarray) -> float:
    """Mean share of each text's nearest neighbours (cosine) that both spaces have."""
    n_compared = min(len(full), MOST_COMPARED // 2)
    k = min(NEIGHBOURS, n_compared - 1)
    if k < 1:
        return float("nan")
    rows = np.arange(n_compared)
    both = [
        nearest_rows(unit, unit, k, skip=rows)[0]
        for unit in (unit_rows(linear[:n_compared]), unit_rows(full[:n_compared]))
    ]
    return float(np.mean([np.isin(a, b).mean() for a, b in zip(*both, strict=True)]))

"""What a fitted GuidedTransform makes of a text alone, without its neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..neighbours import unit_rows
from .guided import GuidedTransform
from .validation import read_views

OF_THE_FITTED_TEXTS = ("lengths",)
"""Arrays of `GuidedTransform.to_arrays` with a row for each fitted text: a text alone needs none."""


class Unsmoothed(NamedTuple):
    """Reshaped vectors and predictions of texts, without those of their neighbours.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_texts, n_reshaped)
    probabilities : ndarray of float32, shape (n_texts, n_classes)
        Rows sum to 1.
    fits_none : ndarray of float32, shape (n_texts,)
    """

    vectors: np.ndarray
    probabilities: np.ndarray
    fits_none: np.ndarray


def without_fitted_texts(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of `GuidedTransform.to_arrays` that `unsmoothed_transform` needs.

    Their size does not depend on the number of fitted texts.
    """
    return {name: np.asarray(array) for name, array in arrays.items() if name not in OF_THE_FITTED_TEXTS}


def unsmoothed_transform(arrays: Mapping[str, np.ndarray], n_dims: int) -> GuidedTransform:
    """Return a transform for `transform_alone`, from arrays without the fitted texts."""
    no_texts = np.empty((0, n_dims), dtype=np.float32)
    no_probabilities = np.empty((0, len(arrays["classes"])), dtype=np.float32)
    return GuidedTransform.from_arrays(arrays, no_texts, None, no_probabilities)


def transform_alone(
    transform: GuidedTransform, X: np.ndarray, views: Sequence[np.ndarray] | None = None
) -> Unsmoothed:
    """Return the reshaped vectors and predictions of texts before their neighbours count.

    These are the steps of `GuidedTransform` without label propagation and without the last move towards the
    neighbours. They need no other text, so a billion texts can be done file by file. Cost
    O(n_texts x n_dims x (n_examples + n_dims)).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings.
    views : sequence of arrays of shape (n_texts, n_dims of the view), optional
        As many as at the fit.

    Raises
    ------
    ValueError
        When X is not a table of finite numbers, or views are missing.
    """
    unit = unit_rows(X)
    own = read_views(views, len(unit), transform.view_mix_.n_views)
    rows = transform.view_mix_.rows(unit, own)
    probabilities, best = transform.probability_model_.predict(rows)
    fits_none = transform.none_model_.predict(best)
    return Unsmoothed(transform.join_parts(rows, probabilities, fits_none), probabilities, fits_none)

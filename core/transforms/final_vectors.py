"""A transform as an exported encoder computes it: its linear form on the final vectors alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone

from ..neighbours import Graph, unit_rows
from ..utils import Progress
from .gstransform import GSTransform
from .guided import GuidedTransform
from .linear_form import fit_linear_form


class FinalVectorsTransform(TransformerMixin, BaseEstimator):
    """Fit a transform, and answer with its linear form on the final vectors of the encoder.

    What a sentence-transformers model with a Dense layer computes of a text. Hidden layers are no inputs: no
    module of that library hands several layers of a text on side by side, each scaled to length 1.

    Parameters
    ----------
    estimator : GSTransform, optional
        Unfitted; a clone is fitted. `GuidedTransform()` when not given.

    Attributes
    ----------
    linear_ : LinearForm
        Its inputs are unit vectors without views.
    """

    def __init__(self, estimator: GSTransform | GuidedTransform | None = None) -> None:
        self.estimator = estimator

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        *,
        graph: Graph | None = None,
        views: Sequence[np.ndarray] = (),
        label_vectors: np.ndarray | None = None,
        label_views: Sequence[np.ndarray] = (),
        progress: Progress | None = None,
    ) -> FinalVectorsTransform:
        """Fit the transform with all it can use, then the linear form; see `GuidedTransform.fit`."""
        whole = GuidedTransform() if self.estimator is None else clone(self.estimator)
        if isinstance(whole, GuidedTransform):
            reshaped = whole.fit_transform(
                X, y, graph=graph, views=views, label_vectors=label_vectors, label_views=label_views
            )
        else:
            reshaped = whole.fit(X, y, progress=progress).transform(X)
        self.linear_ = fit_linear_form(unit_rows(np.asarray(X)), reshaped)
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors of texts by the linear form, float32 (n_texts, n_reshaped)."""
        return self.linear_.transform(X)

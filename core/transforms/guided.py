"""GuidedTransform: reshape an embedding space by a few labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from functools import cached_property
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..neighbours import (
    Graph,
    blend_neighbours,
    build_graph,
    nearest_rows,
    neighbour_weights,
    propagate,
    unit_rows,
)
from ..utils import Progress
from .fits_none import NoneModel, fit_none_model
from .lda import discriminant_directions, surest_rows
from .linear_form import LinearForm, fit_linear_form
from .model_selection import HyperParameters
from .probability_model import ProbabilityModel, fit_probability_model
from .validation import ReadLabels, read_labels, read_views
from .view_mix import ViewMix, choose_mix, condense

LEAST_TRUST = 0.2
"""Trust, 0 to 1, in labels that cannot be predicted: enough to show, too little to separate texts by them."""

MOST_PSEUDO_LABELS = 20_000
"""Pseudo-labelled texts in part 2 at most: more cost time and do not change the directions."""

STORED_ATTRIBUTES = {
    "classes": "classes_",
    "directions": "directions_",
    "projected_centre": "_projected_centre",
    "root_centre": "_root_centre",
    "root_scale": "_root_scale",
    "trust": "trust_",
}
"""Name in `to_arrays` of each attribute that is stored as it is."""


class GuidedTransform(TransformerMixin, BaseEstimator):
    """Reshape a space by a few labels, and keep the structure that the labels do not concern.

    The reshaped vector of a text joins three parts:

    1. the square roots of its class probabilities, centred, of root mean square `class_share`. The
       probabilities come from a `ProbabilityModel`: kernel ridge regressions on the labelled texts and label
       propagation on the neighbour graph;
    2. its shrinkage-LDA projection, of length `discriminant_share`. It is fitted on the labelled texts and on
       those with the most confident probabilities (pseudo-labels);
    3. its centred generic vector, which keeps neighbours together, and classes that nobody labelled.

    Parts 1 and 2 are multiplied by the trust in the labels, and by the probability that the text fits any of
    them (`fit_none_model`). Trust is the square root of the skill with which left-out labels are predicted,
    times the share of texts whose class was seen. That share is Good and Turing's estimate: where many
    classes have one label and no name, most classes are unseen. Last, every vector moves towards the mean of
    its neighbours' vectors, by as much as propagation helped the labels.

    A text with the direction of a fitted text gets its vector, so that `fit_transform(X)` and
    `fit(X).transform(X)` agree. A new text has its nearest fitted texts as neighbours.

    Parameters
    ----------
    n_neighbors : int, default=15
        Neighbours of each text where no graph is given, and of each new text.
    class_share : float, default=1.4
        Root mean square length of part 1 at full trust, where that of part 3 is 1.
    discriminant_share : float, default=2.0
        Length of part 2 at full trust.
    pseudo_share : float, default=0.6
        Share of each class, most confident first, that joins the labels in part 2, 0 to 1.
    random_state : int, default=0
        Seed of the approximate neighbour search, where no graph is given. Nothing else is random.

    Attributes
    ----------
    classes_ : ndarray of int, shape (n_classes,)
        Class codes that were labelled or named, ascending.
    probabilities_ : ndarray of float32, shape (n_texts, n_classes)
        Class probabilities of the fitted texts, columns as in `classes_`; rows sum to 1.
    fits_none_ : ndarray of float32, shape (n_texts,)
        Probability that a text fits none of the classes; 0 for labelled texts, and for all where the labels
        are too few to tell (`judges_fit_`).
    judges_fit_ : bool
        Whether the labels are enough to say that a text fits none of the classes.
    embedding_ : ndarray of float32, shape (n_texts, 2 x n_classes + n_dims)
        Reshaped vectors of the fitted texts.
    linear_ : LinearForm
        The linear map nearest to this transform; computed at the first access.
    probability_model_ : ProbabilityModel
        The regressions that predict the probabilities.
    strengths_ : dict of str to float, or to list of float
        How strongly each source counts: "labels" (`trust_`), "neighbours" (their mean share in label
        propagation) and "views" (the weight of the final vectors, and of each hidden layer).
    trust_ : float
        Factor of parts 1 and 2, `LEAST_TRUST` to 1.
    view_mix_ : ViewMix
        How the final vectors and the hidden layers are mixed; without views the final vectors alone.
    directions_ : ndarray of float32, shape (n_dims, n_classes)
        Directions of part 2.
    n_features_in_ : int
        Dimensions of the generic space.

    Notes
    -----
    Cost with the graph given, for m labels and names: O(n_texts x (m x n_dims + n_dims² +
    n_neighbors x (n_dims + n_classes)) + m³ + n_dims³).

    References
    ----------
    Good: "The population frequencies of species and the estimation of population parameters", Biometrika 40,
    1953 (the share of the unseen).
    """

    def __init__(
        self,
        *,
        n_neighbors: int = 15,
        class_share: float = 1.4,
        discriminant_share: float = 2.0,
        pseudo_share: float = 0.6,
        random_state: int = 0,
    ) -> None:
        self.n_neighbors = n_neighbors
        self.class_share = class_share
        self.discriminant_share = discriminant_share
        self.pseudo_share = pseudo_share
        self.random_state = random_state

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        *,
        views: Sequence[np.ndarray] | None = None,
        graph: Graph | None = None,
        label_vectors: np.ndarray | None = None,
        label_views: Sequence[np.ndarray] | None = None,
        progress: Progress | None = None,
    ) -> GuidedTransform:
        """Fit to the labelled rows of X and the density of the others.

        Parameters
        ----------
        X : array of shape (n_texts, n_dims)
            Generic embeddings.
        y : array of whole numbers, shape (n_texts,)
            Class codes; -1 where unlabelled.
        views : sequence of arrays of shape (n_texts, n_dims of the view), optional
            Token means of hidden layers of the encoder.
        graph : Graph, optional
            Neighbour graph of X; built when not given.
        label_vectors : array of shape (n_names, n_dims), optional
            Row c: embedding of the name of class c. A name has the weight of a few labelled texts, so it
            matters less with more labels. A named class needs no labelled text.
        label_views : sequence of arrays of shape (n_names, n_dims of the view), optional
            The same hidden layers of the names.
        progress : Progress, optional
            Called with (hyper-parameters tried, all of them); may raise `Cancelled`.

        Raises
        ------
        LabelError
            When there are fewer than two classes, or labels that are not whole numbers.
        ValueError
            When X is not a table of finite numbers, or views, graph, label_vectors or label_views do not
            belong to it.
        """
        X, y = validate_data(self, X, y, dtype=np.float32, order="C", ensure_min_samples=2)
        views = read_views(views, len(X))
        n_names = 0 if label_vectors is None else len(label_vectors)
        given = label_views is not None and len(label_views) > 0
        label_views = read_views(label_views, n_names, len(views)) if given else []
        labels = read_labels(y, n_names)
        if graph is None:
            graph = build_graph(X, self.n_neighbors, random_state=self.random_state)
        if len(graph.indices) != len(X):
            raise ValueError(
                f"The graph is of {len(graph.indices)} texts and X of {len(X)}; give the graph of X."
            )
        self.__dict__.pop("linear_", None)
        self._fitted_unit = unit_rows(X)
        self.classes_ = labels.classes
        self._fitted_views = views
        n_classes = len(self.classes_)
        mix = choose_mix(
            self._fitted_unit, views, labels.rows, labels.codes, n_classes, label_vectors, label_views
        )
        self.view_mix_ = condense(mix, self._fitted_unit, views)
        rows = self.view_mix_.rows(self._fitted_unit, views)
        names = self.view_mix_.names(label_vectors, label_views)
        self.probability_model_ = fit_probability_model(rows, labels, names, graph, progress)
        self.probabilities_, best = self.probability_model_.predict(rows, graph)
        self.none_model_ = fit_none_model(np.delete(best, labels.rows), self.probability_model_.left_out)
        self.fits_none_ = self.none_model_.predict(best)
        self.fits_none_[labels.rows] = 0
        self.directions_ = self._directions(rows, labels)
        self._projected_centre = (rows @ self.directions_).mean(axis=0)
        roots = np.sqrt(self.probabilities_)
        self._root_centre = roots.mean(axis=0)
        # The root mean square length; 1 where all are zero.
        self._root_scale = float(np.sqrt(np.square(roots - self._root_centre).sum(axis=1).mean())) or 1.0
        self.trust_ = max(LEAST_TRUST, labels.seen_share(n_names) * self.probability_model_.skill())
        joined = self.join_parts(rows, self.probabilities_, self.fits_none_)
        self.embedding_ = propagate(joined, graph, mixing=self.probability_model_.mixing, rounds=1)
        return self

    def fit_transform(self, X: np.ndarray, y: np.ndarray, **arguments: Any) -> np.ndarray:  # noqa: ANN401
        """Fit to X, with the parameters of `fit`, and return a copy of `embedding_`."""
        return self.fit(X, y, **arguments).embedding_.copy()

    def transform(self, X: np.ndarray, *, views: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """Return the reshaped vectors of X (n_texts, n_dims): float32 (n_texts, 2 x n_classes + n_dims).

        Cost for new texts O(n_new x n_fitted x n_dims), to find their neighbours.

        Parameters
        ----------
        views : sequence of arrays of shape (n_texts, n_dims of the view), optional
            As many as at the fit; only new texts need them.

        Raises
        ------
        ValueError
            When X is not a table of finite numbers as at the fit, or a new text lacks its views.
        """
        check_is_fitted(self)
        return self._look_up(X, views, self.embedding_, 0)

    def predict_proba(self, X: np.ndarray, *, views: Sequence[np.ndarray] | None = None) -> np.ndarray:
        """Return the class probabilities of X: float32 (n_texts, n_classes), columns as in `classes_`.

        Parameters and errors are those of `transform`.
        """
        check_is_fitted(self)
        return self._look_up(X, views, self.probabilities_, 1)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return what was learned as arrays, for `from_arrays`.

        Of the reshaped vectors of the fitted texts they hold only the lengths, "lengths" (n_texts,).
        """
        check_is_fitted(self)
        model = self.probability_model_
        own = {name: np.asarray(getattr(self, attribute)) for name, attribute in STORED_ATTRIBUTES.items()}
        return (
            own
            | self.view_mix_.to_arrays()
            | self.none_model_.to_arrays()
            | {
                "examples": model.examples,
                "coefficients": model.coefficients,
                "hyper_parameters": np.array([astuple(choice) for choice in model.hyper_parameters]),
                "blending": np.asarray(model.mixing),
                "lengths": np.sqrt(np.einsum("ij,ij->i", self.embedding_, self.embedding_)),
                "parameters": np.array([self.n_neighbors, self.class_share, self.discriminant_share]),
            }
        )

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, np.ndarray],
        unit: np.ndarray,
        embedding: np.ndarray | None,
        probabilities: np.ndarray,
        fits_none: np.ndarray | None = None,
        views: Sequence[np.ndarray] = (),
    ) -> GuidedTransform:
        """Return the fitted transform that `to_arrays` was called on. No array is copied.

        Parameters
        ----------
        unit : ndarray of float32, shape (n_texts, n_dims)
            Unit vectors of the fitted texts.
        embedding : ndarray of float32, shape (n_texts, n_reshaped), or None
            What `transform` returns for the fitted texts: `embedding_`, or its unit vectors. None where only
            `predict_proba` is called.
        probabilities : ndarray of float32, shape (n_texts, n_classes)
            `probabilities_` of the transform.
        fits_none : ndarray of float32, shape (n_texts,), optional
            `fits_none_` of the transform; 0 where not given.
        views : sequence of arrays of shape (n_texts, n_dims of the view)
            Those of the fitted texts, where it was fitted to views.
        """
        n_neighbors, class_share, discriminant_share = arrays["parameters"].tolist()
        shares = {"class_share": class_share, "discriminant_share": discriminant_share}
        transform = cls(n_neighbors=int(n_neighbors), **shares)
        for name, attribute in STORED_ATTRIBUTES.items():
            array = np.asarray(arrays[name])
            # A number stays a Python float: an array of no dimensions would turn float32 into float64.
            setattr(transform, attribute, array if array.ndim else array.item())
        transform.probability_model_ = ProbabilityModel(
            tuple(HyperParameters(*row) for row in arrays["hyper_parameters"].tolist()),
            np.asarray(arrays["examples"]),
            np.asarray(arrays["coefficients"]),
        )
        transform.n_features_in_ = unit.shape[1]
        transform._fitted_unit = unit
        transform.view_mix_ = ViewMix.from_arrays(arrays)
        transform._fitted_views = list(views) if transform.view_mix_.n_views else []
        transform.probabilities_ = probabilities
        transform.none_model_ = NoneModel.from_arrays(arrays)
        empty = np.zeros(len(unit), dtype=np.float32)
        transform.fits_none_ = empty if fits_none is None else np.asarray(fits_none)
        if embedding is not None:
            transform.embedding_ = embedding
        return transform

    @property
    def judges_fit_(self) -> bool:
        """Whether the labels are enough to say that a text fits none of the classes."""
        check_is_fitted(self)
        return len(self.none_model_.scores) > 1

    @property
    def strengths_(self) -> dict[str, float | list[float]]:
        """How strongly each source counts: the labels, the neighbours and the views, each 0 to 1."""
        check_is_fitted(self)
        return {
            "labels": self.trust_,
            "neighbours": self.probability_model_.mixing,
            "views": self.view_mix_.weights.tolist(),
        }

    @cached_property
    def linear_(self) -> LinearForm:
        """The linear map nearest to this transform, with its agreement."""
        check_is_fitted(self)
        return fit_linear_form(self._fitted_unit, self.embedding_, self._fitted_views)

    def _look_up(
        self, X: np.ndarray, views: Sequence[np.ndarray] | None, fitted: np.ndarray, part: int
    ) -> np.ndarray:
        """Return the values of the fitted texts, and for new texts that part of `_extend`.

        A text is known by its unit row; of equal fitted rows the first counts.
        """
        unit = unit_rows(validate_data(self, X, dtype=np.float32, order="C", reset=False))
        candidates = np.flatnonzero(np.isin(self._fitted_unit[:, 0], unit[:, 0]))
        first = {self._fitted_unit[row].tobytes(): row for row in candidates[::-1].tolist()}
        known = np.array([first.get(row.tobytes(), -1) for row in unit], dtype=np.int64)
        found, new = fitted[known], np.flatnonzero(known < 0)
        if len(new):
            own = [view[new] for view in read_views(views, len(unit), len(self._fitted_views))]
            found[new] = self._extend(unit[new], own)[part]
        return found

    def _directions(self, rows: np.ndarray, labels: ReadLabels) -> np.ndarray:
        codes = self.probabilities_.argmax(axis=1)
        codes[labels.rows] = labels.codes
        surest = surest_rows(self.probabilities_, self.pseudo_share)
        surest = surest[:: -(-len(surest) // MOST_PSEUDO_LABELS)]  # evenly over the corpus
        chosen = np.union1d(surest, labels.rows)
        return discriminant_directions(rows[chosen], codes[chosen], len(self.classes_))

    def join_parts(self, rows: np.ndarray, probabilities: np.ndarray, fits_none: np.ndarray) -> np.ndarray:
        """Return the three parts side by side, not yet blended (n_rows, 2 x n_classes + n_dims)."""
        n_classes = len(self.classes_)
        joined = np.empty((len(rows), 2 * n_classes + rows.shape[1]), dtype=np.float32)
        roots, projected, generic = np.split(joined, [n_classes, 2 * n_classes], axis=1)  # views
        roots[:] = (np.sqrt(probabilities) - self._root_centre) / self._root_scale
        kept = (self.trust_ * (1 - fits_none))[:, None].astype(np.float32)
        roots *= self.class_share * kept
        projected[:] = unit_rows(rows @ self.directions_ - self._projected_centre)
        projected *= self.discriminant_share * kept
        generic[:] = rows
        return joined

    def _extend(self, unit: np.ndarray, views: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return reshaped vectors and probabilities of new texts; those of the fitted texts do not change."""
        k = min(self.n_neighbors, len(self._fitted_unit))
        indices, similarities = nearest_rows(unit, self._fitted_unit, k)
        weights = neighbour_weights(similarities)
        rows = self.view_mix_.rows(unit, views)
        mixing = self.probability_model_.mixing
        own, best = self.probability_model_.predict(rows)
        probabilities = blend_neighbours(own, self.probabilities_, indices, weights, mixing)
        own_none, around_none = self.none_model_.predict(best)[:, None], self.fits_none_[:, None]
        fits_none = blend_neighbours(own_none, around_none, indices, weights, mixing)[:, 0]
        near, positions = np.unique(indices, return_inverse=True)
        near_rows = self.view_mix_.rows(self._fitted_unit[near], [view[near] for view in self._fitted_views])
        around = self.join_parts(near_rows, self.probabilities_[near], self.fits_none_[near])
        own = self.join_parts(rows, probabilities, fits_none)
        return blend_neighbours(own, around, positions.reshape(indices.shape), weights, mixing), probabilities

    def __sklearn_tags__(self):  # noqa: ANN204
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float32"]  # float32 comes out whatever goes in
        return tags

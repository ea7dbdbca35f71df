"""GuidedTransform: a space reshaped by a handful of labels."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from core.neighbours import Graph, build_graph, listening, nearest_rows, smooth, unit_rows
from core.transforms.kernel_ridge import kernel_blocks, ridge_coefficients, softmax
from core.transforms.lda import discriminant_directions, surest_rows
from core.transforms.linear_form import LinearForm, fit_linear_form
from core.transforms.model_selection import ROUNDS, choose_strengths
from core.transforms.training_set import join_examples, name_directions, thin_out
from core.transforms.validation import ReadLabels, read_labels

MOST_EXAMPLES = 5_000
"""Labelled texts that the classifier learns from at most, evenly over each class: its cost is their cube."""

LEAST_TRUST = 0.2
"""Trust in labels that cannot be predicted: enough to show what they say, too little to tear texts apart."""

UNKNOWN_TRUST = 0.5
"""Trust where no label can be left out."""

FEW_ROWS = 16
"""Up to this many rows are each looked up among the fitted ones; for more, all of these are hashed once."""

MOST_PSEUDO_LABELS = 20_000
"""Texts beyond the labelled ones that part 2 is fitted on at most: more change nothing but the time."""


class GuidedTransform(TransformerMixin, BaseEstimator):
    """Reshape a space by a handful of labels, keeping what the labels say nothing about.

    The reshaped vector of a text joins three parts:

    1. the square roots of its class probabilities, centred, of root mean square `class_share`. They come from
       kernel ridge regressions on the labelled texts, smoothed along the neighbour graph. How strongly they
       are regularised and smoothed, and how much the names of the classes count, is chosen by leaving out
       each label in closed form;
    2. its shrinkage-LDA projection, of length `discriminant_share`, fitted on the labelled texts and on those
       that part 1 is surest about;
    3. its centred generic vector: it holds neighbours together, and the classes that nobody labelled.

    Parts 1 and 2 are multiplied by the trust that the labels earn: the root of how well left-out labels are
    predicted, and the share of texts whose class was seen (where many labels stand alone, one to a class
    without a name, most classes are still unseen: Good and Turing's estimate). Last, every vector moves part
    of the way to the mean of its neighbours' vectors, as far as smoothing helped the labels.

    A text that was fitted is recognised when it comes again, by its direction, so that `fit_transform(X)` and
    `fit(X).transform(X)` agree. A new text hears its nearest fitted texts in place of graph neighbours.

    Parameters
    ----------
    n_neighbors : int, default=15
        Neighbours of each text where no graph is given, and of each new text.
    class_share : float, default=1.4
        Root mean square length of part 1 at full trust, where that of part 3 is 1.
    discriminant_share : float, default=2.0
        Length of part 2 at full trust.
    pseudo_share : float, default=0.6
        Part of each class, surest first, that joins the labels in part 2, 0 to 1.
    random_state : int, default=0
        Seed of the neighbour search, where no graph is given and texts are many. Nothing else is random.

    Attributes
    ----------
    classes_ : ndarray of int, shape (n_classes,)
        Class codes that were labelled or named, ascending.
    probabilities_ : ndarray of float32, shape (n_texts, n_classes)
        Smoothed class probabilities of the fitted texts, columns as in `classes_`; rows sum to 1.
    embedding_ : ndarray of float32, shape (n_texts, 2 x n_classes + n_dims)
        Reshaped vectors of the fitted texts.
    linear_ : LinearForm
        The matrix product nearest to this transform; computed when first asked for.
    strengths_ : tuple of Strengths
        How the labels were read.
    trust_ : float
        Factor of parts 1 and 2, `LEAST_TRUST` to 1.
    centre_ : ndarray of float32, shape (n_dims,)
        Mean of the generic unit vectors.
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
        graph: Graph | None = None,
        label_vectors: np.ndarray | None = None,
    ) -> GuidedTransform:
        """Learn from the labelled rows of X; the others show how the space is filled.

        Parameters
        ----------
        X : array of shape (n_texts, n_dims)
            Generic embeddings.
        y : array of whole numbers, shape (n_texts,)
            Class codes; -1 where unlabelled.
        graph : Graph, optional
            Neighbour graph of X; built when not given.
        label_vectors : array of shape (n_names, n_dims), optional
            Embedding of the name of class c in row c. A name counts as a few labelled texts of its class, so
            it matters less as labels come in; a named class needs no labelled text.

        Returns
        -------
        GuidedTransform
            Itself.

        Raises
        ------
        LabelError
            When there are fewer than two classes, or labels that are not whole numbers.
        ValueError
            When X is not a table of finite numbers, or graph or label_vectors do not belong to it.
        """
        X, y = validate_data(self, X, y, dtype=np.float32, order="C", ensure_min_samples=2)
        names = name_directions(label_vectors, self.n_features_in_)
        labels = read_labels(y, len(names))
        graph = self._graph(X, graph)
        self.__dict__.pop("linear_", None)
        self._fitted_unit = unit_rows(X)
        self.classes_ = labels.classes
        self.centre_ = self._fitted_unit.mean(axis=0)
        rows = self._centred(self._fitted_unit)
        self.strengths_ = choose_strengths(rows, labels.rows, labels.codes, names, len(self.classes_), graph)
        self._learn(rows, labels, names)
        self.probabilities_ = self._probabilities(rows, graph)
        self.directions_ = self._directions(rows, labels)
        self._projected_centre = (rows @ self.directions_).mean(axis=0)
        roots = np.sqrt(self.probabilities_)
        self._root_centre = roots.mean(axis=0)
        self._root_scale = _scale(roots - self._root_centre)
        self.trust_ = max(LEAST_TRUST, _seen_share(labels, len(names)) * self._foretold())
        self._blending = sum(way.share * way.mixing for way in self.strengths_)
        self.embedding_ = smooth(
            self._join(rows, self.probabilities_), graph, mixing=self._blending, rounds=1
        )
        return self

    def fit_transform(
        self,
        X: np.ndarray,
        y: np.ndarray,
        *,
        graph: Graph | None = None,
        label_vectors: np.ndarray | None = None,
    ) -> np.ndarray:
        """Return the reshaped vectors of X after fitting to it; the same as `fit` and then `transform`.

        Parameters and errors as for `fit`.

        Returns
        -------
        ndarray of float32, shape (n_texts, 2 x n_classes + n_dims)
        """
        return self.fit(X, y, graph=graph, label_vectors=label_vectors).embedding_.copy()

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors of X, fitted texts or new ones.

        Cost for new texts: O(n_new x n_fitted x n_dims), to find their neighbours.

        Parameters
        ----------
        X : array of shape (n_texts, n_dims)
            Generic embeddings.

        Returns
        -------
        ndarray of float32, shape (n_texts, 2 x n_classes + n_dims)
        """
        return self._look_up_or_extend(X)[0]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return smoothed class probabilities of X, float32 (n_texts, n_classes), as in `classes_`."""
        return self._look_up_or_extend(X)[1]

    @cached_property
    def linear_(self) -> LinearForm:
        """The matrix product nearest to this transform, with how near it is."""
        check_is_fitted(self)
        return fit_linear_form(self._fitted_unit, self.embedding_)

    def _graph(self, X: np.ndarray, graph: Graph | None) -> Graph:
        if graph is None:
            return build_graph(X, self.n_neighbors, random_state=self.random_state)
        if len(graph.indices) != len(X):
            raise ValueError(
                f"The graph is of {len(graph.indices)} texts and X of {len(X)}; give the graph of X."
            )
        return graph

    def _centred(self, unit: np.ndarray) -> np.ndarray:
        return unit_rows(unit - self.centre_)

    def _learn(self, rows: np.ndarray, labels: ReadLabels, names: np.ndarray) -> None:
        """One regression for each way of reading the labels, their coefficients side by side."""
        chosen = thin_out(labels.codes, MOST_EXAMPLES)
        learned, codes = rows[labels.rows[chosen]], labels.codes[chosen]
        ways = [
            join_examples(learned, codes, names, way.name_count, len(self.classes_))
            for way in self.strengths_
        ]
        self._examples = ways[0].rows
        self._coefficients = np.hstack(
            [
                ridge_coefficients(examples, way.penalty)
                for examples, way in zip(ways, self.strengths_, strict=True)
            ]
        ).astype(np.float32)

    def _foretold(self) -> float:
        """Root of how far left-out labels are less surprising than by chance, 0 to 1."""
        likelihood = sum(way.share * way.likelihood for way in self.strengths_)
        if np.isnan(likelihood):
            return UNKNOWN_TRUST
        skill = 1 + likelihood / np.log(len(self.classes_))
        return float(np.sqrt(max(skill, 0)))

    def _probabilities(self, rows: np.ndarray, graph: Graph | None) -> np.ndarray:
        """Class probabilities (n_rows, n_classes) over all ways, smoothed where a graph is given."""
        scores = np.empty((len(rows), self._coefficients.shape[1]), dtype=np.float32)
        for block, near in kernel_blocks(rows, self._examples):
            scores[block] = near @ self._coefficients
        probabilities = np.zeros((len(rows), len(self.classes_)), dtype=np.float32)
        for way, own in zip(self.strengths_, np.split(scores, len(self.strengths_), axis=1), strict=True):
            if graph is not None and way.mixing > 0:
                own = smooth(own, graph, mixing=way.mixing, rounds=ROUNDS)
            probabilities += np.float32(way.share) * softmax(own / np.float32(way.temperature))
        return probabilities

    def _directions(self, rows: np.ndarray, labels: ReadLabels) -> np.ndarray:
        codes = self.probabilities_.argmax(axis=1)
        codes[labels.rows] = labels.codes
        surest = surest_rows(self.probabilities_, self.pseudo_share)
        surest = surest[:: -(-len(surest) // MOST_PSEUDO_LABELS)]  # evenly over the corpus
        chosen = np.union1d(surest, labels.rows)
        return discriminant_directions(rows[chosen], codes[chosen], len(self.classes_))

    def _join(self, rows: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return the three parts side by side, before blending (n_rows, 2 x n_classes + n_dims)."""
        n_classes = len(self.classes_)
        joined = np.empty((len(rows), 2 * n_classes + rows.shape[1]), dtype=np.float32)
        roots, projected, generic = np.split(joined, [n_classes, 2 * n_classes], axis=1)  # views
        roots[:] = (np.sqrt(probabilities) - self._root_centre) / self._root_scale
        roots *= self.class_share * self.trust_
        projected[:] = unit_rows(rows @ self.directions_ - self._projected_centre)
        projected *= self.discriminant_share * self.trust_
        generic[:] = rows
        return joined

    def _look_up_or_extend(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        check_is_fitted(self)
        unit = unit_rows(validate_data(self, X, dtype=np.float32, order="C", reset=False))
        known = self._recognise(unit)
        vectors, probabilities = self.embedding_[known], self.probabilities_[known]
        new = np.flatnonzero(known < 0)
        if len(new):
            vectors[new], probabilities[new] = self._extend(unit[new])
        return vectors, probabilities

    def _recognise(self, unit: np.ndarray) -> np.ndarray:
        """Fitted row equal to each row, -1 for none. The first of equal ones: they share their neighbours."""
        if len(unit) <= FEW_ROWS:
            return np.array([self._first_equal(row) for row in unit], dtype=np.int64)
        positions: dict[bytes, int] = {}
        for position, row in enumerate(self._fitted_unit):
            positions.setdefault(row.tobytes(), position)
        return np.array([positions.get(row.tobytes(), -1) for row in unit], dtype=np.int64)

    def _first_equal(self, row: np.ndarray) -> int:
        alike = np.flatnonzero(self._fitted_unit[:, 0] == row[0])
        equal = alike[(self._fitted_unit[alike] == row).all(axis=1)]
        return int(equal[0]) if len(equal) else -1

    def _extend(self, unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Reshaped vectors and probabilities of new texts, as if fitted ones could not hear them."""
        indices, similarities = nearest_rows(
            unit, self._fitted_unit, min(self.n_neighbors, len(self._fitted_unit))
        )
        weights = listening(similarities)
        rows = self._centred(unit)
        own = self._probabilities(rows, None)
        probabilities = _blend(own, self.probabilities_, indices, weights, self._blending)
        heard, positions = np.unique(indices, return_inverse=True)
        around = self._join(self._centred(self._fitted_unit[heard]), self.probabilities_[heard])
        own = self._join(rows, probabilities)
        return _blend(own, around, positions.reshape(indices.shape), weights, self._blending), probabilities

    def __sklearn_tags__(self):  # noqa: ANN204
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float32"]  # float32 comes out whatever goes in
        return tags


def _seen_share(labels: ReadLabels, n_names: int) -> float:
    """Share of the texts whose class was probably seen: one less that of labels that stand alone."""
    if len(labels.rows) == 0:
        return 1.0
    sizes = np.bincount(labels.codes, minlength=len(labels.classes))
    sizes[:n_names] += 1  # named classes come first
    return 1 - float((sizes[labels.codes] == 1).mean())


def _scale(centred: np.ndarray) -> float:
    """Root of the rows' mean square length; 1 where all are zero."""
    scale = float(np.sqrt(np.square(centred).sum(axis=1).mean()))
    return scale if scale > 0 else 1.0


def _blend(
    own: np.ndarray, around: np.ndarray, indices: np.ndarray, weights: np.ndarray, share: float
) -> np.ndarray:
    """(1 - share) of own and share of the weighted rows of `around`; own alone where all weights are 0."""
    heard = weights.sum(axis=1, keepdims=True)
    mean = np.zeros_like(own)
    for column in range(indices.shape[1]):  # neighbour by neighbour: no array of (n, k, n_columns)
        mean += weights[:, column, None] * around[indices[:, column]]
    return np.where(heard > 0, (1 - np.float32(share)) * own + np.float32(share) * mean, own)

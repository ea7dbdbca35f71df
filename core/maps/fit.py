"""Result of a Fit: the reshaped space with predicted labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..transforms import Method, ViewMix
from ..utils import is_whole
from .space import Space


@dataclass(frozen=True)
class Fit:
    """Result of one Fit.

    Attributes
    ----------
    space : Space
        The reshaped space, or the space of the re-encoded texts.
    space_key : str
        Key of this space, its clusters and answers in the store. Fits of one re-encoding share it.
    instruction : str
        At the time of the Fit.
    labels : list of str
        Label names at the time of the Fit.
    label_ids : list of int
        Ids of these labels in the store; empty for a Fit of an earlier version.
    phrases : list of lists of str
        Texts that were encoded for each name.
    classes : list of int
        Positions in `labels`; empty where there were too few labels to predict any.
    given : ndarray of int64, shape (n_texts,)
        Given labels, positions in `labels`; -1 where unlabelled.
    probabilities : ndarray of float32, shape (n_texts, n_classes)
        Columns as in `classes`.
    label_vectors : ndarray of float32, shape (n_labels, n_dims), or None
        Encoded phrases; None where the encoder cannot encode any.
    label_views : sequence of ndarray of float32, shape (n_labels, n_hidden)
        Hidden layers of the encoded phrases; () where the Fit used none.
    classifier : mapping of str to ndarray, or None
        `GuidedTransform.to_arrays` of the transform that predicts labels. None without predictions, and in
        Fits of earlier versions.
    network : mapping of str to ndarray, or None
        `GSTransform.to_arrays`; None for other methods, and in Fits of earlier versions.
    fits_none : ndarray of float32, shape (n_texts,), or None
        Probability that a text fits none of the labels. None where labels are too few to tell, without
        predictions, and in Fits of earlier versions.
    """

    space: Space
    space_key: str
    method: Method
    instruction: str
    labels: list[str]
    label_ids: list[int]
    phrases: list[list[str]]
    classes: list[int]
    given: np.ndarray
    probabilities: np.ndarray
    label_vectors: np.ndarray | None
    label_views: Sequence[np.ndarray] = ()
    classifier: Mapping[str, np.ndarray] | None = None
    network: Mapping[str, np.ndarray] | None = None
    fits_none: np.ndarray | None = None

    @property
    def is_whole(self) -> bool:
        """Whether no file was cut short that it is mapped from: reading that would end the process."""
        estimators = [*(self.classifier or {}).values(), *(self.network or {}).values()]
        own = (self.given, self.probabilities, self.label_vectors, self.fits_none, *self.label_views)
        return self.space.is_whole and is_whole(*own, *estimators)

    @property
    def has_predictions(self) -> bool:
        """Whether texts have predicted labels; with a re-encoding they may have none."""
        return bool(self.classes)

    @property
    def has_estimators(self) -> bool:
        """Whether its estimators are stored, so that a new text is placed without training."""
        needs_network = self.method.kind == "gstransform"
        return (self.classifier is not None or not self.has_predictions) and (
            self.network is not None or not needs_network
        )

    @property
    def view_weights(self) -> np.ndarray:
        """Weight of the final vectors, and of each hidden layer that its labels were learned in; sum 1."""
        found = None if self.classifier is None else self.classifier.get("view_weights")
        return np.ones(1) if found is None else np.asarray(found)

    @property
    def n_views(self) -> int:
        """Number of hidden layers that it used."""
        return len(self.view_weights) - 1

    def renamed(self, names: Sequence[str | None]) -> Fit:
        """Return the Fit with the present names of its labels, as `LabelNames.of_ids` gives them.

        The Fit itself where they are not known: it is of an earlier version, or of another analysis.
        """
        if len(names) != len(self.labels) or None in names:
            return self
        return replace(self, labels=[name for name in names if name is not None])

    def base(self, generic: Space) -> Space:
        """Return the space in which its labels were learned: the generic one, or its own."""
        return generic if self.method.kind == "guided" else self.space

    def mixed_vectors(self, generic: Space) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the unit vectors of the texts and of the encoded names in which its labels were learned.

        They mix the views of the encoder where the Fit used some, at the cost of `ViewMix.rows`.
        """
        base = self.base(generic)
        if not self.n_views or self.classifier is None:
            return np.asarray(base.vectors), self.label_vectors
        mix = ViewMix.from_arrays(self.classifier)
        names = None if self.label_vectors is None else mix.names(self.label_vectors, self.label_views)
        return mix.rows(np.asarray(base.vectors), base.views), names

    def unscaled_vectors(self) -> np.ndarray:
        """Return the vectors with the lengths that the transform gave them, for a linear form.

        Fits of earlier versions return unit vectors until their estimators are fitted again.
        """
        vectors = np.asarray(self.space.vectors)
        if self.method.kind != "guided" or self.classifier is None:
            return vectors
        return vectors * self.classifier["lengths"][:, None]

    @cached_property
    def predicted(self) -> np.ndarray:
        """Most probable label of each text: int32 (n_texts,), positions in `labels`."""
        return np.asarray(self.classes, dtype=np.int32)[self.probabilities.argmax(axis=1)]

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of the predicted label of each text: float32 (n_texts,)."""
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def fitting_labels(self) -> np.ndarray:
        """Predicted labels without those of texts that likely fit none: int32 (n_texts,), -1 for these."""
        if self.fits_none is None:
            return self.predicted
        return np.where(np.asarray(self.fits_none) > 0.5, np.int32(-1), self.predicted)

    @cached_property
    def from_names_only(self) -> bool:
        """Whether no text was labelled, so that the transform was fitted to label names only."""
        return self.has_predictions and not self.method.reencodes and not (np.asarray(self.given) >= 0).any()

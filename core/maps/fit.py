"""What a Fit makes of a corpus: the reshaped space with its classes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.maps.space import Space
from core.transforms import Method


@dataclass(frozen=True)
class Fit:
    """Result of one Fit.

    Attributes
    ----------
    space : Space
        The reshaped space, or the one that an encoder's reading made.
    space_key : str
        Under which this space, its clusters and answers are kept: Fits of one reading share it.
    method : Method
        How it was made.
    instruction : str
    labels : list of str
        Instruction and label names as they were at the Fit.
    label_ids : list of int
        What the store knows these labels by; empty for a Fit of an earlier version.
    phrases : list of lists of str
        What was encoded for each name.
    classes : list of int, positions in `labels`; empty where there were too few labels to foretell any
    given : int64 array (n,), position in `labels`; -1 where no label was given
    probabilities : float32 array (n, n_classes), columns as `classes`
    label_vectors : float32 array (n_labels, d), the encoded phrases, or None where none could be read
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

    @property
    def has_predictions(self) -> bool:
        """Whether texts have predicted labels: a reading needs no labels, and may have none."""
        return bool(self.classes)

    def base(self, generic: Space) -> Space:
        """Return the space in which its labels were learned: the generic one, unless it is its own."""
        return generic if self.method.kind == "guided" else self.space

    @cached_property
    def predicted(self) -> np.ndarray:
        """Likeliest label of each text: int32 array (n,), position in `labels`."""
        return np.asarray(self.classes, dtype=np.int32)[self.probabilities.argmax(axis=1)]

    @cached_property
    def probability(self) -> np.ndarray:
        """Probability of the predicted label: float32 array (n,)."""
        return np.asarray(self.probabilities.max(axis=1))

    @cached_property
    def from_names_only(self) -> bool:
        """Whether no text was labelled, so that all it goes by are the label names; not so of a reading."""
        return (
            self.has_predictions and not self.method.reencodes and not (np.asarray(self.given) >= 0).any()
        )

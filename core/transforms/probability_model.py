"""Class probabilities by kernel ridge regressions, averaged over hyper-parameters."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import softmax

from ..neighbours import Graph, propagate
from ..utils import Progress
from .kernel_ridge import kernel_blocks, ridge_coefficients
from .model_selection import ROUNDS, HyperParameters, choose_hyper_parameters
from .training_set import join_examples, thin_out
from .validation import ReadLabels

MOST_EXAMPLES = 5_000
"""Labelled texts in the regressions at most, evenly over each class: their cost is the cube of this."""

UNKNOWN_SKILL = 0.5
"""Skill, 0 to 1, where no label can be left out."""


@dataclass(frozen=True)
class ProbabilityModel:
    """Kernel ridge regressions on one training set, one for each choice of hyper-parameters.

    Attributes
    ----------
    hyper_parameters : tuple of HyperParameters
    examples : ndarray of float32, shape (n_examples, n_dims)
        Unit rows of labelled texts and class names, the same for all regressions: only weights differ.
    coefficients : ndarray of float32, shape (n_examples, n_choices x n_classes)
        The regressions side by side.
    left_out : ndarray of float64, shape (n_left_out,)
        Best class score of each label when it is left out; empty for a model read from arrays.
    """

    hyper_parameters: tuple[HyperParameters, ...]
    examples: np.ndarray
    coefficients: np.ndarray
    left_out: np.ndarray = field(default_factory=lambda: np.empty(0))

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return self.coefficients.shape[1] // len(self.hyper_parameters)

    @property
    def mixing(self) -> float:
        """Mean share of the neighbours' scores in label propagation, 0 to 1."""
        return sum(choice.share * choice.mixing for choice in self.hyper_parameters)

    def predict(self, rows: np.ndarray, graph: Graph | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Predict the classes of unit rows. With their graph, the scores are propagated along it first.

        Returns
        -------
        probabilities : ndarray of float32, shape (n_rows, n_classes)
            Each row sums to 1.
        best : ndarray of float32, shape (n_rows,)
            Best class score of each row, averaged over the hyper-parameters.
        """
        scores = np.empty((len(rows), self.coefficients.shape[1]), dtype=np.float32)
        for block, near in kernel_blocks(rows, self.examples):
            scores[block] = near @ self.coefficients
        probabilities, mean = np.zeros((2, len(rows), self.n_classes), dtype=np.float32)
        parts = np.split(scores, len(self.hyper_parameters), axis=1)
        for choice, own in zip(self.hyper_parameters, parts, strict=True):
            if graph is not None and choice.mixing > 0:
                own = propagate(own, graph, mixing=choice.mixing, rounds=ROUNDS)
            share = np.float32(choice.share)
            probabilities += share * softmax(own / np.float32(choice.temperature), axis=1)
            mean += share * own
        return probabilities, mean.max(axis=1)

    def skill(self) -> float:
        """Return the square root of the gain in log likelihood of left-out labels over chance, 0 to 1."""
        likelihood = sum(choice.share * choice.likelihood for choice in self.hyper_parameters)
        if np.isnan(likelihood):
            return UNKNOWN_SKILL
        return float(np.sqrt(max(1 + likelihood / np.log(self.n_classes), 0)))


def fit_probability_model(
    rows: np.ndarray,
    labels: ReadLabels,
    names: np.ndarray,
    graph: Graph,
    progress: Progress | None = None,
) -> ProbabilityModel:
    """Choose hyper-parameters and fit one regression for each choice.

    Cost as for `choose_hyper_parameters`, and O(m³) with m labels and names, at most `MOST_EXAMPLES` labels.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_texts, n_dims)
        Centred unit rows.
    labels : ReadLabels
    names : ndarray of float32, shape (n_names, n_dims)
        Row c: unit direction of the name of class c.
    graph : Graph
        Of all texts.
    progress : Progress, optional
        Called with (choices of hyper-parameters tried, all choices).
    """
    n_classes = len(labels.classes)
    hyper_parameters, left_out = choose_hyper_parameters(
        rows, labels.rows, labels.codes, names, n_classes, graph, progress
    )
    chosen = thin_out(labels.codes, MOST_EXAMPLES)
    learned, codes = rows[labels.rows[chosen]], labels.codes[chosen]
    training_sets = [
        join_examples(learned, codes, names, choice.name_count, n_classes) for choice in hyper_parameters
    ]
    coefficients = [
        ridge_coefficients(examples, choice.penalty)
        for examples, choice in zip(training_sets, hyper_parameters, strict=True)
    ]
    return ProbabilityModel(
        hyper_parameters, training_sets[0].rows, np.hstack(coefficients).astype(np.float32), left_out
    )

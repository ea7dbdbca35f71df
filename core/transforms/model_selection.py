"""Choose the hyper-parameters of `GuidedTransform` by leaving out each label in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, diags

from ..neighbours import Graph
from ..utils import Progress
from .kernel_ridge import fit_ridge, kernel, kernel_blocks
from .training_set import join_examples, thin_out

ROUNDS = 3
"""Rounds of label propagation: a score reaches texts up to this many steps away in the graph."""

# The grid around `DEFAULT_HYPER_PARAMETERS`, in factors of about 3, and of 1.5 for temperatures.
MIXINGS = (0.0, 0.3, 0.6, 0.8)
PENALTIES = (0.05, 0.15, 0.5, 1.5, 5.0)
NAME_COUNTS = (1.0, 3.0, 10.0)
TEMPERATURES = (0.02, 0.03, 0.045, 0.07, 0.1, 0.15, 0.22, 0.33)

MOST_LEFT_OUT = 400
"""Labels left out at most, evenly over each class: more cost time and hardly change the choice."""

MIXING_PENALTY = 0.25
"""Log likelihood, over all labels, that a step of 0.3 in mixing away from the default must gain."""

NAME_COUNT_PENALTY = 0.3
"""Log likelihood, over all labels, that a factor of e in the name count away from the default must gain."""

LEAST_SHARE = 0.05
"""Share of the average below which hyper-parameters are left out, 0 to 1."""


@dataclass(frozen=True)
class HyperParameters:
    """One choice of hyper-parameters, and its weight in the average over all choices.

    Attributes
    ----------
    mixing : float
        Share of the neighbours' scores in each round of label propagation, 0 to 1.
    penalty : float
        Regularisation of the kernel ridge regression.
    name_count : float
        Weight of the name of a class, in labelled texts.
    temperature : float
        Divisor of the scores before the softmax.
    share : float
        Weight in the average, 0 to 1.
    likelihood : float
        Mean log probability of the left-out labels, each class with the same weight; nan without any.
    """

    mixing: float
    penalty: float
    name_count: float
    temperature: float
    share: float = 1.0
    likelihood: float = float("nan")


DEFAULT_HYPER_PARAMETERS = HyperParameters(mixing=0.6, penalty=0.5, name_count=3.0, temperature=0.1)
"""The choice where no label can be left out, and the prior mean where some can."""


class LeftOut(NamedTuple):
    """Labels that can be left out: another text or a name represents their class.

    Attributes
    ----------
    codes : ndarray of int, shape (n_labelled,)
    weights : ndarray of float64, shape (n_labelled,)
        Weight of each label in the mean log probability: 0 where it does not count, else the same for each
        class; they sum to 1.
    n_counted : int
    """

    codes: np.ndarray
    weights: np.ndarray
    n_counted: int

    @classmethod
    def of(cls, codes: np.ndarray, n_names: int, n_classes: int) -> LeftOut:
        """Weigh labels, of which classes 0 to n_names - 1 have names."""
        sizes = np.bincount(codes, minlength=n_classes)
        counted = (sizes[codes] > 1) | (codes < n_names)
        weights = counted / sizes[codes]
        return cls(codes, weights / max(weights.sum(), 1e-12), int(counted.sum()))


def choose_hyper_parameters(
    rows: np.ndarray,
    labelled: np.ndarray,
    codes: np.ndarray,
    names: np.ndarray,
    n_classes: int,
    graph: Graph,
    progress: Progress | None = None,
) -> tuple[tuple[HyperParameters, ...], np.ndarray]:
    """Find for each mixing the hyper-parameters under which left-out labels are most probable.

    Every label is left out in closed form under each choice of the grid. A label counts only where another
    text or a name represents its class. The mixings are then averaged by the likelihood of the labels
    (Bayesian model averaging), so that a few labels do not decide alone.

    Cost O(n_choices x m² x (m + n_classes)) and O(n_texts x m x n_dims), with m labels and names, at most
    `MOST_LEFT_OUT` labels.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_texts, n_dims)
        Centred unit vectors.
    labelled : ndarray of int, shape (n_labelled,)
        Row numbers of the labelled texts.
    codes : ndarray of int, shape (n_labelled,)
        Their classes, 0..n_classes-1.
    names : ndarray of float32, shape (n_names, n_dims)
        Row c: unit direction of the name of class c.
    graph : Graph
        Of all texts.
    progress : Progress, optional
        Called with (choices done, all choices).

    Returns
    -------
    hyper_parameters : tuple of HyperParameters, shares summing to 1
    left_out : ndarray of float64, shape (n_left_out,)
        Best class score of each label when it is left out, where another text has its label.
    """
    chosen = thin_out(codes, MOST_LEFT_OUT)
    labelled, codes = labelled[chosen], codes[chosen]
    left_out = LeftOut.of(codes, len(names), n_classes)
    if not left_out.n_counted:
        return (DEFAULT_HYPER_PARAMETERS,), np.empty(0)
    best: dict[float, tuple[float, HyperParameters, np.ndarray]] = {}
    n_choices = len(MIXINGS) * len(PENALTIES) * len(_name_counts(names))
    choices = _left_out_scores(rows, labelled, codes, names, n_classes, graph)
    for done, (hyper_parameters, scores) in enumerate(choices, start=1):
        if progress is not None:
            progress(done, n_choices)
        likelihoods = [left_out.weights @ log_probabilities(scores / t, codes) for t in TEMPERATURES]
        temperature, likelihood = TEMPERATURES[int(np.argmax(likelihoods))], float(max(likelihoods))
        choice = replace(hyper_parameters, temperature=temperature, likelihood=likelihood)
        posterior = left_out.n_counted * likelihood - _prior_penalty(choice)  # its logarithm
        if choice.mixing not in best or posterior > best[choice.mixing][0]:
            best[choice.mixing] = posterior, choice, scores
    posteriors = np.array([posterior for posterior, _, _ in best.values()])
    shares = np.exp(posteriors - posteriors.max())
    shares[shares < LEAST_SHARE * shares.sum()] = 0
    shares /= shares.sum()
    averaged = list(zip(best.values(), shares.tolist(), strict=True))
    mean_scores = sum(share * scores for (_, _, scores), share in averaged)
    several = np.bincount(codes)[codes] > 1
    return (
        tuple(replace(choice, share=share) for (_, choice, _), share in averaged if share > 0),
        mean_scores[several].max(axis=1),
    )


def _left_out_scores(
    rows: np.ndarray, labelled: np.ndarray, codes: np.ndarray, names: np.ndarray, n_classes: int, graph: Graph
) -> Iterator[tuple[HyperParameters, np.ndarray]]:
    """Yield hyper-parameters but the temperature, with left-out scores (n_labelled, n_classes)."""
    own = rows[labelled]
    examples = join_examples(own, codes, names, DEFAULT_HYPER_PARAMETERS.name_count, n_classes)
    mixed = _mixed_kernels(rows, labelled, examples.rows, graph)
    exact = examples.rows.astype(np.float64)
    similarities = kernel(exact, exact)
    for name_count in _name_counts(names):
        examples = join_examples(own, codes, names, name_count, n_classes)
        for penalty in PENALTIES:
            ridge = fit_ridge(examples, penalty, similarities)
            for mixing, kernel_to_examples in mixed.items():
                yield (
                    replace(DEFAULT_HYPER_PARAMETERS, mixing=mixing, penalty=penalty, name_count=name_count),
                    ridge.leave_one_out(kernel_to_examples),
                )


def _name_counts(names: np.ndarray) -> tuple[float, ...]:
    return NAME_COUNTS if len(names) else (DEFAULT_HYPER_PARAMETERS.name_count,)


def _mixed_kernels(
    rows: np.ndarray, labelled: np.ndarray, examples: np.ndarray, graph: Graph
) -> dict[float, np.ndarray]:
    """Return, for each mixing, the kernel of the labelled rows to the examples after label propagation.

    `propagate` multiplies by sum over t < rounds of (1 - mixing) mixing^t W^t + mixing^rounds W^rounds. Only
    the labelled rows of that product are computed. Each kernel has the shape (n_labelled, n_examples).
    """
    weights = graph.weights()
    isolated = np.asarray(weights.sum(axis=1)).ravel() == 0
    weights = (weights + diags(isolated.astype(np.float32))).tocsr()  # these keep their own values
    chosen = np.ones(len(labelled), dtype=np.float32), (np.arange(len(labelled)), labelled)
    hops = [csr_matrix(chosen, shape=(len(labelled), len(rows)))]
    for _ in range(ROUNDS):
        hops.append(hops[-1] @ weights)
    reached = np.unique(np.concatenate([hop.indices for hop in hops]))
    hops = [hop[:, reached] for hop in hops]
    by_hop = np.zeros((len(hops), len(labelled), len(examples)))
    for block, near in kernel_blocks(rows[reached], examples):
        for kernel_to_examples, hop in zip(by_hop, hops, strict=True):
            kernel_to_examples += hop[:, block] @ near
    return {
        mixing: mixing**ROUNDS * by_hop[-1]
        + sum((1 - mixing) * mixing**hop * by_hop[hop] for hop in range(ROUNDS))
        for mixing in MIXINGS
    }


def log_probabilities(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the log probability (n_rows,) of the class of each row, from scores (n_rows, n_classes)."""
    # Called hundreds of times with few numbers: `scipy.special.log_softmax` takes three times as long.
    largest = scores.max(axis=1)
    own = scores[np.arange(len(codes)), codes]
    return own - largest - np.log(np.exp(scores - largest[:, None]).sum(axis=1))


def _prior_penalty(hyper_parameters: HyperParameters) -> float:
    """Return the negative log prior: Laplace distributions around the default."""
    steps = abs(hyper_parameters.mixing - DEFAULT_HYPER_PARAMETERS.mixing) / 0.3
    factor = hyper_parameters.name_count / DEFAULT_HYPER_PARAMETERS.name_count
    return MIXING_PENALTY * steps + NAME_COUNT_PENALTY * abs(np.log(factor))

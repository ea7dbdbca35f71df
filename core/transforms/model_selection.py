"""How strongly each source is heard: chosen from the labels themselves, each left out in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, diags

from core.neighbours import Graph
from core.transforms.kernel_ridge import fit_ridge, kernel, kernel_blocks
from core.transforms.training_set import join_examples, thin_out

ROUNDS = 3
"""Rounds of smoothing: how many steps along the graph a score travels."""

MIXINGS = (0.0, 0.3, 0.6, 0.8)
PENALTIES = (0.05, 0.15, 0.5, 1.5, 5.0)
NAME_COUNTS = (1.0, 3.0, 10.0)
TEMPERATURES = (0.02, 0.03, 0.045, 0.07, 0.1, 0.15, 0.22, 0.33)

MOST_JUDGED = 400
"""Labels that the choice rests on, evenly over each class: more make it slower, hardly better."""

DOUBT = 0.25
"""What a step of mixing away from the usual one must gain in log likelihood, all labels together."""

NAME_DOUBT = 0.3
"""The same for each factor of e that names count more or less than usual."""

NEGLIGIBLE = 0.05
"""Alternatives that count for less than this are left out of the average."""


@dataclass(frozen=True)
class Strengths:
    """One way to read the labels, and how much it counts.

    Attributes
    ----------
    mixing : float
        Share of its neighbours' scores that a text takes in each round of smoothing, 0 to 1.
    penalty : float
        Regularisation of the classifier.
    name_count : float
        Labelled texts that the name of a class counts for.
    temperature : float
        Scores are divided by it before they become probabilities.
    share : float
        Weight of this way in the average over all, 0 to 1.
    likelihood : float
        Mean log probability of the labels left out, classes weighing the same; not a number without any.
    """

    mixing: float
    penalty: float
    name_count: float
    temperature: float
    share: float = 1.0
    likelihood: float = float("nan")


USUAL = Strengths(mixing=0.6, penalty=0.5, name_count=3.0, temperature=0.1)
"""Taken where no label can be judged; labels pull away from it."""


def choose_strengths(
    rows: np.ndarray, labelled: np.ndarray, codes: np.ndarray, names: np.ndarray, n_classes: int, graph: Graph
) -> tuple[Strengths, ...]:
    """Return the strengths under which left-out labels are most probable, for each mixing worth hearing.

    Every label is left out in closed form under all strengths; a label is judged where another text or a name
    stands for its class. For each mixing the best other strengths are taken. The mixings count by how
    probable they make the labels (Bayesian model averaging), so that a few labels decide nothing alone.

    Cost O(n_strengths x m² x (m + n_classes)) and O(n_texts x m x n_dims), with m labels and names, at most
    `MOST_JUDGED` labels.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_texts, n_dims)
        Centred unit vectors.
    labelled : ndarray of int, shape (n_labelled,)
        Rows with a label.
    codes : ndarray of int, shape (n_labelled,)
        Their classes, 0..n_classes-1.
    names : ndarray of float32, shape (n_names, n_dims)
        Row c: direction of the name of class c.
    n_classes : int
    graph : Graph
        Of all rows.

    Returns
    -------
    tuple of Strengths, shares summing to 1
    """
    chosen = thin_out(codes, MOST_JUDGED)
    labelled, codes = labelled[chosen], codes[chosen]
    sizes = np.bincount(codes, minlength=n_classes)
    judged = (sizes[codes] > 1) | (codes < len(names))
    if not judged.any():
        return (USUAL,)
    importance = judged / sizes[codes]
    importance /= importance.sum()
    best: dict[float, tuple[float, Strengths]] = {}
    for strengths, scores in _left_out_scores(rows, labelled, codes, names, n_classes, graph):
        likelihoods = [importance @ _log_probability(scores / t, codes) for t in TEMPERATURES]
        likelihood = float(max(likelihoods))
        found = replace(
            strengths, temperature=TEMPERATURES[int(np.argmax(likelihoods))], likelihood=likelihood
        )
        support = judged.sum() * likelihood - _doubt(found)
        if found.mixing not in best or support > best[found.mixing][0]:
            best[found.mixing] = support, found
    supports = np.array([support for support, _ in best.values()])
    shares = np.exp(supports - supports.max())
    shares[shares < NEGLIGIBLE * shares.sum()] = 0
    shares /= shares.sum()
    return tuple(
        replace(found, share=float(share))
        for (_, found), share in zip(best.values(), shares, strict=True)
        if share > 0
    )


def _left_out_scores(
    rows: np.ndarray, labelled: np.ndarray, codes: np.ndarray, names: np.ndarray, n_classes: int, graph: Graph
) -> Iterator[tuple[Strengths, np.ndarray]]:
    """Strengths, all but the temperature, and what they give to left-out labels (n_labelled, n_classes)."""
    own = rows[labelled]
    examples = join_examples(own, codes, names, USUAL.name_count, n_classes)
    heard = _heard_by_mixing(rows, labelled, examples.rows, graph)
    doubles = examples.rows.astype(np.float64)
    similarities = kernel(doubles, doubles)
    for name_count in NAME_COUNTS if len(names) else (USUAL.name_count,):
        examples = join_examples(own, codes, names, name_count, n_classes)
        for penalty in PENALTIES:
            ridge = fit_ridge(examples, penalty, similarities)
            for mixing, mixture in heard.items():
                yield (
                    replace(USUAL, mixing=mixing, penalty=penalty, name_count=name_count),
                    ridge.left_out(mixture),
                )


def _heard_by_mixing(
    rows: np.ndarray, labelled: np.ndarray, examples: np.ndarray, graph: Graph
) -> dict[float, np.ndarray]:
    """Kernel of the labelled rows to the examples (n_labelled, n_examples), as `smooth` would mix it.

    `smooth` ends at sum over t < rounds of (1 - mixing) mixing^t W^t + mixing^rounds W^rounds; only the
    labelled rows of that are needed.
    """
    weights = graph.weights()
    lonely = np.asarray(weights.sum(axis=1)).ravel() == 0
    weights = (weights + diags(lonely.astype(np.float32))).tocsr()  # they hear themselves
    chosen = np.ones(len(labelled), dtype=np.float32), (np.arange(len(labelled)), labelled)
    hops = [csr_matrix(chosen, shape=(len(labelled), len(rows)))]
    for _ in range(ROUNDS):
        hops.append(hops[-1] @ weights)
    reached = np.unique(np.concatenate([hop.indices for hop in hops]))
    hops = [hop[:, reached] for hop in hops]
    by_hop = np.zeros((len(hops), len(labelled), len(examples)))
    for block, near in kernel_blocks(rows[reached], examples):
        for heard, hop in zip(by_hop, hops, strict=True):
            heard += hop[:, block] @ near
    return {
        mixing: mixing**ROUNDS * by_hop[-1]
        + sum((1 - mixing) * mixing**hop * by_hop[hop] for hop in range(ROUNDS))
        for mixing in MIXINGS
    }


def _log_probability(scores: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Log of the softmax of each row of scores (n_rows, n_classes) at its class, (n_rows,)."""
    top = scores.max(axis=1)
    total = np.log(np.exp(scores - top[:, None]).sum(axis=1)) + top
    return scores[np.arange(len(codes)), codes] - total


def _doubt(strengths: Strengths) -> float:
    away = abs(strengths.mixing - USUAL.mixing) / 0.3
    return DOUBT * away + NAME_DOUBT * abs(np.log(strengths.name_count / USUAL.name_count))

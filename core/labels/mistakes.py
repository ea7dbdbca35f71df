"""Find label errors: given labels that classifiers held out from them contradict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
from scipy.special import softmax

from ..neighbours import Graph, neighbour_weights, unit_rows
from ..transforms import DEFAULT_HYPER_PARAMETERS, name_directions, thin_out
from ..utils import Progress
from .duplicates import group_duplicates

LEAST_MISTAKE_PROBABILITY = 0.3
"""Probability of being wrong from which a label is reported: a check costs seconds, a kept mistake more."""

MAX_JUDGED_LABELS = 5_000
"""Labels judged at most, evenly over each class: nobody checks more."""

MOST_VOTES = 20
"""Duplicates that count for one label where others have another; more do not raise the certainty."""

LEAST_WEIGHT = 1e-6
"""Weight below which a model is left out of the average."""

CENTRE_SAMPLE = 5_000
"""Texts, evenly over the corpus, whose mean is the centre of the space."""

PENALTIES = (0.3, 1.0, 3.0, 10.0)
SHARPNESSES = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0)
"""Ridge penalties, and factors from scores to log odds. Sharpness 0 ignores the embeddings."""

NOISE_PRIOR = {0.001: 0.3, 0.01: 0.25, 0.02: 0.2, 0.05: 0.15, 0.1: 0.07, 0.2: 0.03}
"""Prior probability of each share of wrong labels."""


@dataclass(frozen=True)
class Mistake:
    """A given label that is likely wrong.

    Attributes
    ----------
    row : int
        Of the labelled text.
    given, better : int
        Class codes: the given label, and the most probable one.
    probability : float
        That the given label is wrong, 0 to 1.
    reason : str
        "copy": a duplicate of the text has another label. "fit": the other labelled texts contradict it.
    """

    row: int
    given: int
    better: int
    probability: float
    reason: str


def find_mistakes(
    X: np.ndarray,
    y: np.ndarray,
    *,
    n: int = 20,
    graph: Graph | None = None,
    label_vectors: np.ndarray | None = None,
    progress: Progress | None = None,
) -> list[Mistake]:
    """Return the given labels that are likely wrong, likeliest first.

    Ridge regressions with balanced classes classify each labelled text, held out with its duplicates in
    closed form. A given label is wrong with a small probability, and any other is then equally likely.
    Bayesian model averaging covers that probability, the ridge penalty and the weight of neighbours: each
    model weighs as well as it predicts the given labels. Few labels are therefore reported where the
    embeddings do not predict them, and where all are right. The only label of a class is judged only if the
    class has a name. Of duplicates with different labels, all but the likeliest label are reported.

    Cost for m labels, names included, and c classes: O(m x (m + n_dims) x min(m, n_dims) + m x c): 0.1 s for
    200 labels of 120,000 texts.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings, of any length.
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    graph : Graph, optional
        Neighbour graph of X: the neighbours of a text then help to judge it.
    label_vectors : array of shape (n_names, n_dims), optional
        Embedding of the name of class c in row c; a name counts as three labelled texts.
    progress : Progress, optional
        Called with (models done, all models); may raise `Cancelled`.

    Returns
    -------
    list of Mistake, at most n
        Empty when there are fewer than two classes.

    Raises
    ------
    ValueError
        When X, y and graph are not of the same texts.

    References
    ----------
    Cook, Weisberg: "Residuals and Influence in Regression", 1982 (hold-out in closed form).
    Northcutt, Jiang, Chuang: "Confident learning: estimating uncertainty in dataset labels", Journal of
    Artificial Intelligence Research 70, 2021 (label errors from probabilities that did not see the label).
    """
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y) or (graph is not None and len(graph.indices) != len(y)):
        lengths = f"{len(X)} texts and {len(y)} labels"
        lengths += "" if graph is None else f" and a graph of {len(graph.indices)} texts"
        raise ValueError(f"{lengths} found; give one of each per text.")
    rows = np.flatnonzero(y >= 0)
    rows = rows[thin_out(np.unique(y[rows], return_inverse=True)[1], MAX_JUDGED_LABELS)]
    names = name_directions(label_vectors, X.shape[1])
    classes = np.union1d(y[rows], np.arange(len(names)))
    if len(rows) == 0 or len(classes) < 2:
        return []
    unit = unit_rows(X[rows])
    texts, codes = group_duplicates(unit), np.searchsorted(classes, y[rows])
    votes = _votes(texts, codes, len(classes))
    done, total = count(1), len(PENALTIES) * (1 if graph is None else 2) * (1 + len(SHARPNESSES))

    def advance() -> None:
        if progress is not None:
            progress(next(done), total)

    scores = []
    for vectors in _views(X, rows, unit, graph):
        for held_out in _held_out_scores(vectors, names, codes, texts, len(classes)):
            scores.append(held_out)
            advance()
    support = (votes > 0).sum(axis=0)
    support[: len(names)] += 1
    judged = ((votes == 0) | (support >= 2)).all(axis=1)  # no label is the only one of a class without a name
    probabilities = _average_models(scores, votes, judged, advance)
    found = _contradicted_labels(probabilities, votes, judged, texts, codes)
    return [
        Mistake(
            row=int(rows[position]),
            given=int(classes[codes[position]]),
            better=int(classes[better]),
            probability=float(1 - probabilities[texts[position], codes[position]]),
            reason="copy" if duplicated else "fit",
        )
        for position, better, duplicated in islice(found, max(n, 0))
    ]


def _votes(texts: np.ndarray, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Count the labels of each different text by class (n_different, n_classes).

    Duplicates that all have the same label count once: a mistake about one is likely made about all.
    """
    votes = np.zeros((texts.max() + 1, n_classes))
    np.add.at(votes, (texts, codes), 1)
    split = (votes > 0).sum(axis=1, keepdims=True) > 1
    return np.minimum(votes, np.where(split, MOST_VOTES, 1))


def _views(X: np.ndarray, rows: np.ndarray, unit: np.ndarray, graph: Graph | None) -> Iterator[np.ndarray]:
    """Yield centred unit vectors of the labelled texts; with a graph, also mixed with their neighbours."""
    centre = unit_rows(X[:: -(-len(X) // CENTRE_SAMPLE)]).mean(axis=0)
    own = unit_rows(unit - centre)
    yield own
    if graph is not None and graph.indices.shape[1]:
        weights = neighbour_weights(graph.similarities[rows])
        around = np.zeros_like(unit)
        for column in range(weights.shape[1]):  # neighbour by neighbour, to save an array of (n, k, n_dims)
            around += weights[:, column, None] * unit_rows(X[graph.indices[rows, column]])
        yield unit_rows(own + unit_rows(around - centre))


def _held_out_scores(
    vectors: np.ndarray, names: np.ndarray, codes: np.ndarray, texts: np.ndarray, n_classes: int
) -> Iterator[np.ndarray]:
    """Yield the held-out class scores of each different text, (n_different, n_classes), by penalty.

    With hat matrix H and residuals E of a ridge regression, the residuals of the rows g without them are
    (I - H_gg)^-1 E_g. Cost O(m x d x min(m, d)) for m labels of d dimensions. The leave-one-out of
    `core.transforms` would invert an m x m kernel per penalty, and leaves out single rows only.
    """
    n_labels = len(codes)
    examples = np.vstack([vectors, names]).astype(np.float64)
    codes = np.append(codes, np.arange(len(names)))
    counts = np.append(np.ones(n_labels), np.full(len(names), DEFAULT_HYPER_PARAMETERS.name_count))
    sizes = np.bincount(codes, weights=counts, minlength=n_classes)
    roots = np.sqrt(counts * (counts.sum() / n_classes / sizes[codes]))[:, None]
    targets = np.eye(n_classes)[codes]
    weighted = np.hstack([examples, np.ones((len(examples), 1))]) * roots
    sides, values = _spectrum(weighted)
    different, size = np.unique(texts, return_counts=True)
    several = [np.flatnonzero(texts == text) for text in different[size > 1]]
    for penalty in PENALTIES:
        half = sides / np.sqrt(values + penalty)  # H = half @ half.T
        residuals = roots * targets - half @ (half.T @ (roots * targets))
        unseen = residuals / (1 - np.square(half).sum(axis=1, keepdims=True))
        for rows in several:
            unseen[rows] = np.linalg.solve(np.eye(len(rows)) - half[rows] @ half[rows].T, residuals[rows])
        scores = (targets - unseen / roots)[:n_labels]
        sums = np.zeros((len(different), n_classes))
        np.add.at(sums, texts, scores)
        yield sums / size[:, None]


def _spectrum(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the left singular vectors of the rows times their singular values, and these squared."""
    if len(rows) > rows.shape[1]:
        values, right = np.linalg.eigh(rows.T @ rows)
        return rows @ right, np.maximum(values, 0)
    values, left = np.linalg.eigh(rows @ rows.T)
    values = np.maximum(values, 0)
    return left * np.sqrt(values), values


def _average_models(
    scores: list[np.ndarray], votes: np.ndarray, judged: np.ndarray, advance: Callable[[], None]
) -> np.ndarray:
    """Return the class probabilities of each different text given its labels (n_different, n_classes).

    This is Bayesian model averaging. The prior of a text over classes is the softmax of sharpness x scores.
    Each of its labels is right with probability 1 - noise, else any other class is equally likely. A model is
    a choice of scores, sharpness and noise; its weight is the likelihood of the labels of the judged texts.
    """
    texts, classes = np.nonzero(votes)
    counts = votes[texts, classes]
    models, fits = [], []
    for score in scores:
        for sharpness in SHARPNESSES:
            prior = softmax(sharpness * score, axis=1)[texts, classes]
            for noise, noise_prior in NOISE_PRIOR.items():
                # Labels are (1 - noise) / elsewhere times as probable if right; sum over the classes.
                elsewhere = noise / (votes.shape[1] - 1)
                odds = ((1 - noise) / elsewhere) ** counts
                total = 1 + np.bincount(texts, prior * (odds - 1))
                seen = np.log(total) + np.bincount(texts, counts) * np.log(elsewhere)
                models.append((score, sharpness, odds))
                fits.append(float(seen[judged].sum() + np.log(noise_prior)))
            advance()
    weights = np.exp(np.array(fits) - max(fits))
    weights /= weights.sum()
    average = np.zeros_like(votes)
    for (score, sharpness, odds), weight in zip(models, weights, strict=True):
        if weight > LEAST_WEIGHT:
            joint = softmax(sharpness * score, axis=1)
            joint[texts, classes] *= odds
            average += weight * joint / joint.sum(axis=1, keepdims=True)
    return average / average.sum(axis=1, keepdims=True)


def _contradicted_labels(
    probabilities: np.ndarray, votes: np.ndarray, judged: np.ndarray, texts: np.ndarray, codes: np.ndarray
) -> Iterator[tuple[int, int, bool]]:
    """Yield the labels to report: position, better class, whether a duplicate has another label."""
    every = np.arange(len(texts))
    others = probabilities[texts]
    right = others[every, codes]
    others[every, codes] = -1
    better = others.argmax(axis=1)
    split = ((votes > 0).sum(axis=1) > 1)[texts]
    beaten = right < others.max(axis=1)
    flagged = np.where(split, beaten, judged[texts] & (1 - right > LEAST_MISTAKE_PROBABILITY))
    for position in np.lexsort((right, ~split)):
        if flagged[position]:
            yield int(position), int(better[position]), bool(split[position])

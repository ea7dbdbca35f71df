"""The words that drive each label: which words of a text raise its score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from core.corpus import Words, distinct_words, echo_each_other, read_words

DRIVING_SAMPLE = 20_000
"""Most texts in the regression: more change the weights by less than is shown."""

MAX_WORDS = 3_000
"""Most words in the regression, the most frequent ones: its cost grows with their third power."""

MIN_TEXTS = 3
"""A driving word occurs in at least this many texts of the label."""

RIDGE_PENALTY = 10.0
"""Penalty of the ridge regression: as if this many more texts held each word without effect."""

DISTINCTIVE = 2.0
"""A driving word is at least this many times as frequent within the label as elsewhere."""

MIN_WEIGHT = 0.005
"""A driving word accounts for at least this share of the distance."""


class DrivingWord(NamedTuple):
    """A word that raises the score of a label.

    Attributes
    ----------
    word : str
        In its most frequent spelling.
    weight : float
        Share of the distance in score between the label's texts and the others that the word accounts for,
        0 to 1.
    inside : float
        Share of the label's texts that hold the word, 0 to 1.
    outside : float
        Share of the other texts that hold it, 0 to 1.
    """

    word: str
    weight: float
    inside: float
    outside: float


def driving_words(
    texts: Sequence[str],
    scores: np.ndarray,
    predicted: np.ndarray,
    *,
    n_words: int = 8,
) -> list[tuple[DrivingWord, ...]]:
    """Return for each label the words that set its texts' scores apart, strongest first.

    The scores of every label, less the text's mean over the labels, are regressed on which words a text holds
    (ridge regression, all words at once, so that a word is not credited with what its companions do).
    The distance between the mean score of a label's texts and of the others is then a sum over words:
    a word's coefficient times how much more frequent it is within the label. The weight is that product as
    a share of the distance (the explained part of an Oaxaca-Blinder decomposition). A word through the whole
    label outweighs one that a few texts happen to hold, and a word as frequent elsewhere weighs nothing.

    Words whose absence speaks for a label are not listed, nor is a second form of a word (bag, bags). A label
    has fewer words, or none, where its texts share none. Cost: linear in the length of the texts to read them
    (once in a process), then O(min(n_texts, `DRIVING_SAMPLE`) x words per text² + `MAX_WORDS`³).

    Parameters
    ----------
    texts : sequence of str, length n_texts
    scores : array of shape (n_texts, n_labels)
        How strongly the transform draws each text to each label, such as `class_scores` of its linear form.
    predicted : array of int, shape (n_texts,)
        The label that each text falls to, as a column of scores; -1 for none.
    n_words : int, default=8
        Most words for each label.

    Returns
    -------
    list of tuple of DrivingWord, length n_labels

    Raises
    ------
    ValueError
        When texts, scores and predicted are not of the same texts.

    References
    ----------
    Hoerl, Kennard: "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12, 1970.
    Oaxaca: "Male-female wage differentials in urban labor markets", International Economic Review 14, 1973.
    """
    scores, predicted = np.asarray(scores, dtype=np.float64), np.asarray(predicted)
    if scores.ndim != 2 or not len(texts) == len(scores) == len(predicted):
        raise ValueError(
            f"{len(texts)} texts, scores of shape {scores.shape} and {len(predicted)} predicted labels "
            "found; give one row of scores and one label per text."
        )
    n_labels = scores.shape[1]
    words = read_words(texts)
    rows = _sample(len(texts))
    holds, terms = _presence(words, rows)
    if n_labels < 2 or not len(terms):
        return [()] * n_labels
    scores, predicted = scores[rows], predicted[rows]
    apart = scores - scores.mean(axis=1, keepdims=True)
    effects = _effects(holds, apart)
    members = np.zeros((len(rows), n_labels))
    held = np.flatnonzero(predicted >= 0)
    members[held, predicted[held]] = 1
    counts = holds.T @ members  # (n_words, n_labels)
    inside, outside = _shares(counts, members, holds)
    gaps = np.diff(_means(apart, members), axis=0)[0]
    weights = effects * (inside - outside) / np.where(gaps > 0, gaps, np.inf)
    drives = (counts >= MIN_TEXTS) & (effects > 0) & (inside >= DISTINCTIVE * outside)
    weights = np.where(drives & (weights >= MIN_WEIGHT), weights, 0)
    spelt = [words.shown[term] for term in terms]
    return [
        _strongest(spelt, weights[:, label], inside[:, label], outside[:, label], n_words)
        for label in range(n_labels)
    ]


def class_scores(X: np.ndarray, weights: np.ndarray, predicted: np.ndarray, n_labels: int) -> np.ndarray:
    """Return how far a linear map draws each text towards each label's texts.

    The score is the inner product, in the mapped space, of the text with the mean of the label's texts, less
    the mean of all. The mapped space itself is never made: cost O(n_texts x n_dims x n_labels + n_dims x
    n_mapped x n_labels).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings as the map takes them.
    weights : array of shape (n_dims, n_mapped)
        The map (`LinearForm.weights`); its intercept shifts every text alike and plays no part.
    predicted : array of int, shape (n_texts,)
        The label that each text falls to; -1 for none.
    n_labels : int

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        0 throughout for a label that no text falls to.
    """
    X = np.asarray(X, dtype=np.float32)
    members = np.zeros((len(X), n_labels), dtype=np.float32)
    held = np.flatnonzero(np.asarray(predicted) >= 0)
    members[held, np.asarray(predicted)[held]] = 1
    sizes = members.sum(axis=0)
    means = (members.T @ X) / np.maximum(sizes, 1)[:, None]  # (n_labels, n_dims)
    centre = X.mean(axis=0)
    towards = np.where(sizes[:, None] > 0, means - centre, 0) @ weights  # (n_labels, n_mapped)
    directions = weights @ towards.T  # (n_dims, n_labels)
    return X @ directions - centre @ directions


def _sample(n_texts: int) -> np.ndarray:
    if n_texts <= DRIVING_SAMPLE:
        return np.arange(n_texts)
    return np.sort(np.random.default_rng(0).choice(n_texts, DRIVING_SAMPLE, replace=False))


def _presence(words: Words, texts: np.ndarray) -> tuple[csr_matrix, np.ndarray]:
    """Which of the texts hold which words, 1 or 0 (n_texts, n_words), and the terms of its columns."""
    rows, terms = distinct_words(words)
    place = np.full(max(rows.max(initial=-1), texts.max(initial=-1)) + 1, -1)
    place[texts] = np.arange(len(texts))
    sampled = place[rows] >= 0
    rows, terms = place[rows[sampled]], terms[sampled]
    frequency = np.bincount(terms, minlength=len(words.shown))
    kept = np.argsort(-frequency, kind="stable")[:MAX_WORDS]
    kept = kept[frequency[kept] >= MIN_TEXTS]
    column = np.full(len(words.shown), -1)
    column[kept] = np.arange(len(kept))
    known = column[terms] >= 0
    cells = rows[known], column[terms[known]]
    return csr_matrix((np.ones(known.sum()), cells), shape=(len(texts), len(kept))), kept


def _effects(holds: csr_matrix, scores: np.ndarray) -> np.ndarray:
    """Ridge coefficients of the words for each label (n_words, n_labels), both sides centred."""
    from scipy.linalg import cho_factor, cho_solve

    share = np.asarray(holds.mean(axis=0)).ravel()
    system = (holds.T @ holds).toarray()
    system -= holds.shape[0] * np.outer(share, share)
    system[np.diag_indices(len(system))] += RIDGE_PENALTY
    return cho_solve(cho_factor(system, overwrite_a=True), holds.T @ (scores - scores.mean(axis=0)))


def _shares(counts: np.ndarray, members: np.ndarray, holds: csr_matrix) -> tuple[np.ndarray, np.ndarray]:
    """Share of each label's texts, and of the others, that hold each word: two of (n_words, n_labels)."""
    sizes, overall = members.sum(axis=0), np.asarray(holds.sum(axis=0)).reshape(-1, 1)
    return counts / np.maximum(sizes, 1), (overall - counts) / np.maximum(len(members) - sizes, 1)


def _means(scores: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Mean score of each label among the other texts, and among its own: (2, n_labels)."""
    sizes, within = members.sum(axis=0), (scores * members).sum(axis=0)
    others = (scores.sum(axis=0) - within) / np.maximum(len(members) - sizes, 1)
    return np.stack([others, within / np.maximum(sizes, 1)])


def _strongest(
    spelt: list[str], weights: np.ndarray, inside: np.ndarray, outside: np.ndarray, n_words: int
) -> tuple[DrivingWord, ...]:
    found: list[DrivingWord] = []
    for term in np.argsort(-weights, kind="stable"):
        if len(found) == n_words or weights[term] <= 0:
            break
        if not any(echo_each_other(spelt[term], other.word) for other in found):
            shares = float(weights[term]), float(inside[term]), float(outside[term])
            found.append(DrivingWord(spelt[term], *shares))
    return tuple(found)

"""Driving words: the words of a text that raise its score for a label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from ..corpus import Words, distinct_words, echo_each_other, read_words
from ..transforms import join_inputs

DRIVING_SAMPLE = 20_000
"""Most texts in the regression: more change the weights by less than is shown."""

MAX_WORDS = 3_000
"""Most words in the regression, the most frequent ones: its cost grows with their third power."""

MIN_TEXTS = 3
"""Least number of the label's texts that a driving word occurs in."""

RIDGE_PENALTY = 10.0
"""Penalty of the ridge regression: as if this many more texts held each word without effect."""

MIN_FREQUENCY_RATIO = 2.0
"""Least ratio of the frequency of a driving word within the label to that elsewhere."""

BLOCK_ROWS = 20_000
"""Texts whose inputs are joined at once: all views of a million texts do not fit into memory."""

MIN_WEIGHT = 0.005
"""Least weight of a driving word."""

_WORDS = """
a about after again all also although am an and any are as at be because been before being but by
can could did do does for from had has have he her here hers him his how i if in into is it its just
like may me might more most much must my no nor not now of off on one only or other our out over own
said same she should since so some still such than that the their them then there these they this
those though through to too under until up us very was we were what when where which while who whom
whose why will with would you your please
"""
FUNCTION_WORDS = frozenset(_WORDS.split())
"""English words that say little by themselves; "no" and "would" can drive a label all the same."""


class DrivingWord(NamedTuple):
    """A word that raises the score of a label.

    Attributes
    ----------
    word : str
        In its most frequent spelling.
    weight : float
        Its share of the distance in score between the label's texts and the others, 0 to 1.
    inside, outside : float
        Share of the label's texts, and of the other texts, that hold the word, 0 to 1.
    """

    word: str
    weight: float
    inside: float
    outside: float


def driving_words(
    texts: Sequence[str], scores: np.ndarray, predicted: np.ndarray, *, n_words: int = 8
) -> list[tuple[DrivingWord, ...]]:
    """Return for each label the words that raise the scores of its texts, strongest first.

    Ridge regression of the scores, less each text's mean over the labels, on the words that a text holds. All
    words enter at once, so that a word gets no credit for the words beside it. The distance between the mean
    score of a label's texts and that of the others is then a sum over words: coefficient times difference in
    frequency. The weight is a word's share of this sum (the explained part of an Oaxaca-Blinder
    decomposition). A word of most of the label's texts outweighs one of a few. A word that is as frequent
    elsewhere weighs nothing.

    Left out are words whose absence speaks for a label, a second form of a word (bag, bags), and function
    words that drive the label less than its strongest other word. A label has fewer words, or none, where its
    texts share none. Cost: linear in the length of the texts to split them
    into words (once in a process), then O(min(n_texts, `DRIVING_SAMPLE`) x words per text² + `MAX_WORDS`³).

    Parameters
    ----------
    texts : sequence of n_texts str
    scores : array of shape (n_texts, n_labels)
        How strongly the transform draws each text to each label, such as `class_scores` of its linear form.
    predicted : array of int, shape (n_texts,)
        The label of each text, as a column of scores; -1 for none.
    n_words : int, default=8
        Most words for each label.

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
    size = min(len(texts), DRIVING_SAMPLE)
    sample = np.sort(np.random.default_rng(0).choice(len(texts), size, replace=False))
    holds, spellings = _word_matrix(read_words(texts), len(texts), sample)
    if n_labels < 2 or not spellings:
        return [()] * n_labels
    relative = scores[sample] - scores[sample].mean(axis=1, keepdims=True)
    members = _members(predicted[sample], n_labels).astype(np.float64)
    n_own = np.maximum(members.sum(axis=0), 1)
    n_others = np.maximum(size - members.sum(axis=0), 1)
    counts = holds.T @ members  # (n_words, n_labels)
    inside, outside = counts / n_own, (holds.sum(axis=0)[:, None] - counts) / n_others
    own = (relative * members).sum(axis=0)
    distances = own / n_own - (relative.sum(axis=0) - own) / n_others
    effects = _effects(holds, relative)
    weights = effects * (inside - outside) / np.where(distances > 0, distances, np.inf)
    drives = (counts >= MIN_TEXTS) & (effects > 0) & (inside >= MIN_FREQUENCY_RATIO * outside)
    weights = np.where(drives & (weights >= MIN_WEIGHT), weights, 0)
    return [
        _strongest(spellings, weights[:, label], inside[:, label], outside[:, label], n_words)
        for label in range(n_labels)
    ]


def class_scores(
    X: np.ndarray,
    weights: np.ndarray,
    predicted: np.ndarray,
    n_labels: int,
    views: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Return how far a linear map draws each text towards the texts of each label.

    The score is the inner product, in the mapped space, of the text with the mean of the label's texts, less
    the mean of all. The mapped space is not computed: cost O(n_texts x n_inputs x n_labels + n_inputs x
    n_mapped x n_labels).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Embeddings as the map takes them.
    weights : array of shape (n_inputs, n_mapped)
        The map (`LinearForm.weights`); its intercept shifts every text alike and plays no part.
    predicted : array of int, shape (n_texts,)
        The label of each text; -1 for none.
    views : sequence of arrays of shape (n_texts, n_dims of the view)
        Hidden layers, where the map takes them too: `join_inputs`.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_labels)
        0 throughout for a label without texts.
    """
    X = np.asarray(X, dtype=np.float32)
    members = _members(np.asarray(predicted), n_labels).astype(np.float32)
    sizes = members.sum(axis=0)[:, None]
    blocks = [slice(first, first + BLOCK_ROWS) for first in range(0, len(X), BLOCK_ROWS)]

    def inputs(block: slice) -> np.ndarray:
        return join_inputs(X[block], [view[block] for view in views]) if len(views) else X[block]

    centre = sum(inputs(block).sum(axis=0) for block in blocks) / len(X)
    totals = sum(members[block].T @ inputs(block) for block in blocks)
    means = totals / np.maximum(sizes, 1)  # (n_labels, n_inputs)
    directions = weights @ (np.where(sizes > 0, means - centre, 0) @ weights).T  # (n_inputs, n_labels)
    scores = np.vstack([inputs(block) @ directions for block in blocks])
    return (scores - centre @ directions).astype(np.float32)


def _members(predicted: np.ndarray, n_labels: int) -> np.ndarray:
    """Return which texts have which label, bool (n_texts, n_labels)."""
    return predicted[:, None] == np.arange(n_labels)


def _word_matrix(words: Words, n_texts: int, sample: np.ndarray) -> tuple[csr_array, list[str]]:
    """Return which texts of the sample hold which words, 1 or 0 (n_sample, n_words), and the words."""
    rows, terms = distinct_words(words)
    shape = (n_texts, len(words.shown))
    holds = csr_array((np.ones(len(rows)), (rows, terms)), shape)[sample]
    frequency = np.bincount(holds.indices, minlength=len(words.shown))
    kept = np.argsort(-frequency, kind="stable")[:MAX_WORDS]
    kept = kept[frequency[kept] >= MIN_TEXTS]
    return holds[:, kept], [words.shown[term] for term in kept]


def _effects(holds: csr_array, scores: np.ndarray) -> np.ndarray:
    """Return the ridge coefficients of the words for each label (n_words, n_labels), both sides centred."""
    from scipy.linalg import cho_factor, cho_solve

    share = holds.mean(axis=0)
    system = (holds.T @ holds).toarray()
    system -= holds.shape[0] * np.outer(share, share)
    system[np.diag_indices(len(system))] += RIDGE_PENALTY
    return cho_solve(cho_factor(system, overwrite_a=True), holds.T @ (scores - scores.mean(axis=0)))


def _strongest(
    spellings: list[str], weights: np.ndarray, inside: np.ndarray, outside: np.ndarray, n_words: int
) -> tuple[DrivingWord, ...]:
    found: list[DrivingWord] = []
    telling = False  # whether a word was found that says something by itself
    for term in np.argsort(-weights, kind="stable"):
        if len(found) == n_words or weights[term] <= 0:
            break
        spelling = spellings[term]
        if spelling.lower() in FUNCTION_WORDS:
            if telling:
                continue
        else:
            telling = True
        if not any(echo_each_other(spelling, other.word) for other in found):
            found.append(DrivingWord(spelling, *(float(of[term]) for of in (weights, inside, outside))))
    return tuple(found)

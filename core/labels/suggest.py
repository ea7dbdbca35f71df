"""Suggest texts to label: those that cover the corpus, those in doubt, and more of one label."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax

from core.labels.duplicates import first_of_duplicates
from core.neighbours import COPY, unit_rows
from core.transforms import Examples, kernel, ridge_coefficients

SUGGEST_SAMPLE = 2_000
"""Unlabelled texts that stand for the corpus: keeps a call under half a second."""

COVERAGE_LABELS = 20
"""Labels before which only coverage counts: with fewer, the classifier's doubt is noise."""

DOUBT_POWER = 4
"""Exponent of the doubt of a text in its weight."""

PENALTY, TEMPERATURE = 0.5, 0.05
"""Of the kernel ridge classifier that stands in for a fit; half and twice as much suggest as well."""

BLOCK_ROWS = 256
"""Texts from which duplicates are removed at once."""


def suggest(
    X: np.ndarray,
    y: np.ndarray,
    n: int,
    *,
    random_state: int = 0,
    probabilities: np.ndarray | None = None,
) -> np.ndarray:
    """Return the rows of X to label next, by greedy facility location weighted by doubt.

    The coverage of a text is its similarity to the nearest labelled text. Each suggestion raises the mean
    coverage of the corpus most, given the labels and the suggestions before it. So it is typical of a region
    without labels, never an outlier, and never a duplicate. From `COVERAGE_LABELS` labels on, texts weigh
    more the less certain their class is.

    Cost O(min(n_texts, SUGGEST_SAMPLE)² x (n_dims + n)).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings.
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    n : int
        How many texts to suggest.
    random_state : int, default=0
        Seed of the sample, where there are more than `SUGGEST_SAMPLE` unlabelled texts.
    probabilities : array of shape (n_texts, n_classes), optional
        Class probabilities of the current fit (`GuidedTransform.probabilities_`); by default those of a
        kernel ridge regression on the labels.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Distinct unlabelled rows, most useful first; fewer when fewer different texts are left.

    Raises
    ------
    ValueError
        When X, y and probabilities are not of the same texts, or X is not a table of finite numbers.

    References
    ----------
    Nemhauser, Wolsey, Fisher: "An analysis of approximations for maximizing submodular set functions",
    Mathematical Programming 14, 1978 (greedy choice reaches at least 63 % of the best coverage).
    """
    X, y = np.asarray(X), np.asarray(y)
    if len(X) != len(y) or (probabilities is not None and len(probabilities) != len(X)):
        found = f"{len(X)} texts, {len(y)} labels"
        found += "" if probabilities is None else f" and {len(probabilities)} rows of probabilities"
        raise ValueError(f"{found} found; give one of each per text.")
    labelled, free = np.flatnonzero(y >= 0), np.flatnonzero(y < 0)
    if n <= 0 or len(free) == 0:
        return np.empty(0, dtype=np.int64)
    pool = _sample(free, random_state)
    used = np.concatenate([pool, labelled])
    unit = unit_rows(X[used])
    centred = unit_rows(unit - unit[: len(pool)].mean(axis=0))
    weights = _doubt(centred, len(pool), y[labelled], None if probabilities is None else probabilities[pool])
    return pool[_cover(unit, centred, len(pool), weights, n)].astype(np.int64)


def find_more(
    y: np.ndarray, probabilities: np.ndarray, column: int, n: int, *, X: np.ndarray | None = None
) -> np.ndarray:
    """Return the unlabelled rows that most probably belong to one label, most probable first.

    Cost O(n_texts log n_texts), and with X also O(n_compared x (n_labelled + n) x n_dims).

    Parameters
    ----------
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    probabilities : array of shape (n_texts, n_classes)
        Class probabilities of the fit.
    column : int
        The label, as a column of probabilities.
    n : int
        How many rows.
    X : array of shape (n_texts, n_dims), optional
        Generic embeddings: duplicates of labelled texts, and of rows already found, are then skipped.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Distinct unlabelled rows; of equally probable ones, the first.

    Raises
    ------
    ValueError
        When y, probabilities and X are not of the same texts, or there is no such column.
    """
    y, probabilities = np.asarray(y), np.asarray(probabilities)
    if len(y) != len(probabilities) or (X is not None and len(X) != len(y)):
        lengths = f"{len(y)} labels and {len(probabilities)} rows of probabilities"
        lengths += "" if X is None else f" and {len(X)} embeddings"
        raise ValueError(f"{lengths} found; give one of each per text.")
    if not 0 <= column < probabilities.shape[1]:
        raise ValueError(f"Column {column} is wanted; there are {probabilities.shape[1]}, counted from 0.")
    free = np.flatnonzero(y < 0)
    order = free[np.argsort(-probabilities[free, column], kind="stable")].astype(np.int64)
    if X is None or n <= 0:
        return order[: max(n, 0)]
    seen = _unit(X, np.flatnonzero(y >= 0))
    found = np.empty(0, dtype=np.int64)
    for start in range(0, len(order), BLOCK_ROWS):
        rows = order[start : start + BLOCK_ROWS]
        unit = _unit(X, rows)
        new = first_of_duplicates(unit, seen)
        found = np.append(found, rows[new])
        if len(found) >= n:
            break
        seen = np.vstack([seen, unit[new]])
    return found[:n]


def _unit(X: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return unit_rows(X[rows]) if len(rows) else np.empty((0, X.shape[1]), dtype=np.float32)


def _sample(free: np.ndarray, random_state: int) -> np.ndarray:
    if len(free) <= SUGGEST_SAMPLE:
        return free
    return np.sort(np.random.default_rng(random_state).choice(free, SUGGEST_SAMPLE, replace=False))


def _cover(unit: np.ndarray, centred: np.ndarray, n_pool: int, weights: np.ndarray, n: int) -> list[int]:
    """Positions in the pool (the first n_pool rows) that raise coverage most; the other rows are labelled.

    Similarity is the positive part of the centred cosine. Duplicates are recognised by the plain cosine, as
    centring would separate nearly equal texts.
    """
    pool = slice(0, n_pool)
    near = np.maximum(centred[pool] @ centred[pool].T, 0)  # (n_pool, n_pool)
    covered = (centred[pool] @ centred[n_pool:].T).max(axis=1, initial=0)
    eligible = (unit[pool] @ unit[n_pool:].T).max(axis=1, initial=-1) < COPY
    picked: list[int] = []
    while len(picked) < n and eligible.any():
        gains = weights @ np.maximum(near - covered[:, None], 0)
        best = int(np.where(eligible, gains, -1).argmax())
        picked.append(best)
        covered = np.maximum(covered, near[:, best])
        eligible &= unit[pool] @ unit[best] < COPY
        eligible[best] = False  # a row of zeros is not even similar to itself
    return picked


def _doubt(
    centred: np.ndarray, n_pool: int, codes: np.ndarray, probabilities: np.ndarray | None
) -> np.ndarray:
    """Weight of each pool text (n_pool,), of mean 1: a power of its doubt.

    Doubt is 1 minus the margin between the two most probable classes.
    """
    classes, codes = np.unique(codes, return_inverse=True)
    if len(codes) < COVERAGE_LABELS or len(classes) < 2:
        return np.ones(n_pool, dtype=np.float32)
    if probabilities is None:
        examples = Examples(centred[n_pool:], codes, np.ones(len(codes)), len(classes))
        scores = kernel(centred[:n_pool], examples.rows) @ ridge_coefficients(examples, PENALTY)
        probabilities = softmax(scores / TEMPERATURE, axis=1)
    two = np.partition(np.asarray(probabilities, dtype=np.float32), -2, axis=1)[:, -2:]
    doubt = (1 - (two[:, 1] - two[:, 0])) ** DOUBT_POWER
    return doubt / doubt.mean() if doubt.mean() > 0 else np.ones(n_pool, dtype=np.float32)

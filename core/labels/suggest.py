"""Suggest texts to label: those that cover the corpus, and those in doubt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import softmax

from ..neighbours import DUPLICATE_COSINE, unit_rows
from ..transforms import Examples, choose_mix, kernel, ridge_coefficients

SUGGEST_SAMPLE = 2_000
"""Unlabelled texts that represent the corpus: keeps a call under half a second."""

COVERAGE_LABELS = 20
"""Labels below which only coverage counts: with fewer, the classifier's doubt is noise."""

DOUBT_POWER = 4
"""Exponent of the doubt of a text in its weight."""

PENALTY, TEMPERATURE = 0.5, 0.05
"""Of the kernel ridge classifier used without a fit; half and twice the values suggest as well."""


def suggest(
    X: np.ndarray,
    y: np.ndarray,
    n: int,
    *,
    views: Sequence[np.ndarray] | None = None,
    random_state: int = 0,
    probabilities: np.ndarray | None = None,
) -> np.ndarray:
    """Return the rows of X to label next, by greedy facility location weighted by doubt.

    The coverage of a text is its similarity to the nearest labelled text. Each suggestion raises the mean
    coverage of the corpus most, given the labels and the suggestions before it. It is therefore typical of a
    region without labels, never an outlier or a duplicate. From `COVERAGE_LABELS` labels on, a text weighs
    more the less certain its class is, and similarity is that of the mix of views that the labels choose.

    Cost O(min(n_texts, SUGGEST_SAMPLE)² x (n_dims + n)).

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings.
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    n : int
        Number of texts to suggest.
    views : sequence of arrays of shape (n_texts, n_dims of the view), optional
        Token means of hidden layers of the encoder, as for `GuidedTransform.fit`.
    random_state : int, default=0
        Seed of the sample of more than `SUGGEST_SAMPLE` unlabelled texts.
    probabilities : array of shape (n_texts, n_classes), optional
        Class probabilities of the current fit (`GuidedTransform.probabilities_`); by default those of a
        kernel ridge regression on the labels.

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Distinct unlabelled rows, most useful first.

    Raises
    ------
    ValueError
        When X, y, views and probabilities are not of the same texts, or X is not a table of finite numbers.

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
    views = [] if views is None else list(views)
    if any(len(view) != len(X) for view in views):
        raise ValueError(f"Views of other texts than the {len(X)} found; give a row of each view per text.")
    if n <= 0 or len(free) == 0:
        return np.empty(0, dtype=np.int64)
    pool = free
    if len(free) > SUGGEST_SAMPLE:
        pool = np.sort(np.random.default_rng(random_state).choice(free, SUGGEST_SAMPLE, replace=False))
    used = np.concatenate([pool, labelled])
    unit = unit_rows(X[used])
    n_pool, codes = len(pool), y[labelled]
    if views and len(labelled) >= COVERAGE_LABELS:
        classes, codes = np.unique(codes, return_inverse=True)
        some = [view[used] for view in views]
        mix = choose_mix(unit, some, np.arange(n_pool, len(used)), codes, len(classes))
        centred = mix.rows(unit, some)
    else:
        centred = unit_rows(unit - unit[:n_pool].mean(axis=0))
    weights = _doubt(centred, n_pool, codes, None if probabilities is None else probabilities[pool])
    return pool[_cover(unit, centred, n_pool, weights, n)].astype(np.int64)


def _cover(unit: np.ndarray, centred: np.ndarray, n_pool: int, weights: np.ndarray, n: int) -> list[int]:
    """Choose the pool positions that raise coverage most; the rows after the first n_pool are labelled.

    Similarity is the positive part of the centred cosine. Duplicates are recognised by the plain cosine:
    centring would separate nearly equal texts.

    Gains only fall while coverage rises (they are submodular). One computed earlier is thus an upper bound,
    and only those that lead are computed again: Minoux, "Accelerated greedy algorithms", 1978.
    """
    pool = slice(0, n_pool)
    near = np.maximum(centred[pool] @ centred[pool].T, 0)  # (n_pool, n_pool)
    covered = (centred[pool] @ centred[n_pool:].T).max(axis=1, initial=0)
    eligible = (unit[pool] @ unit[n_pool:].T).max(axis=1, initial=-1) < DUPLICATE_COSINE
    gains = weights @ np.maximum(near - covered[:, None], 0)
    picked: list[int] = []
    while len(picked) < n and eligible.any():
        best, leads = int(np.where(eligible, gains, -1).argmax()), False
        while not leads:
            gains[best] = weights @ np.maximum(near[best] - covered, 0)
            first = int(np.where(eligible, gains, -1).argmax())
            best, leads = first, first == best
        picked.append(best)
        covered = np.maximum(covered, near[:, best])
        eligible &= unit[pool] @ unit[best] < DUPLICATE_COSINE
        eligible[best] = False  # a row of zeros is not even similar to itself
    return picked


def _doubt(
    centred: np.ndarray, n_pool: int, codes: np.ndarray, probabilities: np.ndarray | None
) -> np.ndarray:
    """Return the weight of each pool text (n_pool,), of mean 1: a power of its doubt.

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

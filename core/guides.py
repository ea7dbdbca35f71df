"""Guide labels: which texts to label next."""

from __future__ import annotations

import numpy as np

from core.neighbours import unit_rows

SAMPLE = 2_000
"""Texts that stand for the whole corpus when looking for what to label: keeps a call under half a second."""

COPY = 0.999
"""Cosine from which two texts count as the same for labelling."""


def suggest(
    X: np.ndarray,
    y: np.ndarray,
    n: int,
    *,
    random_state: int = 0,
    probabilities: np.ndarray | None = None,
) -> np.ndarray:
    """Return the rows of X to label next: typical texts of regions without a label yet, then doubtful ones.

    Parameters
    ----------
    X : array of shape (n_texts, n_dims)
        Generic embeddings.
    y : array of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    n : int
        How many texts to suggest.
    random_state : int, default=0
        Seed of the sample of texts looked at, where there are more than `SAMPLE`.
    probabilities : array of shape (n_texts, n_classes), optional
        Class probabilities of the current fit (`GuidedTransform.probabilities_`).

    Returns
    -------
    ndarray of int64, shape (at most n,)
        Distinct unlabelled rows, most useful first; fewer when fewer different texts are left.
    """
    X, y = np.asarray(X), np.asarray(y)
    labelled = np.flatnonzero(y >= 0)
    free = np.flatnonzero(y < 0)
    if n <= 0 or len(free) == 0:
        return np.empty(0, dtype=np.int64)
    rng = np.random.default_rng(random_state)
    pool = free if len(free) <= SAMPLE else np.sort(rng.choice(free, SAMPLE, replace=False))
    unit = unit_rows(X[np.concatenate([pool, labelled])])
    centred = unit_rows(unit - unit[: len(pool)].mean(axis=0))
    near = np.maximum(centred @ centred.T, 0)  # (n_pool + n_labelled, same)
    covered = near[: len(pool), len(pool) :].max(axis=1, initial=0)
    near = near[: len(pool), : len(pool)]
    picked: list[int] = []
    for _ in range(min(n, len(pool))):
        gain = np.maximum(near - covered[:, None], 0).sum(axis=0)
        gain[picked] = -1
        best = int(gain.argmax())
        picked.append(best)
        covered = np.maximum(covered, near[:, best])
    return pool[picked].astype(np.int64)

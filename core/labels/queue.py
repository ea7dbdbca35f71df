"""Choose the texts that the labelling queue shows next."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from .duplicates import BLOCK_ROWS, first_of_duplicates
from .guide_labels import GuideLabels
from .suggest import suggest

SUGGESTED, MORE, LEAST_SURE = "Suggested", "More of a label", "Least sure of a label"
FITS_NONE, MISTAKES, CHECK_SAMPLE = "Fits none", "Possible mistakes", "Check sample"
BY_MODEL = "Given by a model"
MODES = (SUGGESTED, MORE, LEAST_SURE, FITS_NONE, MISTAKES, CHECK_SAMPLE, BY_MODEL)
LABEL_MODES = (MORE, LEAST_SURE)
"""Modes of the queue that look for texts of one label."""
REVIEW_MODES = (MISTAKES, BY_MODEL)
"""Modes of the queue that show texts with a label."""

ROUND_SIZE = 10
"""Texts chosen at once: few enough that the next round knows the labels of this one."""

CLEAR_LEAD = 0.2
"""Least lead in probability of the likeliest class over the next for a clear prediction."""


def next_round(
    guide: GuideLabels,
    vectors: np.ndarray | None,
    probabilities: np.ndarray | None = None,
    taken: Collection[int] = (),
    views: Sequence[np.ndarray] = (),
) -> list[int]:
    """Choose the texts whose labels help a Fit most; skipped texts are not chosen again.

    Parameters
    ----------
    guide : GuideLabels of n texts
    vectors : array (n, n_dims) or None
        Generic embeddings: unit rows. Without them, while an encoder is at work, the texts are drawn in a
        random order that is always the same.
    probabilities : array (n, n_classes), optional
        Class probabilities of the latest Fit.
    taken : collection of int, optional
        Texts that others label now: left out, as skipped ones are.
    views : sequence of arrays (n, n_hidden), optional
        `Space.views` of the generic space.

    Returns
    -------
    list of int
        At most `ROUND_SIZE` rows, most useful first; empty where every text was labelled, skipped or taken.
    """
    seen = _seen_or_taken(guide, taken)
    if seen.all():
        return []
    if vectors is None:
        order = np.random.default_rng(0).permutation(len(seen))
        return order[~seen[order]][:ROUND_SIZE].tolist()
    # Skipped texts have a code of their own, so that they are not suggested again.
    codes = np.where(seen & (guide.codes < 0), len(guide.names), guide.codes)
    rows = suggest(vectors, codes, ROUND_SIZE, views=views, probabilities=probabilities)
    # Nothing is suggested where only duplicates of labelled texts are left: they follow in their order.
    return (rows if len(rows) else np.flatnonzero(codes < 0)[:ROUND_SIZE]).tolist()


def more_of(
    guide: GuideLabels,
    vectors: np.ndarray,
    probabilities: np.ndarray,
    column: int,
    taken: Collection[int] = (),
) -> list[int]:
    """Choose at most `ROUND_SIZE` texts that most probably have one label, the most probable first.

    Labelled, skipped and taken texts are left out, as are their duplicates and those of texts chosen before.
    The arrays are those of `next_round`; the label is a column of `probabilities`.
    Cost O(n_texts log n_texts + n_compared x n_seen x n_dims).
    """
    return _first_distinct(guide, vectors, probabilities[:, column], taken)


def least_sure_of(
    guide: GuideLabels,
    vectors: np.ndarray,
    probabilities: np.ndarray,
    column: int,
    taken: Collection[int] = (),
) -> list[int]:
    """Choose at most `ROUND_SIZE` texts that are predicted to have one label, the least sure first.

    Least sure is the smallest lead in probability over the next likely label. Arguments, texts left out and
    cost as in `more_of`.
    """
    others = np.delete(probabilities, column, axis=1).max(axis=1, initial=0)
    lead = probabilities[:, column] - others
    predicted = probabilities.argmax(axis=1) == column
    return _first_distinct(guide, vectors, np.where(predicted, -lead, -np.inf), taken)


def fitting_none(
    guide: GuideLabels, vectors: np.ndarray, fits_none: np.ndarray, taken: Collection[int] = ()
) -> list[int]:
    """Choose at most `ROUND_SIZE` texts that most probably fit none of the labels, the most probable first.

    Texts left out and cost as in `more_of`.

    Parameters
    ----------
    guide, vectors, taken
        As in `next_round`.
    fits_none : array (n,)
        `Fit.fits_none`.
    """
    return _first_distinct(guide, vectors, fits_none, taken)


def model_labels_to_review(guide: GuideLabels) -> list[int]:
    """Return the rows with a language model's label that nobody reviewed; the labels take turns.

    Texts of the check sample are left out: they are answered without seeing any label.
    """
    table = guide.table
    waiting = table[guide.by_model[table["row"]] & ~table["row"].isin(guide.checked)].sort_values("row")
    turns = waiting.assign(turn=waiting.groupby("label").cumcount())
    return turns.sort_values(["turn", "label"])["row"].tolist()


def is_uncertain(probabilities: np.ndarray) -> bool:
    """Return whether the class probabilities of a text, shape (n_classes,), give no clear prediction."""
    second, first = np.partition(probabilities, -2)[-2:]
    return bool(first - second < CLEAR_LEAD)


def _first_distinct(
    guide: GuideLabels, vectors: np.ndarray, scores: np.ndarray, taken: Collection[int]
) -> list[int]:
    """Return at most `ROUND_SIZE` rows of the highest scores; rows with a score of -inf are left out."""
    left_out = _seen_or_taken(guide, taken)
    free = np.flatnonzero(~left_out & (scores > -np.inf))
    order = free[np.argsort(-scores[free], kind="stable")]
    seen = vectors[left_out]
    chosen: list[int] = []
    for start in range(0, len(order), BLOCK_ROWS):
        rows = order[start : start + BLOCK_ROWS]
        new = rows[first_of_duplicates(vectors[rows], seen)]
        chosen += new.tolist()
        if len(chosen) >= ROUND_SIZE:
            break
        seen = np.vstack([seen, vectors[new]])
    return chosen[:ROUND_SIZE]


def _seen_or_taken(guide: GuideLabels, taken: Collection[int]) -> np.ndarray:
    """Return a bool array (n,)."""
    mask = guide.seen.copy()
    mask[list(taken)] = True
    return mask

"""Choose the texts that the labelling queue shows next."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from core.labels.duplicates import BLOCK_ROWS, first_of_duplicates
from core.labels.guide_labels import GuideLabels
from core.labels.suggest import suggest

SUGGESTED, MORE, MISTAKES = "Suggested", "More of a label", "Possible mistakes"
BY_MODEL = "Given by a model"
MODES = (SUGGESTED, MORE, MISTAKES, BY_MODEL)
CHECK_MODES = (MISTAKES, BY_MODEL)
"""Modes of the queue that show texts with a label."""

ROUND_SIZE = 10
"""Texts chosen at once: few enough that the next round knows the labels of this one."""

CLEAR_LEAD = 0.2
"""Least lead in probability of the likeliest class over the next for a clear prediction."""


def next_round(
    guide: GuideLabels,
    vectors: np.ndarray,
    probabilities: np.ndarray | None = None,
    taken: Collection[int] = (),
) -> list[int]:
    """Choose the texts whose labels help a Fit most; skipped texts are not chosen again.

    Parameters
    ----------
    guide : GuideLabels of n texts
    vectors : array (n, n_dims)
        Generic embeddings: unit rows.
    probabilities : array (n, n_classes), optional
        Class probabilities of the latest Fit.
    taken : collection of int, optional
        Texts that others label now: left out, as skipped ones are.

    Returns
    -------
    list of int
        At most `ROUND_SIZE` rows, most useful first; empty where every text was labelled, skipped or taken.
    """
    seen = _seen_or_taken(guide, taken)
    if seen.all():
        return []
    # Skipped texts have a code of their own, so that they are not suggested again.
    codes = np.where(seen & (guide.codes < 0), len(guide.names), guide.codes)
    rows = suggest(vectors, codes, ROUND_SIZE, probabilities=probabilities)
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
    left_out = _seen_or_taken(guide, taken)
    free = np.flatnonzero(~left_out)
    order = free[np.argsort(-probabilities[free, column], kind="stable")]
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


def model_labels_to_review(guide: GuideLabels) -> list[int]:
    """Return the rows with a language model's label that nobody reviewed; the labels take turns."""
    table = guide.table
    waiting = table[guide.by_model[table["row"]]].sort_values("row")
    turns = waiting.assign(turn=waiting.groupby("label").cumcount())
    return turns.sort_values(["turn", "label"])["row"].tolist()


def is_uncertain(probabilities: np.ndarray) -> bool:
    """Return whether the class probabilities of a text, shape (n_classes,), give no clear prediction."""
    second, first = np.partition(probabilities, -2)[-2:]
    return bool(first - second < CLEAR_LEAD)


def _seen_or_taken(guide: GuideLabels, taken: Collection[int]) -> np.ndarray:
    """Return a bool array (n,)."""
    mask = guide.seen.copy()
    mask[list(taken)] = True
    return mask

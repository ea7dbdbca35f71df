"""Labelled texts that are copies of each other, told apart from texts that are merely alike."""

from __future__ import annotations

import numpy as np

from core.neighbours import COPY, nearest_rows

NEARNESS = 0.25
"""Distance between near copies, at most, as a share of the distance to a neighbour of both that is no more
than alike. Of 80 labelled texts of four real corpora, 1 in 200 was a copy of another by it."""

NEIGHBOUR = 15
"""Which neighbour is taken for no more than alike; a lower one in a corpus of less than 300 texts."""


def without_copies(unit: np.ndarray, all_unit: np.ndarray) -> np.ndarray:
    """Return which labelled texts stand for themselves: of near copies, one.

    Hidden labels could otherwise be read off a copy that was not hidden. Labels play no part here: choosing
    by them would make texts of equal labels rarer than they are. Distance is 1 - cosine.

    Cost O(n_labelled x n_texts x n_dims).

    Parameters
    ----------
    unit : ndarray of float32, shape (n_labelled, n_dims)
        Unit rows of the labelled texts.
    all_unit : ndarray of float32, shape (n_texts, n_dims)
        Unit rows of all texts, the labelled ones among them.

    Returns
    -------
    ndarray of bool, shape (n_labelled,)
    """
    alike = unit @ unit.T
    neighbour = min(NEIGHBOUR, len(all_unit) // 20)
    near = 1 - nearest_rows(unit, all_unit, neighbour + 1)[1][:, -1]  # each text finds itself first
    limits = np.maximum(1 - COPY, NEARNESS * np.minimum(near[:, None], near[None, :]))
    copies = 1 - alike <= limits
    kept = np.zeros(len(unit), dtype=bool)
    for text in np.argsort(alike.sum(axis=1), kind="stable"):
        kept[text] = not kept[copies[text]].any()
    return kept

"""Explain clusters by the answers of a language model about their texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np


def explain_clusters(
    answers: Sequence[str], codes: np.ndarray, *, most: int = 3
) -> dict[int, list[tuple[str, int]]]:
    """Return the most frequent answers in each cluster, with the number of its texts that have them.

    Answers that differ only in case or in a final stop are one, in their most frequent spelling. Empty
    answers are left out.

    Parameters
    ----------
    answers : sequence of n str
    codes : array of int, shape (n,)
        Clusters; -1 for none.
    most : int, default=3
        Most answers of each cluster.
    """
    wordings: dict[str, Counter] = {}
    counts: dict[int, Counter] = {}
    for answer, code in zip(answers, np.asarray(codes).tolist(), strict=True):
        wording = answer.strip().rstrip(" .!")
        key = wording.casefold()
        if key:
            wordings.setdefault(key, Counter())[wording] += 1
        if code >= 0:
            counts.setdefault(code, Counter()).update([key] if key else [])
    return {
        code: [(wordings[key].most_common(1)[0][0], count) for key, count in found.most_common(most)]
        for code, found in sorted(counts.items())
    }

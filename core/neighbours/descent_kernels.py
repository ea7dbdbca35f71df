"""Compiled loops of the neighbour search. Importing this loads numba: do so inside a function.

They hold no lock of Python, and a row never depends on another row of the same call: any number of threads
gives the same graph, and no threading layer of numba is entered.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, fastmath=True)
def _cosine(one: np.ndarray, other: np.ndarray) -> np.float32:
    total = np.float32(0)
    for position in range(len(one)):
        total += one[position] * other[position]
    return total


@njit(nogil=True, cache=True)
def _insert(
    indices: np.ndarray,
    similarities: np.ndarray,
    fresh: np.ndarray,
    row: int,
    other: int,
    similarity: np.float32,
) -> None:
    """Put another row among the neighbours of a row, nearest first; the last one falls out."""
    place = len(similarities[row]) - 1
    while place > 0 and similarities[row, place - 1] < similarity:
        indices[row, place] = indices[row, place - 1]
        similarities[row, place] = similarities[row, place - 1]
        fresh[row, place] = fresh[row, place - 1]
        place -= 1
    indices[row, place], similarities[row, place], fresh[row, place] = other, similarity, True


@njit(nogil=True, cache=True)
def rank_candidates(
    unit: np.ndarray,
    candidates: np.ndarray,
    indices: np.ndarray,
    similarities: np.ndarray,
    fresh: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Put the candidates (n, any number) of the rows first to last - 1 among their neighbours.

    A candidate that is the row itself, or below 0, is left out; places that stay empty hold -1.
    """
    seen = np.full(len(unit), -1, dtype=np.int32)
    worst = indices.shape[1] - 1
    for row in range(first, last):
        seen[row] = row
        for place in range(worst + 1):
            if indices[row, place] >= 0:
                seen[indices[row, place]] = row
        for other in candidates[row]:
            if other < 0 or seen[other] == row:
                continue
            seen[other] = row
            similarity = _cosine(unit[row], unit[other])
            if similarity > similarities[row, worst]:
                _insert(indices, similarities, fresh, row, other, similarity)


@njit(nogil=True, cache=True)
def descend(  # noqa: C901 one loop: numba would copy arrays between functions
    unit: np.ndarray,
    sketch: np.ndarray,
    margin: np.float32,
    old_indices: np.ndarray,
    old_fresh: np.ndarray,
    reverse_starts: np.ndarray,
    reverse: np.ndarray,
    reverse_fresh: np.ndarray,
    indices: np.ndarray,
    similarities: np.ndarray,
    fresh: np.ndarray,
    first: int,
    last: int,
) -> None:
    """Compare the rows first to last - 1 with the neighbours of their neighbours, in both directions.

    Where neither of two links is fresh, the third row was compared in an earlier round. A row whose cosine in
    the sketch is `margin` below that of the last neighbour is not compared in all dimensions.
    """
    seen = np.full(len(unit), -1, dtype=np.int32)
    k = old_indices.shape[1]
    for row in range(first, last):
        seen[row] = row
        for other in old_indices[row]:
            if other >= 0:
                seen[other] = row
        n_reverse = reverse_starts[row + 1] - reverse_starts[row]
        for link in range(k + n_reverse):
            if link < k:
                between, is_fresh = old_indices[row, link], old_fresh[row, link]
            else:
                position = reverse_starts[row] + link - k
                between, is_fresh = reverse[position], reverse_fresh[position]
                if seen[between] != row:
                    seen[between] = row
                    similarity = _cosine(unit[row], unit[between])
                    if similarity > similarities[row, k - 1]:
                        _insert(indices, similarities, fresh, row, between, similarity)
            for place in range(k if between >= 0 else 0):
                other = old_indices[between, place]
                if other < 0 or seen[other] == row or not (is_fresh or old_fresh[between, place]):
                    continue
                seen[other] = row
                if _cosine(sketch[row], sketch[other]) + margin <= similarities[row, k - 1]:
                    continue
                similarity = _cosine(unit[row], unit[other])
                if similarity > similarities[row, k - 1]:
                    _insert(indices, similarities, fresh, row, other, similarity)


@njit(nogil=True, cache=True)
def reverse_links(
    indices: np.ndarray, fresh: np.ndarray, most: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each row the rows that have it as a neighbour, at most so many and the nearest first.

    Those of row i are at starts[i] : starts[i + 1] of the two arrays that follow: the row, and whether the
    link is fresh.
    """
    n, k = indices.shape
    counts = np.zeros(n, dtype=np.int64)
    for row in range(n):
        for place in range(k):
            other = indices[row, place]
            if other >= 0:
                counts[other] = min(counts[other] + 1, most)
    starts = np.zeros(n + 1, dtype=np.int64)
    starts[1:] = np.cumsum(counts)
    rows = np.empty(starts[n], dtype=np.int32)
    are_fresh = np.empty(starts[n], dtype=np.bool_)
    filled = np.zeros(n, dtype=np.int64)
    for place in range(k):
        for row in range(n):
            other = indices[row, place]
            if other >= 0 and filled[other] < most:
                rows[starts[other] + filled[other]] = row
                are_fresh[starts[other] + filled[other]] = fresh[row, place]
                filled[other] += 1
    return starts, rows, are_fresh

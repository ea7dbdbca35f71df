"""Compiled loops of the layout. Importing this loads numba: do so inside a function.

They hold no lock of Python, and a row never depends on another row of the same call: any number of threads
gives the same numbers, and no threading layer of numba is entered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

LEAST_EXPONENT, MOST_EXPONENT = -24, 16
"""Powers of two between which forces are tabulated, of squared distances in units of the map."""

MANTISSA_BITS = 6
"""Bits of the mantissa that choose a tabulated force: it is off by 1 % at most."""

LARGEST_STEP = np.float32(4)
"""UMAP's limit of one force along one axis, before it is multiplied by the step size."""


def tabulate(force: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return a function of the squared distance as a table for `move_texts`, float32."""
    places = np.arange((MOST_EXPONENT - LEAST_EXPONENT) << MANTISSA_BITS)
    steps = 1 << MANTISSA_BITS
    middle = 1 + ((places % steps) + 0.5) / steps
    return np.asarray(force(np.ldexp(middle, LEAST_EXPONENT + places // steps)), dtype=np.float32)


@njit(nogil=True, cache=True)
def move_texts(
    old: np.ndarray,
    new: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    rates: np.ndarray,
    attraction: np.ndarray,
    repulsion: np.ndarray,
    rate: np.float32,
    strongest: np.float32,
    epoch: int,
    seed: int,
    n_negative: int,
    first: int,
    last: int,
) -> None:
    """Move the texts first to last - 1 once: from their places in old to those in new, float32 (n, 2).

    The edges of text i are ends[starts[i] : starts[i + 1]]; each is followed in a share of the epochs, its
    rate. A text moves towards the other end, and away from `n_negative` random texts, all seen from its old
    place: so the two ends of an edge are pulled alike.
    """
    n = len(old)
    least = np.float32(2.0**LEAST_EXPONENT)
    shift = np.int32(23 - MANTISSA_BITS)
    offset = np.int32((127 + LEAST_EXPONENT) << MANTISSA_BITS)
    last_place = np.int32(len(attraction) - 1)
    before, now = np.float32(epoch), np.float32(epoch + 1)
    for i in range(first, last):
        x, y = old[i, 0], old[i, 1]
        new_x, new_y = x, y
        # One stream of random numbers for each text and epoch: splitmix64, then xorshift64.
        state = np.uint64(seed) + np.uint64(epoch) * np.uint64(n) + np.uint64(i) + np.uint64(1)
        state *= np.uint64(0x9E3779B97F4A7C15)
        state ^= state >> np.uint64(30)
        state *= np.uint64(0xBF58476D1CE4E5B9)
        state ^= state >> np.uint64(27)
        state *= np.uint64(0x94D049BB133111EB)
        state ^= state >> np.uint64(31)
        state |= np.uint64(1)
        for edge in range(starts[i], starts[i + 1]):
            if np.floor(rates[edge] * now) == np.floor(rates[edge] * before):
                continue
            other = ends[edge]
            dx, dy = x - old[other, 0], y - old[other, 1]
            square = dx * dx + dy * dy
            if square > least:
                place = (np.float32(square).view(np.int32) >> shift) - offset
                force = max(attraction[min(place, last_place)], strongest)
                new_x += rate * max(-LARGEST_STEP, min(LARGEST_STEP, force * dx))
                new_y += rate * max(-LARGEST_STEP, min(LARGEST_STEP, force * dy))
            for _ in range(n_negative):
                state ^= state << np.uint64(13)
                state ^= state >> np.uint64(7)
                state ^= state << np.uint64(17)
                other = np.int64(((state >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
                dx, dy = x - old[other, 0], y - old[other, 1]
                square = dx * dx + dy * dy
                if square > least:
                    place = (np.float32(square).view(np.int32) >> shift) - offset
                    force = repulsion[min(place, last_place)]
                    new_x += rate * max(-LARGEST_STEP, min(LARGEST_STEP, force * dx))
                    new_y += rate * max(-LARGEST_STEP, min(LARGEST_STEP, force * dy))
        new[i, 0], new[i, 1] = new_x, new_y

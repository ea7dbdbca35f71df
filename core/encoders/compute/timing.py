"""Time several ways to do the same work in turns, and find the fastest one that gives the same vectors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

SECONDS = 3.0
"""For all ways together, with the first run of each."""

ROUNDS = 5
HOPELESS = 1.5
"""Times the fastest: a way that takes so much longer is not timed again."""

LEAST_GAIN = 1.02
"""By which a way has to be faster than the plain one: less is noise."""

LEAST_COSINE = 0.9999
"""Of a vector to that of the plain way: below, neighbours change."""


def time_ways(
    ways: Sequence[str],
    run: Callable[[str], np.ndarray],
    *,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return the least seconds of each way that was timed and gives the vectors of the first, the plain way.

    The ways take turns, because the machine may be busy. Where time runs short, the later ones are left out.

    Parameters
    ----------
    ways : sequence of str
        The plain way, then the others, the most promising first.
    run : callable
        Does the work in a way and returns unit vectors, one a text. What it raises for another way than the
        plain one rules that way out.
    seconds : float
        No round starts that would probably end later.
    """
    plain = ways[0]
    end = clock() + seconds
    taken: dict[str, float] = {}
    expected = np.empty(0)
    for way in ways:  # the first run of each: libraries initialise, and the vectors are compared
        if taken and clock() + max(taken.values()) > end:
            break
        start = clock()
        try:
            vectors = run(way)
        except Exception:  # of many types: a number format that a device lacks, too little memory
            if way == plain:
                raise
            continue
        if way == plain:
            expected = vectors
        elif not (np.sum(expected * vectors, axis=1) >= LEAST_COSINE).all():
            continue
        taken[way] = clock() - start
    for number in range(ROUNDS):
        if clock() + sum(taken.values()) > end:  # half a round would favour those that it times
            break
        for way in list(taken) if number % 2 else list(taken)[::-1]:  # none always runs after the same other
            start = clock()
            run(way)
            taken[way] = min(taken[way], clock() - start)
        fastest = min(taken.values())
        taken = {way: known for way, known in taken.items() if way == plain or known < HOPELESS * fastest}
    return taken


def fastest_way(seconds: Mapping[str, float], plain: str) -> str:
    """Return the fastest way; the plain one where none is faster by `LEAST_GAIN`, or it was not timed."""
    best = min(seconds, key=lambda way: seconds[way], default=plain)
    return best if plain in seconds and seconds[best] * LEAST_GAIN < seconds[plain] else plain

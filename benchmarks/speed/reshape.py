"""Seconds until the vectors of a Fit are there: GuidedTransform alone, on made-up vectors."""

from __future__ import annotations

import statistics

import numpy as np

from benchmarks.common import timed
from benchmarks.maps import N_CLUSTERS, plant_space
from core.transforms import GuidedTransform

N_CLASSES = 6


def measure_reshape(n: int, n_dims: int, n_views: int, n_labels: int, rounds: int) -> float:
    """Return the median seconds of reshaping n vectors with views by some labels."""
    generator = np.random.default_rng(0)
    groups = generator.integers(N_CLUSTERS, size=n)
    space = plant_space(generator, groups, n_dims, n_views)
    given = np.full(n, -1)
    rows = generator.choice(n, n_labels, replace=False)
    given[rows] = groups[rows] % N_CLASSES

    def reshape() -> None:
        GuidedTransform(random_state=0).fit(space.vectors, given, views=space.views, graph=space.graph)

    reshape()  # a first call loads and compiles
    return statistics.median(timed(reshape)[1] for _ in range(rounds))
